"""A person's requests: the list, one request with its proof, documents, second thoughts."""

from datetime import datetime
from typing import Any

from django.contrib import messages
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts.access import actor, claimant_required
from accounts.models import Claimant
from convocations.evidence import receipts
from convocations.models import ChangeRequest, SwornStatement
from convocations.requests import changing_mind, papers
from convocations.told import examination, manners
from convocations.told import requests as told
from convocations.web import paper
from convocations.web.claimant import taking
from convocations.web.claimant.abilities import of_request
from convocations.web.claimant.forms import CorrectionForm
from convocations.web.claimant.loading import own_request
from portal.core import clock, keyset
from portal.core.french import days_left, first_up, full_datetime, full_deadline, short_datetime, urgency
from portal.core.safe.choosing import DocumentsForm
from portal.core.transitions import Refusal

PAGE = 50


@require_safe
@claimant_required
def index(request: HttpRequest, claimant: Claimant) -> HttpResponse:
    """List a person's requests, the latest first."""
    rows = ChangeRequest.objects.filter(claimant_id=claimant.pk).order_by("-submitted_at", "-id")
    place = keyset.read(request.GET.get("apres", ""), 1)
    if place is not None:
        older = rows.filter(submitted_at__lt=place[0]) | rows.filter(
            submitted_at=place[0], id__lt=place[1][0]
        )
        rows = older.order_by("-submitted_at", "-id")
    found, more = keyset.cut(list(rows.select_related("convocation__agency", "agency")[: PAGE + 1]), PAGE)
    here = reverse("espace:requests")
    last = found[-1] if found else None
    return render(
        request,
        "convocations/claimant/requests.html",
        {
            "rows": [_line(row) for row in found],
            "first_url": here if place else "",
            "next_url": f"{here}?apres={keyset.write(last.submitted_at, last.pk)}" if more and last else "",
        },
    )


def _line(row: ChangeRequest) -> dict[str, Any]:
    stands = told.STATES[row.state]
    tz = row.convocation.agency.place.zone
    return {
        "url": reverse("espace:request", args=[row.ref]),
        "title": told.TITLES[row.kind],
        "meta": f"Rendez-vous du {short_datetime(row.convocation.starts_at, tz)}",
        "date": f"Envoyée le {short_datetime(row.submitted_at, row.agency.place.zone)}",
        "state": stands.label,
        "tone": stands.tone,
    }


@require_http_methods(["GET", "HEAD", "POST"])
@claimant_required
def detail(request: HttpRequest, claimant: Claimant, ref: str) -> HttpResponse:
    """Show a request, what became of it and what comes next; take documents while it waits."""
    now = clock.now()
    row = own_request(claimant, ref)
    if request.method == "POST":
        with transaction.atomic():
            taking.one_at_a_time(taking.form_key(request))
            row = own_request(claimant, ref)
            taken = _documents(request, row, now)
        if isinstance(taken, HttpResponse):
            return taken
        return _page(request, row, taken, now)
    form = None
    if of_request(row).send_documents:
        form = DocumentsForm(owned=taking.usable(row), tz=taking.zone(row))
    return _page(request, row, form, now)


def _documents(request: HttpRequest, row: ChangeRequest, now: datetime) -> HttpResponse | DocumentsForm:
    if not of_request(row).send_documents:
        messages.warning(request, papers.answered_sentence(row))
        return redirect("espace:request", ref=row.ref)
    form = taking.take(DocumentsForm, request, row, is_health=told.is_about_health(row), now=now)
    if form.is_valid():
        try:
            papers.send_documents(
                row.pk, document_ids=taking.chosen_ids(form, row), by=actor(request), now=now
            )
        except Refusal as refusal:
            form.refuse(refusal)
        else:
            messages.success(request, "C’est reçu. Votre conseiller examine ce que vous avez envoyé.")
            return redirect("espace:request", ref=row.ref)
    return form


def _due(row: ChangeRequest, now: datetime) -> dict[str, str] | None:
    """Say by when the person sends what is missing, or the advisor answers; None once nobody waits."""
    theirs = row.state == "DOCS_REQUESTED"
    due = row.docs_due_at if theirs else row.decide_by if row.is_pending else None
    if due is None:
        return None
    tz = row.agency.place.zone
    return {
        "label": "À envoyer au plus tard" if theirs else "Réponse au plus tard",
        "date": full_deadline(due, tz),
        "left": first_up(days_left(due, now, tz)),
        "level": urgency(due, now, tz) if theirs else "calm",
    }


def _page(
    request: HttpRequest, row: ChangeRequest, form: DocumentsForm | None, now: datetime
) -> HttpResponse:
    tz = row.agency.place.zone
    convocation = row.convocation
    may = of_request(row)
    signed = SwornStatement.objects.filter(request=row).first()
    return render(
        request,
        "convocations/claimant/request.html",
        {
            "row": row,
            "may": may,
            "form": form,
            "correction_form": CorrectionForm(action=reverse("espace:correct_request", args=[row.ref]))
            if may.correct
            else None,
            "title": told.TITLES[row.kind],
            "stands": told.STATES[row.state],
            "breadcrumb": [
                {"label": "Mon espace", "url": reverse("espace:home")},
                {"label": "Mes demandes", "url": reverse("espace:requests")},
            ],
            "due": _due(row, now),
            "asked": told.facts(row, convocation, convocation.agency.place.zone),
            "receipt": told.receipt_items(row, tz),
            "hash": bytes(row.content_hash).hex(),
            "steps": [{"text": text} for text in told.next_steps(row, tz)],
            "counts": told.counts_sentence(row),
            "rule": told.rule_sentence(row),
            "answered": told.answered(row, tz),
            "signed": {
                "text": signed.text,
                "by": signed.signed_name,
                "when": full_datetime(signed.signed_at, tz),
            }
            if signed
            else None,
            "successor": convocation.successor,
            "new_date": manners.when(convocation.successor, convocation.successor.agency.place.zone)
            if convocation.successor
            else "",
            "papers": examination.papers_of(row),
        },
        status=form.http_status if form is not None else 200,
    )


@require_safe
@claimant_required
def receipt(request: HttpRequest, claimant: Claimant, ref: str) -> HttpResponse:
    """Give the receipt of a request as a paper (CRPA L112-11)."""
    row = own_request(claimant, ref)
    return paper.pdf(receipts.of_request(row), f"recu-{row.ref}.pdf")


@require_POST
@claimant_required
def withdraw(request: HttpRequest, claimant: Claimant, ref: str) -> HttpResponse:
    """Take a request back."""
    row = own_request(claimant, ref)
    try:
        changing_mind.withdraw(row.pk, by=actor(request), now=clock.now())
    except Refusal as refusal:
        messages.error(request, refusal.sentence)
    else:
        messages.success(request, "Votre demande est retirée.")
    return redirect("espace:request", ref=row.ref)


@require_POST
@claimant_required
def correct(request: HttpRequest, claimant: Claimant, ref: str) -> HttpResponse:
    """Take the person's correction of what was noted of their call or visit."""
    row = own_request(claimant, ref)
    form = CorrectionForm(request.POST)
    if not form.is_valid():
        messages.error(request, "Écrivez ce qui n’est pas juste, puis envoyez.")
        return redirect("espace:request", ref=row.ref)
    try:
        changing_mind.correct(row.pk, text=form.cleaned_data["text"], by=actor(request), now=clock.now())
    except Refusal as refusal:
        messages.error(request, refusal.sentence)
    else:
        messages.success(request, "Votre correction est reçue. Votre conseiller la lit et vous répond.")
    return redirect("espace:request", ref=row.ref)
