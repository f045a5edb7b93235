"""What time brings to a follow-up: a first interview that nobody fixed."""

from collections.abc import Sequence
from datetime import datetime

from convocations import deeds
from convocations.models import FollowUpTask
from convocations.states import FollowUpState
from messaging.chasing import left_over, take, tell_files, tell_supervisors
from portal.core import deadlines
from portal.core.deadlines import Due, Outcome


@deadlines.handles(deeds.DUE_FIRST_INTERVIEW, "premier entretien après un changement d’agence")
def first_interview_is_late(batch: Sequence[Due], now: datetime) -> Outcome:
    """Tell the supervisors that a person who changed agency has no first interview yet."""
    taken = take(FollowUpTask.objects.all(), batch)
    late = [row for row in taken.values() if row.state == FollowUpState.OPEN and row.due_at <= now]
    FollowUpTask.objects.filter(pk__in=[row.pk for row in late]).update(escalated_at=now)
    tell_supervisors(deeds.MAIL_FIRST_INTERVIEW_LATE, {row.agency_id for row in late}, now=now)
    tell_files(deeds.FIRST_INTERVIEW_LATE, late, now)
    return left_over(batch, taken, {row.pk for row in late})
