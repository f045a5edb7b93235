"""Open the examination of an absence, and undo it when the record was wrong."""

from datetime import datetime

from django.db import transaction

from convocations import deeds
from convocations.absences import handing_on
from convocations.models import Absence, Convocation
from convocations.states import AHEAD, AbsenceState, ConvocationState
from messaging import outbox
from portal.core import deadlines, journal, parameters
from portal.core.deadlines import Planned
from portal.core.journal import Actor
from portal.core.transitions import Refusal
from portal.core.working_time import end_of_period


class AlreadyAnnulled(Refusal):
    sentence = "Cette absence a déjà été corrigée."


def open_examination(convocation: Convocation, *, by: Actor, now: datetime) -> Absence:
    """Tell the person what was missed and that nothing is decided, and start every clock of product §6.

    The caller holds the appointment, just recorded ABSENT; the database asks the ledger once more.
    """
    current, territory = parameters.current(), convocation.agency.place
    person = convocation.claimant
    # Who follows somebody that changed agency since decides; the appointment stays with whom was named.
    left = person.agency_id != convocation.agency_id
    absence = Absence.objects.create(
        convocation=convocation,
        claimant_id=person.pk,
        advisor_id=person.advisor_id if left else convocation.advisor_id,
        agency_id=person.agency_id,
        recorded_at=now,
        explanation_due_at=end_of_period(
            now, jours_ouvres=current.explanation_working_days, territory=territory
        ),
        decide_by=end_of_period(now, jours_ouvres=current.absence_reminder_working_days, territory=territory),
        closes_at=end_of_period(now, days=current.absence_close_days, territory=territory),
    )
    escalate_at = end_of_period(
        now, jours_ouvres=current.absence_supervisor_working_days, territory=territory
    )
    deadlines.schedule(
        [
            Planned(deeds.DUE_EXPLANATION_END, absence.pk, absence.explanation_due_at),
            Planned(deeds.DUE_DECISION, absence.pk, absence.decide_by, step=1),
            Planned(deeds.DUE_DECISION, absence.pk, escalate_at, step=2),
            Planned(deeds.DUE_ABSENCE_CLOSE, absence.pk, absence.closes_at),
        ]
    )
    outbox.enqueue([outbox.Owed(deeds.MAIL_ABSENCE_OPENED, absence.claimant_id, absence.pk)], now=now)
    absence.move_to(AbsenceState.EXPLANATION_REQUESTED)
    journal.record(
        deeds.ABSENCE_OPENED,
        by=by,
        now=now,
        file_id=absence.claimant_id,
        subject_id=absence.pk,
        data={"ref": str(absence.ref), "convocation": str(convocation.ref)},
    )
    return absence


def correct(absence_id: int, outcome: ConvocationState, *, reason: str, by: Actor, now: datetime) -> Absence:
    """Undo an absence recorded in error, with everything that hung on it, and record what really happened."""
    from convocations import attendance
    from convocations.scheduling import changing

    if outcome == ConvocationState.ABSENT:
        raise ValueError("a correction says something else than the absence")
    with transaction.atomic():
        convocation = (
            Convocation.objects.select_for_update(no_key=True, of=("self",))
            .select_related("agency")
            .get(absences__pk=absence_id)
        )
        absence = Absence.objects.select_for_update(no_key=True).get(pk=absence_id)
        if absence.state == AbsenceState.ANNULLED:
            raise AlreadyAnnulled
        before = absence.get_state_display()
        absence.annulled_at, absence.annulled_by_id, absence.annulment_reason = now, by.person_id, reason
        absence.move_to(AbsenceState.ANNULLED, saving=["annulled_at", "annulled_by", "annulment_reason"])
        deadlines.cancel(deeds.OF_ABSENCE, [absence.pk], now=now)
        handing_on.take_back(absence, reason=f"L’absence {absence.ref} a été corrigée.", by=by, now=now)
        journal.record(
            deeds.ABSENCE_ANNULLED,
            by=by,
            now=now,
            file_id=absence.claimant_id,
            subject_id=absence.pk,
            data={"ref": str(absence.ref), "reason": reason, "before": before},
        )
        follow_up = absence.new_appointment
        if follow_up is not None and follow_up.state in AHEAD and follow_up.starts_at > now:
            why = "L’absence qui l’avait demandé a été corrigée."
            changing.cancel(follow_up.pk, reason=why, by=by, now=now)
        attendance.await_record(convocation, now=now)
        attendance.record(convocation.pk, outcome, note=reason, by=by, now=now)
        outbox.enqueue([outbox.Owed(deeds.MAIL_ABSENCE_ANNULLED, absence.claimant_id, absence.pk)], now=now)
        return absence
