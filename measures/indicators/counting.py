"""Count what became of the procedures of a year, and how many days each step took; about no person."""

from collections import Counter
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from django.db.models import (
    Aggregate,
    Count,
    DurationField,
    Expression,
    ExpressionWrapper,
    F,
    FilteredRelation,
    Q,
    QuerySet,
)
from django.db.models.functions import ExtractQuarter

from measures.indicators import appeals, small
from measures.models import Case, Outcome
from measures.states import CASE_OPEN, CaseState

_S = CaseState
_QUARTERS = {1: "Janvier à mars", 2: "Avril à juin", 3: "Juillet à septembre", 4: "Octobre à décembre"}
_ENDED = {
    _S.CLOSED: "Close sans mesure",
    _S.LAPSED: "Close en faveur de la personne, faute de décision à temps",
    _S.WITHDRAWN: "Retirée",
    _S.ANNULLED: "Annulée",
}
_OPEN_LABEL = "Examen en cours"
_STEPS = (
    ("De la transmission à la lettre d’information", "referred_at", "notice__sent_at"),
    ("De la lettre d’information à sa lecture", "notice__sent_at", "notice__received_at"),
    ("De la lecture à la décision", "notice__received_at", "decision__sent_at"),
    ("De la décision à sa lecture", "decision__sent_at", "decision__notified_at"),
)
_DAY_SECONDS = 86_400


class Median(Aggregate):
    """The middle one of what is not null (PostgreSQL's percentile_cont)."""

    function = "PERCENTILE_CONT"
    template = "%(function)s(0.5) WITHIN GROUP (ORDER BY %(expressions)s)"
    output_field = DurationField()


@dataclass(frozen=True, slots=True)
class Cell:
    """One figure, None where it is too small to be told."""

    label: str
    count: int | None


@dataclass(frozen=True, slots=True)
class Pace:
    """The median of one step in days, None where too few went through it."""

    label: str
    days: int | None


@dataclass(frozen=True, slots=True)
class Figures:
    """What a year's procedures became; each list in a fixed order."""

    referred: list[Cell]
    outcomes: list[Cell]
    appeals: list[Cell]
    paces: list[Pace]


def of_year(year: int, zone: ZoneInfo, agency_id: int | None = None) -> Figures:
    """Count the procedures that were referred in a year, of an agency or of the whole service; three queries."""
    first, after = datetime(year, 1, 1, tzinfo=zone), datetime(year + 1, 1, 1, tzinfo=zone)
    cases = Case.objects.filter(referred_at__gte=first, referred_at__lt=after).alias(
        decision=FilteredRelation("decisions", condition=Q(decisions__set_aside_at__isnull=True))
    )
    if agency_id is not None:
        cases = cases.filter(agency_id=agency_id)
    rows: QuerySet[Any, Any] = cases.values_list(
        ExtractQuarter("referred_at", tzinfo=zone), "state", "decision__outcome"
    ).annotate(count=Count("pk"))
    quarters: Counter[int] = Counter()
    outcomes: Counter[str] = Counter()
    for quarter, state, outcome, count in rows.order_by():
        quarters[quarter] += count
        outcomes[_became(state, outcome)] += count
    labels = [_OPEN_LABEL, *_ENDED.values(), *(one.label for one in Outcome)]
    followed = appeals.of(first, after, agency_id)
    return Figures(
        referred=[Cell(label, small.told(quarters[number])) for number, label in _QUARTERS.items()],
        outcomes=[Cell(label, small.told(outcomes[label])) for label in labels],
        appeals=[Cell(label, small.told(followed[key])) for key, label in appeals.RESULTS],
        paces=_paces(cases),
    )


def _became(state: str, outcome: str | None) -> str:
    if state in CASE_OPEN:
        return _OPEN_LABEL
    if state in _ENDED:
        return _ENDED[_S(state)]
    return Outcome(str(outcome)).label


def _paces(cases: QuerySet[Any, Any]) -> list[Pace]:
    asked: dict[str, Expression] = {}
    for number, (_, begin, end) in enumerate(_STEPS):
        took = ExpressionWrapper(F(end) - F(begin), output_field=DurationField())
        asked[f"median_{number}"], asked[f"count_{number}"] = Median(took), Count(took)
    found = cases.aggregate(**asked)
    return [
        Pace(
            label,
            round(found[f"median_{number}"].total_seconds() / _DAY_SECONDS)
            if found[f"count_{number}"] >= small.STEP
            else None,
        )
        for number, (label, _, _) in enumerate(_STEPS)
    ]
