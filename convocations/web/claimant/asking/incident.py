"""Say that the technique failed."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.views.decorators.http import require_http_methods

from accounts.access import actor, claimant_required
from accounts.models import Claimant
from convocations.models import ChangeRequest
from convocations.requests import asking
from convocations.requests.asking import Wish
from convocations.web.claimant.abilities import of_appointment
from convocations.web.claimant.asking import offers, sharing
from convocations.web.claimant.asking.forms import IncidentForm
from convocations.web.claimant.loading import own_appointment
from portal.core import clock
from portal.core.transitions import Refusal

Kind = ChangeRequest.Kind


@require_http_methods(["GET", "HEAD", "POST"])
@claimant_required
def incident(request: HttpRequest, claimant: Claimant, ref: str) -> HttpResponse:
    """Take word of a technical problem: a new date at once, or a call; it counts for nothing."""
    now = clock.now()
    convocation = own_appointment(claimant, ref)
    if not of_appointment(convocation, now).report_incident:
        return sharing.not_now(request, convocation)
    tz = convocation.agency.place.zone
    choices = offers.choices(offers.of(convocation, claimant, now=now)[:4], tz)
    form = IncidentForm(request.POST or None, slots=choices, phone=claimant.phone)
    if request.method == "POST" and form.is_valid():
        data = form.cleaned_data
        slot = offers.read(data["solution"], convocation)
        wish = Wish(
            kind=Kind.INCIDENT,
            text=data["text"],
            starts_at=slot.starts_at if slot else None,
            ends_at=slot.ends_at if slot else None,
            wants_call=slot is None,
        )
        try:
            made = asking.ask(convocation.pk, wish, form_key=data["form_key"], by=actor(request), now=now)
        except Refusal as refusal:
            form.refuse(refusal)
        else:
            return redirect("espace:request", ref=made.ref)
    form.cancel_url = reverse("espace:appointment", args=[convocation.ref])
    return sharing.page(
        request,
        "convocations/claimant/incident.html",
        convocation,
        now,
        {"title": "Signaler un problème technique", "form": form},
        status=form.http_status,
    )
