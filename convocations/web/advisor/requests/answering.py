"""One request before its advisor: what was asked, what backs it, and the answer; requests made aloud written down."""

from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

from django.contrib import messages
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_http_methods

from accounts.access import actor, advisor_required
from accounts.models import Advisor
from accounts.sign_in.kept_forms import restored
from convocations.coverage import drawing
from convocations.coverage.looking_up import coverage_of
from convocations.hours import slots
from convocations.models import ChangeRequest, Convocation, Justificatif, Modality, SwornStatement
from convocations.motives import RULES, Motive
from convocations.requests import answering, asking, changing_mind, papers
from convocations.requests.asking import Wish
from convocations.requests.grounds import counting
from convocations.states import REQUEST_PENDING, RequestState
from convocations.told import manners
from convocations.told import requests as told
from convocations.web.advisor import abilities, shown
from convocations.web.advisor.loading import convocation_for, request_for
from convocations.web.advisor.requests.forms import (
    DOCUMENTS,
    NO,
    OTHER,
    YES,
    AnswerForm,
    CorrectionAnswerForm,
    NoteForm,
)
from convocations.web.advisor.when import initial_of
from portal.core import clock
from portal.core.forms import HouseForm
from portal.core.french import due_in, full_datetime, full_deadline, urgency
from portal.core.transitions import Refusal
from portal.core.working_time import NonexistentLocalTime, local_instant

Kind = ChangeRequest.Kind


# --- the answer -------------------------------------------------------------------


@require_http_methods(["GET", "HEAD", "POST"])
@advisor_required
def request_page(request: HttpRequest, advisor: Advisor, ref: str) -> HttpResponse:
    """Show a request with all that bears on it, and take the answer; the owner's first look is noted."""
    now = clock.now()
    row = request_for(advisor, ref, now)
    if request.method == "GET" and row.advisor_id == advisor.pk and row.state == RequestState.SUBMITTED:
        answering.open_request(row.pk, by=actor(request), now=now)
        row = request_for(advisor, ref, now)
    form: HouseForm
    if row.correction_open and row.state not in REQUEST_PENDING:
        form = CorrectionAnswerForm(request.POST or None)
    elif request.method == "POST":
        form = AnswerForm(request.POST, zone=row.agency.place.zone, closed=_closed(row, now))
    else:
        form = _blank(request, row, advisor, now)
    if request.method == "POST" and form.is_valid() and _has_its_link(row, form):
        try:
            sentence = _answer(request, row, form, now)
        except Refusal as refusal:
            form.refuse(refusal)
        else:
            messages.success(request, sentence)
            return redirect("advisor:request", ref=row.ref)
    # Somebody else may have answered meanwhile: the page shows what is true now.
    return _page(request, request_for(advisor, ref, now), advisor, form, now)


def _blank(request: HttpRequest, row: ChangeRequest, advisor: Advisor, now: datetime) -> AnswerForm:
    zone = row.agency.place.zone
    initial: dict[str, Any] = {"minutes": _minutes(row.convocation)}
    initial["modality"] = row.wished_modality or row.convocation.modality
    if row.state in REQUEST_PENDING:
        initial |= initial_of(
            row.wished_start or slots.propose(advisor, minutes=initial["minutes"], now=now), zone
        )
    return AnswerForm(initial={**initial, **restored(request)}, zone=zone, closed=_closed(row, now))


def _minutes(convocation: Convocation) -> int:
    return min(480, convocation.minutes)


def _closed(row: ChangeRequest, now: datetime) -> dict[str, str]:
    """Say which answers are not open here, and why."""
    closed = {}
    wished = row.wished_start is not None and row.wished_start > now
    kept = row.kind == Kind.MODALITY and row.convocation.starts_at > now
    if not wished and not kept:
        closed[YES] = (
            "La personne n’a pas choisi d’heure, ou elle est passée\u00a0: choisissez-en une ci-dessous."
        )
    if row.kind == Kind.INCIDENT:
        closed[NO] = "Un problème technique ne se refuse pas\u00a0: il ne compte pour rien."
    return closed


