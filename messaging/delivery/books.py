"""What is written down about each message on its way; every statement may be repeated.

A lease is measured by the database's clock: it guards against a second sender, and a demo or a test that
moves the portal's clock must not set two of them on the same rows.
"""

import json
import logging
import select
import time
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, ClassVar, TypeVar
from weakref import WeakSet

import psycopg
from django.db import InterfaceError, OperationalError, connection, transaction

from messaging.emails import Row
from messaging.models import OutboxMessage
from messaging.returns import addresses
from messaging.signals import Settled, messages_settled, messages_withheld
from portal.core import parameters

log = logging.getLogger(__name__)
T = TypeVar("T")

# Fifteen seconds, half a minute, a minute …: twelve tries span eight hours and a half.
FIRST_DELAY = timedelta(seconds=15)
# No lease is longer (the parameter's upper bound): one that seems to be was taken before the database's clock
# was set back, and would keep a dead sender's mails for as long as the step.
LONGEST_LEASE_SECONDS = 600


@dataclass(frozen=True, slots=True)
class Leased:
    """A message in the hands of one sender."""

    row: Row
    kind: int
    channel: int
    created_at: datetime
    attempts: int
    accepted_at: datetime | None


@dataclass(frozen=True, slots=True)
class Refusal:
    """An address that the server, or common sense, refused."""

    id: int
    address: str
    words: str


def insist(write: Callable[[], T], *, seconds: float = 30.0) -> T:
    """Write, and again if the database went away meanwhile: what is known now must not be forgotten.

    Only for statements that may be repeated.
    """
    end = time.monotonic() + seconds
    while True:
        try:
            return write()
        except (OperationalError, InterfaceError) as error:
            if connection.in_atomic_block or time.monotonic() > end:
                raise
            log.warning("the database went away (%s); writing again", type(error).__name__)
            connection.close()
            time.sleep(0.3)


def database_is_gone(error: Exception) -> bool:
    """Say whether an error means that nobody's work can go on; a deadlock or a timeout is one batch's own."""
    if not isinstance(error, OperationalError | InterfaceError):
        return False
    return connection.connection is None or not connection.is_usable()


# --- the lease --------------------------------------------------------------------


def lease(now: datetime, *, most: int) -> tuple[list[Leased], datetime | None]:
    """Take what is due and in nobody's hands, the longest due first; and the token of this lease."""
    with connection.cursor() as cursor:
        cursor.execute(
            """
            WITH due AS (
                SELECT id FROM messaging_outboxmessage
                WHERE state = 0 AND run_at <= %s
                    AND (leased_until IS NULL OR leased_until < statement_timestamp()
                         OR leased_until > statement_timestamp() + make_interval(secs => %s))
                ORDER BY run_at, id LIMIT %s FOR UPDATE SKIP LOCKED
            )
            UPDATE messaging_outboxmessage AS message
            SET leased_until = statement_timestamp() + make_interval(secs => %s)
            FROM due WHERE message.id = due.id
            RETURNING message.run_at, message.id, person_id, subject_id, occurrence, step, payload, kind,
                      channel, created_at, attempts, accepted_at, leased_until
            """,
            [now, LONGEST_LEASE_SECONDS, most, parameters.current().outbox_lease_seconds],
        )
        found = cursor.fetchall()
    found.sort(key=lambda each: each[:2])
    rows = [
        Leased(Row(id, person, subject, occurrence, step, _read(payload)), *rest)
        for _, id, person, subject, occurrence, step, payload, *rest, _ in found
    ]
    return rows, found[0][-1] if found else None


def _read(payload: Any) -> Any:
    return json.loads(payload) if isinstance(payload, str) else payload


def renew(ids: Collection[int], token: datetime) -> tuple[set[int], datetime]:
    """Keep the lease for longer; what another sender took meanwhile is no longer among the ids given back."""
    with connection.cursor() as cursor:
        cursor.execute(
            """
            UPDATE messaging_outboxmessage
            SET leased_until = statement_timestamp() + make_interval(secs => %s)
            WHERE id = ANY(%s) AND state = 0 AND leased_until = %s RETURNING id, leased_until
            """,
            [parameters.current().outbox_lease_seconds, list(ids), token],
        )
        kept = cursor.fetchall()
    return {each[0] for each in kept}, kept[0][1] if kept else token


def release(ids: Collection[int], token: datetime) -> None:
    """Give back what was not tried."""
    OutboxMessage.objects.filter(id__in=ids, state=OutboxMessage.State.PENDING, leased_until=token).update(
        leased_until=None
    )


# --- the letter beside an e-mail ----------------------------------------------------


def owe_letters_beside(ids: Collection[int], now: datetime) -> int:
    """Owe a letter of the same beside each of these e-mails, once however often it is asked; how many are new."""
    with connection.cursor() as cursor:
        cursor.execute(
            """
            INSERT INTO messaging_outboxmessage (kind, person_id, subject_id, occurrence, step, channel, state,
                                                 created_at, run_at, attempts, last_error)
            SELECT kind, person_id, subject_id, occurrence, step, 2, 0, %s, %s, 0, ''
            FROM messaging_outboxmessage WHERE id = ANY(%s) AND channel = 1
            ON CONFLICT DO NOTHING
            """,
            [now, now, list(ids)],
        )
        return int(cursor.rowcount)


