"""A person's absence: what was missed, how to explain it, what was made of it; proof of each sending."""

from datetime import datetime
from typing import Any

from django.contrib import messages
from django.db import transaction
from django.db.models import Exists, OuterRef
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_safe

from accounts.access import actor, claimant_required
from accounts.models import Claimant
from accounts.sign_in.kept_forms import restored
from convocations.absences import explaining
from convocations.absences.deciding import AlreadyDecided, decided_sentence
from convocations.evidence import receipts
from convocations.justificatifs import reviewing
from convocations.models import Absence, Explanation, Extension, Justificatif
from convocations.motives import RULES, TO_EXPLAIN, Motive
from convocations.told import examination, words
from convocations.web import paper
from convocations.web.claimant import taking
from convocations.web.claimant.abilities import of_absence
from convocations.web.claimant.forms import ExplanationForm
from portal.core import clock
from portal.core.french import days_left, first_up, full_date, full_datetime, full_deadline, urgency
from portal.core.safe.choosing import DocumentsForm
from portal.core.transitions import Refusal

_MOTIVES = [
    {
        "value": motive.value,
        "label": motive.label,
        "documents": rule.documents,
        "sworn": rule.sworn_is_enough,
        "hint": rule.hint,
    }
    for motive, rule in ((motive, RULES[motive]) for motive in TO_EXPLAIN)
]


# --- the absence ----------------------------------------------------------------


@require_http_methods(["GET", "HEAD", "POST"])
@claimant_required
def detail(request: HttpRequest, claimant: Claimant, ref: str) -> HttpResponse:
    """Show an absence to its person and take their explanation, at any time before the decision."""
    now = clock.now()
    absence = _own(claimant, ref)
    if request.method == "POST":
        return _explain(request, absence, now)
    form = None
    if of_absence(absence, now).explain:
        form = ExplanationForm(
            initial=restored(request), owned=taking.usable(absence), tz=taking.zone(absence)
        )
    return _page(request, absence, form, now)


def _explain(request: HttpRequest, absence: Absence, now: datetime) -> HttpResponse:
    key = taking.form_key(request)
    motive = request.POST.get("motive", "")
    is_health = motive in RULES and RULES[Motive(motive)].is_health
    # One transaction: a file that was kept stays kept when the rest is refused, and both when it is not.
    with transaction.atomic():
        taking.one_at_a_time(key)
        if (earlier := Explanation.objects.filter(form_key=key, absence=absence).first()) is not None:
            return _receipt(absence, earlier)
        if not of_absence(absence, now).explain:
            messages.warning(request, decided_sentence(absence))
            return redirect("espace:absence", ref=absence.ref)
        form = taking.take(ExplanationForm, request, absence, is_health=is_health, now=now)
        if form.is_valid():
            try:
                given = explaining.explain(
                    absence.pk,
                    motive=Motive(form.cleaned_data["motive"]),
                    text=form.cleaned_data["text"],
                    sworn=form.cleaned_data["sworn"],
                    document_ids=taking.chosen_ids(form, absence),
                    form_key=form.cleaned_data["form_key"],
                    by=actor(request),
                    now=now,
                )
            except AlreadyDecided as refusal:
                messages.warning(request, refusal.sentence)
                return redirect("espace:absence", ref=absence.ref)
            except Refusal as refusal:
                form.refuse(refusal)
            else:
                return _receipt(absence, given)
    return _page(request, absence, form, now)


def _receipt(absence: Absence, given: Explanation) -> HttpResponse:
    before = Explanation.objects.filter(absence=absence, pk__lte=given.pk)
    return redirect("espace:explanation", ref=absence.ref, number=before.count())


def _page(request: HttpRequest, absence: Any, form: ExplanationForm | None, now: datetime) -> HttpResponse:
    tz = absence.agency.place.zone
    may = of_absence(absence, now)
    explanations = list(Explanation.objects.filter(absence=absence).order_by("given_at", "id"))
    sent = examination.justificatifs(absence)
    return render(
        request,
        "convocations/claimant/absence.html",
        {
            "absence": absence,
            "form": form if may.explain else None,
            "may": may,
            "stands": words.ABSENCES[absence.state],
            "title": f"Votre absence du {full_date(absence.convocation.starts_at.astimezone(tz))}",
            "breadcrumb": [{"label": "Mon espace", "url": reverse("espace:home")}],
            "until": full_deadline(absence.explanation_due_at, tz),
            "left": first_up(days_left(absence.explanation_due_at, now, tz)),
            "level": urgency(absence.explanation_due_at, now, tz),
            "facts": examination.facts(absence),
            "extensions": examination.extensions(absence, now, any_given=absence.was_extended),
            "decision": examination.decision(absence),
            "explanations": examination.said(absence, explanations, sent),
            "justificatifs": examination.rows(absence, sent),
            "history": examination.history(absence, explanations, sent, now),
            "motives": _MOTIVES,
        },
        status=form.http_status if form is not None else 200,
    )


# --- proof of what was sent -----------------------------------------------------


