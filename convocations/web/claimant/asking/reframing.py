"""Pick the hour of the interview that goes with «J’ai fait le nécessaire»."""

import uuid
from datetime import datetime
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_http_methods

from accounts.access import actor, claimant_required
from accounts.models import Claimant
from convocations.hours.free import one_after_the_other
from convocations.models import Convocation, Modality
from convocations.reframing import booking
from convocations.told import manners
from convocations.web.claimant.asking import offers
from portal.core import clock
from portal.core.french import first_up, full_datetime
from portal.core.transitions import Refusal

_NAMES: dict[Modality, str] = {
    Modality.IN_PERSON: "À l’agence",
    Modality.PHONE: "Par téléphone",
    Modality.VIDEO: "En vidéo",
}


@require_http_methods(["GET", "HEAD", "POST"])
@claimant_required
def interview(request: HttpRequest, claimant: Claimant) -> HttpResponse:
    """Show the hours an advisor keeps for this interview, and fix the one that is picked."""
    now = clock.now()
    if (coming := booking.fixed(claimant.pk, now)) is not None:
        return _to(coming)
    if not booking.wanted(claimant.pk):
        messages.info(request, booking.NothingToDiscuss.sentence)
        return redirect("espace:procedures")
    manner = _manner(request.POST.get("moyen") or request.GET.get("moyen", ""))
    if request.method != "POST":
        return _page(request, claimant, manner, now)
    starts_at = offers.read_hour(request.POST.get("creneau", ""))
    if starts_at is None:
        return _page(request, claimant, manner, now, "Choisissez une heure dans la liste.")
    # The same hour for the same person is the same sending: a second click finds the first.
    key = uuid.uuid5(uuid.NAMESPACE_OID, f"reframing {claimant.pk} {starts_at.timestamp()} {now.date()}")
    try:
        made = booking.book(claimant.pk, starts_at, manner, form_key=key, by=actor(request), now=now)
    except booking.AlreadyFixed as refusal:
        messages.info(request, refusal.sentence)
        return redirect("espace:reframing")
    except Refusal as refusal:
        return _page(request, claimant, manner, now, refusal.sentence)
    when = full_datetime(made.starts_at, made.agency.place.zone)
    messages.success(request, f"Votre entretien est fixé au {when}. Ne pas venir serait sans conséquence.")
    return _to(made)


def _to(coming: Convocation) -> HttpResponse:
    return redirect("espace:appointment", ref=coming.ref)


def _manner(text: str) -> Modality:
    return Modality(text) if text in booking.MANNERS else Modality.IN_PERSON


def _page(
    request: HttpRequest, claimant: Claimant, manner: Modality, now: datetime, wrong: str = ""
) -> HttpResponse:
    tz = claimant.advisor.agency.place.zone
    first = offers.read_hour(request.GET.get("apres", ""))
    found = offers.looked_through(booking.search(claimant, manner, now=now, first=first))
    days = offers.by_day(one_after_the_other(found), tz)
    days, more = days[: offers.DAYS_SHOWN], days[offers.DAYS_SHOWN :]
    here = f"{reverse('espace:reframing')}?moyen={manner}"
    context: dict[str, Any] = {
        "title": "Choisir l’heure de votre entretien",
        "breadcrumb": [
            {"label": "Mon espace", "url": reverse("espace:home")},
            {"label": "Vos procédures", "url": reverse("espace:procedures")},
        ],
        "tabs": [
            {
                "label": name,
                "url": f"{reverse('espace:reframing')}?moyen={one}",
                "current": one == manner,
                "count": None,
            }
            for one, name in _NAMES.items()
        ],
        "manner": manner,
        "what_to_do": manners.DO[manner],
        "advisor": claimant.advisor,
        "agency": claimant.agency,
        "days": days,
        "later_url": f"{here}&apres={more[0]['hours'][0]['value']}" if more else "",
        "first_url": here if first else "",
        "wrong": first_up(wrong),
    }
    return render(request, "convocations/claimant/reframing.html", context, status=409 if wrong else 200)
