"""What time brings to a lifting: a reminder to who answers, a refusal that nobody opened."""

from collections.abc import Sequence
from datetime import datetime

from django.db.models import QuerySet

from measures import deeds, signals
from measures.models import LiftRequest
from measures.states import CaseState
from messaging import outbox
from messaging.chasing import left_over, take, tell_delegates, tell_files
from portal.core import deadlines
from portal.core.deadlines import Due, Outcome


@deadlines.handles(deeds.DUE_LIFT_ANSWER, "demande de levée à répondre")
def remind(batch: Sequence[Due], now: datetime) -> Outcome:
    """Remind the delegates of a region that somebody waits to know whether their measure ends."""
    taken = take(_lifts(), batch)
    rows = [
        row for row in taken.values() if row.case.state == CaseState.LIFT_REQUESTED and not row.decided_at
    ]
    tell_delegates(deeds.MAIL_ANSWERS_SOON, {row.case.region for row in rows}, now=now)
    return left_over(batch, taken, {row.pk for row in rows})


@deadlines.handles(deeds.DUE_LIFT_UNREAD, "refus de levée non ouvert")
def chase_refusal(batch: Sequence[Due], now: datetime) -> Outcome:
    """Send a refusal that was not opened on paper, and have the person called: no time of theirs runs meanwhile."""
    taken = take(_lifts(), batch)
    rows = [row for row in taken.values() if row.granted is False and row.notified_at is None]
    cases = [row.case for row in rows]
    letters = (outbox.Owed(deeds.MAIL_LIFT_UNREAD, row.case.claimant_id, row.pk) for row in rows)
    outbox.enqueue_letters(letters, now=now)
    signals.ask_for_calls([case.claimant_id for case in cases], now)
    tell_files(deeds.LIFT_UNREAD, cases, now)
    return left_over(batch, taken, {row.pk for row in rows})


def _lifts() -> QuerySet[LiftRequest]:
    return LiftRequest.objects.select_related("case")
