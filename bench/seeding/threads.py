"""Threads and their messages: rounds, the oldest first, by two writers who share the people."""

import re
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from typing import TYPE_CHECKING

import psycopg

if TYPE_CHECKING:
    from bench.seeding import Scale

# So many messages there are for each person: 20,000,000 at full.
MESSAGES_EACH = 20
# Threads of who signs in: their list fills a page. They and some people of the busy advisors also have a long one.
OWN_THREADS, FOLLOWED = 55, 200
LONG, LONGEST = 0, 61
# A thread of a common round has 2, 4 or 6 messages, one more where an answer is owed: in one of ten.
_IN_A_THREAD, _IN_A_LONG_ONE, _MOST = 4.1, 60.1, 7
_TABLES = ("messaging_thread", "messaging_message", "messaging_messagereading")

Run = Callable[[str, list[str], dict[str, str]], None]


def write(database: str, scale: "Scale", signed_in: int, values: dict[str, str], run: Run) -> None:
    """Write all threads, then their messages and readings, then what is due; indexes are made at the end."""
    each, more = _threads_of_others(scale, signed_in)
    values = values | {
        "rounds": str(OWN_THREADS + 1), "threads_each": str(each), "threads_more": str(more),
    }  # fmt: skip
    common = each + (more > 0)
    started = time.monotonic()
    with _without_indexes(database):
        for j in _rounds():
            pace = 1 if j <= common else scale.stride
            run(database, ["threads"], values | {"j": str(j), "first": f"{pace}::bigint",
                                                 "last": str(scale.claimants), "pace": str(pace)})  # fmt: skip
        with psycopg.connect(database, autocommit=True) as connection:
            connection.execute("ANALYZE messaging_thread")
        print(f"  {time.monotonic() - started:6.0f} s  threads", flush=True)
        middle = scale.claimants // 2
        with ThreadPoolExecutor(2) as both:
            halves = [(1, middle), (middle + 1, scale.claimants)]
            list(both.map(lambda half: _say(database, values, run, half), halves))
        print(f"  {time.monotonic() - started:6.0f} s  messages", flush=True)
    run(database, ["waiting"], values)
    with psycopg.connect(database, autocommit=True) as connection:
        _verify(connection)
    print(f"  {time.monotonic() - started:6.0f} s  messages, their indexes made", flush=True)


def _say(database: str, values: dict[str, str], run: Run, half: tuple[int, int]) -> None:
    """Write what one half of the people and their advisors say; ids grow within each of their threads."""
    people = {"first": f"{half[0]}::bigint", "last": f"{half[1]}::bigint"}
    for j in _rounds():
        for n in range(1, (LONGEST if j == LONG else _MOST) + 1):
            run(database, ["messages"], values | people | {"j": str(j), "n": str(n)})


def _rounds() -> Iterator[int]:
    return iter([*range(OWN_THREADS, 0, -1), LONG])


def _threads_of_others(scale: "Scale", signed_in: int) -> tuple[int, int]:
    """How many threads everybody else has, and how many in a thousand have one more."""
    own = signed_in * (OWN_THREADS * _IN_A_THREAD + _IN_A_LONG_ONE) + FOLLOWED * _IN_A_LONG_ONE
    others = (MESSAGES_EACH * scale.claimants - own) / _IN_A_THREAD
    thousandths = max(1_000, round(1_000 * others / (scale.claimants - signed_in)))
    return divmod(thousandths, 1_000)


@contextmanager
def _without_indexes(database: str) -> Iterator[None]:
    """Take away every index but the primary keys', and make them again as the migrations left them."""
    with psycopg.connect(database, autocommit=True) as connection:
        made = [_taken(connection, table) for table in _TABLES]
    yield
    with psycopg.connect(database, autocommit=True) as connection:
        connection.execute("SET maintenance_work_mem = '1GB'")
        for statement in [one for table in made for one in table]:
            started = time.monotonic()
            connection.execute(statement)
            if time.monotonic() - started > 10:
                name = re.search(r"(?:INDEX|CONSTRAINT) (\S+)", statement)
                print(f"  {time.monotonic() - started:6.0f} s  {name[1] if name else statement}", flush=True)


def _taken(connection: psycopg.Connection, table: str) -> list[str]:
    unique = connection.execute(
        "SELECT conname, pg_get_constraintdef(oid) FROM pg_constraint WHERE conrelid = %s::regclass AND contype = 'u'",
        [table],
    ).fetchall()
    plain = connection.execute(
        """SELECT indexrelid::regclass::text, pg_get_indexdef(indexrelid) FROM pg_index
        WHERE indrelid = %s::regclass AND NOT EXISTS (SELECT 1 FROM pg_constraint WHERE conindid = indexrelid)""",
        [table],
    ).fetchall()
    for name, _ in unique:
        connection.execute(f"ALTER TABLE {table} DROP CONSTRAINT {name}")
    for name, _ in plain:
        connection.execute(f"DROP INDEX {name}")
    again = [f"ALTER TABLE {table} ADD CONSTRAINT {name} {definition}" for name, definition in unique]
    return [*again, *(definition for _, definition in plain)]


# What the product's triggers would have refused, had they watched.
_NEVER = {
    "a thread whose messages are not those it counts": """
        SELECT (SELECT sum(last_number) FROM messaging_thread) - (SELECT count(*) FROM messaging_message)""",
    "a message that does not come next": """
        SELECT count(*) FROM (
            SELECT id, number, lag(id, 1, 0::bigint) OVER one AS before, row_number() OVER one AS place
            FROM messaging_message WHERE thread_id % 20 = 0 WINDOW one AS (PARTITION BY thread_id ORDER BY number)
        ) AS told WHERE id <= before OR number <> place""",
    "a message that speaks for the other side": """
        SELECT count(*) FROM messaging_message AS message JOIN messaging_thread AS thread ON thread.id = thread_id
        WHERE thread_id % 20 = 0 AND (side = 'CLAIMANT') <> (author_id = claimant_id)""",
    "a message said to be unread that was read, or the reverse": """
        SELECT (SELECT sum(last_number - claimant_unread - advisor_unread) FROM messaging_thread)
            - (SELECT count(*) FROM messaging_messagereading)""",
}


def _verify(connection: psycopg.Connection) -> None:
    for what, query in _NEVER.items():
        row = connection.execute(query).fetchone()
        if row is None or row[0]:
            raise SystemExit(f"Seeding wrote {what} ({row}).")
