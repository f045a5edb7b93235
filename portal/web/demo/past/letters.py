"""The demo's mailroom: each agency's batch is closed, printed and posted in its own morning, but for the latest."""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta

from accounts.models import Advisor
from messaging import deeds
from messaging.models import LetterBatch
from messaging.posting import batching, fates
from messaging.states import BatchState
from portal.core import deadlines
from portal.core.journal import Actor
from portal.web.demo.past.hours import Hours

# The last day's batches are left for whoever tries the page.
LEFT = timedelta(hours=24)


def post_due(
    advisors: Sequence[Advisor], hours: Mapping[int, Hours], moment: datetime, *, until: datetime
) -> None:
    """Close and print what is due, and let a supervisor who is at work post what was printed before."""
    batching.close_due(moment)
    deadlines.work_slowly(deeds.DUE_PRINT, lambda: moment, seconds=120)
    if moment > until - LEFT:
        return
    supervisors = {one.agency_id: one for one in advisors if one.is_supervisor}
    for batch in LetterBatch.objects.filter(state=BatchState.PRINTED).order_by("pk"):
        if batch.agency_id in supervisors and hours[batch.agency_id].is_at_work(moment):
            by = Actor(supervisors[batch.agency_id].pk, "SUPERVISOR", "198.51.100.4")
            fates.post(batch.pk, batch.day, by=by, now=moment)
