"""One call to make: who, about what, and each attempt written down."""

from typing import Any, cast

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods

from accounts.access import actor, advisor_required
from accounts.models import Advisor
from accounts.sign_in.kept_forms import restored
from convocations.evidence import calls
from convocations.web.advisor import abilities, shown
from convocations.web.advisor.loading import call_for
from portal.core import clock
from portal.core.forms import HouseForm, RadioCards
from portal.core.french import full_datetime, plural
from portal.core.transitions import Refusal


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

    def __init__(self, *args: Any, proves: bool, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        cards = cast(RadioCards, self.fields["reached"].widget)
        cards.notes = {
            "oui": "Elle connaît maintenant son rendez-vous\u00a0: l’appel le prouve."
            if proves
            else "Convenez d’une nouvelle date, puis convoquez-la à cette date.",
            "non": "Rien ne lui est reproché. Après trois essais, choisissez une autre voie.",
        }


@require_http_methods(["GET", "HEAD", "POST"])
@advisor_required
def call(request: HttpRequest, advisor: Advisor, ref: str) -> HttpResponse:
    """Show whom to call and why, and log the attempt."""
    now = clock.now()
    row = call_for(advisor, ref, now)
    form = CallForm(request.POST or None, proves=abilities.proves_by_call(row), initial=restored(request))
    if request.method == "POST" and form.is_valid():
        data = form.cleaned_data
        try:
            calls.log_call(row.pk, reached=data["reached"], note=data["note"], by=actor(request), now=now)
        except Refusal as refusal:
            form.refuse(refusal)
        else:
            messages.success(request, "L’appel est noté." if data["reached"] else "L’essai est noté.")
            return redirect("advisor:call", ref=row.ref)
    row.convocation.advisor = advisor
    zone = row.convocation.agency.place.zone
    tries = [
        {
            "date": full_datetime(one.at, zone),
            "title": "Personne jointe" if one.reached else "Sans réponse",
            "text": one.note,
            "icon": "phone",
            "tone": "success" if one.reached else "",
        }
        for one in row.tries.order_by("at", "pk")
    ]
    left = calls.TRIES - len(tries)
    context = {
        "call": row,
        "convocation": row.convocation,
        "title": f"Appeler {row.claimant}",
        "form": form,
        "new_url": ""
        if abilities.proves_by_call(row)
        else f"/conseiller/convocations/nouvelle/?pour={row.claimant.ref}",
        "may_call": abilities.may_call(row),
        "tries": tries,
        "left": f"Encore {plural(left, 'essai')} avant de choisir une autre voie." if left > 0 else "",
        "reason": row.get_reason_display().capitalize(),
        "closed_sentence": "La personne a été jointe, ou une autre voie est à choisir.",
        "appointment_url": f"/conseiller/convocations/{row.convocation.ref}/",
        "facts": shown.appointment_facts(row.convocation),
        "now": now,
        "zone": zone,
    }
    return render(request, "convocations/advisor/call.html", context, status=form.http_status)
