"""Deadlines: what time will bring, one row each, worked set-based and exactly once.

A handler gets a whole batch and closes nothing itself: the rows are closed here, in the handler's
own transaction. Killed at any instant, either both happened or neither. A batch that fails is cut
in halves until the poisoned row stands alone; that one waits longer each time, then shows as stuck.
"""

import logging
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from time import monotonic
from typing import Any

from django.db import InterfaceError, OperationalError, connection, transaction

from portal.core.models import Deadline

log = logging.getLogger(__name__)

STUCK_AFTER = 8
FIRST_DELAY = timedelta(seconds=30)
HELD_DELAY = timedelta(seconds=2)


@dataclass(frozen=True, slots=True)
class Due:
    """One due row as its handler sees it."""

    id: int
    subject_id: int
    occurrence: int
    step: int
    due_at: datetime


Outcome = Mapping[Deadline.State, Collection[int]]
# A handler returns the ids (of deadlines) that did not end as DONE, by what they are instead; PENDING
# for a row whose subject somebody holds right now: waiting for it could meet them in a deadlock.
Handler = Callable[[Sequence[Due], datetime], Outcome | None]


@dataclass(frozen=True)
class Kind:
    """A kind of deadline: its number is for ever, the rows carry it."""

    number: int
    label: str
    handler: Handler
    batch: int


_kinds: dict[int, Kind] = {}


def handles(number: int, label: str, *, batch: int = 1_000) -> Callable[[Handler], Handler]:
    """Declare the handler of one kind of deadline."""

    def declare(handler: Handler) -> Handler:
        if number in _kinds:
            raise ValueError(f"deadline kind {number} is taken: {_kinds[number].label}")
        _kinds[number] = Kind(number, label, handler, batch)
        return handler

    return declare


def kinds() -> dict[int, Kind]:
    """Every declared kind, by number."""
    return dict(_kinds)


# --- writing ------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Planned:
    """One deadline to write."""

    kind: int
    subject_id: int
    due_at: datetime
    step: int = 0
    occurrence: int = 0


def schedule(planned: Iterable[Planned]) -> None:
    """Write deadlines in the transaction that makes them necessary; one already there stays as it is.

    One that was cancelled (an appointment moved away and back) is set pending again.
    """
    rows = list(planned)
    if not rows:
        return
    _require_transaction()
    with connection.cursor() as cursor:
        cursor.execute(
            """
            INSERT INTO core_deadline
                (kind, subject_id, occurrence, step, due_at, run_at, state, attempts, last_error)
            SELECT kind, subject_id, occurrence, step, due_at, due_at, 0, 0, ''
            FROM unnest(%s::smallint[], %s::bigint[], %s::bigint[], %s::smallint[], %s::timestamptz[])
                AS planned (kind, subject_id, occurrence, step, due_at)
            ON CONFLICT (subject_id, kind, occurrence, step) DO UPDATE
                SET state = 0, due_at = excluded.due_at, run_at = excluded.run_at, attempts = 0, closed_at = NULL
                WHERE core_deadline.state = 2
            """,
            [
                [row.kind for row in rows],
                [row.subject_id for row in rows],
                [row.occurrence for row in rows],
                [row.step for row in rows],
                [row.due_at for row in rows],
            ],
        )


def cancel(kinds: Collection[int], subject_ids: Collection[int], *, now: datetime) -> int:
    """Cancel what is pending (or stuck) for these subjects, in the transaction that makes it moot."""
    _require_transaction()
    return Deadline.objects.filter(
        kind__in=kinds,
        subject_id__in=subject_ids,
        state__in=[Deadline.State.PENDING, Deadline.State.STUCK],
    ).update(state=Deadline.State.CANCELLED, closed_at=now)


def _require_transaction() -> None:
    if not connection.in_atomic_block:
        raise RuntimeError("deadlines are written in the transaction that makes them necessary")


# --- working ------------------------------------------------------------------


def work(clock: Callable[[], datetime], *, seconds: float = 20.0) -> tuple[int, bool]:
    """Work whatever is due, earliest kind first; the number closed and whether work may remain.

    Two workers at once take different rows (SKIP LOCKED).
    """
    closed, end = 0, monotonic() + seconds
    while monotonic() < end:
        now = clock()
        worked = 0
        for number in _due_kinds(now):
            worked = _work_batch(_kinds[number], now)
            closed += worked
            if worked:
                break
        if not worked:
            return closed, False
    return closed, True


def _due_kinds(now: datetime) -> list[int]:
    """The kinds with something due, the longest overdue first: one index look-up a kind."""
    with connection.cursor() as cursor:
        cursor.execute(
            """
            SELECT number FROM unnest(%s::smallint[]) AS number
            CROSS JOIN LATERAL (
                SELECT run_at FROM core_deadline
                WHERE kind = number AND state = 0 AND run_at <= %s ORDER BY run_at LIMIT 1
            ) AS first ORDER BY run_at
            """,
            [list(_kinds), now],
        )
        return [number for (number,) in cursor.fetchall()]


