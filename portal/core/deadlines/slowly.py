"""Working slow deadlines: one row at a time, found out without a transaction, written down in a short one.

Looking into a file can take a minute, and a scanner can fall silent. So these rows have a lane of their
own, with few places, and while one is looked at nothing is locked but its name: an advisory lock of the
session, gone the moment its holder is killed. The common tick never sees them.
"""

import logging
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from time import monotonic

from django.db import connection, transaction

from portal.core.deadlines.registry import Due, NoAnswer, Settle, SlowKind, slow_kind
from portal.core.deadlines.working import NOT_THE_ROW, Worked, close, set_back
from portal.core.models import Deadline
from portal.core.places import hold, let_go

log = logging.getLogger(__name__)

# How soon a row is tried again when what it asks did not answer.
NO_ANSWER_DELAY = timedelta(seconds=15)


def work_slowly(
    number: int, clock: Callable[[], datetime], *, seconds: float = 10.0, places: int = 1
) -> Worked | None:
    """Work what is due of one slow kind; the last row may end after the seconds are over.

    None when as many workers as there are places are at it already. Whatever does not answer ends the
    round: the next one asks again.
    """
    kind = slow_kind(number)
    with _place(number, places) as free:
        return _work(kind, clock, seconds, places) if free else None


def _work(kind: SlowKind, clock: Callable[[], datetime], seconds: float, places: int) -> Worked:
    closed, end = 0, monotonic() + seconds
    while monotonic() < end:
        with _hold_one(kind.number, clock(), places) as due:
            if due is None:
                return Worked(closed, more=False)
            try:
                closed += _work_one(kind, due, clock)
            except NoAnswer as silence:
                log.warning("deadline %s (%s) waits: %s", due.id, kind.label, silence)
                later = clock() + NO_ANSWER_DELAY
                Deadline.objects.filter(pk=due.id, state=Deadline.State.PENDING).update(run_at=later)
                return Worked(closed, more=False)
    return Worked(closed, more=True)


def _work_one(kind: SlowKind, due: Due, clock: Callable[[], datetime]) -> int:
    """Look, then write down and close in one transaction; a row that fails is set back."""
    try:
        with kind.look(due) as settle:
            return _settle(due, settle, clock())
    except (NoAnswer, *NOT_THE_ROW):
        raise
    except Exception as error:
        log.exception("deadline %s of kind %s (%s) failed", due.id, kind.number, kind.label)
        set_back(due.id, error, clock())
        return 0


@transaction.atomic
def _settle(due: Due, settle: Settle | None, now: datetime) -> int:
    # Cancelled, or done by another after our connection was cut: what we found is no longer asked for.
    if not Deadline.objects.select_for_update().filter(pk=due.id, state=Deadline.State.PENDING).exists():
        return 0
    if settle is not None:
        settle(now)
    close([due.id], Deadline.State.DONE, now)
    return 1


@contextmanager
def _place(number: int, places: int) -> Iterator[bool]:
    """Take one of the few places of this lane: a silent scanner must not take every worker."""
    for place in range(places):
        if hold("slow deadlines", number * 100 + place):
            break
    else:
        yield False
        return
    try:
        yield True
    finally:
        let_go("slow deadlines", number * 100 + place)


@contextmanager
def _hold_one(number: int, now: datetime, places: int) -> Iterator[Due | None]:
    """Hold the next row nobody else looks at; one never tried comes before one that found no answer."""
    for due in _due(number, now, places):
        if not hold("slow deadline", due.id):
            continue
        try:
            # Read again: another may have closed it, or put it off, just before we held it.
            if Deadline.objects.filter(pk=due.id, state=Deadline.State.PENDING, run_at__lte=now).exists():
                yield due
                return
        finally:
            let_go("slow deadline", due.id)
    yield None


def _due(number: int, now: datetime, places: int) -> list[Due]:
    with connection.cursor() as cursor:
        cursor.execute(
            """
            SELECT id, subject_id, occurrence, step, (extract(epoch FROM due_at) * 1000000)::bigint FROM core_deadline
            WHERE kind = %s AND state = 0 AND run_at <= %s ORDER BY run_at > due_at, run_at, id LIMIT %s
            """,
            # The others hold one each; some more may be closed between this question and the next.
            [number, now, 2 * places + 2],
        )
        return [Due(*row) for row in cursor.fetchall()]
