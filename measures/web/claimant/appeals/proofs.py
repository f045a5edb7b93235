"""Papers of what followed a decision: the receipt of a sending, the file for the court."""

from typing import Any, TypeVar

from django.contrib import messages
from django.db.models import Model, QuerySet
from django.http import FileResponse, Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect
from django.views.decorators.http import require_safe

from accounts.access import actor, claimant_required, is_really_reading
from accounts.models import Claimant
from measures.appeals.court import declaring
from measures.appeals.court import papers as court_papers
from measures.models import GraciousAppeal, LiftRequest
from measures.told import papers
from measures.web.claimant import loading as procedures
from measures.web.claimant.appeals import loading
from measures.web.claimant.proofs import pdf
from portal.core import clock
from portal.core.transitions import Refusal

_Row = TypeVar("_Row", bound=Model)


@require_safe
@claimant_required
def gracious(request: HttpRequest, claimant: Claimant, ref: str, number: int) -> HttpResponse:
    """Give the receipt of a gracious appeal, 1 for the first."""
    appeal = loading.own(claimant, ref)
    row = _nth(GraciousAppeal.objects.filter(appeal=appeal).order_by("filed_at", "pk"), number)
    row.appeal = appeal
    return pdf(papers.of_gracious(row), f"recu-{appeal.ref}.pdf")


@require_safe
@claimant_required
def lift(request: HttpRequest, claimant: Claimant, ref: str, number: int) -> HttpResponse:
    """Give the receipt of a wish to lift a measure, 1 for the first."""
    case = procedures.own(claimant, ref)
    row = _nth(LiftRequest.objects.filter(case=case).order_by("asked_at", "pk"), number)
    row.case = case
    return pdf(papers.of_lift(row), f"recu-levee-{case.ref}.pdf")


@require_safe
@claimant_required
def court_file(request: HttpRequest, claimant: Claimant, ref: str) -> HttpResponseBase:
    """Make the file for the court, of what there is now."""
    now = clock.now()
    appeal = loading.own(claimant, ref)
    headers: dict[str, Any] = {"Cache-Control": "private, no-store"}
    if not is_really_reading(request):
        return HttpResponse(content_type="application/pdf", headers=headers)
    try:
        made = court_papers.make(appeal, now=now)
    except Refusal as refusal:
        messages.error(request, refusal.sentence)
        return redirect("espace:appeal", ref=appeal.ref)
    declaring.prepare(appeal.pk, by=actor(request), now=now)
    name = f"dossier-{appeal.ref}.pdf"
    return FileResponse(
        made, as_attachment=True, filename=name, content_type="application/pdf", headers=headers
    )


def _nth(rows: QuerySet[_Row], number: int) -> _Row:
    found = rows[number - 1 : number].first() if number >= 1 else None
    if found is None:
        raise Http404
    return found
