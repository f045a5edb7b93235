"""Plan many people's hours: when the advisor receives, free for the advisor and for each person."""

from bisect import insort
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import Any

from accounts.models import Advisor
from convocations.hours.spans import Span, asked, open_spans, without
from convocations.models import Convocation, Kind, Modality, SlotHold
from convocations.states import HOLDS_TIME
from portal.core import parameters
from portal.core.working_time import day_bounds

# How far ahead free hours are looked for: past it, somebody chooses another way.
HORIZON = timedelta(days=60)
_STEP = timedelta(minutes=5)
_ROUND = timedelta(minutes=15)


@dataclass(frozen=True, slots=True)
class Wanted:
    """One person to see, for so long; at an hour somebody chose, or at the next free one."""

    claimant_id: int
    minutes: int
    starts_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Slot:
    """The hour found for one person; none when all are taken, `taken` when a chosen one is."""

    starts_at: datetime | None
    taken: bool = False


def needs_own_hour(kind: Kind, modality: Modality) -> bool:
    """Say whether people come one after the other; a workshop gathers them, a written exchange has no hour."""
    return kind not in {Kind.WORKSHOP, Kind.SERVICE} and modality != Modality.ASYNC_MESSAGE


def propose(advisor: Advisor, *, minutes: int, now: datetime) -> datetime | None:
    """Give the first free hour after the parameter's days of notice; None when none is near."""
    after = now + timedelta(days=parameters.current().notice_default_days)
    after = after.astimezone(UTC).replace(second=0, microsecond=0)
    behind = timedelta(minutes=after.minute % 15)
    start = after + (_ROUND - behind if behind else timedelta())
    (slot,) = plan([Wanted(0, minutes)], advisor=advisor, first=start, kind=Kind.INTERVIEW)
    return slot.starts_at


def plan(
    wanted: Sequence[Wanted],
    *,
    advisor: Advisor,
    first: datetime,
    own_hour: bool = True,
    modality: Modality | None = None,
    kind: Kind | None = None,
) -> list[Slot]:
    """Give each person an hour, one after the other from `first`; three queries whatever their number.

    Hours are those in which the advisor receives (in that manner and for that kind, when they are named).

    The order is kept: who comes first on the list comes first in the day. A person who is taken at an
    hour gets the next one, and that hour goes to the next person. The database has the last word.
    """
    first = first.astimezone(UTC)
    chosen = [row.starts_at for row in wanted if row.starts_at]
    until = max([first, *chosen]) + HORIZON
    begin = min([first, *chosen])
    persons = _taken_by_person({row.claimant_id for row in wanted}, begin, until)
    if not own_hour:
        return [_at(row, row.starts_at or first, persons, []) for row in wanted]
    held = _taken_by_advisor(advisor, begin, until)
    open_hours = open_spans(advisor, first, first + HORIZON, asked(modality, kind))
    slots, full_for = [], HORIZON
    for row in wanted:
        if row.starts_at is not None:
            slot = _at(row, row.starts_at, persons, held)
        else:
            length = timedelta(minutes=row.minutes)
            start = (
                None
                if length >= full_for
                else _next_free(open_hours, length, held, persons.get(row.claimant_id, []))
            )
            if start is None and row.claimant_id not in persons:
                # Nobody after this one needs to look again for as long a time.
                full_for = min(full_for, length)
            slot = Slot(start)
        if slot.starts_at is not None and not slot.taken:
            span = (slot.starts_at, slot.starts_at + timedelta(minutes=row.minutes))
            insort(held, span)
            insort(persons.setdefault(row.claimant_id, []), span)
        slots.append(slot)
    return slots


def free_spans(advisor: Advisor, held: Sequence[Span], day: date) -> list[Span]:
    """List what is left of the hours in which an advisor receives that day, in order; one query."""
    begin, end = (moment.astimezone(UTC) for moment in day_bounds(day, advisor.agency.place.zone))
    return without([span for span in open_spans(advisor, begin, end) if span[0] < end], held)


def _at(row: Wanted, start: datetime, persons: dict[int, list[Span]], held: Sequence[Span]) -> Slot:
    start = start.astimezone(UTC)
    end = start + timedelta(minutes=row.minutes)
    taken = _in_the_way([*held, *persons.get(row.claimant_id, [])], start, end) is not None
    return Slot(start, taken)


def _next_free(
    open_hours: Sequence[Span], length: timedelta, held: Sequence[Span], own: Sequence[Span]
) -> datetime | None:
    """Walk through the open hours until nothing stands in the way for `length`."""
    busy = [*held, *own]
    for start, end in open_hours:
        while start + length <= end:
            until = _in_the_way(busy, start, start + length)
            if until is None:
                return start
            # An appointment that ends at an odd minute does not make all the next ones odd.
            odd = timedelta(minutes=until.minute % 5, seconds=until.second, microseconds=until.microsecond)
            start = until + (_STEP - odd if odd else timedelta())
    return None


def _in_the_way(spans: Sequence[Span], start: datetime, end: datetime) -> datetime | None:
    """Give the end of what overlaps these hours, None when they are free."""
    return max(
        (held_end for held_start, held_end in spans if held_start < end and held_end > start), default=None
    )


def _taken_by_advisor(advisor: Advisor, begin: datetime, until: datetime) -> list[Span]:
    rows = Convocation.objects.filter(
        advisor=advisor, starts_at__lt=until, ends_at__gt=begin, state__in=HOLDS_TIME
    ).exclude(modality=Modality.ASYNC_MESSAGE)
    own = rows.exclude(kind__in=[Kind.WORKSHOP, Kind.SERVICE]).values_list("starts_at", "ends_at")
    kept = SlotHold.objects.filter(
        advisor=advisor, request__isnull=False, starts_at__lt=until, ends_at__gt=begin
    )
    # A request that waits keeps the hour it wishes for.
    return sorted(own.union(kept.values_list("starts_at", "ends_at"), all=True))


def _taken_by_person(claimant_ids: set[int], begin: datetime, until: datetime) -> dict[int, list[Span]]:
    found: dict[int, list[Span]] = {}
    meanwhile: dict[str, Any] = {
        "claimant_id__in": claimant_ids,
        "starts_at__lt": until,
        "ends_at__gt": begin,
    }
    span = ("claimant_id", "starts_at", "ends_at")
    rows = Convocation.objects.filter(state__in=HOLDS_TIME, **meanwhile).exclude(
        modality=Modality.ASYNC_MESSAGE
    )
    kept = SlotHold.objects.filter(request__isnull=False, **meanwhile)
    both = rows.values_list(*span).union(kept.values_list(*span), all=True)
    for claimant_id, start, end in both.order_by("starts_at"):
        found.setdefault(claimant_id, []).append((start, end))
    return found
