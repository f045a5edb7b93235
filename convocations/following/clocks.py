"""What time brings to a follow-up: a first interview that nobody fixed."""

from collections.abc import Sequence
from datetime import datetime

from convocations import deeds
from convocations.models import FollowUpTask
from convocations.scheduling.clocks import left_over, tell_supervisors
from convocations.states import FollowUpState
from portal.core import deadlines, journal
from portal.core.deadlines import Due, Outcome
from portal.core.journal import PORTAL, Line


@deadlines.handles(deeds.DUE_FIRST_INTERVIEW, "premier entretien après un changement d’agence")
def first_interview_is_late(batch: Sequence[Due], now: datetime) -> Outcome:
    """Tell the supervisors that a person who changed agency has no first interview yet."""
    taken: dict[int, FollowUpTask] = {
        row.pk: row
        for row in FollowUpTask.objects.filter(pk__in=[due.subject_id for due in batch]).select_for_update(
            no_key=True, skip_locked=True
        )
    }
    late = [row for row in taken.values() if row.state == FollowUpState.OPEN and row.due_at <= now]
    FollowUpTask.objects.filter(pk__in=[row.pk for row in late]).update(escalated_at=now)
    tell_supervisors(deeds.MAIL_FIRST_INTERVIEW_LATE, {row.agency_id for row in late}, now=now)
    journal.record_all(
        (
            Line(
                deeds.FIRST_INTERVIEW_LATE,
                file_id=row.claimant_id,
                subject_id=row.pk,
                data={"ref": str(row.ref)},
            )
            for row in late
        ),
        by=PORTAL,
        now=now,
    )
    return left_over(batch, taken, {row.pk for row in late})
