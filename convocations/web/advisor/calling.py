"""One call to make: who, about what, and each attempt written down."""

from datetime import datetime, tzinfo
from typing import Any, cast

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_http_methods

from accounts.access import actor, advisor_required
from accounts.models import Advisor
from accounts.sign_in.kept_forms import restored
from convocations.evidence import calls
from convocations.models import CallTask, ChangeRequest
from convocations.states import REQUEST_PENDING, CallState
from convocations.web.advisor import abilities, shown
from convocations.web.advisor.loading import call_for
from portal.core import clock
from portal.core.forms import HouseForm, RadioCards
from portal.core.french import due_in, full_date, full_datetime, last_day, plural
from portal.core.transitions import Refusal

# What to say in a call that is about no appointment.
_TO_SAY: dict[str, str] = {
    CallTask.Reason.ADDRESS: (
        "Demandez-lui de corriger son adresse dans son espace, ou corrigez-la avec l’administration."
    ),
    CallTask.Reason.PROCEDURE: (
        "Dites-lui qu’une lettre importante l’attend dans son espace, et comment y répondre. Ne la commentez pas."
    ),
    CallTask.Reason.REFRAMING: (
        "Convenez d’une heure, puis invitez-la à un entretien de recadrage. Elle peut aussi la choisir elle-même."
    ),
}


class CallForm(HouseForm, forms.Form):
    """One attempt."""

    submit_label = "Noter cet appel"
    cancel_url, cancel_label = "/conseiller/", "Revenir à ma liste"

    reached = forms.TypedChoiceField(
        label="Avez-vous joint la personne\u202f?",
        coerce=lambda value: value == "oui",
        choices=[("oui", "Oui, je lui ai parlé"), ("non", "Non, sans réponse")],
        widget=RadioCards,
    )
    note = forms.CharField(
        label="Note",
        max_length=240,
        required=False,
        help_text="Exemple\u00a0: message laissé, ou date convenue ensemble.",
    )

    def __init__(
        self, *args: Any, proves: bool, asked: bool, waits: bool, about: str = "", **kwargs: Any
    ) -> None:
        super().__init__(*args, **kwargs)
        cards = cast(RadioCards, self.fields["reached"].widget)
        yes = "Convenez d’une nouvelle date, puis convoquez-la à cette date."
        if proves:
            yes = "Elle connaît maintenant son rendez-vous\u00a0: l’appel le prouve."
        elif waits:
            yes = "Convenez d’une date ou d’un autre moyen, puis répondez à sa demande."
        elif asked:
            yes = "Sa demande est close. Notez ce dont vous avez convenu, s’il y a lieu."
        elif about:
            yes = about
        cards.notes = {
            "oui": yes,
            "non": "Rien ne lui est reproché. Après trois essais, elle est prévenue par écrit."
            if asked
            else "Rien ne lui est reproché. Après trois essais, choisissez une autre voie.",
        }


@require_http_methods(["GET", "HEAD", "POST"])
@advisor_required
def call(request: HttpRequest, advisor: Advisor, ref: str) -> HttpResponse:
    """Show whom to call and why, and log the attempt."""
    now = clock.now()
    row = call_for(advisor, ref, now)
    request_waits = _waiting_request(row)
    form = CallForm(
        request.POST or None,
        proves=abilities.proves_by_call(row),
        asked=row.reason == CallTask.Reason.CALL_BACK,
        waits=bool(request_waits),
        about=_TO_SAY.get(row.reason, ""),
        initial=restored(request),
    )
    if request.method == "POST" and form.is_valid():
        data = form.cleaned_data
        try:
            calls.log_call(row.pk, reached=data["reached"], note=data["note"], by=actor(request), now=now)
        except Refusal as refusal:
            form.refuse(refusal)
        else:
            messages.success(request, "L’appel est noté." if data["reached"] else "L’essai est noté.")
            return redirect("advisor:call", ref=row.ref)
    zone = row.claimant.agency.place.zone
    tries = _tries(row, zone)
    left = calls.TRIES - len(tries)
    context = {
        "call": row,
        "phone": row.phone or row.claimant.phone,
        "title": f"Appeler {row.claimant}",
        "form": form,
        **_next(row, request_waits),
        "may_call": abilities.may_call(row),
        "tries": tries,
        "left": f"Encore {plural(left, 'essai')} avant de choisir une autre voie." if left > 0 else "",
        "reason": row.get_reason_display().capitalize(),
        "asked": _asked(row, now, zone),
        **_about(row, advisor),
        "now": now,
        "zone": zone,
    }
    return render(request, "convocations/advisor/call.html", context, status=form.http_status)


