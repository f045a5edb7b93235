"""One appointment as its advisor sees it: its proof, who came, and what can still be done."""

from datetime import datetime

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.http import require_POST, require_safe

from accounts.access import actor, advisor_required
from accounts.models import Advisor
from accounts.sign_in.kept_forms import restored
from convocations import attendance
from convocations.evidence import receipts
from convocations.models import ChangeRequest, Convocation
from convocations.states import REQUEST_PENDING, AbsenceState, ConvocationState
from convocations.web import paper
from convocations.web.advisor import abilities, shown
from convocations.web.advisor.appointments.forms import RecordForm
from convocations.web.advisor.loading import convocation_for
from portal.core import clock
from portal.core.french import full_datetime, of
from portal.core.transitions import Refusal

UNDONE_AT_ONCE = "Enregistré par erreur, repris aussitôt."


@require_safe
@advisor_required
def appointment(request: HttpRequest, advisor: Advisor, ref: str) -> HttpResponse:
    """Show one appointment: what was told and proven, who came, what can be done."""
    now = clock.now()
    return _page(request, convocation_for(advisor, ref, now), now)


@require_safe
@advisor_required
def receipt(request: HttpRequest, advisor: Advisor, ref: str) -> HttpResponse:
    """Give the receipt that the person has too: what was shown, its fingerprint, who was told when."""
    row = convocation_for(advisor, ref, clock.now())
    return paper.pdf(receipts.of_appointment(row), f"recu-{row.ref}.pdf")


@require_POST
@advisor_required
def record(request: HttpRequest, advisor: Advisor, ref: str) -> HttpResponse:
    """Record what happened; a refusal comes back on the same page with what was typed."""
    now = clock.now()
    row = convocation_for(advisor, ref, now)
    # Every answer is understood here: one that is closed gets the process's own reason.
    form = RecordForm(request.POST)
    if form.is_valid():
        outcome = form.cleaned_data["outcome"]
        try:
            attendance.record(row.pk, outcome, note=form.cleaned_data["note"], by=actor(request), now=now)
        except Refusal as refusal:
            form.refuse(refusal)
        else:
            return _after_record(request, row, outcome)
    row = convocation_for(advisor, ref, now)
    return _page(request, row, now, form=form)


@require_POST
@advisor_required
def undo(request: HttpRequest, advisor: Advisor, ref: str) -> HttpResponse:
    """Take back a record made a moment ago, from the list: the appointment is to record again."""
    now = clock.now()
    row = convocation_for(advisor, ref, now)
    try:
        attendance.reopen(row.pk, reason=UNDONE_AT_ONCE, by=actor(request), now=now)
    except Refusal as refusal:
        messages.error(request, refusal.sentence)
    else:
        messages.success(
            request, f"C’est annulé\u00a0: la présence {of(row.claimant)} est de nouveau à enregistrer."
        )
    return redirect(back_to(request, f"/conseiller/convocations/{row.ref}/"))


def back_to(request: HttpRequest, otherwise: str) -> str:
    """Give the page of the desk to come back to, as the form says; never another site."""
    wanted = request.POST.get("retour", "")
    safe = wanted.startswith("/conseiller/") and url_has_allowed_host_and_scheme(wanted, allowed_hosts=None)
    return wanted if safe else otherwise


def _after_record(request: HttpRequest, row: Convocation, outcome: ConvocationState) -> HttpResponse:
    page = f"/conseiller/convocations/{row.ref}/"
    if outcome == ConvocationState.ABSENT:
        absence = row.absences.exclude(state=AbsenceState.ANNULLED).get()
        messages.success(
            request,
            "Absence enregistrée. La personne est invitée à s’expliquer\u00a0: rien n’est décidé.",
        )
        return redirect(f"/conseiller/absences/{absence.ref}/")
    back = back_to(request, page)
    if back == page:
        messages.success(request, f"C’est enregistré\u00a0: {outcome.label}.")
        return redirect(page)
    # The list offers to take it back for as long as it says so.
    return redirect(f"{back}{'' if back.endswith('?') else '&' if '?' in back else '?'}fait={row.ref}")


def _page(
    request: HttpRequest, row: Convocation, now: datetime, *, form: RecordForm | None = None
) -> HttpResponse:
    absence = row.absences.exclude(state=AbsenceState.ANNULLED).first()
    can = abilities.of_appointment(row, has_absence=absence is not None, now=now)
    form = form or RecordForm(initial=restored(request))
    form.offer(can.outcomes, closed=bool(can.absent_closed))
    form.action = f"/conseiller/convocations/{row.ref}/presence/"
    facts = row.evidence.select_related("by").order_by("at", "id")
    return render(
        request,
        "convocations/advisor/appointment.html",
        {
            "convocation": row,
            "absence": absence,
            "can": can,
            "form": form,
            "title": shown.appointment_title(row),
            "when": full_datetime(row.starts_at, row.agency.place.zone),
            "facts": shown.appointment_facts(row),
            "evidence": shown.evidence_timeline(row, facts, now),
            "state_tone": shown.tone(row.state),
            "recorded_sentence": _recorded(row),
            "new_url": f"/conseiller/convocations/nouvelle/?pour={row.claimant.ref}",
            "actions": _actions(row, can),
            "request_url": _request_url(row) if can.frozen else "",
        },
        status=form.http_status,
    )


def _request_url(row: Convocation) -> str:
    """Lead to the request that freezes the appointment."""
    asked = ChangeRequest.objects.filter(convocation=row, state__in=REQUEST_PENDING).first()
    return f"/conseiller/demandes/{asked.ref}/" if asked else ""


def _recorded(row: Convocation) -> str:
    if row.recorded_at is None or row.recorded_by is None:
        return ""
    when = full_datetime(row.recorded_at, row.agency.place.zone)
    return f"{row.recorded_by} a enregistré «\u00a0{row.get_state_display()}\u00a0» le {when}."


def _actions(row: Convocation, can: abilities.AppointmentAbilities) -> list[dict[str, str]]:
    page = f"/conseiller/convocations/{row.ref}"
    every = [
        (can.ahead, "Déplacer", "La personne est prévenue.", "deplacer", "calendar-clock"),
        (
            can.note_request,
            "Noter une demande",
            "Faite par téléphone ou à l’accueil, confirmée par écrit.",
            "demande",
            "message-square",
        ),
        (can.ahead, "Annuler", "Avec une raison que la personne lira.", "annuler", "calendar-x"),
        (can.confirm_by_phone, "Noter un appel", "La personne confirme qu’elle sait.", "telephone", "phone"),
        (can.note_letter, "Noter une lettre", "Postée ou remise.", "lettre", "send"),
        (
            can.reopen,
            "Corriger l’enregistrement",
            "Une erreur se corrige, avec une raison.",
            "corriger",
            "pencil",
        ),
    ]
    return [
        {"label": label, "note": note, "url": f"{page}/{path}/", "icon": icon}
        for offered, label, note, path, icon in every
        if offered
    ]
