"""An advisor says whether they volunteer for the 100 % web follow-up."""

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods

from accounts.access import actor, advisor_required
from accounts.following import modes
from accounts.models import Advisor
from accounts.sign_in.kept_forms import restored
from portal.core import clock
from portal.core.forms import HouseForm
from portal.core.transitions import Refusal


class VolunteerForm(HouseForm, forms.Form):
    """One box."""

    submit_label = "Enregistrer"
    cancel_url, cancel_label = "/conseiller/portefeuille/", "Revenir sans rien changer"
    marks_optional = False

    volunteers = forms.BooleanField(
        label="Je suis volontaire pour suivre des personnes à 100\u00a0% par le web", required=False
    )


@require_http_methods(["GET", "HEAD", "POST"])
@advisor_required
def volunteer(request: HttpRequest, advisor: Advisor) -> HttpResponse:
    """Show and change it; nobody is assigned to an advisor who did not volunteer."""
    # A box left empty sends nothing: what was posted is read as such.
    sent = request.POST if request.method == "POST" else None
    form = VolunteerForm(sent, initial={"volunteers": advisor.volunteers_for_web, **restored(request)})
    if request.method == "POST" and form.is_valid():
        wanted = form.cleaned_data["volunteers"]
        try:
            modes.set_volunteer(advisor.pk, wanted, by=actor(request), now=clock.now())
        except Refusal as refusal:
            form.refuse(refusal)
        else:
            said = "Vous êtes volontaire" if wanted else "Vous n’êtes plus volontaire"
            messages.success(request, f"{said} pour le suivi 100\u00a0% web.")
            return redirect("desk:volunteer")
    return render(request, "web/desk/volunteer.html", {"form": form}, status=form.http_status)
