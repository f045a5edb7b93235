"""One line of follow-up: what is asked, what the person has ahead, and what closes it."""

from datetime import datetime
from typing import Any

from django import forms
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods

from accounts.access import actor, advisor_required
from accounts.models import Advisor, Transfer
from accounts.sign_in.kept_forms import restored
from convocations.desk import people
from convocations.following import in_person, owed
from convocations.models import FollowUpTask
from convocations.states import FollowUpState
from convocations.web.advisor import shown
from convocations.web.advisor.loading import follow_up_for
from convocations.web.advisor.when import SHORT_NOTICE_HINT, WhenForm, initial_of
from portal.core import clock
from portal.core.forms import HouseForm
from portal.core.french import due_in, full_date, full_datetime, last_day
from portal.core.transitions import Refusal

REASONS = FollowUpTask.Reason
WHAT = {
    REASONS.FIRST_INTERVIEW: "La personne vient d’une autre agence. Fixez un premier entretien avec elle\u00a0: "
    "cette ligne se ferme alors d’elle-même.",
    REASONS.NO_CONTACT: "Personne n’a eu de contact avec elle depuis longtemps. Appelez-la, ou fixez un rendez-vous. "
    "Rien n’est retenu contre elle.",
    REASONS.IN_PERSON: "La personne a quitté le suivi 100\u00a0% web. Proposez-lui ce rendez-vous en agence. "
    "D’ici là, aucune absence n’y est possible.",
    REASONS.ASSIGN: "Aucun conseiller n’avait de place. Vous gardez le dossier le temps de choisir qui suit la "
    "personne.",
}


class DoneForm(HouseForm, forms.Form):
    """How it was done otherwise."""

    submit_label = "C’est fait autrement"

    note = forms.CharField(
        label="Comment\u202f?",
        max_length=240,
        help_text="Exemple\u00a0: vue à l’accueil ce matin. La personne lira cette note.",
    )


class ProposeForm(WhenForm):
    """The hour of the proposal in person."""

    submit_label = "Proposer en agence"
    cancel_label = "Revenir sans rien changer"
    one_time = True

    short_notice_agreed = forms.CharField(
        label="Accord de la personne pour un délai court",
        max_length=240,
        required=False,
        help_text=SHORT_NOTICE_HINT,
    )


@require_http_methods(["GET", "HEAD", "POST"])
@advisor_required
def line(request: HttpRequest, advisor: Advisor, ref: str) -> HttpResponse:
    """Show one line with what helps to do it, and note that it was done otherwise."""
    now = clock.now()
    row = follow_up_for(advisor, ref, now)
    form = DoneForm(request.POST or None, initial=restored(request))
    if request.method == "POST" and form.is_valid():
        try:
            owed.close_by_hand(row.pk, note=form.cleaned_data["note"], by=actor(request), now=now)
        except Refusal as refusal:
            form.refuse(refusal)
        else:
            messages.success(request, "C’est noté. La personne le lit dans son journal.")
            return redirect("advisor:follow_up", ref=row.ref)
    return render(
        request, "convocations/advisor/follow_up.html", _page(row, form, now), status=form.http_status
    )


@require_http_methods(["GET", "HEAD", "POST"])
@advisor_required
def propose(request: HttpRequest, advisor: Advisor, ref: str) -> HttpResponse:
    """Propose a video appointment in person, at the same hour or another one."""
    now = clock.now()
    row = follow_up_for(advisor, ref, now)
    if row.convocation is None:
        raise Http404
    old, zone = row.convocation, row.claimant.agency.place.zone
    minutes = min(480, max(5, old.minutes))
    initial = {**initial_of(old.starts_at, zone), "minutes": minutes, **restored(request)}
    form = ProposeForm(request.POST or None, zone=zone, initial=initial)
    form.cancel_url = f"/conseiller/suivis/{row.ref}/"
    if request.method == "POST" and form.is_valid():
        data = form.cleaned_data
        try:
            new = in_person.propose(
                row.pk,
                starts_at=data["starts_at"],
                ends_at=data["ends_at"],
                short_notice_agreed=data["short_notice_agreed"],
                form_key=data["form_key"],
                by=actor(request),
                now=now,
            )
        except Refusal as refusal:
            form.refuse(refusal)
        else:
            messages.success(request, "Le rendez-vous est proposé en agence. La personne est prévenue.")
            return redirect(f"/conseiller/convocations/{new.ref}/")
    context = {
        "about": old.claimant,
        "title": "Proposer en agence",
        "lead": f"{row.claimant.agency.name}, {row.claimant.agency.address}. La personne est prévenue tout de suite.",
        "form": form,
        "facts": shown.appointment_facts(old),
    }
    return render(request, "convocations/advisor/change.html", context, status=form.http_status)


def _page(row: FollowUpTask, form: DoneForm, now: datetime) -> dict[str, Any]:
    person, zone = row.claimant, row.claimant.agency.place.zone
    open_ = row.state == FollowUpState.OPEN
    moved = None
    if row.reason in (REASONS.FIRST_INTERVIEW, REASONS.ASSIGN):
        moved = Transfer.objects.filter(claimant=person).select_related("old_agency").order_by("-at").first()
    return {
        "line": row,
        "title": row.get_reason_display().capitalize(),
        "what": WHAT[FollowUpTask.Reason(row.reason)],
        "open": open_,
        "due": f"{full_date(last_day(row.due_at, zone))} ({due_in(row.due_at, now, zone)})",
        "came_from": moved
        and f"Avant\u00a0: {moved.old_agency.name}, jusqu’au {full_date(moved.at.astimezone(zone))}.",
        "ahead": people.ahead_after_transfer([person.pk], now).get(person.pk, []),
        "facts": shown.appointment_facts(row.convocation) if row.convocation else [],
        "may": {
            "convoke": open_ and row.reason in owed.BY_HAND,
            "propose": open_ and row.reason == REASONS.IN_PERSON,
            "assign": open_ and row.reason == REASONS.ASSIGN,
            "close": open_ and row.reason in owed.BY_HAND,
        },
        "form": form,
        "closed": full_datetime(row.closed_at, zone) if row.closed_at else "",
    }