def _work_batch(kind: Kind, now: datetime) -> int:
    """Claim, handle and close one batch in one transaction; 0 when others hold all that is due."""
    ids: list[int] = []
    try:
        with transaction.atomic():
            batch = _claim(kind, now)
            ids = [due.id for due in batch]
            if batch:
                _handle_and_close(kind, batch, now)
    except (OperationalError, InterfaceError):
        # The database went away or two batches met in a deadlock: nothing happened, nobody is poisoned.
        raise
    except Exception:
        log.exception("deadlines of kind %s (%s): batch of %s failed", kind.number, kind.label, len(ids))
        _isolate(kind, ids, now)
    return len(ids)


def _claim(kind: Kind, now: datetime, ids: Sequence[int] | None = None) -> list[Due]:
    only = "AND id = ANY(%s)" if ids is not None else ""
    parameters: list[Any] = [kind.number, now, *([list(ids)] if ids is not None else []), kind.batch]
    with connection.cursor() as cursor:
        cursor.execute(
            f"""
            SELECT id, subject_id, occurrence, step, due_at FROM core_deadline
            WHERE kind = %s AND state = 0 AND run_at <= %s {only}
            ORDER BY run_at, id LIMIT %s FOR UPDATE SKIP LOCKED
            """,
            parameters,
        )
        return [Due(*row) for row in cursor.fetchall()]


def _handle_and_close(kind: Kind, batch: Sequence[Due], now: datetime) -> None:
    outcome = kind.handler(batch, now) or {}
    other: set[int] = set()
    for state, ids in outcome.items():
        if not ids:
            continue
        rows = Deadline.objects.filter(id__in=list(ids))
        if state == Deadline.State.PENDING:
            rows.update(run_at=now + HELD_DELAY)
        else:
            rows.update(state=state, closed_at=now)
        other.update(ids)
    with connection.cursor() as cursor:
        cursor.execute(
            "UPDATE core_deadline SET state = 1, closed_at = %s WHERE id = ANY(%s)",
            [now, [due.id for due in batch if due.id not in other]],
        )


def _isolate(kind: Kind, ids: Sequence[int], now: datetime) -> None:
    """Halve a failed batch until the row that poisons it stands alone, and set that one back."""
    if len(ids) == 1:
        _set_back(kind, ids[0], now)
        return
    middle = len(ids) // 2
    for half in (ids[:middle], ids[middle:]):
        try:
            with transaction.atomic():
                batch = _claim(kind, now, half)
                if batch:
                    _handle_and_close(kind, batch, now)
        except (OperationalError, InterfaceError):
            raise
        except Exception:
            _isolate(kind, half, now)


def _set_back(kind: Kind, deadline_id: int, now: datetime) -> None:
    """Try one row alone; failing again, it waits twice as long as last time, then shows as stuck."""
    try:
        with transaction.atomic():
            batch = _claim(kind, now, [deadline_id])
            if batch:
                _handle_and_close(kind, batch, now)
    except (OperationalError, InterfaceError):
        raise
    except Exception as error:
        log.exception("deadline %s of kind %s (%s) failed", deadline_id, kind.number, kind.label)
        with transaction.atomic():
            row = Deadline.objects.select_for_update().get(pk=deadline_id)
            row.attempts += 1
            row.last_error = f"{type(error).__name__}: {error}"[:2_000]
            row.run_at = now + FIRST_DELAY * 2 ** (row.attempts - 1)
            if row.attempts >= STUCK_AFTER:
                row.state = Deadline.State.STUCK
            row.save(update_fields=["attempts", "last_error", "run_at", "state"])


def retry_stuck(ids: Collection[int], *, now: datetime) -> int:
    """Put stuck rows back to work, after somebody mended the cause."""
    return Deadline.objects.filter(id__in=ids, state=Deadline.State.STUCK).update(
        state=Deadline.State.PENDING, run_at=now, attempts=0
    )


@dataclass(frozen=True)
class Backlog:
    """How far behind the workers are."""

    due: int
    oldest_due: datetime | None
    stuck: int


def backlog(now: datetime) -> Backlog:
    """Count what is due and not worked (up to 10,000) and what is stuck."""
    with connection.cursor() as cursor:
        cursor.execute(
            """
            SELECT (SELECT count(*) FROM (
                        SELECT 1 FROM core_deadline WHERE state = 0 AND kind = ANY(%s) AND run_at <= %s LIMIT 10000
                    ) AS due),
                   (SELECT min(first.run_at) FROM unnest(%s::smallint[]) AS number
                        CROSS JOIN LATERAL (
                            SELECT run_at FROM core_deadline WHERE kind = number AND state = 0
                            ORDER BY run_at LIMIT 1
                        ) AS first WHERE first.run_at <= %s),
                   (SELECT count(*) FROM core_deadline WHERE state = 5)
            """,
            [list(_kinds), now, list(_kinds), now],
        )
        due, oldest, stuck = cursor.fetchone()
    return Backlog(due, oldest, stuck)