def with_a_letter(ids: Collection[int]) -> set[int]:
    """Give those of these e-mails beside which a letter is owed."""
    with connection.cursor() as cursor:
        cursor.execute(
            """
            SELECT mail.id FROM messaging_outboxmessage AS mail JOIN messaging_outboxmessage AS beside
                USING (person_id, kind, subject_id, occurrence, step)
            WHERE mail.id = ANY(%s) AND mail.channel = 1 AND beside.channel = 2
            """,
            [list(ids)],
        )
        return {row[0] for row in cursor.fetchall()}


# --- what became of it ------------------------------------------------------------


def mark_accepted(message_id: int, at: datetime) -> None:
    """Write down the server's yes to one mail, before the next mail's text leaves."""
    with connection.cursor() as cursor:
        cursor.execute(
            "UPDATE messaging_outboxmessage SET accepted_at = %s WHERE id = %s AND accepted_at IS NULL",
            [at, message_id],
        )


class Marker:
    """Writes down each yes while the mail server is already busy with the next mail's first words.

    Between `begin` and `finish` nothing else may be asked of the database.
    """

    _NAME = b"outbox_mark"
    _STATEMENT = b"UPDATE messaging_outboxmessage SET accepted_at = $1 WHERE id = $2 AND accepted_at IS NULL"
    # Sessions that know the statement by its name: planning it took the database longer than doing it.
    _ready: ClassVar[WeakSet[psycopg.Connection[Any]]] = WeakSet()

    def __init__(self) -> None:
        self._pgconn: Any = None

    def begin(self, message_id: int, at: datetime) -> bool:
        """Hand the statement to the database and don't wait for its end; False when it could not be handed over."""
        self._pgconn = None
        try:
            connection.ensure_connection()
            session = connection.connection
            pgconn, values = session.pgconn, [at.isoformat().encode(), str(message_id).encode()]
            if pgconn.transaction_status == psycopg.pq.TransactionStatus.IDLE:
                self._prepare(session)
                pgconn.send_query_prepared(self._NAME, values)
            else:  # a statement the session has forgotten would cost the whole transaction
                pgconn.send_query_params(self._STATEMENT, values)
            while pgconn.flush():
                select.select([], [pgconn.socket], [], 1.0)
            self._pgconn = pgconn
        except (psycopg.Error, OperationalError, InterfaceError) as error:
            log.warning("a yes not written down at once (%s)", type(error).__name__)
        return self._pgconn is not None

    def _prepare(self, session: psycopg.Connection[Any]) -> None:
        if session not in self._ready:
            made = session.pgconn.prepare(self._NAME, self._STATEMENT)
            if made.status != psycopg.pq.ExecStatus.COMMAND_OK:
                raise psycopg.OperationalError("the statement could not be prepared")
            self._ready.add(session)

    def finish(self) -> bool:
        """Wait for the statement's end; False when it must be written again."""
        pgconn, self._pgconn = self._pgconn, None
        if pgconn is None:
            return False
        try:
            while pgconn.is_busy():
                select.select([pgconn.socket], [], [], 1.0)
                pgconn.consume_input()
            done = True
            while (result := pgconn.get_result()) is not None:
                done &= result.status == psycopg.pq.ExecStatus.COMMAND_OK
            if not done:
                # The driver lets a session forget its statements after a rollback or a DROP (DEALLOCATE ALL).
                self._ready.clear()
            return done
        except psycopg.Error:
            return False


def settle(accepted: Collection[int], refused: Sequence[Refusal], now: datetime) -> int:
    """Close what was accepted or refused, and say so, in one transaction; each message once only.

    A receiver that can't take one message stops only that one: it stays accepted, is never sent again,
    and is settled later.
    """
    if not accepted and not refused:
        return 0
    try:
        with transaction.atomic():
            return _settle(accepted, refused, now)
    except Exception as error:
        if database_is_gone(error):
            raise
        if len(accepted) + len(refused) == 1:
            alone = next(iter(accepted), None) or refused[0].id
            log.exception("message %s can't be settled", alone)
            _try_later(alone, error, now)
            return 0
    ids = list(accepted)
    middle, half = len(ids) // 2, len(refused) // 2
    if len(ids) == 1 or not ids:
        return settle(ids, [], now) + settle([], refused[:half], now) + settle([], refused[half:], now)
    return settle(ids[:middle], refused[:half], now) + settle(ids[middle:], refused[half:], now)


def _settle(accepted: Collection[int], refused: Sequence[Refusal], now: datetime) -> int:
    taken = _close_accepted(accepted)
    bounced = _close_refused(refused, now)
    if taken or bounced:
        messages_settled.send(OutboxMessage, accepted=taken, refused=bounced, now=now)
    if bounced:
        whose = {each.id: each.person_id for each in bounced}
        addresses.stop(
            [
                addresses.Stop(each.address, whose[each.id], addresses.Reason.REFUSED, now)
                for each in refused
                if each.id in whose
            ],
            now=now,
        )
    return len(taken) + len(bounced)