def _has_its_link(row: ChangeRequest, form: HouseForm) -> bool:
    """Say whether a video that was none before comes with its link; the form says what is missing."""
    data = form.cleaned_data
    if data.get("outcome") not in {YES, OTHER}:
        return True
    modality = data.get("modality") or row.wished_modality or row.convocation.modality
    if modality != Modality.VIDEO or row.convocation.modality == Modality.VIDEO or data.get("place"):
        return True
    form.add_error("place", "Collez le lien de la visioconférence.")
    return False


def _answer(request: HttpRequest, row: ChangeRequest, form: HouseForm, now: datetime) -> str:
    by, data = actor(request), form.cleaned_data
    if isinstance(form, CorrectionAnswerForm):
        changing_mind.answer_correction(row.pk, answer=data["answer"], by=by, now=now)
        return "Votre réponse est envoyée."
    outcome, reasons = data["outcome"], data.get("reasons", "")
    if outcome == NO:
        answering.refuse(row.pk, reasons=reasons, by=by, now=now)
    elif outcome == DOCUMENTS:
        papers.ask_documents(row.pk, what=data["docs"], by=by, now=now)
        return "La personne est prévenue. Votre délai reprend quand les documents arrivent."
    else:
        offer = answering.Offer(place=data.get("place", ""))
        if outcome == OTHER:
            offer = replace(
                offer,
                starts_at=data["starts_at"],
                ends_at=data["ends_at"],
                modality=data.get("modality") or "",
            )
        answering.accept(row.pk, offer, reasons=reasons, by=by, now=now)
    return "Votre réponse est envoyée. La personne la reçoit avec vos raisons."


def _page(
    request: HttpRequest, row: ChangeRequest, advisor: Advisor, form: HouseForm, now: datetime
) -> HttpResponse:
    zone = row.agency.place.zone
    convocation = row.convocation
    convocation.claimant = row.claimant
    form.cancel_url, form.cancel_label = "/conseiller/", "Revenir à ma liste"
    pending = row.state in REQUEST_PENDING
    signed = SwornStatement.objects.filter(request=row).first()
    rule = RULES[Motive(row.motive)] if row.motive else None
    tolerance = counting.tolerance_of(row.claimant_id, tz=zone, now=now)
    context = {
        "row": row,
        "form": form,
        "can_answer": pending or row.correction_open,
        "pending": pending,
        "waits_for_documents": row.state == RequestState.DOCS_REQUESTED,
        "now": now,
        "zone": zone,
        "title": f"{told.TITLES[row.kind]}, {row.claimant}",
        "stands": row.get_state_display(),
        "tone": shown.request_tone(row.state),
        "asked": told.facts(row, convocation, convocation.agency.place.zone, to_staff=True),
        "channel": row.get_channel_display(),
        "received": full_datetime(row.submitted_at, zone),
        "late_asked": row.is_late,
        "due": {
            "date": full_deadline(row.decide_by, zone),
            "left": due_in(row.decide_by, now, zone),
            "level": "urgent"
            if urgency(row.decide_by, now, zone) == "past"
            else urgency(row.decide_by, now, zone),
        },
        "docs_until": full_deadline(row.docs_due_at, zone) if row.docs_due_at else "",
        "counts": told.counts_sentence(row),
        "tolerance": tolerance.says(zone),
        "rule": told.rule_sentence(row),
        "answered": told.answered(row, zone),
        "accepted_documents": rule.documents if rule else (),
        "sworn_is_enough": bool(rule and rule.sworn_is_enough),
        "signed": signed,
        "signed_when": full_datetime(signed.signed_at, zone) if signed else "",
        "papers": _papers(row, advisor),
        "networks": drawing.panel(coverage_of(row.claimant)) if row.motive == Motive.CONNECTIVITY else None,
        "needs": row.claimant.accommodation_labels,
        "successor": convocation.successor,
        "new_date": manners.when(convocation.successor, zone) if convocation.successor else "",
        "facts": shown.appointment_facts(_with_advisor(convocation, row)),
        "convocation": convocation,
    }
    return render(request, "convocations/advisor/request.html", context, status=form.http_status)


