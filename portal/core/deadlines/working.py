"""Working deadlines: claim a batch, hand it to its handler, close its rows, in one transaction.

A handler gets a whole batch and closes nothing itself: the rows are closed here, in the handler's own
transaction. Killed at any instant, either both happened or neither. A batch that fails is cut in halves
until the poisoned row stands alone; that one waits longer each time, then shows as stuck.
"""

import logging
from collections.abc import Callable, Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from time import monotonic
from typing import Any

from celery.exceptions import SoftTimeLimitExceeded
from django.db import InterfaceError, OperationalError, connection, transaction

from portal.core import arrays
from portal.core.deadlines.registry import Due, Kind, fast_kinds
from portal.core.models import Deadline

log = logging.getLogger(__name__)

STUCK_AFTER = 8
FIRST_DELAY = timedelta(seconds=30)
HELD_DELAY = timedelta(seconds=2)
# So many poisoned rows in one batch are no accident but a broken handler: the rest of the batch waits.
POISONED_AT_MOST = 20


@dataclass(frozen=True)
class Worked:
    """What one round of work did."""

    closed: int
    # Time ran out while something was still due.
    more: bool


def work(clock: Callable[[], datetime], *, seconds: float = 20.0) -> Worked:
    """Work whatever is due, the longest overdue first, for at most so many seconds and one batch.

    Two workers at once take different rows (SKIP LOCKED). Raises OperationalError when there is no
    database.
    """
    closed, end = 0, monotonic() + seconds
    tired: set[int] = set()
    while monotonic() < end:
        now = clock()
        for number in _due_kinds(now, but=tired):
            try:
                claimed, done = _work_batch(fast_kinds()[number], now)
            except (OperationalError, InterfaceError):
                # Two batches met in a deadlock, a statement timed out, the connection was cut: nothing
                # happened, nobody is poisoned, and the other kinds need not wait. A database that is gone
                # altogether says so at the next question.
                log.warning("deadlines of kind %s: the database refused, later", number, exc_info=True)
                connection.close_if_unusable_or_obsolete()
                tired.add(number)
                continue
            closed += done
            if claimed:
                break
        else:
            return Worked(closed, more=False)
    return Worked(closed, more=True)


def _due_kinds(now: datetime, *, but: Iterable[int] = ()) -> list[int]:
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
            [sorted(fast_kinds().keys() - set(but)), now],
        )
        return [number for (number,) in cursor.fetchall()]


# What is nobody's poison: a database that went away or refused, a task that was told to stop.
NOT_THE_ROW = (OperationalError, InterfaceError, SoftTimeLimitExceeded)


def _work_batch(kind: Kind, now: datetime) -> tuple[int, int]:
    """Work one batch; how many rows were claimed (0 when others hold all that is due) and closed."""
    ids: list[int] = []
    try:
        with transaction.atomic():
            batch = _claim(kind, now)
            ids = [due.id for due in batch]
            return len(ids), _handle_and_close(kind, batch, now)
    except NOT_THE_ROW:
        raise
    except Exception:
        log.exception("deadlines of kind %s (%s): a batch of %s failed", kind.number, kind.label, len(ids))
    return len(ids), _Isolation(kind, now).run(ids)


def _claim(kind: Kind, now: datetime, ids: Sequence[int] | None = None) -> list[Due]:
    only = "AND id = ANY(%s::bigint[])" if ids is not None else ""
    parameters: list[Any] = [
        kind.number,
        now,
        *([arrays.of_numbers(ids)] if ids is not None else []),
        kind.batch,
    ]
    with connection.cursor() as cursor:
        cursor.execute(
            f"""
            SELECT id, subject_id, occurrence, step, (extract(epoch FROM due_at) * 1000000)::bigint
            FROM core_deadline
            WHERE kind = %s AND state = 0 AND run_at <= %s {only}
            ORDER BY run_at, id LIMIT %s FOR UPDATE SKIP LOCKED
            """,
            parameters,
        )
        return [Due._make(row) for row in cursor.fetchall()]


def _handle_and_close(kind: Kind, batch: Sequence[Due], now: datetime) -> int:
    """Run the handler and close the batch; the number closed."""
    if not batch:
        return 0
    outcome = kind.handler(batch, now) or {}
    left = {due.id for due in batch}
    for state, ids in outcome.items():
        if not left.issuperset(ids):
            raise ValueError(f"the handler of kind {kind.number} spoke twice of a row, or of a stranger's")
        left.difference_update(ids)
        if state != Deadline.State.PENDING:
            close(ids, state, now)
    close(left, Deadline.State.DONE, now)
    later = list(outcome.get(Deadline.State.PENDING, ()))
    if later:
        Deadline.objects.filter(id__in=later).update(run_at=now + HELD_DELAY)
    return len(batch) - len(later)


def close(ids: Collection[int], state: int, now: datetime) -> None:
    """Close rows, but for one that its own handler moved to a later hour."""
    if not ids:
        return
    with connection.cursor() as cursor:
        cursor.execute(
            "UPDATE core_deadline SET state = %s, closed_at = %s WHERE id = ANY(%s::bigint[]) AND run_at <= %s",
            [int(state), now, arrays.of_numbers(ids), now],
        )


class _Isolation:
    """Halving a failed batch until each row that poisons it stands alone, and is set back."""

    def __init__(self, kind: Kind, now: datetime) -> None:
        self.kind = kind
        self.now = now
        self.poisoned = 0

    def run(self, ids: Sequence[int]) -> int:
        """Work the rows in ever smaller parts; the number closed."""
        middle = len(ids) // 2
        return sum(self._attempt(half) for half in (ids[:middle], ids[middle:]) if half)

    def _attempt(self, ids: Sequence[int]) -> int:
        if self.poisoned >= POISONED_AT_MOST:
            _put_off(ids, self.now)
            return 0
        try:
            with transaction.atomic():
                return _handle_and_close(self.kind, _claim(self.kind, self.now, ids), self.now)
        except NOT_THE_ROW:
            raise
        except Exception as error:
            if len(ids) > 1:
                return self.run(ids)
            self.poisoned += 1
            log.exception("deadline %s of kind %s (%s) failed", ids[0], self.kind.number, self.kind.label)
            set_back(ids[0], error, self.now)
            return 0


def _put_off(ids: Sequence[int], now: datetime) -> None:
    """Let rows wait that nobody tried: no failure of theirs is counted."""
    Deadline.objects.filter(id__in=ids, state=Deadline.State.PENDING).update(run_at=now + FIRST_DELAY)


def set_back(deadline_id: int, error: Exception, now: datetime) -> None:
    """Let a failed row wait twice as long as last time, then show as stuck.

    Guarded: meanwhile another worker may have done it. The error's first line only: PostgreSQL names
    people's data in the following ones.
    """
    words = f"{type(error).__name__}: {error}".splitlines()[0][:500]
    with connection.cursor() as cursor:
        cursor.execute(
            """
            UPDATE core_deadline SET attempts = attempts + 1, last_error = %s,
                run_at = %s + make_interval(secs => %s * power(2, attempts)),
                state = CASE WHEN attempts + 1 >= %s THEN 5 ELSE 0 END
            WHERE id = %s AND state = 0
            """,
            [words, now, FIRST_DELAY.total_seconds(), STUCK_AFTER, deadline_id],
        )
