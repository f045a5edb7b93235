"""The live door of a thread: who may read it may be told when it changes; «somebody is writing».

The pages' server answers with where the thread stands and the word to come back in a quarter of a minute:
that alone keeps a page fresh. The process of the live pages (`portal.live`) passes every caller through this
same door, keeps the line open, and asks again each minute whether it is still theirs.
"""

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.views.decorators.http import require_GET, require_POST

from accounts.access import advisor_required, claimants_only
from accounts.models import Advisor, User
from messaging.live import hints, watching
from messaging.live.watching import Watched
from messaging.models import Thread
from messaging.models.message import Side
from messaging.web.loading import own_thread, thread_for
from portal.core import clock

# How soon a browser comes back by itself where nothing keeps its line open.
COME_BACK_MS = 15_000


class Line(HttpResponse):
    """Where a thread stands, for a browser; and, for the process of the live pages alone, what to keep open."""

    watched: Watched


@require_GET
@claimants_only
def claimants(request: HttpRequest, person: User, ref: str) -> HttpResponse:
    """Tell a person where their thread stands."""
    return _stands(request, own_thread(person, ref), Side.CLAIMANT)


@require_GET
@advisor_required
def advisors(request: HttpRequest, advisor: Advisor, ref: str) -> HttpResponse:
    """Tell an advisor where a thread of theirs stands."""
    return _stands(request, thread_for(advisor, ref, clock.now()), Side.SERVICE)


@require_POST
@claimants_only
def claimant_types(request: HttpRequest, person: User, ref: str) -> HttpResponse:
    """Tell the other side that the person is writing."""
    return _types(own_thread(person, ref), Side.CLAIMANT)


@require_POST
@advisor_required
def advisor_types(request: HttpRequest, advisor: Advisor, ref: str) -> HttpResponse:
    """Tell the other side that somebody of the service is writing."""
    return _types(thread_for(advisor, ref, clock.now()), Side.SERVICE)


def line(row: Thread, door: str, typing: str, other: str) -> dict[str, str]:
    """Say where a page listens, what it has shown already, where it says that somebody types, and who is across."""
    return {
        "url": f"{settings.LIVE_URL}{reverse(door, args=[row.ref])}?vu={watching.of(row).name}",
        "types": reverse(typing, args=[row.ref]),
        "other": other,
    }


def _stands(request: HttpRequest, thread: Thread, side: Side) -> HttpResponse:
    now = watching.of(thread)
    # What the page showed when it was opened, or the last event a cut line had brought.
    known = request.headers.get("Last-Event-ID") or request.GET.get("vu")
    words = (
        watching.event("calm", name=now.name, retry_ms=COME_BACK_MS)
        if known == now.name
        else watching.changed(now, retry_ms=COME_BACK_MS)
    )
    response = Line(words, content_type="text/event-stream; charset=utf-8")
    # A proxy that gathers what it is given would hold back every word.
    response.headers["X-Accel-Buffering"] = "no"
    response.watched = Watched(thread.pk, side)
    return response


def _types(thread: Thread, side: Side) -> HttpResponse:
    hints.typing(thread.pk, side)
    return HttpResponse(status=204)
