"""What people of the region contest or ask, and what they are owed: by what is due first, a page at a time."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import Count, F, IntegerField, Q, QuerySet, Value
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_safe

from accounts.access import decision_maker_required
from accounts.models import DecisionMaker
from measures.models import Case, CourtAppeal, Effect, GraciousAppeal, LiftRequest, Mediation
from measures.states import CourtState, GraciousState, MediationState
from measures.told import desk
from measures.web.delegate.listing import of_person
from portal.core import clock, keyset
from portal.core.french import URGENCY_TONES, due_in, plural, short_date, urgency
from portal.core.references import to_text
from portal.core.working_time import Territory

PAGE = 50
ELSEWHERE = "À répondre par une autre personne\u00a0: vous avez pris ou relu cette décision"
_COLUMNS = (
    *("nature", "key", "when", "case_ref", "appeal_ref", "first", "last", "office", "place"),
    *("by", "second", "refused_by"),
)
# The row is its own `case`, or reaches it through the appeal.
_BY_APPEAL = "appeal__"


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
_BY_NUMBER = {sort.number: sort for sort in SORTS}


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


@require_safe
@decision_maker_required
def index(request: HttpRequest, delegate: DecisionMaker) -> HttpResponse:
    """Show the appeals and wishes that wait for an answer in the region, the most pressing first."""
    now, filters = clock.now(), Filters.of(request)
    cases = Case.objects.visible_to(delegate).in_sight(now)
    counts = _counts(cases)
    lines, more = keyset.cut(_page(of_person(cases, filters.person), filters), PAGE)
    waiting = sum(count for number, count in counts.items() if _BY_NUMBER[number].presses)
    context = {
        "title": "Recours et levées",
        "lead": f"{delegate.region}. {plural(waiting, 'demande')} à traiter." if waiting else delegate.region,
        "rule": desk.ONE_DECIDES,
        "tabs": _tabs(filters, counts, waiting),
        "filters": filters,
        "reset_url": keyset.address({"nature": filters.named["nature"]}),
        "rows": [_shown(line, delegate, now) for line in lines],
        "empty": not counts,
        "next_url": keyset.address(filters.named, apres=keyset.write(lines[-1][2], *lines[-1][:2]))
        if more
        else "",
        "first_url": keyset.address(filters.named) if filters.after else "",
    }
    return render(request, "measures/delegate/appeals/list.html", context)


def _natures(cases: QuerySet[Any]) -> list[tuple[Sort, QuerySet[Any]]]:
    """Give what waits in these cases, nature by nature, each with the same columns."""
    gracious, live = GraciousAppeal.objects, [MediationState.FILED, MediationState.IN_MEDIATION]
    silent = gracious.filter(state=GraciousState.IMPLICIT_REJECTION)
    courts = CourtAppeal.objects.filter(state=CourtState.DECLARED_FILED)
    return [
        (GRACIOUS, _columns(gracious.live(), GRACIOUS, "implicit_at", cases, _BY_APPEAL)),
        (LIFTS, _columns(LiftRequest.objects.filter(decided_at=None), LIFTS, "answer_by", cases)),
        (EFFECTS, _columns(Effect.objects.to_do(), EFFECTS, "due_at", cases)),
        (SILENT, _columns(silent, SILENT, "implicit_at", cases, _BY_APPEAL)),
        (
            MEDIATIONS,
            _columns(Mediation.objects.filter(state__in=live), MEDIATIONS, "declared_at", cases, _BY_APPEAL),
        ),
        (COURTS, _columns(courts, COURTS, "declared_at", cases, _BY_APPEAL)),
    ]


def _columns(
    rows: QuerySet[Any], sort: Sort, moment: str, cases: QuerySet[Any], way: str = ""
) -> QuerySet[Any]:
    nobody = Value(None, output_field=IntegerField())
    case = f"{way}case__"
    return (
        rows.filter(**{f"{way}case__in": cases.order_by().values("pk")})
        .order_by()
        .annotate(
            nature=Value(sort.number, output_field=IntegerField()),
            key=F("pk"),
            when=F(moment),
            case_ref=F(f"{case}ref"),
            appeal_ref=nobody if sort is LIFTS else F("appeal__ref"),
            first=F(f"{case}claimant__user__first_name"),
            last=F(f"{case}claimant__user__last_name"),
            office=F(f"{case}agency__name"),
            place=F(f"{case}agency__territory"),
            by=F("appeal__decision__author_id") if way else nobody,
            second=F("appeal__decision__second_reader_id") if way else nobody,
            refused_by=F("appeal__lift__decided_by_id") if way else nobody,
        )
    )


def _counts(cases: QuerySet[Any]) -> dict[int, int]:
    each = [rows.values("nature").annotate(count=Count("pk")) for _, rows in _natures(cases)]
    found = each[0].union(*each[1:], all=True).values_list("nature", "count")
    return {number: count for number, count in found if count}


def _page(cases: QuerySet[Any], filters: Filters) -> list[Any]:
    parts = [
        _after(rows, sort, filters.after).values_list(*_COLUMNS).order_by("when", "key")[: PAGE + 1]
        for sort, rows in _natures(cases)
        if (sort == filters.sort if filters.sort else sort.presses)
    ]
    if len(parts) == 1:
        return list(parts[0])
    return list(parts[0].union(*parts[1:], all=True).order_by("when", "nature", "key")[: PAGE + 1])


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


def _shown(line: tuple[Any, ...], delegate: DecisionMaker, now: datetime) -> dict[str, Any]:
    nature, key, when, ref, appeal_ref, first, last, office, place, *authors = line
    sort, zone = _BY_NUMBER[nature], Territory(place).zone
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


def _where(sort: Sort, key: int, ref: Any, appeal_ref: int | None) -> str:
    """Give the page on which it is done."""
    if sort is LIFTS:
        return reverse("decisions:lift", args=[ref])
    if sort is EFFECTS:
        return reverse("decisions:prove", args=[key])
    return reverse(
        "decisions:appeal", args=[to_text("RC", appeal_ref) if isinstance(appeal_ref, int) else appeal_ref]
    )
