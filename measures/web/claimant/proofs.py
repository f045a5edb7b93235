"""Proof of what was sent and received: the receipt of observations, the letter and the decision as papers."""

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_safe

from accounts.access import claimant_required
from accounts.models import Claimant
from measures.models import Case, Observations, Piece
from measures.told import papers
from measures.web.claimant import loading
from portal.core.french import full_datetime


@require_safe
@claimant_required
def observations(request: HttpRequest, claimant: Claimant, ref: str, number: int) -> HttpResponse:
    """Show the receipt of observations: date, hour, service, contact, fingerprint, and what comes next."""
    case = loading.own(claimant, ref)
    filed = _filed(case, number)
    agency, zone = case.agency, case.agency.place.zone
    titles = Piece.objects.filter(observations=filed).order_by("pk").values_list("document__title", flat=True)
    context = {
        "case": case,
        "breadcrumb": [
            {"label": "Mon espace", "url": reverse("espace:home")},
            {"label": f"Procédure {case.ref}", "url": reverse("espace:procedure", args=[case.ref])},
        ],
        "items": [
            {"label": "Reçues le", "value": full_datetime(filed.given_at, zone, zone=True)},
            {"label": "Par", "value": f"{agency.name}\n{agency.address}"},
            {"label": "Contact", "value": agency.phone},
            {"label": "Documents", "value": "\n".join(titles)},
        ],
        "hash": bytes(filed.content_hash).hex(),
        "pdf_url": f"{reverse('espace:observations_receipt', args=[case.ref])}?envoi={number}",
    }
    return render(request, "measures/claimant/receipt.html", context)


@require_safe
@claimant_required
def receipt(request: HttpRequest, claimant: Claimant, ref: str) -> HttpResponse:
    """Give the same receipt as a paper (CRPA L112-11); without a number, that of the last observations."""
    case = loading.own(claimant, ref)
    asked = request.GET.get("envoi", "")
    number = int(asked) if asked.isascii() and asked.isdigit() and len(asked) < 5 else None
    return pdf(papers.of_observations(_filed(case, number)), f"recu-{case.ref}.pdf")


@require_safe
@claimant_required
def letter(request: HttpRequest, claimant: Claimant, ref: str) -> HttpResponse:
    """Give the notice as a paper, once the person has opened their procedure."""
    one = loading.procedure_of(loading.own(claimant, ref))
    if one.notice is None or one.notice.received_at is None:
        raise Http404
    return pdf(papers.of_notice(one.notice), f"lettre-{one.case.ref}.pdf")


@require_safe
@claimant_required
def decision(request: HttpRequest, claimant: Claimant, ref: str) -> HttpResponse:
    """Give the decision as a paper, once the person has opened it on their procedure's page."""
    one = loading.procedure_of(loading.own(claimant, ref))
    if one.decision is None or one.decision.notified_at is None:
        raise Http404
    return pdf(papers.of_decision(one.decision), f"decision-{one.case.ref}.pdf")


def _filed(case: Case, number: int | None) -> Observations:
    """Find observations by their rank, 1 for the first; without a rank, the last."""
    rows = list(Observations.objects.filter(case=case).order_by("given_at", "pk"))
    number = len(rows) if number is None else number
    if not 1 <= number <= len(rows):
        raise Http404
    found = rows[number - 1]
    found.case = case
    return found


def pdf(content: bytes, name: str) -> HttpResponse:
    """Give a paper to keep."""
    return HttpResponse(
        content,
        content_type="application/pdf",
        headers={"Content-Disposition": f'attachment; filename="{name}"'},
    )
