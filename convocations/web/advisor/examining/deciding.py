"""One absence before its advisor: what is proven, what the person said, and the decision with its reasons."""

from datetime import datetime
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods

from accounts.access import actor, advisor_required
from accounts.models import Advisor
from accounts.sign_in.kept_forms import restored
from convocations.absences import deciding, opening
from convocations.coverage import drawing
from convocations.coverage.looking_up import coverage_of
from convocations.hours import slots
from convocations.models import Absence, Bindingness, Justificatif, Kind
from convocations.motives import RULES, Motive
from convocations.scheduling.drafts import Draft
from convocations.states import AbsenceState
from convocations.told.manners import default_place
from convocations.web.advisor import abilities, shown
from convocations.web.advisor.examining.forms import CorrectForm, DecideForm
from convocations.web.advisor.loading import absence_for
from convocations.web.advisor.when import initial_of
from measures.models import Origin
from measures.told import desk
from portal.core import clock, outages
from portal.core.forms import HouseForm
from portal.core.french import full_datetime, full_deadline, of
from portal.core.transitions import Refusal


@require_http_methods(["GET", "HEAD", "POST"])
@advisor_required
def absence(request: HttpRequest, advisor: Advisor, ref: str) -> HttpResponse:
    """Show an absence with all that bears on it, and take the decision."""
    now = clock.now()
    row = absence_for(advisor, ref, now)
    can = abilities.of_absence(row, now=now)
    if request.method != "POST":
        return _page(request, row, advisor, can, _blank(request, row, can, advisor, now), now)
    form = DecideForm(request.POST, refer=can.refer, zone=row.agency.place.zone)
    if form.is_valid():
        try:
            _decide(request, row, form.cleaned_data, advisor, now)
        except Refusal as refusal:
            form.refuse(refusal)
        else:
            messages.success(
                request, "Votre décision est enregistrée. La personne la reçoit avec vos raisons."
            )
            return redirect("advisor:absence", ref=row.ref)
    # Somebody else may have decided meanwhile: the page shows what is true now.
    row = absence_for(advisor, ref, now)
    return _page(request, row, advisor, abilities.of_absence(row, now=now), form, now)


def _blank(
    request: HttpRequest, row: Absence, can: abilities.AbsenceAbilities, advisor: Advisor, now: datetime
) -> DecideForm:
    zone = row.agency.place.zone
    initial: dict[str, Any] = {"minutes": 45, "modality": "IN_PERSON"}
    if can.decide:
        initial |= initial_of(slots.propose(advisor, minutes=45, now=now), zone)
    return DecideForm(initial={**initial, **restored(request)}, refer=can.refer, zone=zone)


def _decide(
    request: HttpRequest, row: Absence, data: dict[str, Any], advisor: Advisor, now: datetime
) -> None:
    outcome = data["outcome"]
    new = _new_appointment(row, data, advisor) if outcome == AbsenceState.INVITED_TO_REGULARISE else None
    deciding.decide(
        row.pk,
        outcome,
        reasons=data["reasons"],
        report=data["report"] if outcome == AbsenceState.REFERRED else "",
        new_appointment=new,
        form_key=data["form_key"],
        by=actor(request),
        now=now,
    )


def _new_appointment(row: Absence, data: dict[str, Any], advisor: Advisor) -> Draft:
    missed = row.convocation
    person = row.claimant
    person.agency = row.agency
    return Draft(
        claimant_id=row.claimant_id,
        advisor_id=advisor.pk,
        bindingness=Bindingness.CONVOCATION,
        kind=Kind(missed.kind),
        modality=data["modality"],
        starts_at=data["starts_at"],
        ends_at=data["ends_at"],
        purpose=missed.purpose,
        place=data.get("place") or default_place(person, data["modality"]),
        to_bring=missed.to_bring,
        short_notice_agreed=data.get("short_notice_agreed", ""),
    )


