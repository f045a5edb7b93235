"""How a person wants to be told things, noted for them at the counter or by telephone."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods

from accounts import telling
from accounts.access import actor, advisor_required, claimant_for
from accounts.models import Advisor
from accounts.sign_in.kept_forms import restored
from accounts.web.forms import WaysForm
from portal.core import clock


@require_http_methods(["GET", "HEAD", "POST"])
@advisor_required
def change(request: HttpRequest, advisor: Advisor, ref: str) -> HttpResponse:
    """Note how a person wants to be told; it is confirmed to them in writing, and they read it on their profile."""
    now = clock.now()
    person = claimant_for(advisor, ref, now=now)
    form = WaysForm(request.POST or None, claimant=person, initial=restored(request))
    form.cancel_url = f"/conseiller/demandeurs/{person.ref}/"
    if request.method == "POST" and form.is_valid():
        telling.choose_ways(person.pk, form.cleaned_data, by=actor(request), now=now)
        messages.success(request, "C’est noté. La personne en reçoit la confirmation par écrit.")
        return redirect("desk:file", ref=person.ref)
    context = {"person": person, "form": form}
    return render(request, "web/desk/ways.html", context, status=form.http_status)
