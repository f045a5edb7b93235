"""What time brings to an absence: the end of the explanation period, late decisions, closing in favour."""

from collections.abc import Sequence
from datetime import datetime

from convocations import deeds
from convocations.models import Absence
from convocations.states import ABSENCE_UNDECIDED, AbsenceState
from messaging import outbox
from messaging.chasing import left_over, take, tell_files, tell_supervisors
from portal.core import deadlines, outages
from portal.core.deadlines import Due, Outcome
from portal.core.outage_slices import put_off

_CLOSED_BY_RULE = (
    "Aucune décision n’a été prise dans le délai. L’absence est donc close en votre faveur\u00a0: "
    "elle n’a aucune conséquence."
)


@deadlines.handles(deeds.DUE_EXPLANATION_END, "fin de la période d’explication")
def end_period(batch: Sequence[Due], now: datetime) -> Outcome:
    """Put an absence on its advisor's list once the person had their time; silence decides nothing.

    An extension moved the end meanwhile: its own row comes. An outage lasts: no period ends before it.
    """
    taken = take(Absence.objects.all(), batch)
    rows = [row for row in taken.values() if row.state in ABSENCE_UNDECIDED and row.period_is_over(now)]
    if outages.running(now):
        kept = {row.pk for row in rows}
        put_off([due.id for due in batch if due.subject_id in kept], now)
        return left_over(batch, taken, kept)
    Absence.objects.filter(pk__in=[row.pk for row in rows]).update(period_ended_at=now)
    tell_files(deeds.PERIOD_ENDED, rows, now)
    return left_over(batch, taken, {row.pk for row in rows})


@deadlines.handles(deeds.DUE_DECISION, "décision sur une absence")
def chase_decision(batch: Sequence[Due], now: datetime) -> Outcome:
    """Remind the advisor of a decision that waits (step 1), then tell the agency's supervisors (step 2)."""
    taken = take(Absence.objects.all(), batch)
    undecided = {row.pk: row for row in taken.values() if row.state in ABSENCE_UNDECIDED}
    day = now.date().toordinal()
    late = [undecided[due.subject_id] for due in batch if due.subject_id in undecided]
    outbox.enqueue(
        (
            outbox.Owed(deeds.MAIL_LATE_DECISIONS_ADVISOR, advisor_id, advisor_id, occurrence=day)
            for advisor_id in {row.advisor_id for row in late}
        ),
        now=now,
    )
    escalated = [undecided[due.subject_id] for due in batch if due.step == 2 and due.subject_id in undecided]
    Absence.objects.filter(pk__in=[row.pk for row in escalated]).update(escalated_at=now)
    tell_supervisors(deeds.MAIL_LATE_DECISIONS_SUPERVISOR, {row.agency_id for row in escalated}, now=now)
    tell_files(deeds.DECISION_LATE, escalated, now)
    return left_over(batch, taken, undecided)


@deadlines.handles(deeds.DUE_ABSENCE_CLOSE, "absence sans décision")
def close_in_favour(batch: Sequence[Due], now: datetime) -> Outcome:
    """Close what nobody decided in time in the person's favour, and tell them (product §6)."""
    taken = take(Absence.objects.all(), batch)
    rows = [row for row in taken.values() if row.state in ABSENCE_UNDECIDED]
    ids = [row.pk for row in rows]
    Absence.objects.filter(pk__in=ids).move_all(
        AbsenceState.CLOSED_NO_ACTION, decided_at=now, reasons=_CLOSED_BY_RULE
    )
    deadlines.cancel([deeds.DUE_EXPLANATION_END, deeds.DUE_DECISION], ids, now=now)
    tell_files(deeds.ABSENCE_CLOSED, rows, now)
    outbox.enqueue((outbox.Owed(deeds.MAIL_ABSENCE_CLOSED, row.claimant_id, row.pk) for row in rows), now=now)
    return left_over(batch, taken, set(ids))
