"""The region's cases, by what is due first; filters live in the address, pages follow one another by key."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import Case as Either
from django.db.models import DateTimeField, F, FilteredRelation, Q, QuerySet, SmallIntegerField, Value, When
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from accounts.access import decision_maker_required
from accounts.models import DecisionMaker
from measures.models import Case
from measures.states import CaseState
from measures.told import desk
from measures.web.delegate.waiting import cases as waiting
from measures.web.delegate.waiting.cases import (
    ANSWERS,
    BY_NUMBER,
    ENDED,
    PRESSING,
    READ,
    RUNNING,
    SORTS,
    UNREAD,
    Line,
    Periods,
    Sort,
)
from portal.core import clock, keyset, parameters
from portal.core.french import URGENCY_TONES, due_in, full_date, last_day, plural, short_date, urgency
from portal.core.references import to_number
from portal.core.working_time import Territory

_S = CaseState
_COLUMNS = (
    "pk",
    "ref",
    "claimant__user__first_name",
    "claimant__user__last_name",
    "state",
    "facts_on",
    "agency__name",
    "agency__territory",
    "decider_id",
    "decider__user__first_name",
    "decider__user__last_name",
)


@dataclass(frozen=True, slots=True)
class Filters:
    """What the address asks for; anything it says wrongly is as if it had not been said."""

    sort: Sort | None
    mine: bool
    person: str
    after: tuple[datetime, int] | None

    @classmethod
    def of(cls, request: HttpRequest) -> "Filters":
        """Read them from the address."""
        place = keyset.read(request.GET.get("apres", ""), 1)
        wanted = request.GET.get("nature", "")
        return cls(
            sort=next((sort for sort in SORTS if sort.slug == wanted), None),
            mine=request.GET.get("miennes") == "1",
            person=request.GET.get("personne", "").strip()[:80],
            after=(place[0], place[1][0]) if place else None,
        )

    @property
    def named(self) -> dict[str, str]:
        """Give them as the address has them, without the place in the list."""
        return {
            "nature": self.sort.slug if self.sort else "",
            "miennes": "1" if self.mine else "",
            "personne": self.person,
        }


NO_FILTER = Filters(None, False, "", None)


@require_safe
@decision_maker_required
def index(request: HttpRequest, delegate: DecisionMaker) -> HttpResponse:
    """Show what waits in the region, the most pressing first; measures in force stand in a list of their own."""
    now, filters = clock.now(), Filters.of(request)
    counts = waiting.count(delegate)
    lines, more = keyset.cut(_lines(delegate, filters, now), waiting.PAGE)
    last = lines[-1] if lines else None
    open_count = sum(count for nature, count in counts.items() if nature != RUNNING.number)
    context = {
        "title": "Procédures",
        "lead": f"{delegate.region}. {plural(open_count, 'procédure')} à suivre."
        if open_count
        else delegate.region,
        "rule": desk.ONE_DECIDES,
        "tabs": _tabs(filters, counts, open_count),
        "filters": filters,
        "filtered": filters.mine or filters.person,
        "reset_url": keyset.address({"nature": filters.named["nature"]}),
        "rows": [_shown(*line, delegate=delegate, now=now) for line in _named(lines)],
        # Nothing presses, though measures may be in force: that is no search without a result.
        "empty": filters.sort is not ENDED and (not counts or (not lines and filters == NO_FILTER)),
        "next_url": keyset.address(filters.named, apres=keyset.write(last[2] or now, last[0]))
        if more and last
        else "",
        "first_url": keyset.address(filters.named) if filters.after else "",
    }
    return render(request, "measures/delegate/list.html", context)


def _lines(delegate: DecisionMaker, filters: Filters, now: datetime) -> Sequence[Line]:
    """List the cases to show with their nature and day, and one more than a page has."""
    if filters.sort is ENDED:
        return _ended(delegate, filters, now)
    in_force = parameters.current()
    periods = Periods(in_force.case_examine_days, in_force.notice_unread_days)
    if filters == NO_FILTER:
        return waiting.first_page(delegate, periods)
    return waiting.lines(
        delegate,
        of_person(Case.objects.visible_to(delegate), filters.person),
        periods,
        [filters.sort] if filters.sort else PRESSING,
        mine=filters.mine,
        after=filters.after,
    )


def _ended(delegate: DecisionMaker, filters: Filters, now: datetime) -> Sequence[Line]:
    """Give the region's finished cases that may still be seen, with their end; the latest referred first."""
    cases = (
        Case.objects.visible_to(delegate)
        .in_sight(now)
        .filter(state__in=sorted(ENDED.states))
        .annotate(decision=FilteredRelation("decisions", condition=Q(decisions__set_aside_at__isnull=True)))
        .annotate(
            nature=Value(ENDED.number, output_field=SmallIntegerField()),
            due=Either(
                When(state=_S.EXPIRED, then=F("decision__ends_at")),
                default=F("ended_at"),
                output_field=DateTimeField(),
            ),
        )
    )
    if filters.mine:
        cases = cases.filter(decider=delegate)
    cases = of_person(cases, filters.person)
    if filters.after:
        cases = cases.filter(pk__lt=filters.after[1])
    return list(cases.order_by("-pk").values_list("pk", "nature", "due")[: waiting.PAGE + 1])