def _tries(row: CallTask, zone: tzinfo) -> list[dict[str, str]]:
    return [
        {
            "date": full_datetime(one.at, zone),
            "title": "Personne jointe" if one.reached else "Sans réponse",
            "text": one.note,
            "icon": "phone",
            "tone": "success" if one.reached else "",
        }
        for one in row.tries.order_by("at", "pk")
    ]


def _waiting_request(row: CallTask) -> str:
    """Give the request that waits for an answer about the same appointment; empty when there is none."""
    if row.reason == CallTask.Reason.CALL_BACK or row.convocation_id is None:
        return ""
    waiting = ChangeRequest.objects.filter(convocation=row.convocation_id, state__in=REQUEST_PENDING)
    return "".join(str(ref) for ref in waiting.values_list("ref", flat=True)[:1])


def _next(row: CallTask, request_waits: str) -> dict[str, str]:
    """Say where what was agreed is written down: its answer where a request waits, not a second appointment."""
    if abilities.proves_by_call(row):
        return {"new_url": ""}
    if request_waits:
        return {
            "new_url": reverse("advisor:request", args=[request_waits]),
            "new_label": "Répondre à sa demande",
        }
    return {
        "new_url": f"/conseiller/convocations/nouvelle/?pour={row.claimant.ref}",
        "new_label": "Fixer un rendez-vous" if row.convocation is None else "Convoquer à une nouvelle date",
    }


def _about(row: CallTask, advisor: Advisor) -> dict[str, Any]:
    """Show the appointment the call is about, where there is one, and where a closed call leads."""
    if row.convocation is None:
        file = f"/conseiller/demandeurs/{row.claimant.ref}/"
        sentence = "La personne a été jointe, ou prévenue par écrit."
        if row.state == CallState.DROPPED:
            sentence = "La personne a retiré sa demande."
            if row.reason == CallTask.Reason.ADDRESS:
                sentence = "L’adresse e-mail de la personne marche de nouveau."
            if row.reason == CallTask.Reason.PROCEDURE:
                sentence = "La personne a ouvert ce qui l’attendait, ou la procédure est finie."
            if row.reason == CallTask.Reason.REFRAMING:
                sentence = "L’entretien de recadrage a son heure, ou la mesure est finie."
        return {"closed_sentence": sentence, "closed_url": file, "closed_label": "Voir le dossier"}
    row.convocation.advisor = advisor
    return {
        "closed_sentence": "La personne a été jointe, ou une autre voie est à choisir.",
        "closed_url": f"/conseiller/convocations/{row.convocation.ref}/",
        "closed_label": "Voir le rendez-vous",
        "facts": shown.appointment_facts(row.convocation),
    }


def _asked(row: CallTask, now: datetime, zone: Any) -> list[dict[str, str]]:
    """Show what the person asked, when they want to be called back."""
    if row.reason != CallTask.Reason.CALL_BACK:
        return []
    due = f"{full_date(last_day(row.due_at, zone))} ({due_in(row.due_at, now, zone)})"
    return [
        {"label": "Sujet", "value": row.get_topic_display().capitalize(), "icon": "message-square"},
        {"label": "Joignable", "value": row.get_reachable_display().capitalize(), "icon": "clock"},
        {"label": "Précision", "value": row.words, "icon": "pencil"},
        {"label": "Demandé le", "value": full_datetime(row.opened_at, zone), "icon": "calendar-check"},
        {"label": "À appeler avant la fin du", "value": due, "icon": "hourglass"},
    ]
