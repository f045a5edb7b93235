"""What a person needs to take part in an appointment, noted by who follows them."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods

from accounts import people
from accounts.access import actor, advisor_required, claimant_for
from accounts.models import Advisor
from accounts.sign_in.kept_forms import restored
from accounts.web.forms import AccommodationsForm
from portal.core import clock


@require_http_methods(["GET", "HEAD", "POST"])
@advisor_required
def change(request: HttpRequest, advisor: Advisor, ref: str) -> HttpResponse:
    """Note or correct a person's accommodations; they read the same on their profile."""
    now = clock.now()
    person = claimant_for(advisor, ref, now=now)
    known = {"needs": person.accommodations, "detail": person.accommodation_detail}
    form = AccommodationsForm(request.POST or None, initial={**known, **restored(request)})
    form.cancel_url = f"/conseiller/demandeurs/{person.ref}/"
    if request.method == "POST" and form.is_valid():
        data = form.cleaned_data
        people.record_accommodations(person.pk, data["needs"], data["detail"], by=actor(request), now=now)
        messages.success(request, "Les aménagements sont notés. La personne les lit dans son profil.")
        return redirect("desk:file", ref=person.ref)
    context = {"person": person, "form": form}
    return render(request, "web/desk/accommodations.html", context, status=form.http_status)