def _named(lines: Sequence[Line]) -> Iterator[tuple[int, datetime, tuple[Any, ...]]]:
    """Give each line's nature and day with what is shown of its case: joined for a page, not for a region."""
    rows = Case.objects.filter(pk__in=[key for key, _, _ in lines]).order_by().values_list(*_COLUMNS)
    found = {row[0]: row for row in rows}
    return ((nature, due, found[key]) for key, nature, due in lines if key in found)


def of_person(cases: QuerySet[Any], words: str) -> QuerySet[Any]:
    """Keep the case of this reference, or those of people whose name has each of the words."""
    try:
        return cases.filter(ref=to_number("PR", words)) if words else cases
    except ValueError:
        pass
    for word in words.split()[:5]:
        cases = cases.filter(
            Q(claimant__user__last_name__unaccent__icontains=word)
            | Q(claimant__user__first_name__unaccent__icontains=word)
        )
    return cases


def _tabs(filters: Filters, counts: dict[int, int], total: int) -> list[dict[str, Any]]:
    base = {**filters.named, "nature": ""}
    every = [{"label": "Tout", "url": keyset.address(base), "current": filters.sort is None, "count": total}]
    return every + [
        {
            "label": sort.tab,
            "url": keyset.address({**base, "nature": sort.slug}),
            "current": filters.sort == sort,
            "count": None if sort is ENDED else counts.get(sort.number, 0),
        }
        for sort in SORTS
    ]


def _shown(
    nature: int, due: datetime | None, line: tuple[Any, ...], *, delegate: DecisionMaker, now: datetime
) -> dict[str, Any]:
    _, ref, first, last, state, facts_on, agency, territory, decider, by_first, by_last = line
    sort, zone = BY_NUMBER[nature], Territory(territory).zone
    label, tone = desk.STANDS[state]
    if sort is UNREAD and state == _S.DECIDED:
        label, tone = desk.DECISION_SENT
    if sort is READ:
        label, tone = desk.TO_READ_SECOND
    # The person's own time, and a measure's days, press nobody here.
    presses = sort not in (ANSWERS, RUNNING, UNREAD, ENDED)
    level = urgency(due, now, zone) if due and presses else "calm"
    return {
        "ref": ref,
        "name": f"{first} {last}",
        "url": f"/decisions/{ref}/",
        "icon": sort.icon,
        "label": label,
        "tone": tone,
        "meta": f"Faits du {full_date(facts_on)}, {agency}",
        "hands": "En vos mains"
        if decider == delegate.pk
        else f"Examinée par {by_first} {by_last}"
        if decider
        else "",
        "due": _due(sort, due, now, zone),
        "level": level,
        "due_tone": URGENCY_TONES[level],
    }


def _due(sort: Sort, due: datetime | None, now: datetime, zone: Any) -> str:
    if due is None:
        return ""
    if sort is ENDED:
        return f"{sort.due} le {short_date(last_day(due, zone))}"
    if sort in (ANSWERS, RUNNING) or (sort is UNREAD and due > now):
        return f"{sort.due}\u00a0: {short_date(last_day(due, zone))}"
    if sort is UNREAD:
        return "lettre et appel demandés"
    return f"{sort.due} {due_in(due, now, zone)}"
