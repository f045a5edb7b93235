"""A piece of work handed to another advisor, as the journal keeps it."""

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from accounts.models import Advisor
from portal.core import journal
from portal.core.journal import Actor, JournalCode


def record(
    code: JournalCode,
    rows: Iterable[Any],
    advisor: Advisor,
    *,
    reason: str,
    by: Actor,
    now: datetime,
    **more: str,
) -> None:
    """Journal, in each person's file, that these rows went from their advisor of before to `advisor`.

    They are as they were read under the lock (`claimant_id`, `ref`, `advisor_id`): they still name the
    advisor of before. `more` is what else the code's sentence says.
    """
    journal.record_all(
        (
            journal.Line(
                code,
                file_id=row.claimant_id,
                subject_id=row.pk,
                data={
                    "ref": str(row.ref),
                    **more,
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
