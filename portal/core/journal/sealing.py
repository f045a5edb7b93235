"""Sealing: closing runs of entries into a hash chain, without ever making a writer wait.

A chain computed at insert would hold one lock until commit and queue every writer, so sealing comes
after, in batches. It must not pass over a number whose transaction is still running:

- an entry takes its transaction's id *before* its number (`journal_next_id`);
- the mark notes the last number handed out, and only then takes a transaction id of its own, the horizon.

So each number up to the mark belongs to a transaction older than the horizon. Once all of those have
ended, every such number is visible or will never be, and the run up to the mark may be sealed.
"""

from datetime import datetime
from typing import Any

from django.db import connection, transaction

SEAL_AT_MOST = 5_000

# One entry as text that no two entries share: a JSON array keeps the borders between fields.
ENTRY_DIGEST = """sha256(convert_to(jsonb_build_array(id, extract(epoch FROM at), code, actor_id, actor_role,
    file_id, subject_id, data, ip::text)::text, 'UTF8'))"""


def chained(first: str, last: str, entries: str, sealed_at: str, *, digest: str = ENTRY_DIGEST) -> str:
    """Give the SQL of one link's digest: the link before (a parameter), its own columns, its entries."""
    link = f"jsonb_build_array({first}, {last}, {entries}, extract(epoch FROM {sealed_at}))"
    return (
        f"sha256(%s::bytea || convert_to({link}::text, 'UTF8') ||"
        f" coalesce(string_agg({digest}, ''::bytea ORDER BY id), ''))"
    )


def seal(now: datetime) -> int:
    """Seal every entry that can no longer be joined by an older one; the number sealed.

    Two sealers at once are harmless: they take turns, link by link. Each link is a transaction of its
    own, so a sealer killed at any instant leaves a whole chain.
    """
    sealed = _seal_to_mark(now)
    _renew_mark()
    # On a calm day nothing ran meanwhile: what was marked just now can be sealed at once.
    return sealed + _seal_to_mark(now)


def _seal_to_mark(now: datetime) -> int:
    sealed = 0
    while True:
        with transaction.atomic(durable=True), connection.cursor() as cursor:
            _wait_turn(cursor)
            limit = _settled_mark(cursor)
            written = 0 if limit is None else _seal_one(cursor, limit, now)
        sealed += written
        if written < SEAL_AT_MOST:
            return sealed


def _renew_mark() -> None:
    """Move the mark up to now, once everything up to the last one is sealed.

    What had just settled would else wait for all that runs by now: one long transaction after another, for good.

    A transaction of its own: the number is read before this transaction has an id, or a writer that
    came between them would count as newer than its own number.
    """
    with transaction.atomic(durable=True), connection.cursor() as cursor:
        _wait_turn(cursor)
        if _has_mark(cursor) and (_settled_mark(cursor) is None or _left_to_seal(cursor)):
            return
        cursor.execute("SELECT last_value - (NOT is_called)::int FROM core_journalentry_id_seq")
        (last_id,) = cursor.fetchone()
        cursor.execute("SELECT pg_current_xact_id()::text::bigint")
        (horizon,) = cursor.fetchone()
        cursor.execute(
            """
            INSERT INTO core_journalmark (id, last_id, horizon) VALUES (1, %s, %s)
            ON CONFLICT (id) DO UPDATE SET last_id = excluded.last_id, horizon = excluded.horizon
            """,
            [last_id, horizon],
        )


def _wait_turn(cursor: Any) -> None:
    """Be the one sealer until the transaction ends; waiting so takes no transaction id."""
    cursor.execute("SELECT pg_advisory_xact_lock(hashtext('journal-seal'))")


def _has_mark(cursor: Any) -> bool:
    cursor.execute("SELECT 1 FROM core_journalmark")
    return cursor.fetchone() is not None


def _left_to_seal(cursor: Any) -> bool:
    cursor.execute(
        """
        SELECT EXISTS (
            SELECT FROM core_journalentry
            WHERE id <= (SELECT last_id FROM core_journalmark)
              AND id > coalesce((SELECT last_id FROM core_journalseal ORDER BY id DESC LIMIT 1), 0)
        )
        """
    )
    (left,) = cursor.fetchone()
    return bool(left)


def _settled_mark(cursor: Any) -> int | None:
    """Give the marked number if every transaction older than its horizon has ended, else None.

    After a restore into another server the horizon speaks of the other server's transactions. None of
    them runs here: a horizon in this server's future is settled, as is one in its past.
    """
    cursor.execute(
        """
        SELECT last_id, horizon <= pg_snapshot_xmin(pg_current_snapshot())::text::bigint
                     OR horizon > pg_snapshot_xmax(pg_current_snapshot())::text::bigint
        FROM core_journalmark
        """
    )
    row = cursor.fetchone()
    return int(row[0]) if row and row[1] else None


def _seal_one(cursor: Any, limit: int, now: datetime) -> int:
    cursor.execute("SELECT last_id, digest FROM core_journalseal ORDER BY id DESC LIMIT 1")
    previous_id, previous_digest = cursor.fetchone() or (0, b"")
    first_id = previous_id + 1
    cursor.execute(
        f"""
        WITH run AS (
            SELECT * FROM core_journalentry WHERE id >= %s AND id <= %s ORDER BY id LIMIT {SEAL_AT_MOST}
        )
        INSERT INTO core_journalseal (first_id, last_id, entries, digest, sealed_at)
        SELECT %s, max(id), count(*), {chained("%s::bigint", "max(id)", "count(*)", "%s::timestamptz")}, %s
        FROM run HAVING count(*) > 0
        RETURNING entries
        """,
        [first_id, limit, first_id, bytes(previous_digest), first_id, now, now],
    )
    row = cursor.fetchone()
    return int(row[0]) if row else 0
