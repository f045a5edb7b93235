"""What waits in a region, nature by nature: which rows, when each is due, and how many there are.

Each nature is asked by itself, by way of the row that says its day, and cut to a page before they are put together:
one question over all open cases had to join and sort the whole region for fifty lines.
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.db.models import (
    Case,
    Count,
    DurationField,
    ExpressionWrapper,
    F,
    IntegerField,
    Q,
    QuerySet,
    Value,
    When,
)
from django.db.models.functions import Coalesce

from accounts.models import DecisionMaker
from measures import models
from measures.models import Decision, Hearing, Notice
from measures.models.measure import takes_all
from measures.states import CASE_LIVE, CASE_RUNNING, CaseState
from portal.core.prepared import prepared

PAGE = 50
_S = CaseState


@dataclass(frozen=True, slots=True)
class Sort:
    """One nature of what waits: its word in the address, its tab, what is due, the states it may be met in."""

    number: int
    slug: str
    tab: str
    due: str
    icon: str
    states: frozenset[CaseState]


def _sort(number: int, slug: str, tab: str, due: str, icon: str, *states: CaseState) -> Sort:
    return Sort(number, slug, tab, due, icon, frozenset(states))


EXAMINE = _sort(1, "examiner", "À examiner", "à examiner", "clipboard-list", _S.REFERRED)
PREPARE = _sort(2, "en-examen", "En examen", "lettre ou clôture", "pencil", _S.EXAMINED, _S.NOTICE_PREPARED)
UNREAD = _sort(3, "non-lues", "Non lues", "lettre et appel", "mail", _S.NOTICE_SENT, _S.DECIDED)
ANSWERS = _sort(
    *(4, "reponses", "Réponses", "délai de la personne", "message-square"),
    *(_S.NOTICE_RECEIVED, _S.OBSERVATIONS_FILED, _S.PERIOD_ELAPSED, _S.HEARING_HELD),
)
HEARING = _sort(5, "auditions", "Auditions", "audition", "users", _S.HEARING_REQUESTED)
DECIDE = _sort(6, "decider", "À décider", "à décider", "circle-check", _S.DECISION_DUE, _S.DECIDED)
READ = _sort(7, "relire", "À relire", "à relire", "eye", _S.DECIDED)
RUNNING = _sort(
    *(8, "en-cours", "Mesures en cours", "fin de la mesure", "hourglass"), *CASE_RUNNING, _S.NOTIFIED
)
# What waits for nobody any more: asked for by itself, never counted, the latest referred first.
ENDED = Sort(9, "finies", "Finies", "finie", "check", frozenset(_S) - CASE_LIVE)
SORTS = (EXAMINE, PREPARE, UNREAD, ANSWERS, HEARING, DECIDE, READ, RUNNING, ENDED)
# What stands under «Tout»: a measure in force presses nobody.
PRESSING = SORTS[:7]
BY_NUMBER = {sort.number: sort for sort in SORTS}

# A line of the list before its names: the case, its nature, when it is due.
Line = tuple[int, int, datetime]


@dataclass(frozen=True, slots=True)
class Periods:
    """The days that parameters give: to examine a case, and until an unread letter goes on paper."""

    examine: int
    unread: int


# --- how many --------------------------------------------------------------------------


def count(delegate: DecisionMaker) -> dict[int, int]:
    """Count what waits in the region, by nature."""
    counts: dict[int, int] = {}
    for state, number in _by_state(delegate_id=delegate.pk, region=delegate.region):
        (sort,) = (sort for sort in SORTS if state in sort.states)
        counts[sort.number] = counts.get(sort.number, 0) + number
    for nature, number in _of_decided(delegate_id=delegate.pk, region=delegate.region):
        counts[nature] = counts.get(nature, 0) + number
    return counts


@prepared
def _by_state(delegate_id: int, region: str) -> Any:
    seen = models.Case.objects.visible_to(DecisionMaker(pk=delegate_id, region=region))
    states = sorted(CASE_LIVE - {_S.DECIDED})
    return seen.filter(state__in=states).values("state").annotate(n=Count("*")).values_list("state", "n")


@prepared
def _of_decided(delegate_id: int, region: str) -> Any:
    delegate = DecisionMaker(pk=delegate_id, region=region)
    rows = _decided(models.Case.objects.visible_to(delegate)).annotate(
        nature=Case(
            When(sent_at__isnull=False, then=Value(UNREAD.number)),
            When(_for_another(delegate), then=Value(READ.number)),
            default=Value(DECIDE.number),
            output_field=IntegerField(),
        )
    )
    return rows.values("nature").annotate(n=Count("pk")).values_list("nature", "n")


# --- which ------------------------------------------------------------------------------


def lines(
    delegate: DecisionMaker,
    cases: QuerySet[Any],
    periods: Periods,
    sorts: Collection[Sort],
    *,
    mine: bool,
    after: tuple[datetime, int] | None,
) -> Sequence[Line]:
    """List what waits in these cases of a delegate's region, the most pressing first; one more than a page."""
    parts = [
        rows
        for sort, rows in _natures(delegate, cases, periods.examine, periods.unread, mine)
        if sort in sorts
    ]
    return list(_together(parts, after))


