"""A thread for who may read it; for anybody else it is not there (404)."""

from datetime import datetime
from typing import Any

from django.http import Http404

from accounts.access import sees
from accounts.hours.deputising import stands_in
from accounts.models import Advisor, User
from messaging.models import Thread
from portal.core.prepared import Prepared, prepared
from portal.core.references import to_number

_WITH = ("agency", "advisor__user")


# Planning these joins takes PostgreSQL far longer than following them: they are planned once a connection.
@prepared
def _own(claimant_id: int, ref: int) -> Any:
    return Thread.objects.filter(claimant_id=claimant_id, ref=ref).select_related("claimant", *_WITH)


@prepared
def _anybodys(ref: int) -> Any:
    return Thread.objects.filter(ref=ref).select_related("claimant__user", "claimant__agency", *_WITH)


def own_thread(person: User, ref: str) -> Thread:
    """Load one of the person's own threads, with their file."""
    found = _one(_own, ref, claimant_id=person.pk)
    found.claimant.user = person
    return found


def thread_for(advisor: Advisor, ref: str, now: datetime) -> Thread:
    """Load a thread with its person; 404 unless it is this advisor's business."""
    found = _one(_anybodys, ref)
    followed = found.claimant.archived_at is None
    if not (
        (followed and found.advisor_id == advisor.pk)
        or sees(advisor, found.claimant, now=now)
        or (followed and stands_in(advisor, found.advisor_id, now=now))
    ):
        raise Http404
    return found


def _one(ask: Prepared, ref: str, **whose: int) -> Thread:
    try:
        rows: list[Thread] = ask(ref=to_number("MS", ref), **whose)
    except ValueError as error:  # the reference of another kind of thing
        raise Http404 from error
    if not rows:
        raise Http404
    return rows[0]
