"""A few places for what may be slow: names that one session of the database holds, gone when it dies.

An advisory lock needs no row and no cleaning up: whoever held one is killed, and the place is free.
"""

from django.db import connection


def hold(what: str, number: int) -> bool:
    """Hold a name for this session, if nobody does; say whether it is ours now."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_try_advisory_lock(hashtext(%s), %s)", [what, number % 2**31])
        taken: bool = cursor.fetchone()[0]
        return taken


def let_go(what: str, number: int) -> None:
    """Let a name go; a connection that was cut has lost it already."""
    if connection.is_usable():
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_unlock(hashtext(%s), %s)", [what, number % 2**31])