def first_page(delegate: DecisionMaker, periods: Periods) -> Sequence[Line]:
    """List what waits in the whole region, from its beginning: what a delegate sees all day."""
    return _first_page(
        delegate_id=delegate.pk, region=delegate.region, examine=periods.examine, unread=periods.unread
    )


@prepared
def _first_page(delegate_id: int, region: str, examine: int, unread: int) -> Any:
    delegate = DecisionMaker(pk=delegate_id, region=region)
    cases = models.Case.objects.visible_to(delegate)
    parts = [rows for sort, rows in _natures(delegate, cases, examine, unread, False) if sort in PRESSING]
    return _together(parts, None)


def _together(parts: Sequence[QuerySet[Any]], after: tuple[datetime, int] | None) -> QuerySet[Any]:
    cut = []
    for rows in parts:
        if after:
            moment, key = after
            rows = rows.filter(Q(due__gt=moment) | Q(due=moment, key__gt=key))
        cut.append(rows.order_by("due", "key").values_list("key", "nature", "due")[: PAGE + 1])
    if len(cut) == 1:
        return cut[0]
    return cut[0].union(*cut[1:], all=True).order_by("due", "key")[: PAGE + 1]


def _natures(
    delegate: DecisionMaker, cases: QuerySet[Any], examine: int, unread: int, mine: bool
) -> list[tuple[Sort, QuerySet[Any]]]:
    """Give each nature with its rows, their `key` and when they are `due`."""
    own = cases.filter(decider=delegate) if mine else cases
    decided, another = _decided(own), _for_another(delegate)
    unsent = decided.filter(sent_at__isnull=True)
    heard = _beside(Hearing, own, HEARING.states).filter(dropped_at__isnull=True)
    told = _beside(Notice, own, [_S.NOTICE_SENT])
    known = (
        (EXAMINE, _in(own, EXAMINE.states), F("referred_at") + _days(examine)),
        (PREPARE, _in(own, PREPARE.states), F("taken_at") + _days(examine)),
        (UNREAD, told, F("sent_at") + _days(unread)),
        (UNREAD, decided.filter(sent_at__isnull=False), F("sent_at") + _days(unread)),
        (ANSWERS, _beside(Notice, own, ANSWERS.states), F("observations_until")),
        (HEARING, heard, Coalesce("at", "case__decide_by")),
        (DECIDE, _in(own, [_S.DECISION_DUE]), F("decide_by")),
        (DECIDE, unsent.exclude(another), F("case__decide_by")),
        # Whoever reads second has it in nobody's hands but the author's.
        (READ, _decided(cases).filter(another, sent_at__isnull=True), F("case__decide_by")),
        (RUNNING, _decided(own, RUNNING.states), F("ends_at")),
    )
    return [(sort, _told(sort, rows, due)) for sort, rows, due in known]


def _in(cases: QuerySet[Any], states: Collection[CaseState]) -> QuerySet[Any]:
    return cases.filter(state__in=sorted(states))


def _beside(kind: Any, cases: QuerySet[Any], states: Collection[CaseState]) -> QuerySet[Any]:
    """Give the rows of a kind whose case is in one of these states."""
    rows: QuerySet[Any] = kind.objects.filter(case__in=_in(cases, states).order_by().values("pk"))
    return rows


def _decided(cases: QuerySet[Any], states: Collection[CaseState] = (_S.DECIDED,)) -> QuerySet[Any]:
    """Give the decisions that were not put aside, of cases in one of these states."""
    return _beside(Decision, cases, states).filter(set_aside_at__isnull=True)


def _for_another(delegate: DecisionMaker) -> Q:
    """Say which unsent decisions wait for the second reading of this delegate."""
    return takes_all() & Q(second_read_at__isnull=True) & ~Q(author_id=delegate.pk)


def _told(sort: Sort, rows: QuerySet[Any], due: Any) -> QuerySet[Any]:
    key = F("pk" if rows.model is models.Case else "case_id")
    return rows.order_by().annotate(key=key, nature=Value(sort.number, output_field=IntegerField()), due=due)


def _days(number: int) -> Any:
    return ExpressionWrapper(
        Value(number, output_field=IntegerField()) * Value(timedelta(days=1)), output_field=DurationField()
    )
