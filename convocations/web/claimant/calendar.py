"""A person's own calendar: an appointment's file, the page of the private feed, and the feed itself."""

import hashlib
import logging

from allauth.core.internal import ratelimit
from django.contrib import messages
from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_safe
from redis.exceptions import RedisError

from accounts.access import actor, claimant_required, claimants_only
from accounts.models import Claimant, User
from convocations.calendar import entries
from convocations.calendar import feed as feeds
from convocations.models import CalendarFeed
from convocations.web import paper
from convocations.web.claimant.appointments import own
from portal.core import clock, parameters

log = logging.getLogger(__name__)

MEDIA_TYPE = "text/calendar; charset=utf-8"
# Unknown keys from one network address: a key cannot be guessed, but nobody needs so many.
_UNKNOWN = {"calendar_unknown": "120/h/ip"}


@require_safe
@claimants_only
def appointment(request: HttpRequest, person: User, ref: str) -> HttpResponse:
    """Give the appointment as a calendar file; a move or a cancellation updates the same entry."""
    convocation = own(person, ref)
    content = entries.of_appointment(convocation, now=clock.now())
    return paper.file(content, MEDIA_TYPE, f"rendez-vous-{convocation.ref}.ics")


# --- the page -------------------------------------------------------------------


@require_http_methods(["GET", "HEAD", "POST"])
@claimant_required
def index(request: HttpRequest, claimant: Claimant) -> HttpResponse:
    """Let a person put their appointments into their own calendar, take that back, or change the address."""
    if request.method == "POST":
        return _act(request, claimant)
    feed = CalendarFeed.objects.filter(claimant_id=claimant.pk).first()
    is_open = feed is not None and feed.is_open
    address = feeds.address_of(feed) if feed is not None and is_open else ""
    return render(
        request,
        "convocations/claimant/calendar.html",
        {
            "breadcrumb": [
                {"label": "Mon espace", "url": reverse("espace:home")},
                {"label": "Mes rendez-vous", "url": reverse("espace:appointments")},
            ],
            "feed": feed if is_open else None,
            "address": address,
            "webcal": "webcal://" + address.partition("://")[2] if address else "",
            "past_days": feeds.PAST.days,
            "agency": claimant.agency,
            "tz": claimant.agency.place.zone,
        },
    )


def _act(request: HttpRequest, claimant: Claimant) -> HttpResponse:
    by, now = actor(request), clock.now()
    act, seen = request.POST.get("acte", ""), request.POST.get("adresse", "")
    if act == "creer":
        feeds.open_feed(claimant.pk, by=by, now=now)
        messages.success(request, "Votre adresse privée est créée. Ajoutez-la à votre agenda.")
    elif act == "renouveler" and seen.isascii() and seen.isdigit() and len(seen) < 10:
        feeds.renew(claimant.pk, int(seen), by=by, now=now)
        messages.success(
            request, "Votre agenda a une nouvelle adresse. L’ancienne ne marche plus\u00a0: remplacez-la."
        )
    elif act == "arreter":
        feeds.close(claimant.pk, by=by, now=now)
        messages.success(request, "Votre agenda privé est arrêté. Son adresse ne marche plus.")
    else:
        messages.error(request, "Choisissez ce que vous voulez faire de votre agenda privé.")
    return redirect("espace:calendar")


# --- the feed -------------------------------------------------------------------


@login_not_required
@require_safe
def feed(request: HttpRequest, feed: str) -> HttpResponse:
    """Give a person's appointments to the calendar that brings their key; no sign-in, and no proof of reading.

    Nothing is written: what a machine read is not what a person consulted.
    """
    owner = feeds.owner_of(feed)
    try:
        allowed = _allowed(request, feed, known=owner is not None)
    except RedisError:
        log.error("Redis does not answer: a calendar is asked to come back.")
        return _plain("Revenez dans quelques minutes.", 503)
    if not allowed:
        return _plain("Trop de lectures. Revenez dans une heure.", 429)
    if owner is None:
        return _plain("Cette adresse d’agenda ne marche pas ou ne marche plus.", 404)
    return HttpResponse(feeds.read(owner, now=clock.now()), content_type=MEDIA_TYPE, headers=_HEADERS)


_HEADERS = {
    "Cache-Control": "private, no-store",
    "Content-Disposition": 'inline; filename="espace-emploi.ics"',
    "Referrer-Policy": "no-referrer",
    "X-Robots-Tag": "noindex, nofollow",
}


def _allowed(request: HttpRequest, key: str, *, known: bool) -> bool:
    """Count a reading; a feed's own, or a network address's with keys that open nothing."""
    if not known:
        rates, action, counted = _UNKNOWN, "calendar_unknown", None
    else:
        rates = {"calendar": f"{parameters.current().calendar_reads_per_hour}/h/key"}
        action, counted = "calendar", hashlib.sha256(key.encode()).hexdigest()
    used = ratelimit.consume(
        request, app="convocations", action=action, config=rates, key=counted, limit_get=True
    )
    return used is not None


def _plain(sentence: str, status: int) -> HttpResponse:
    """Answer a program in a sentence; nothing is logged, as the address is the key."""
    response = HttpResponse(
        sentence, content_type="text/plain; charset=utf-8", status=status, headers=_HEADERS
    )
    if status != 404:
        response["Retry-After"] = "3600" if status == 429 else "300"
    response._has_been_logged = True  # type: ignore[attr-defined]
    return response