@require_safe
@claimant_required
def explanation(request: HttpRequest, claimant: Claimant, ref: str, number: int) -> HttpResponse:
    """Show the receipt of one explanation: date, hour, service, contact, fingerprint, and what comes next."""
    absence = _own(claimant, ref)
    given = _explanation(absence, number)
    tz = absence.agency.place.zone
    titles = Justificatif.objects.filter(explanation=given).values_list("document__title", flat=True)
    return render(
        request,
        "convocations/claimant/explanation_receipt.html",
        {
            "absence": absence,
            "breadcrumb": [
                {"label": "Mon espace", "url": reverse("espace:home")},
                {"label": f"Absence {absence.ref}", "url": reverse("espace:absence", args=[absence.ref])},
            ],
            "items": [
                {"label": "Reçue le", "value": full_datetime(given.given_at, tz, zone=True)},
                {"label": "Par", "value": f"{absence.agency.name}\n{absence.agency.address}"},
                {"label": "Contact", "value": f"{absence.advisor.user}, {absence.agency.phone}"},
                {"label": "Raison", "value": Motive(given.motive).label},
                {"label": "Documents", "value": "\n".join(titles)},
            ],
            "hash": bytes(given.content_hash).hex(),
            "pdf_url": f"{reverse('espace:explanation_receipt', args=[absence.ref])}?envoi={number}",
            "decide_by": full_date(absence.decide_by.astimezone(tz)),
            "closes_on": full_date(absence.closes_at.astimezone(tz)),
        },
    )


@require_safe
@claimant_required
def explanation_receipt(request: HttpRequest, claimant: Claimant, ref: str) -> HttpResponse:
    """Give the same receipt as a paper (CRPA L112-11); without a number, that of the last explanation."""
    absence = _own(claimant, ref)
    asked = request.GET.get("envoi", "")
    number = int(asked) if asked.isascii() and asked.isdigit() and len(asked) < 5 else None
    given = _explanation(absence, number)
    return paper.pdf(receipts.of_explanation(given), f"recu-{absence.ref}.pdf")


def _explanation(absence: Absence, number: int | None) -> Explanation:
    """Find an explanation by its rank, 1 for the first; without a rank, the last."""
    given = list(Explanation.objects.filter(absence=absence).order_by("given_at", "id"))
    number = len(given) if number is None else number
    if not 1 <= number <= len(given):
        raise Http404
    found = given[number - 1]
    found.absence = absence
    return found


# --- completing a justificatif --------------------------------------------------


@require_http_methods(["GET", "HEAD", "POST"])
@claimant_required
def complete(request: HttpRequest, claimant: Claimant, ref: str, piece: str) -> HttpResponse:
    """Say what a justificatif lacks, and take what completes it."""
    now = clock.now()
    absence = _own(claimant, ref)
    row = _own_piece(absence, piece)
    if request.method == "POST":
        with transaction.atomic():
            taking.one_at_a_time(taking.form_key(request))
            row.refresh_from_db(fields=["state"])
            taken = _completed(request, absence, row, now)
        if isinstance(taken, HttpResponse):
            return taken
        form = taken
    else:
        form = DocumentsForm(owned=taking.usable(absence), tz=taking.zone(absence))
    form.cancel_url = reverse("espace:absence", args=[absence.ref])
    return render(
        request,
        "convocations/claimant/complete.html",
        {
            "absence": absence,
            "form": form,
            "breadcrumb": [
                {"label": "Mon espace", "url": reverse("espace:home")},
                {"label": f"Absence {absence.ref}", "url": reverse("espace:absence", args=[absence.ref])},
            ],
            **examination.to_complete(row, absence, now),
        },
        status=form.http_status,
    )


def _completed(
    request: HttpRequest, absence: Absence, row: Justificatif, now: datetime
) -> HttpResponse | DocumentsForm:
    """Take what completes a justificatif: the way back when it is done or too late, else the form to correct."""
    back = redirect("espace:absence", ref=absence.ref)
    if not examination.waits(row, absence):
        # Nothing is kept of what nobody waits for.
        messages.warning(request, reviewing.NothingToComplete.sentence)
        return back
    form = taking.take(DocumentsForm, request, absence, is_health=row.document.is_health, now=now)
    if not form.is_valid():
        return form
    try:
        reviewing.complete(row.pk, document_ids=taking.chosen_ids(form, absence), by=actor(request), now=now)
    except (AlreadyDecided, reviewing.NothingToComplete) as refusal:
        messages.warning(request, refusal.sentence)
        return back
    except Refusal as refusal:
        form.refuse(refusal)
        return form
    messages.success(request, "C’est reçu. Votre conseiller examine ce que vous avez envoyé.")
    return back


# --- loading --------------------------------------------------------------------


def _own(claimant: Claimant, ref: str) -> Any:
    """Load one of the person's own absences; anybody else's is not there."""
    try:
        absence = (
            Absence.objects.filter(claimant_id=claimant.pk, ref=ref)
            .select_related(
                "agency", "advisor__user", "convocation", "decided_by", "annulled_by", "new_appointment"
            )
            .annotate(was_extended=Exists(Extension.objects.filter(absence=OuterRef("pk"))))
            .first()
        )
    except ValueError:
        absence = None
    if absence is None:
        raise Http404
    absence.claimant = claimant
    return absence


def _own_piece(absence: Absence, ref: str) -> Justificatif:
    try:
        row = Justificatif.objects.filter(absence=absence, ref=ref).select_related("document").first()
    except ValueError:
        row = None
    if row is None:
        raise Http404
    return row
