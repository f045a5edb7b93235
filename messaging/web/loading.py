"""A thread for who may read it; for anybody else it is not there (404)."""

from datetime import datetime
from typing import Any

from django.http import Http404

from accounts.access import sees
from accounts.hours.deputising import stands_in
from accounts.models import Advisor, Claimant
from messaging.models import Thread

_WITH = ("agency", "advisor__user", "resolved_by")


def own_thread(claimant: Claimant, ref: str) -> Thread:
    """Load one of the person's own threads."""
    found = _by_ref(Thread.objects.filter(claimant_id=claimant.pk).select_related(*_WITH), ref)
    if found is None:
        raise Http404
    found.claimant = claimant
    return found


def thread_for(advisor: Advisor, ref: str, now: datetime) -> Thread:
    """Load a thread with its person; 404 unless it is this advisor's business."""
    found = _by_ref(Thread.objects.select_related("claimant__user", "claimant__agency", *_WITH), ref)
    if found is None:
        raise Http404
    followed = found.claimant.archived_at is None
    if not (
        (followed and found.advisor_id == advisor.pk)
        or sees(advisor, found.claimant, now=now)
        or (followed and stands_in(advisor, found.advisor_id, now=now))
    ):
        raise Http404
    return found


def _by_ref(rows: Any, ref: str) -> Thread | None:
    try:
        found: Thread | None = rows.filter(ref=ref).first()
    except ValueError:  # the reference of another kind of thing
        return None
    return found