def _page(
    request: HttpRequest,
    row: Absence,
    advisor: Advisor,
    can: abilities.AbsenceAbilities,
    form: DecideForm,
    now: datetime,
) -> HttpResponse:
    zone = row.agency.place.zone
    row.convocation.agency, row.convocation.advisor = row.agency, row.advisor
    facts = row.convocation.evidence.select_related("by").order_by("at", "id")
    form.cancel_url, form.cancel_label = "/conseiller/", "Revenir à ma liste"
    explanations = _explanations(row, advisor, zone)
    context = {
        "absence": row,
        "can": can,
        "form": form,
        "now": now,
        "zone": zone,
        "convocation": row.convocation,
        "title": f"Absence {of(row.claimant)}",
        "appointment": shown.appointment_title(row.convocation),
        "when": full_datetime(row.convocation.starts_at, zone),
        "facts": shown.appointment_facts(row.convocation),
        "evidence": shown.evidence_timeline(row.convocation, facts, now),
        "known": shown.proof_sentence(row.convocation),
        "explanations": explanations,
        "networks": _networks(row, explanations),
        "state_tone": shown.tone(row.state),
        "decision": deciding.decided_sentence(row) if can.decided or can.annulled else "",
        "decide_date": full_deadline(row.decide_by, zone),
        "refer_closed": can.refer_closed,
        "extensions": _extensions(row, zone),
        "procedure": _procedure(row),
    }
    return render(request, "convocations/advisor/absence.html", context, status=form.http_status)


def _procedure(row: Absence) -> str:
    """Say where what was referred stands; the advisor follows it and has no part in it."""
    case = desk.case_from(Origin.ABSENCE, row.pk) if row.state == AbsenceState.REFERRED else None
    return desk.referred(case) if case is not None else ""


def _networks(row: Absence, explanations: list[dict[str, Any]]) -> dict[str, Any] | None:
    """Beside a bad connection: the networks published for the person's commune."""
    if not any(said["is_connectivity"] for said in explanations):
        return None
    return drawing.panel(coverage_of(row.claimant))


def _extensions(row: Absence, zone: Any) -> list[str]:
    """The time that outages of the portal gave the person back."""
    return [
        f"Le portail a été interrompu {outages.during(one.outage, zone)}. La personne a jusqu’au "
        f"{full_deadline(one.ends_at, zone)}"
        + (
            f" pour compléter le justificatif {one.justificatif.ref}."
            if one.justificatif
            else " pour s’expliquer."
        )
        for one in row.extensions.select_related("outage", "justificatif")
    ]


def _explanations(row: Absence, advisor: Advisor, zone: Any) -> list[dict[str, Any]]:
    """What the person said, each time with its documents and what became of them; two queries."""
    documents: dict[int, list[dict[str, Any]]] = {}
    for link in Justificatif.objects.filter(absence=row).select_related("document").order_by("pk"):
        documents.setdefault(link.explanation_id, []).append(
            {
                "ref": link.ref,
                "name": link.document.title,
                "state": link.get_state_display(),
                "tone": shown.tone(link.state),
                "can": abilities.of_justificatif(link, advisor),
                "note": link.remark,
            }
        )
    return [
        {
            "when": full_datetime(one.given_at, zone),
            "motive": Motive(one.motive).label,
            "is_connectivity": one.motive == Motive.CONNECTIVITY,
            "text": one.text,
            "sworn": one.sworn,
            "sworn_is_enough": RULES[Motive(one.motive)].sworn_is_enough,
            "late": one.after_period,
            "written_by": "" if one.given_by_id == row.claimant_id else str(one.given_by),
            "documents": documents.get(one.pk, []),
        }
        for one in row.explanations.select_related("given_by")
    ]


@require_http_methods(["GET", "HEAD", "POST"])
@advisor_required
def correct(request: HttpRequest, advisor: Advisor, ref: str) -> HttpResponse:
    """Correct an absence recorded in error; all that hung on it is undone."""
    now = clock.now()
    row = absence_for(advisor, ref, now)
    form = CorrectForm(request.POST or None, initial=restored(request))
    if request.method == "POST" and form.is_valid():
        data = form.cleaned_data
        try:
            opening.correct(row.pk, data["outcome"], reason=data["reason"], by=actor(request), now=now)
        except Refusal as refusal:
            form.refuse(refusal)
        else:
            messages.success(request, "L’absence est annulée. La personne est prévenue.")
            return redirect("advisor:appointment", ref=row.convocation.ref)
    return small_page(
        request,
        row,
        form,
        "Corriger l’absence",
        "Une absence enregistrée par erreur disparaît, avec tout ce qui en dépend. La personne est prévenue.",
    )


def small_page(request: HttpRequest, row: Absence, form: HouseForm, title: str, lead: str) -> HttpResponse:
    """Show a small form about an absence beside the appointment that was missed."""
    form.cancel_url = f"/conseiller/absences/{row.ref}/"
    row.convocation.agency, row.convocation.advisor = row.agency, row.advisor
    context = {
        "about": row.claimant,
        "title": title,
        "lead": lead,
        "form": form,
        "facts": shown.appointment_facts(row.convocation),
    }
    return render(request, "convocations/advisor/change.html", context, status=form.http_status)
