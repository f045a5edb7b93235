"""A person's copy of everything held about them: asked for here, written while it is sent, stored nowhere."""

import logging
from collections.abc import Iterator
from time import monotonic

from django.http import HttpRequest, HttpResponse, HttpResponseBase, StreamingHttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_POST, require_safe

from accounts import people
from accounts.access import actor, claimant_required
from accounts.models import Claimant
from accounts.sign_in.proof import proof_required
from portal.core import clock, parameters, personal_data
from portal.core.personal_data.packing import pack
from portal.core.places import hold, let_go
from portal.core.transitions import Refusal

log = logging.getLogger(__name__)

# A slow telephone holds a thread of the web for as long as it takes: few at once, and not for ever.
PLACES = 2
LONGEST_SECONDS = 15 * 60
_PLACE = "copies of personal data"


class NoPlace(Refusal):
    sentence = "D’autres personnes téléchargent leur copie en ce moment. Réessayez dans quelques minutes."


@require_safe
@claimant_required
def index(request: HttpRequest, claimant: Claimant) -> HttpResponse:
    """Say what is held, for how long, and offer the copy."""
    return _page(request)


@require_POST
@claimant_required
def copy(request: HttpRequest, claimant: Claimant) -> HttpResponseBase:
    """Send the copy to the person it is about, once they have proved again who they are.

    Proof is asked of a POST of theirs alone: the question may sign a person without password out.
    """
    return _copy_once_proved(request, claimant)


def _copy(request: HttpRequest, claimant: Claimant) -> HttpResponseBase:
    now = clock.now()
    place = next((number for number in range(PLACES) if hold(_PLACE, number)), None)
    try:
        if place is None:
            raise NoPlace
        people.take_copy(claimant.pk, by=actor(request), now=now)
    except Refusal as refusal:
        _leave(place)
        return _page(request, refusal.sentence)
    except BaseException:
        _leave(place)
        raise
    packed = pack(claimant.pk, name=str(claimant.user), tz=claimant.agency.place.zone, now=now)
    response = StreamingHttpResponse(_Sent(packed, place), content_type="application/zip")
    name = f"mes-donnees-{now.astimezone(claimant.agency.place.zone):%Y-%m-%d}.zip"
    response["Content-Disposition"] = f'attachment; filename="{name}"'
    response["Content-Security-Policy"] = "default-src 'none'; sandbox; frame-ancestors 'none'"
    return response


# Coming back from the question, one is on the page again, and asks for the copy there.
_copy_once_proved = proof_required(_copy, then="espace:own_data")


def _page(request: HttpRequest, refused: str = "") -> HttpResponse:
    context = {
        "breadcrumb": [
            {"label": "Mon espace", "url": reverse("espace:home")},
            {"label": "Mon profil", "url": reverse("profile")},
        ],
        "parts": [part.title for part in personal_data.parts()],
        "per_day": parameters.current().copies_per_day,
        "refused": refused,
    }
    return render(request, "space/own_data.html", context, status=429 if refused else 200)


class _Sent:
    """The pieces of a copy on their way; its place is free again however the sending ends."""

    def __init__(self, pieces: Iterator[bytes], place: int) -> None:
        self._pieces, self._place = pieces, place
        self._end = monotonic() + LONGEST_SECONDS

    def __iter__(self) -> Iterator[bytes]:
        for piece in self._pieces:
            if monotonic() > self._end:
                log.warning("a copy of personal data took too long and was cut")
                raise TimeoutError("this copy took too long")
            yield piece

    def close(self) -> None:
        """Called by the server when the last piece left, or when the person went away."""
        _leave(self._place)


def _leave(place: int | None) -> None:
    if place is not None:
        let_go(_PLACE, place)
