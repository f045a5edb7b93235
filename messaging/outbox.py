"""The outbox: what we owe people to say, written in the transaction that owes it, sent later.

At least once towards the mail server, exactly once in our books: the key (person, kind, subject,
occurrence, step, channel) is unique, so work that is repeated says nothing twice.
"""

import logging
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import NamedTuple

from django.db import connection, transaction
from django.db.backends.utils import CursorWrapper

from messaging import emails
from messaging.delivery.hints import hint
from messaging.models import OutboxMessage
from portal.core import arrays

log = logging.getLogger(__name__)

# A message somebody waits for before their screen is written down as if it were due since long: the due
# are taken oldest first, so it overtakes a batch of 10,000 convocations.
HEAD_START = timedelta(days=1)
PURGE_AT_ONCE = 5_000


class Owed(NamedTuple):
    """One message owed to one person about one subject."""

    kind: int
    person_id: int
    subject_id: int
    occurrence: int = 0
    step: int = 0


def enqueue(owed: Iterable[Owed], *, now: datetime) -> None:
    """Owe these messages, each once however often it is asked, and have them sent after the commit.

    One statement whatever their number. Raises RuntimeError outside a transaction: a message whose reason
    is rolled back must never leave.
    """
    rows = list(owed)
    if not rows:
        return
    if not connection.in_atomic_block:
        raise RuntimeError("messages are owed in the transaction that makes them necessary")
    with connection.cursor() as cursor:
        _insert(cursor, rows, None, now)
    _hint_after_commit()


def enqueue_letters(owed: Iterable[Owed], *, now: datetime) -> None:
    """Owe these messages on paper, whatever way the person chose: what they have not read otherwise may reach them so.

    Where no postal address is known nothing leaves: whoever owes a letter asks for a call too.
    """
    rows = list(owed)
    if not rows:
        return
    if not connection.in_atomic_block:
        raise RuntimeError("messages are owed in the transaction that makes them necessary")
    with connection.cursor() as cursor:
        _insert(cursor, rows, None, now, channel=OutboxMessage.Channel.LETTER)
    _hint_after_commit()


def enqueue_with_payload(owed: Owed, payload: str, *, now: datetime) -> None:
    """Owe one message with what only its caller knew (JSON text); emptied once the message is settled."""
    if not connection.in_atomic_block:
        raise RuntimeError("messages are owed in the transaction that makes them necessary")
    with connection.cursor() as cursor:
        _insert(cursor, [owed], payload, now)
    _hint_after_commit()


def _insert(
    cursor: CursorWrapper,
    rows: Sequence[Owed],
    payload: str | None,
    now: datetime,
    channel: int = OutboxMessage.Channel.EMAIL,
) -> None:
    ahead = [number for number, kind in emails.kinds().items() if kind.on_request]
    cursor.execute(
        """
        INSERT INTO messaging_outboxmessage
            (kind, person_id, subject_id, occurrence, step, channel, state, created_at, run_at, attempts,
             last_error, payload)
        SELECT kind, person_id, subject_id, occurrence, step, %s, 0, %s,
               CASE WHEN kind = ANY(%s::smallint[]) THEN %s ELSE %s END, 0, '', %s::jsonb
        FROM unnest(%s::smallint[], %s::bigint[], %s::bigint[], %s::bigint[], %s::smallint[])
            AS owed (kind, person_id, subject_id, occurrence, step)
        ON CONFLICT DO NOTHING
        """,
        [
            channel,
            now,
            ahead,
            now - HEAD_START,
            now,
            payload,
            *map(arrays.of_numbers, zip(*rows, strict=True)),
        ],
    )


def _hint_after_commit() -> None:
    # Once a transaction: what a savepoint took back has left this list, and is asked for anew.
    if not any(entry[1] is hint for entry in connection.run_on_commit):
        transaction.on_commit(hint, robust=True)


# --- how it is doing ------------------------------------------------------------


@dataclass(frozen=True)
class Backlog:
    """How far behind the senders are (counts stop at 10,000; failures are those of 30 days)."""

    pending: int
    oldest: datetime | None
    refused: int
    given_up: int
    withheld: int


def backlog(now: datetime) -> Backlog:
    """Count what is due and not yet with the mail server, and what will not get there."""
    with connection.cursor() as cursor:
        cursor.execute(
            """
            WITH due AS (
                SELECT created_at FROM messaging_outboxmessage
                WHERE state = 0 AND run_at <= %s ORDER BY run_at, id LIMIT 10000
            ), failed AS (
                SELECT state FROM messaging_outboxmessage
                WHERE state IN (3, 4, 5) AND settled_at > %s ORDER BY settled_at DESC LIMIT 10000
            )
            SELECT (SELECT count(*) FROM due), (SELECT min(created_at) FROM due),
                   (SELECT count(*) FROM failed WHERE state = 3),
                   (SELECT count(*) FROM failed WHERE state = 4),
                   (SELECT count(*) FROM failed WHERE state = 5)
            """,
            [now, now - timedelta(days=30)],
        )
        return Backlog(*cursor.fetchone())


def retry_given_up(ids: Collection[int], *, now: datetime) -> int:
    """Put messages that were given up back in the queue, after somebody mended the cause."""
    return OutboxMessage.objects.filter(id__in=ids, state=OutboxMessage.State.GIVEN_UP).update(
        state=OutboxMessage.State.PENDING, run_at=now, attempts=0, settled_at=None
    )


def purge(before: datetime) -> int:
    """Forget what was settled before an instant; small transactions along the primary key, once through."""
    purged, last_id = 0, 0
    while True:
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(
                """
                WITH old AS (
                    SELECT id FROM messaging_outboxmessage WHERE id > %s AND settled_at < %s
                    ORDER BY id LIMIT %s FOR UPDATE SKIP LOCKED
                ), gone AS (DELETE FROM messaging_outboxmessage AS row USING old WHERE row.id = old.id)
                SELECT count(*), max(id) FROM old
                """,
                [last_id, before, PURGE_AT_ONCE],
            )
            count, highest = cursor.fetchone()
        purged += count
        if count < PURGE_AT_ONCE:
            return purged
        last_id = highest
