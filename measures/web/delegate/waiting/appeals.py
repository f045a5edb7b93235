"""What people of a region contest, ask and are owed: which rows, what day each has, and how many there are.

As for cases (`waiting.cases`), each nature is cut to a page before they are put together, and before names are joined.
"""

from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import Count, F, IntegerField, Q, QuerySet, Value

from accounts.models import DecisionMaker
from measures.models import Case, CourtAppeal, Effect, GraciousAppeal, LiftRequest, Mediation
from measures.models.case import HISTORY, measured_before, seen_by
from measures.states import MEDIATION_LIVE, CourtState, GraciousState
from portal.core.prepared import prepared

PAGE = 50


@dataclass(frozen=True, slots=True)
class Sort:
    """One nature of what waits: its word in the address, its tab, what it is, what its moment means."""

    number: int
    slug: str
    tab: str
    what: str
    due: str
    icon: str
    # What asks something of a delegate by a day; the rest runs, in tabs of its own.
    presses: bool = True


GRACIOUS = Sort(1, "gracieux", "Recours gracieux", "Recours gracieux", "à répondre", "message-square")
LIFTS = Sort(2, "levees", "Demandes de levée", "Demande de levée", "à répondre", "clipboard-list")
EFFECTS = Sort(3, "effets", "Effets à faire", "Effet dû à la personne", "à faire", "circle-check")
SILENT = Sort(4, "silence", "Refus par silence", "Refus par silence", "refusé par silence le", "clock", False)
MEDIATIONS = Sort(5, "mediations", "Médiations", "Médiation", "notée le", "users", False)
COURTS = Sort(6, "tribunal", "Tribunal", "Recours au tribunal", "dépôt noté le", "eye", False)
SORTS = (GRACIOUS, LIFTS, EFFECTS, SILENT, MEDIATIONS, COURTS)
PRESSING = tuple(sort for sort in SORTS if sort.presses)
BY_NUMBER = {sort.number: sort for sort in SORTS}

# A line of the list before its names: nature, key, day, the case, the appeal (none of a wish or its effects).
Line = tuple[int, int, datetime, int, int | None]
_GRACIOUS, _ASKED = GraciousAppeal.objects, "appeal__case"
# The rows of each nature, the column of their day, the way to their case.
_WAITING: tuple[tuple[Sort, Callable[[], QuerySet[Any]], str, str], ...] = (
    (GRACIOUS, _GRACIOUS.live, "implicit_at", _ASKED),
    (LIFTS, lambda: LiftRequest.objects.filter(decided_at__isnull=True), "answer_by", "case"),
    (EFFECTS, Effect.objects.to_do, "due_at", "case"),
    (SILENT, lambda: _GRACIOUS.filter(state=GraciousState.IMPLICIT_REJECTION), "implicit_at", _ASKED),
    (
        MEDIATIONS,
        lambda: Mediation.objects.filter(state__in=sorted(MEDIATION_LIVE)),
        "declared_at",
        _ASKED,
    ),
    (COURTS, lambda: CourtAppeal.objects.filter(state=CourtState.DECLARED_FILED), "declared_at", _ASKED),
)


def count(delegate: DecisionMaker, now: datetime) -> dict[int, int]:
    """Count what waits in the region, by nature."""
    found = _counted(delegate_id=delegate.pk, region=delegate.region, oldest=now - HISTORY)
    return {nature: number for nature, number in found if number}


def lines(
    delegate: DecisionMaker,
    now: datetime,
    sorts: Collection[Sort],
    *,
    cases: QuerySet[Case] | None = None,
    after: tuple[datetime, int, int] | None = None,
) -> Sequence[Line]:
    """List what waits in the region, in these cases alone if wanted, the most pressing first; one more than a page."""
    return list(_together(_rows(delegate, now - HISTORY, sorts, cases), after))


def first_page(delegate: DecisionMaker, now: datetime) -> Sequence[Line]:
    """List what presses in the whole region, from its beginning: what a delegate sees all day."""
    return _first_page(delegate_id=delegate.pk, region=delegate.region, oldest=now - HISTORY)


@prepared
def _first_page(delegate_id: int, region: str, oldest: datetime) -> Any:
    return _together(_rows(DecisionMaker(pk=delegate_id, region=region), oldest, PRESSING), None)


@prepared
def _counted(delegate_id: int, region: str, oldest: datetime) -> Any:
    rows = _rows(DecisionMaker(pk=delegate_id, region=region), oldest, SORTS)
    each = [one.values("nature").annotate(count=Count("pk")) for _, one in rows]
    return each[0].union(*each[1:], all=True).values_list("nature", "count")


def _together(
    rows: Sequence[tuple[Sort, QuerySet[Any]]], after: tuple[datetime, int, int] | None
) -> QuerySet[Any]:
    parts = [
        _after(one, sort, after)
        .values_list("nature", "key", "when", "of_case", "of_appeal")
        .order_by("when", "key")[: PAGE + 1]
        for sort, one in rows
    ]
    if len(parts) == 1:
        return parts[0]
    return parts[0].union(*parts[1:], all=True).order_by("when", "nature", "key")[: PAGE + 1]


def _rows(
    delegate: DecisionMaker, oldest: datetime, sorts: Collection[Sort], cases: QuerySet[Case] | None = None
) -> list[tuple[Sort, QuerySet[Any]]]:
    """Give what waits, nature by nature: asked of the few rows that wait, not of all that a region ever had."""
    nobody = Value(None, output_field=IntegerField())
    found = []
    for sort, waiting, day, way in _WAITING:
        if sort not in sorts:
            continue
        rows = waiting().filter(seen_by(delegate, f"{way}__")).exclude(measured_before(oldest, f"{way}__"))
        if cases is not None:
            rows = rows.filter(**{f"{way}__in": cases.order_by().values("pk")})
        rows = rows.order_by().annotate(
            nature=Value(sort.number, output_field=IntegerField()),
            key=F("pk"),
            when=F(day),
            of_case=F(f"{way}_id"),
            of_appeal=nobody if sort is LIFTS else F("appeal_id"),
        )
        found.append((sort, rows))
    return found


def _after(rows: QuerySet[Any], sort: Sort, place: tuple[datetime, int, int] | None) -> QuerySet[Any]:
    if place is None:
        return rows
    moment, number, key = place
    later = Q(when__gt=moment)
    if sort.number > number:
        later |= Q(when=moment)
    elif sort.number == number:
        later |= Q(when=moment, key__gt=key)
    return rows.filter(later)
