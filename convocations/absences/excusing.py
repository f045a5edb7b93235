"""A measure is annulled after an appeal: the absence it came from counts no more.

The win holds the procedure, and appointment and absence are held before it everywhere else: two would wait for each
other. So the win plans the deed in its own transaction, and it is done right after, in another.
"""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from django.dispatch import receiver

from convocations import deeds
from convocations.models import Absence, Convocation
from convocations.states import AbsenceState, ConvocationState
from measures import signals
from measures.models import Case, Origin
from measures.states import CaseState
from messaging.chasing import left_over, take, tell_files
from portal.core import deadlines
from portal.core.deadlines import Due, Outcome, Planned


@receiver(signals.case_won, dispatch_uid="convocations.excusing")
def plan(sender: Any, *, origin: str, origin_id: int, now: datetime, **_: Any) -> None:
    """Have the absence looked at that a won procedure came from."""
    if origin == Origin.ABSENCE:
        deadlines.schedule([Planned(deeds.DUE_EXCUSE, origin_id, now)])


@deadlines.handles(deeds.DUE_EXCUSE, "absence excusée après un recours gagné")
def excuse(batch: Sequence[Due], now: datetime) -> Outcome:
    """Excuse the absences of annulled procedures, by whom annulled them; one corrected meanwhile stays so."""
    ids = [due.subject_id for due in batch]
    asked = Convocation.objects.filter(absences__in=ids)
    held = {row.pk: row for row in asked.select_for_update(no_key=True, skip_locked=True, of=("self",))}
    taken = take(Absence.objects.filter(convocation__in=held), batch)
    annulled = Case.objects.filter(origin=Origin.ABSENCE, origin_id__in=taken, state=CaseState.ANNULLED)
    won = {case.origin_id: case for case in annulled.order_by("pk")}
    rows = [row for row in taken.values() if row.state == AbsenceState.REFERRED and row.pk in won]
    for row in rows:
        case = won[row.pk]
        row.decided_at, row.decided_by_id = now, case.ended_by_id
        row.reasons = (
            f"La décision {case.ref} est annulée après votre recours\u00a0: cette absence ne compte plus."
        )
        row.move_to(AbsenceState.EXCUSED, saving=["decided_at", "decided_by", "reasons"])
        held[row.convocation_id].move_to(ConvocationState.EXCUSED)
    tell_files(deeds.ABSENCE_COUNTS_NO_MORE, rows, now)
    return left_over(batch, taken, {row.pk for row in rows})
