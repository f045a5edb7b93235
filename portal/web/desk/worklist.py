"""One list of what waits for the advisor, by deadline, from every app; with bulk record and undo."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_http_methods

from accounts.access import actor, advisor_required
from accounts.hours.deputising import absent_colleagues, deputised_by
from accounts.models import Advisor
from accounts.work import Narrowing, Place, Work, Worklist
from convocations.desk import worklist as due
from messaging.waiting import owed
from portal.core import clock, keyset
from portal.core.french import URGENCY_TONES, due_in, plural, short_date, short_datetime, urgency
from portal.core.references import to_text
from portal.web.desk.agenda import coming

PAGE = 50
# Each app that has something for advisors to decide adds its part here.
WORK = Worklist(due.work_for, owed.work_for)
SORTS = {
    **due.SORTS,
    owed.TO_REPLY: due.Sort(
        owed.TO_REPLY,
        "messages",
        "Messages",
        "Message sans réponse",
        "message-square",
        "MS",
        "/conseiller/messages/",
        since="reçu le",
        due="réponse",
    ),
}
_GROUPS = {
    "past": "En retard",
    "urgent": "Aujourd’hui et demain",
    "soon": "Dans les trois jours",
    "calm": "Plus tard",
}


@dataclass(frozen=True)
class Filters:
    """What the address asks for; anything it says wrongly is as if it had not been said."""

    kind: due.Sort | None
    late: bool
    person: str
    after: Place | None

    @classmethod
    def of(cls, request: HttpRequest) -> "Filters":
        """Read them from the address."""
        kinds = {sort.slug: sort for sort in SORTS.values()}
        place = keyset.read(request.GET.get("apres", ""), 2)
        return cls(
            kind=kinds.get(request.GET.get("nature", "")),
            late=request.GET.get("retard") == "1",
            person=request.GET.get("personne", "").strip()[:80],
            after=Place(place[0], *place[1]) if place else None,
        )

    @property
    def narrowing(self) -> Narrowing:
        """Give them as the list takes them."""
        kind = self.kind.kind if self.kind else None
        return Narrowing(kind, self.late, tuple(self.person.split()[:5]), self.after)

    @property
    def named(self) -> dict[str, str]:
        """Give them as the address has them, without the place in the list."""
        return {
            "nature": self.kind.slug if self.kind else "",
            "retard": "1" if self.late else "",
            "personne": self.person,
        }


@require_http_methods(["GET", "HEAD", "POST"])
@advisor_required
def worklist(request: HttpRequest, advisor: Advisor) -> HttpResponse:
    """Show the list, or record several at once and say per line what became of it."""
    now = clock.now()
    if request.method == "POST":
        return _record_several(request, advisor, now)
    return _page(request, advisor, now)


def _page(request: HttpRequest, advisor: Advisor, now: datetime, *, wrong: str = "") -> HttpResponse:
    filters = Filters.of(request)
    away = absent_colleagues(advisor, now=now)
    whose = [advisor.pk, *(colleague.pk for colleague in away)]
    counts = WORK.counts(whose, now)
    lines, more = keyset.cut(WORK.first(whose, now, PAGE + 1, filters.narrowing), PAGE)
    zone = advisor.agency.place.zone
    open_count = sum(total for total, _ in counts.values())
    late_count = sum(late for _, late in counts.values())
    last = lines[-1] if lines else None
    context = {
        "title": "Ma liste",
        "lead": _lead(open_count, late_count),
        "standing_in": [str(colleague) for colleague in away],
        "wrong": wrong,
        "tabs": _tabs(filters, counts, open_count),
        "filters": filters,
        "filtered": filters.late or filters.person,
        "reset_url": keyset.address({"nature": filters.named["nature"]}),
        "groups": _grouped([_shown(line, now, zone) for line in lines]),
        "empty": open_count == 0,
        "next_url": keyset.address(filters.named, apres=keyset.write(last.due_at, last.kind, last.id))
        if more and last
        else "",
        "first_url": keyset.address(filters.named) if filters.after else "",
        "has_bulk": any(line.kind == due.TO_RECORD for line in lines),
        # Where one-click actions lead back to: the list as it is filtered now.
        "back": "/conseiller/" + keyset.address(filters.named),
        "undo": due.just_recorded(advisor, request.GET.get("fait", ""), now),
        "agenda": coming(advisor, now),
    }
    return render(request, "web/desk/worklist.html", context, status=422 if wrong else 200)


def _lead(open_count: int, late_count: int) -> str:
    if not open_count:
        return "Rien ne vous attend."
    late = f", dont {late_count} en retard" if late_count else ", rien n’est en retard"
    return f"{plural(open_count, 'chose')} à traiter{late}."


def _tabs(filters: Filters, counts: Mapping[int, tuple[int, int]], total: int) -> list[dict[str, Any]]:
    base = {**filters.named, "nature": ""}
    every = [{"label": "Tout", "url": keyset.address(base), "current": filters.kind is None, "count": total}]
    return every + [
        {
            "label": sort.tab,
            "url": keyset.address({**base, "nature": sort.slug}),
            "current": filters.kind == sort,
            "count": counts.get(kind, (0, 0))[0],
        }
        for kind, sort in SORTS.items()
    ]


def _shown(line: Work, now: datetime, zone: Any) -> dict[str, Any]:
    """Write one line in words; every date here is a Python string, as templates are slow at them."""
    sort = SORTS[line.kind]
    ref = to_text(sort.prefix, line.ref)
    level = urgency(line.due_at, now, zone)
    return {
        "ref": ref,
        "name": f"{line.first_name} {line.last_name}",
        "url": f"{sort.path}{ref}/",
        "label": sort.label,
        "icon": sort.icon,
        "detail": sort.detail(line.detail),
        "since": f"{sort.since} {short_datetime(line.since, zone)}"
        if sort.with_hour
        else f"{sort.since} {short_date(line.since.astimezone(zone))}",
        "due": f"{sort.due} {due_in(line.due_at, now, zone)}".strip(),
        "level": level,
        "tone": URGENCY_TONES[level],
        "quick": sort.quick,
    }


def _grouped(rows: Sequence[dict[str, Any]]) -> list[tuple[str, list[dict[str, Any]]]]:
    """Put the lines under their urgency; the order by deadline makes each group one run."""
    groups: dict[str, list[dict[str, Any]]] = {}
    for row in rows:
        groups.setdefault(_GROUPS[row["level"]], []).append(row)
    return list(groups.items())


def _record_several(request: HttpRequest, advisor: Advisor, now: datetime) -> HttpResponse:
    """Record «présent» for each ticked line, each on its own: one refused costs the others nothing."""
    refs = list(dict.fromkeys(request.POST.getlist("ligne")))[:PAGE]
    if not refs:
        return _page(request, advisor, now, wrong="Cochez au moins une ligne, puis recommencez.")
    whose = [advisor.pk, *deputised_by(advisor, now=now)]
    results = due.record_attended(whose, refs, by=actor(request), now=now)
    done = sum(1 for result in results if result.done)
    context = {
        "title": f"{plural(done, 'présence enregistrée', 'présences enregistrées')}",
        "refused_count": len(results) - done,
        "results": results,
        "here": "/conseiller/",
    }
    return render(request, "web/desk/results.html", context)
