"""The region's cases, by what is due first; filters live in the address, pages follow one another by key."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.db.models import Case as Either
from django.db.models import (
    Count,
    DateTimeField,
    F,
    FilteredRelation,
    Q,
    QuerySet,
    SmallIntegerField,
    Value,
    When,
)
from django.db.models.functions import Coalesce
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from accounts.access import decision_maker_required
from accounts.models import DecisionMaker
from measures.models import Case
from measures.states import CASE_OPEN, CASE_RUNNING, CaseState
from measures.told import desk
from portal.core import clock, keyset, parameters
from portal.core.french import URGENCY_TONES, due_in, full_date, last_day, plural, short_date, urgency
from portal.core.references import to_number
from portal.core.working_time import Territory

PAGE = 50
_S = CaseState


@dataclass(frozen=True, slots=True)
class Sort:
    """One nature of what waits: its word in the address, its tab, what is due."""

    number: int
    slug: str
    tab: str
    due: str
    icon: str


EXAMINE = Sort(1, "examiner", "À examiner", "à examiner", "clipboard-list")
PREPARE = Sort(2, "en-examen", "En examen", "lettre ou clôture", "pencil")
UNREAD = Sort(3, "non-lues", "Non lues", "lettre et appel", "mail")
ANSWERS = Sort(4, "reponses", "Réponses", "délai de la personne", "message-square")
HEARING = Sort(5, "auditions", "Auditions", "audition", "users")
DECIDE = Sort(6, "decider", "À décider", "à décider", "circle-check")
READ = Sort(7, "relire", "À relire", "à relire", "eye")
RUNNING = Sort(8, "en-cours", "Mesures en cours", "fin de la mesure", "hourglass")
# What waits for nobody any more: asked for by itself, never counted, the latest referred first.
ENDED = Sort(9, "finies", "Finies", "finie", "check")
SORTS = (EXAMINE, PREPARE, UNREAD, ANSWERS, HEARING, DECIDE, READ, RUNNING, ENDED)
_BY_NUMBER = {sort.number: sort for sort in SORTS}
_OPEN = CASE_OPEN | CASE_RUNNING | {_S.NOTIFIED}
_ENDED = frozenset(_S) - _OPEN
_COLUMNS = (
    "pk",
    "ref",
    "claimant__user__first_name",
    "claimant__user__last_name",
    "state",
    "nature",
    "due",
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


@require_safe
@decision_maker_required
def index(request: HttpRequest, delegate: DecisionMaker) -> HttpResponse:
    """Show what waits in the region, the most pressing first; measures in force stand in a list of their own."""
    now, filters = clock.now(), Filters.of(request)
    cases = _waiting(delegate, now)
    counts = dict(
        cases.order_by().values("nature").annotate(count=Count("pk")).values_list("nature", "count")
    )
    narrowed = (
        _ended(delegate, filters, now) if filters.sort is ENDED else _narrowed(cases, delegate, filters)
    )
    lines, more = keyset.cut(list(narrowed[: PAGE + 1]), PAGE)
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
        "rows": [_shown(line, delegate, now) for line in lines],
        "empty": not counts and filters.sort is not ENDED,
        "next_url": keyset.address(filters.named, apres=keyset.write(last[6] or now, last[0]))
        if more and last
        else "",
        "first_url": keyset.address(filters.named) if filters.after else "",
    }
    return render(request, "measures/delegate/list.html", context)


def _waiting(delegate: DecisionMaker, now: datetime) -> QuerySet[Any]:
    """Give the region's open cases with the nature of what waits, and when it is due."""
    periods = parameters.current()
    examine, unread = timedelta(days=periods.case_examine_days), timedelta(days=periods.notice_unread_days)
    unsent = Q(state=_S.DECIDED, decision__sent_at__isnull=True)
    takes_all = Q(decision__outcome="RADIATION") | Q(decision__outcome="SUPPRESSION", decision__share=100)
    unread_second = unsent & takes_all & Q(decision__second_read_at__isnull=True)
    theirs = unread_second & ~Q(decision__author_id=delegate.pk)
    natures = (
        (Q(state=_S.REFERRED), EXAMINE, F("referred_at") + examine),
        (Q(state__in=[_S.EXAMINED, _S.NOTICE_PREPARED]), PREPARE, F("taken_at") + examine),
        (Q(state=_S.NOTICE_SENT), UNREAD, F("notice__sent_at") + unread),
        (
            Q(state__in=[_S.NOTICE_RECEIVED, _S.OBSERVATIONS_FILED, _S.PERIOD_ELAPSED, _S.HEARING_HELD]),
            ANSWERS,
            F("notice__observations_until"),
        ),
        (Q(state=_S.HEARING_REQUESTED), HEARING, Coalesce("hearing__at", "decide_by")),
        (theirs, READ, F("decide_by")),
        (unsent | Q(state=_S.DECISION_DUE), DECIDE, F("decide_by")),
        (Q(state=_S.DECIDED), UNREAD, F("decision__sent_at") + unread),
    )
    return (
        Case.objects.visible_to(delegate)
        .filter(state__in=sorted(_OPEN))
        .annotate(
            decision=FilteredRelation("decisions", condition=Q(decisions__set_aside_at__isnull=True)),
            hearing=FilteredRelation("hearings", condition=Q(hearings__dropped_at__isnull=True)),
        )
        .annotate(
            nature=Either(
                *(When(when, then=Value(sort.number)) for when, sort, _ in natures),
                default=Value(RUNNING.number),
                output_field=SmallIntegerField(),
            ),
            due=Either(
                *(When(when, then=due) for when, _, due in natures),
                default=F("decision__ends_at"),
                output_field=DateTimeField(),
            ),
        )
    )


def _narrowed(cases: QuerySet[Any], delegate: DecisionMaker, filters: Filters) -> QuerySet[Any]:
    if filters.sort is None:
        cases = cases.exclude(nature=RUNNING.number)
    else:
        cases = cases.filter(nature=filters.sort.number)
    cases = of_person(_mine(cases, delegate, filters), filters.person)
    if filters.after:
        moment, key = filters.after
        cases = cases.filter(Q(due__gt=moment) | Q(due=moment, pk__gt=key))
    return cases.order_by("due", "pk").values_list(*_COLUMNS)


def _mine(cases: QuerySet[Any], delegate: DecisionMaker, filters: Filters) -> QuerySet[Any]:
    return cases.filter(Q(decider=delegate) | Q(nature=READ.number)) if filters.mine else cases


def _ended(delegate: DecisionMaker, filters: Filters, now: datetime) -> QuerySet[Any]:
    """Give the region's finished cases that may still be seen, with their end; the latest referred first."""
    cases = (
        Case.objects.visible_to(delegate)
        .in_sight(now)
        .filter(state__in=sorted(_ENDED))
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
    cases = of_person(_mine(cases, delegate, filters), filters.person)
    if filters.after:
        cases = cases.filter(pk__lt=filters.after[1])
    return cases.order_by("-pk").values_list(*_COLUMNS)


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


def _shown(line: tuple[Any, ...], delegate: DecisionMaker, now: datetime) -> dict[str, Any]:
    _, ref, first, last, state, nature, due, facts_on, agency, territory, decider, by_first, by_last = line
    sort, zone = _BY_NUMBER[nature], Territory(territory).zone
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
