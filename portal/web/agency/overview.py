"""What is late in the agency, to be handed to whoever can take it."""

from datetime import datetime
from typing import Any

from django import forms
from django.db.models import Count
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_http_methods

from accounts.access import actor, supervisor_required
from accounts.models import Advisor, Claimant
from convocations.desk import late
from convocations.desk.late import CALLS, DECISIONS, MESSAGES, RECORDS, REQUESTS, Late
from portal.core import clock, keyset, parameters
from portal.core.forms import HouseForm
from portal.core.french import due_in, plural

PAGE = 50
TABS = {
    RECORDS: "Présences à enregistrer",
    DECISIONS: "Absences à décider",
    REQUESTS: "Demandes à étudier",
    CALLS: "Personnes à rappeler",
    MESSAGES: "Messages sans réponse",
}
_ROOMS = {
    RECORDS: "convocations",
    DECISIONS: "absences",
    REQUESTS: "demandes",
    CALLS: "appels",
    MESSAGES: "messages",
}
_READ = {
    RECORDS: late.late_records,
    DECISIONS: late.late_decisions,
    REQUESTS: late.late_requests,
    CALLS: late.late_calls,
    MESSAGES: late.late_messages,
}


class HandOverForm(HouseForm, forms.Form):
    """To whom late work goes, and why."""

    to = forms.ModelChoiceField(
        label="Confier à", queryset=Advisor.objects.none(), empty_label="Choisissez un conseiller"
    )
    reason = forms.CharField(
        label="Pourquoi\u202f?",
        max_length=240,
        help_text="La raison est gardée dans le journal des dossiers.",
    )

    def __init__(self, *args: Any, agency_id: int, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field: Any = self.fields["to"]
        field.queryset = (
            Advisor.objects.filter(agency_id=agency_id, user__is_active=True)
            .select_related("user")
            .order_by("user__last_name", "user__first_name")
        )


@require_http_methods(["GET", "HEAD", "POST"])
@supervisor_required
def overview(request: HttpRequest, supervisor: Advisor) -> HttpResponse:
    """Show what is late and the load; or hand the ticked lines over, with a result per line."""
    now = clock.now()
    kind = request.GET.get("retards", RECORDS)
    kind = kind if kind in TABS else RECORDS
    form = HandOverForm(request.POST or None, agency_id=supervisor.agency_id)
    wrong = ""
    if request.method == "POST":
        refs = list(dict.fromkeys(request.POST.getlist("ligne")))[:PAGE]
        if not refs:
            wrong = "Cochez au moins une ligne, puis recommencez."
            # What was filled in stays; what is wrong is said once.
            form = HandOverForm(initial=request.POST.dict(), agency_id=supervisor.agency_id)
        elif form.is_valid():
            return _hand_over(request, supervisor, kind, refs, form.cleaned_data, now)
    return _page(request, supervisor, kind, form, now, wrong)


def _hand_over(
    request: HttpRequest, supervisor: Advisor, kind: str, refs: list[str], data: dict[str, Any], now: datetime
) -> HttpResponse:
    results = late.hand_over(
        kind,
        refs,
        data["to"],
        reason=data["reason"],
        supervisor=supervisor,
        by=actor(request),
        now=now,
    )
    done = sum(1 for result in results if result.done)
    context = {
        "title": f"{plural(done, 'ligne confiée', 'lignes confiées')} à {data['to']}",
        "refused_count": len(results) - done,
        "results": results,
        "back": f"/agence/?retards={kind}",
    }
    return render(request, "web/agency/handed_over.html", context)


def _page(
    request: HttpRequest, supervisor: Advisor, kind: str, form: HandOverForm, now: datetime, wrong: str
) -> HttpResponse:
    place = keyset.read(request.GET.get("apres", ""), 1)
    after = (place[0], place[1][0]) if place else None
    rows, more = keyset.cut(_READ[kind](supervisor.agency_id, now, PAGE + 1, after), PAGE)
    zone = supervisor.agency.place.zone
    ticked = request.POST.getlist("ligne")
    status = 422 if wrong else form.http_status
    context = {
        "title": supervisor.agency.name,
        "tabs": [
            {"label": label, "url": f"?retards={name}", "current": name == kind, "count": None}
            for name, label in TABS.items()
        ],
        "rows": [_shown(row, kind, now, zone, ticked) for row in rows],
        "what": TABS[kind].lower(),
        "form": form,
        "wrong": wrong,
        "next_url": f"?retards={kind}&apres={keyset.write(rows[-1].due_at, rows[-1].id)}" if more else "",
        "first_url": f"?retards={kind}" if after else "",
        "load": _load(supervisor.agency_id),
        "load_max": parameters.current().portfolio_max,
    }
    return render(request, "web/agency/overview.html", context, status=status)


def _shown(row: Late, kind: str, now: datetime, zone: Any, ticked: list[str]) -> dict[str, Any]:
    return {
        "ref": row.ref,
        "url": f"/conseiller/{_ROOMS[kind]}/{row.ref}/",
        "person": row.person,
        "advisor": row.advisor,
        "late": due_in(row.due_at, now, zone),
        "ticked": row.ref in ticked,
    }


def _load(agency_id: int) -> list[dict[str, Any]]:
    """Count each advisor's people, the fullest first; two queries, both from an index on one agency."""
    names = {
        pk: f"{first} {last}"
        for pk, first, last in Advisor.objects.filter(agency_id=agency_id, user__is_active=True).values_list(
            "pk", "user__first_name", "user__last_name"
        )
    }
    counts = dict(
        Claimant.objects.followed()
        .filter(advisor__in=list(names))
        .order_by()
        .values_list("advisor_id")
        .annotate(n=Count("pk"))
    )
    rows = [{"label": name, "value": counts.get(pk, 0)} for pk, name in names.items()]
    return sorted(rows, key=lambda row: (-int(str(row["value"])), str(row["label"])))