_SETTLED = "id, kind, person_id, subject_id, occurrence, step, settled_at"


def _close_accepted(ids: Collection[int]) -> list[Settled]:
    if not ids:
        return []
    with connection.cursor() as cursor:
        cursor.execute(
            f"""
            UPDATE messaging_outboxmessage
            SET state = 1, settled_at = accepted_at, payload = NULL, leased_until = NULL, last_error = ''
            WHERE id = ANY(%s) AND state = 0 AND accepted_at IS NOT NULL RETURNING {_SETTLED}
            """,
            [list(ids)],
        )
        return sorted((Settled(*each) for each in cursor.fetchall()), key=lambda each: each.id)


def _close_refused(refused: Sequence[Refusal], now: datetime) -> list[Settled]:
    if not refused:
        return []
    with connection.cursor() as cursor:
        cursor.execute(
            f"""
            UPDATE messaging_outboxmessage AS message
            SET state = 3, settled_at = %s, payload = NULL, leased_until = NULL, last_error = refusal.words,
                attempts = attempts + 1
            FROM unnest(%s::bigint[], %s::text[]) AS refusal (message_id, words)
            WHERE id = message_id AND state = 0 AND accepted_at IS NULL RETURNING {_SETTLED}
            """,
            [now, [each.id for each in refused], [each.words for each in refused]],
        )
        return sorted((Settled(*each) for each in cursor.fetchall()), key=lambda each: each.id)


def close_moot(reasons: Mapping[int, str], now: datetime) -> int:
    """Close what has lost its purpose or has no way to its person, with the reason."""
    if not reasons:
        return 0
    with connection.cursor() as cursor:
        cursor.execute(
            """
            UPDATE messaging_outboxmessage
            SET state = 2, settled_at = %s, payload = NULL, leased_until = NULL, last_error = reason
            FROM unnest(%s::bigint[], %s::text[]) AS moot (message_id, reason)
            WHERE id = message_id AND state = 0 AND accepted_at IS NULL
            """,
            [now, list(reasons), list(reasons.values())],
        )
        return int(cursor.rowcount)


def close_withheld(reasons: Mapping[int, str], now: datetime) -> int:
    """Close what is not sent because its address is stopped, and say so; a mail that fails here fails alone."""
    if not reasons:
        return 0
    try:
        with transaction.atomic():
            return _close_withheld(reasons, now)
    except Exception as error:
        if database_is_gone(error):
            raise
        if len(reasons) == 1:
            alone = next(iter(reasons))
            log.exception("message %s can't be withheld", alone)
            _try_later(alone, error, now)
            return 0
    return sum(close_withheld({each: reason}, now) for each, reason in reasons.items())


def _close_withheld(reasons: Mapping[int, str], now: datetime) -> int:
    with connection.cursor() as cursor:
        cursor.execute(
            f"""
            UPDATE messaging_outboxmessage
            SET state = 5, settled_at = %s, payload = NULL, leased_until = NULL, last_error = reason
            FROM unnest(%s::bigint[], %s::text[]) AS held (message_id, reason)
            WHERE id = message_id AND state = 0 AND accepted_at IS NULL RETURNING {_SETTLED}
            """,
            [now, list(reasons), list(reasons.values())],
        )
        withheld = sorted((Settled(*each) for each in cursor.fetchall()), key=lambda each: each.id)
        # An address may have been given to the account after it was stopped: the file says so from now on.
        cursor.execute(
            """
            UPDATE accounts_claimant SET email_bounced_at = %s
            WHERE user_id = ANY(%s) AND email_bounced_at IS NULL
            """,
            [now, [each.person_id for each in withheld]],
        )
    if withheld:
        messages_withheld.send(OutboxMessage, withheld=withheld, now=now)
    return len(withheld)


def set_back(failed: Leased, words: str, now: datetime) -> bool:
    """Try one message again later, each time twice as long after; False when it is given up, loudly."""
    attempts = failed.attempts + 1
    waiting = OutboxMessage.objects.filter(
        id=failed.row.id, state=OutboxMessage.State.PENDING, accepted_at__isnull=True
    )
    if attempts >= parameters.current().outbox_max_attempts:
        # No words of the server in the log: they may hold the address.
        log.error("message %s of kind %s given up after %s tries", failed.row.id, failed.kind, attempts)
        waiting.update(
            state=OutboxMessage.State.GIVEN_UP,
            settled_at=now,
            payload=None,
            leased_until=None,
            attempts=attempts,
            last_error=words[:2_000],
        )
        return False
    waiting.update(
        run_at=now + FIRST_DELAY * 2 ** (attempts - 1),
        leased_until=None,
        attempts=attempts,
        last_error=words[:2_000],
    )
    return True


def _try_later(message_id: int, error: Exception, now: datetime) -> None:
    OutboxMessage.objects.filter(id=message_id, state=OutboxMessage.State.PENDING).update(
        run_at=now + timedelta(minutes=5),
        leased_until=None,
        last_error=f"{type(error).__name__}: {error}"[:2_000],
    )
