"""Putting back to work what stood still."""

from datetime import datetime

from django.db import transaction

from portal.core import deadlines, journal
from portal.core.models import Deadline

AT_MOST = 1_000

RETRIED = journal.code(
    41,
    "deadlines_retried",
    "{actor} a remis en route {count} échéance(s) bloquée(s).",
    shown_to_claimant=False,
)


@transaction.atomic
def retry_stuck_deadlines(*, by: journal.Actor, now: datetime) -> int:
    """Let the workers try the stuck deadlines again, oldest first, at most 1,000; how many."""
    ids = list(
        Deadline.objects.filter(state=Deadline.State.STUCK)
        .order_by("id")
        .select_for_update(skip_locked=True)
        .values_list("id", flat=True)[:AT_MOST]
    )
    count = deadlines.retry_stuck(ids, now=now)
    if count:
        journal.record(RETRIED, by=by, now=now, data={"count": count})
    return count
