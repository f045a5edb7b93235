"""What is owed to the agency's people after a lifting or a won appeal: seen, and noted once it is done."""

from datetime import datetime
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_safe

from accounts.access import supervisor_required
from accounts.models import Advisor
from measures.models import Effect
from measures.told import appeals as told
from measures.web import proving
from measures.web.delegate.appeals.forms import ProofForm
from portal.core import clock, keyset
from portal.core.french import URGENCY_TONES, due_in, urgency

PAGE = 50
_WITH = ("case__agency", "case__claimant__user", "appeal")


@require_safe
@supervisor_required
def index(request: HttpRequest, supervisor: Advisor) -> HttpResponse:
    """List what is still to do, the most pressing first; a page at a time."""
    now = clock.now()
    rows = Effect.objects.to_do().filter(case__agency_id=supervisor.agency_id).select_related(*_WITH)
    if (place := keyset.read(request.GET.get("apres", ""), 1)) is not None:
        moment, (key,) = place
        rows = rows.filter(due_at__gte=moment).exclude(due_at=moment, pk__lte=key)
    page, more = keyset.cut(list(rows[: PAGE + 1]), PAGE)
    context = {
        "title": "Ce qui est dû",
        "rows": [_shown(row, now) for row in page],
        "next_url": f"?apres={keyset.write(page[-1].due_at, page[-1].pk)}" if more else "",
        "first_url": "?" if place else "",
    }
    return render(request, "measures/supervisor/owed.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
@supervisor_required
def prove(request: HttpRequest, supervisor: Advisor, owed: int) -> HttpResponse:
    """Note that something owed is done, with its proof; a second click changes nothing."""
    now = clock.now()
    effect = (
        Effect.objects.filter(pk=owed, case__agency_id=supervisor.agency_id).select_related(*_WITH).first()
    )
    if effect is None:
        raise Http404

    def page(form: ProofForm) -> HttpResponse:
        context = {
            "title": "Noter que c’est fait",
            "lead": told.owed_line(effect, now),
            "about": str(effect.case.claimant),
            "facts": [
                {"label": "Procédure", "value": str(effect.case.ref)},
                {"label": "Recours", "value": str(effect.appeal.ref) if effect.appeal else ""},
            ],
            "form": form,
        }
        return render(request, "measures/supervisor/prove.html", context, status=form.http_status)

    return proving.prove(request, effect, reverse("agency:owed"), page, now=now)


def _shown(row: Effect, now: datetime) -> dict[str, Any]:
    zone = row.case.agency.place.zone
    level = urgency(row.due_at, now, zone)
    return {
        "name": str(row.case.claimant),
        "ref": str(row.case.ref),
        "url": reverse("agency:prove", args=[row.pk]),
        "what": told.owed_line(row, now),
        "due": f"à faire {due_in(row.due_at, now, zone)}",
        "tone": URGENCY_TONES[level],
        "late": level == "past",
    }
