"""The page of what was found, the same on either side."""

from collections.abc import Sequence
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_safe

from accounts.access import advisor_required, claimants_only
from accounts.hours.deputising import absent_colleagues
from accounts.models import Advisor, User
from messaging.threads import searching
from messaging.threads.searching import LONGEST_WORDS, MOST, Found
from portal.core import clock
from portal.core.french import full_datetime, plural


@require_safe
@claimants_only
def for_person(request: HttpRequest, person: User) -> HttpResponse:
    """Search the person's own threads."""
    return _page(
        request,
        lambda words: searching.in_threads_of(person.pk, words),
        "espace:messages",
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
        "messaging/advisor/found.html",
    )


def _page(request: HttpRequest, search: Any, home: str, template: str) -> HttpResponse:
    words = request.GET.get("q", "").strip()[:LONGEST_WORDS]
    found: Sequence[Found] = search(words) if words else []
    here = reverse(home)
    context = {
        "words": words,
        "home_url": here,
        "rows": [_row(one, here) for one in found],
        "count": plural(len(found), "message trouvé", "messages trouvés"),
        "more": len(found) == MOST,
    }
    return render(request, template, context)


def _row(one: Found, here: str) -> dict[str, Any]:
    return {
        # The page of a thread on which this message is the last.
        "url": f"{here}{one.ref}/?avant={one.number + 1}#message-{one.number}",
        "title": one.subject,
        "person": one.person,
        "date": full_datetime(one.at, one.zone),
        "passage": one.passage,
    }
