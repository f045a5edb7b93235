"""The page of what was found, the same on either side."""

from collections.abc import Sequence
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_safe

from accounts.access import advisor_required, claimant_required
from accounts.hours.deputising import absent_colleagues
from accounts.models import Advisor, Claimant
from messaging.threads import searching
from messaging.threads.searching import LONGEST_WORDS, MOST, Found
from portal.core import clock
from portal.core.french import full_datetime, plural


@require_safe
@claimant_required
def for_person(request: HttpRequest, claimant: Claimant) -> HttpResponse:
    """Search the person's own threads."""
    return _page(
        request,
        lambda words: searching.in_threads_of(claimant.pk, words),
        "espace:messages",
        "espace:thread",
        "messaging/claimant/found.html",
    )


@require_safe
@advisor_required
def for_advisor(request: HttpRequest, advisor: Advisor) -> HttpResponse:
    """Search the advisor's threads, and those of the colleagues they stand in for today."""
    whose = [advisor.pk, *(one.pk for one in absent_colleagues(advisor, now=clock.now()))]
    return _page(
        request,
        lambda words: searching.in_threads_with(whose, words),
        "threads:index",
        "threads:thread",
        "messaging/advisor/found.html",
    )


def _page(request: HttpRequest, search: Any, home: str, door: str, template: str) -> HttpResponse:
    words = request.GET.get("q", "").strip()[:LONGEST_WORDS]
    found: Sequence[Found] = search(words) if words else []
    context = {
        "words": words,
        "home_url": reverse(home),
        "rows": [_row(one, door) for one in found],
        "count": plural(len(found), "message trouvé", "messages trouvés"),
        "more": len(found) == MOST,
    }
    return render(request, template, context)


def _row(one: Found, door: str) -> dict[str, Any]:
    thread = one.thread
    return {
        # The page of a thread on which this message is the last.
        "url": f"{reverse(door, args=[thread.ref])}?avant={one.number + 1}#message-{one.number}",
        "title": thread.subject,
        "person": str(thread.claimant),
        "date": full_datetime(one.at, thread.agency.place.zone),
        "passage": one.passage,
    }
