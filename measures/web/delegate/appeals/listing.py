"""What people of the region contest or ask, and what they are owed: by what is due first, a page at a time."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_safe

from accounts.access import decision_maker_required
from accounts.models import DecisionMaker
from measures.models import AppealCase, Case
from measures.told import desk
from measures.web.delegate.listing import of_person
from measures.web.delegate.waiting import appeals as waiting
from measures.web.delegate.waiting.appeals import (
    BY_NUMBER,
    EFFECTS,
    GRACIOUS,
    LIFTS,
    PRESSING,
    SILENT,
    SORTS,
    Line,
    Sort,
)
from portal.core import clock, keyset
from portal.core.french import URGENCY_TONES, due_in, plural, short_date, urgency
from portal.core.working_time import Territory

ELSEWHERE = "À répondre par une autre personne\u00a0: vous avez pris ou relu cette décision"
_OF_CASE = (
    *("pk", "ref", "claimant__user__first_name", "claimant__user__last_name"),
    *("agency__name", "agency__territory"),
)
# Whoever took, read or refused what is contested.
_OF_APPEAL = ("pk", "ref", "decision__author_id", "decision__second_reader_id", "lift__decided_by_id")


@dataclass(frozen=True, slots=True)
class Filters:
    """What the address asks for; anything it says wrongly is as if it had not been said."""

    sort: Sort | None
    person: str
    after: tuple[datetime, int, int] | None

    @classmethod
    def of(cls, request: HttpRequest) -> "Filters":
        """Read them from the address."""
        place = keyset.read(request.GET.get("apres", ""), 2)
        wanted = request.GET.get("nature", "")
        return cls(
            sort=next((sort for sort in SORTS if sort.slug == wanted), None),
            person=request.GET.get("personne", "").strip()[:80],
            after=(place[0], place[1][0], place[1][1]) if place else None,
        )

    @property
    def named(self) -> dict[str, str]:
        """Give them as the address has them, without the place in the list."""
        return {"nature": self.sort.slug if self.sort else "", "personne": self.person}


NO_FILTER = Filters(None, "", None)


@require_safe
@decision_maker_required
def index(request: HttpRequest, delegate: DecisionMaker) -> HttpResponse:
    """Show the appeals and wishes that wait for an answer in the region, the most pressing first."""
    now, filters = clock.now(), Filters.of(request)
    counts = waiting.count(delegate, now)
    lines, more = keyset.cut(_lines(delegate, filters, now), waiting.PAGE)
    pressing = sum(count for number, count in counts.items() if BY_NUMBER[number].presses)
    context = {
        "title": "Recours et levées",
        "lead": f"{delegate.region}. {plural(pressing, 'demande')} à traiter."
        if pressing
        else delegate.region,
        "rule": desk.ONE_DECIDES,
        "tabs": _tabs(filters, counts, pressing),
        "filters": filters,
        "reset_url": keyset.address({"nature": filters.named["nature"]}),
        "rows": [_shown(line, case, appeal, delegate, now) for line, case, appeal in _named(lines)],
        # Nothing presses, though a mediation may run: that is no search without a result.
        "empty": not counts or (not lines and filters == NO_FILTER),
        "next_url": keyset.address(filters.named, apres=keyset.write(lines[-1][2], *lines[-1][:2]))
        if more
        else "",
        "first_url": keyset.address(filters.named) if filters.after else "",
    }
    return render(request, "measures/delegate/appeals/list.html", context)


def _lines(delegate: DecisionMaker, filters: Filters, now: datetime) -> Sequence[Line]:
    """List what is to be shown, and one more than a page has."""
    if filters == NO_FILTER:
        return waiting.first_page(delegate, now)
    cases = of_person(Case.objects.all(), filters.person) if filters.person else None
    sorts = [filters.sort] if filters.sort else PRESSING
    return waiting.lines(delegate, now, sorts, cases=cases, after=filters.after)


def _named(lines: Sequence[Line]) -> Iterator[tuple[Line, tuple[Any, ...], tuple[Any, ...]]]:
    """Give with each line what is shown of its case, and of its appeal: joined for a page, not for a region."""
    cases = Case.objects.filter(pk__in={line[3] for line in lines}).order_by().values_list(*_OF_CASE)
    appeals = AppealCase.objects.filter(pk__in={line[4] for line in lines if line[4]}).order_by()
    of_case = {row[0]: row for row in cases}
    of_appeal = {row[0]: row for row in appeals.values_list(*_OF_APPEAL)}
    nobody = (None,) * len(_OF_APPEAL)
    return ((line, of_case[line[3]], of_appeal.get(line[4], nobody)) for line in lines if line[3] in of_case)


def _tabs(filters: Filters, counts: dict[int, int], total: int) -> list[dict[str, Any]]:
    base = {**filters.named, "nature": ""}
    every = [{"label": "Tout", "url": keyset.address(base), "current": filters.sort is None, "count": total}]
    return every + [
        {
            "label": sort.tab,
            "url": keyset.address({**base, "nature": sort.slug}),
            "current": filters.sort == sort,
            "count": counts.get(sort.number, 0),
        }
        for sort in SORTS
    ]


def _shown(
    line: Line, case: tuple[Any, ...], appeal: tuple[Any, ...], delegate: DecisionMaker, now: datetime
) -> dict[str, Any]:
    nature, key, when, *_ = line
    _, ref, first, last, office, place = case
    _, appeal_ref, *authors = appeal
    sort, zone = BY_NUMBER[nature], Territory(place).zone
    level = urgency(when, now, zone) if sort.presses else "calm"
    answered = sort in (GRACIOUS, SILENT)
    return {
        "ref": ref,
        "name": f"{first} {last}",
        "url": _where(sort, key, ref, appeal_ref),
        "icon": sort.icon,
        "label": sort.what,
        "tone": "neutral",
        "meta": office,
        # Whoever took or read the decision never answers the appeal against it.
        "hands": ELSEWHERE if answered and delegate.pk in authors else "",
        "due": f"{sort.due} {due_in(when, now, zone)}"
        if sort.presses
        else f"{sort.due} {short_date(when.astimezone(zone).date())}",
        "level": level,
        "due_tone": URGENCY_TONES[level],
    }


def _where(sort: Sort, key: int, ref: str, appeal_ref: str) -> str:
    """Give the page on which it is done."""
    if sort is LIFTS:
        return reverse("decisions:lift", args=[ref])
    if sort is EFFECTS:
        return reverse("decisions:prove", args=[key])
    return reverse("decisions:appeal", args=[appeal_ref])
