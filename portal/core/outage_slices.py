"""After an outage of the portal: go through the rows it bears on slice by slice, each slice planning the next.

A deadline a kind of period stands for the work: its subject is the outage, its step the outage's revision,
its occurrence the id after which the slice begins.
"""

from collections.abc import Collection, Sequence
from datetime import datetime, timedelta
from typing import Any

from django.db.models import Exists, OuterRef, QuerySet

from portal.core import deadlines
from portal.core.deadlines import Due, Outcome, Planned
from portal.core.models import Deadline, Outage
from portal.core.working_time import Territory, end_of_period

SLICE = 1_000
# How often an outage that lasts is looked at again, and how long a period that ends meanwhile is left open.
AGAIN = timedelta(minutes=10)
MOOT, LATER = Deadline.State.MOOT, Deadline.State.PENDING


def of_use(end: datetime, place: Territory, now: datetime) -> datetime:
    """Leave at least the next working day: nobody can use time they are told of when it is over."""
    return max(end, end_of_period(now, jours_ouvres=1, territory=place))


def over(due: Due, now: datetime) -> Outage | None:
    """Give the outage this row was planned for, when it is over and has not been corrected since."""
    return Outage.objects.filter(
        pk=due.subject_id, revision=due.step, ends_at__isnull=False, ends_at__lte=now
    ).first()


def not_now(due: Due, now: datetime) -> Outcome | None:
    """Look again later at an outage that lasts; one that was corrected has a row of its own."""
    if Outage.objects.filter(pk=due.subject_id, revision=due.step).exists():
        put_off([due.id], now)
        return None
    return {MOOT: [due.id]}


def are_owed(kind: int) -> bool:
    """Say whether an outage has not been worked through yet by this kind; one that got stuck holds nobody up."""
    # Asked outage by outage: they are few, and each finds its row in the deadlines' unique index.
    waiting = Deadline.objects.filter(kind=kind, state=Deadline.State.PENDING, subject_id=OuterRef("pk"))
    return Outage.objects.filter(Exists(waiting)).exists()


def put_off(deadline_ids: Collection[int], now: datetime) -> None:
    """Keep deadlines pending a little longer; what a handler moves to a later hour is not closed."""
    Deadline.objects.filter(pk__in=deadline_ids).update(run_at=now + AGAIN)


def take_slice(asked: QuerySet[Any], after: int, *, agency: str) -> tuple[list[int], int, list[Any]]:
    """Take the next rows: their ids, how many of them somebody holds right now, and the rows locked.

    `agency` is the way from a row to its agency, read with it.
    """
    ids = list(asked.filter(pk__gt=after).order_by("pk").values_list("pk", flat=True)[:SLICE])
    rows = list(
        asked.filter(pk__in=ids)
        .select_for_update(no_key=True, skip_locked=True, of=("self",))
        .select_related(agency)
        .order_by("pk")
    )
    # One that was decided between the two questions is gone from both counts.
    held = asked.filter(pk__in=ids).count() - len(rows) if len(rows) < len(ids) else 0
    return ids, held, rows


def go_on(kind: int, due: Due, ids: Sequence[int], held: int, now: datetime) -> Outcome | None:
    """Plan the next slice when this one was full, and come back for rows that were held."""
    if len(ids) == SLICE:
        deadlines.schedule([Planned(kind, due.subject_id, now, due.step, ids[-1])])
    return {LATER: [due.id]} if held > 0 else None
