"""A piece of work handed to another advisor, as the journal keeps it."""

from collections.abc import Sequence
from datetime import datetime

from accounts.models import Advisor
from convocations import deeds
from convocations.models import Absence, CallTask, ChangeRequest, Convocation
from portal.core import journal
from portal.core.journal import Actor


def record(
    rows: Sequence[Convocation] | Sequence[Absence] | Sequence[ChangeRequest] | Sequence[CallTask],
    what: str,
    advisor: Advisor,
    *,
    reason: str,
    by: Actor,
    now: datetime,
) -> None:
    """Journal, in each person's file, that `what` («la demande») went from its advisor of before to `advisor`.

    `rows` are as they were read under the lock: they still name the advisor of before.
    """
    journal.record_all(
        (
            journal.Line(
                deeds.REASSIGNED,
                file_id=row.claimant_id,
                subject_id=row.pk,
                data={
                    "ref": str(row.ref),
                    "what": what,
                    "advisor": str(advisor),
                    "reason": reason,
                    "before": row.advisor_id,
                },
            )
            for row in rows
        ),
        by=by,
        now=now,
    )