def _with_advisor(convocation: Convocation, row: ChangeRequest) -> Convocation:
    if convocation.advisor_id == row.advisor_id:
        convocation.advisor = row.advisor
    return convocation


def _papers(row: ChangeRequest, advisor: Advisor) -> list[dict[str, Any]]:
    """What was sent for it, and what became of each."""
    return [
        {
            "url": reverse("advisor:justificatif", args=[link.ref]),
            "name": link.document.title,
            "state": link.get_state_display(),
            "tone": shown.tone(link.state),
            "can": abilities.of_justificatif(link, advisor),
        }
        for link in Justificatif.objects.filter(request=row).select_related("document").order_by("pk")
    ]


# --- asked by phone or at the counter ------------------------------------------------


@require_http_methods(["GET", "HEAD", "POST"])
@advisor_required
def note(request: HttpRequest, advisor: Advisor, ref: str) -> HttpResponse:
    """Write down what a person asked aloud; they get it confirmed in writing at once, and can correct it."""
    now = clock.now()
    convocation = convocation_for(advisor, ref, now)
    form = NoteForm(request.POST or None, initial={"channel": "PHONE", **restored(request)})
    if request.method == "POST" and form.is_valid():
        try:
            row, not_kept = _note(request, convocation, form, now)
        except Refusal as refusal:
            form.refuse(refusal)
        else:
            messages.success(
                request, "Sa demande est enregistrée. La personne en reçoit la confirmation écrite."
            )
            for sentence in not_kept:
                messages.warning(request, sentence)
            return redirect("advisor:request", ref=row.ref)
    form.cancel_url = reverse("advisor:appointment", args=[convocation.ref])
    context = {
        "about": convocation.claimant,
        "title": "Noter une demande",
        "lead": "Ce que la personne vous a dit, confirmé par écrit. Elle peut le corriger.",
        "form": form,
        "facts": shown.appointment_facts(convocation),
    }
    return render(request, "convocations/advisor/change.html", context, status=form.http_status)


def _wished(convocation: Convocation, data: dict[str, Any]) -> datetime | None:
    """Give the instant a person asked for, on their agency's clock; refused where that clock never shows it."""
    if not (data.get("day") and data.get("at")):
        return None
    try:
        return local_instant(data["day"], data["at"], convocation.agency.place.zone)
    except NonexistentLocalTime as gap:
        raise Refusal(gap.sentence) from gap


def _note(
    request: HttpRequest, convocation: Convocation, form: NoteForm, now: datetime
) -> tuple[ChangeRequest, list[str]]:
    """Keep the papers and the words together, once; give a sentence for each file that was not kept."""
    data, by = form.cleaned_data, actor(request)
    starts_at = _wished(convocation, data)
    with transaction.atomic():
        # A second click waits here, then finds the first one's request instead of keeping files twice.
        Convocation.objects.select_for_update(no_key=True).get(pk=convocation.pk)
        earlier = ChangeRequest.objects.filter(form_key=data["form_key"]).first()
        if earlier is not None:
            return earlier, []
        is_health = bool(data["motive"]) and RULES[Motive(data["motive"])].is_health
        documents, not_kept = form.keep(
            request.FILES.getlist("uploads"),
            owner=convocation.claimant.user,
            by=by,
            is_health=is_health,
            now=now,
        )
        wish = Wish(
            kind=Kind(data["kind"]),
            motive=data["motive"],
            text=data["text"],
            starts_at=starts_at,
            ends_at=starts_at + timedelta(minutes=_minutes(convocation)) if starts_at else None,
            modality=data["modality"],
            wants_call=data["kind"] == Kind.INCIDENT and starts_at is None,
            needs=data["needs"],
            document_ids=[document.pk for document in documents],
        )
        row = asking.ask(
            convocation.pk,
            wish,
            form_key=data["form_key"],
            by=by,
            now=now,
            channel=ChangeRequest.Channel(data["channel"]),
        )
        return row, not_kept
