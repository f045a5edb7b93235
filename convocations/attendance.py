"""Record who came. Not recorded is never absent; not validly notified can never be absent."""

from collections.abc import Collection
from datetime import datetime
from typing import Any

from django.db import transaction

from accounts import reassigning
from accounts.models import Advisor, Claimant
from convocations import deeds
from convocations.absences import opening
from convocations.evidence.ledger import why_not_valid
from convocations.following import owed
from convocations.models import CallTask, Convocation
from convocations.requests import ending
from convocations.requests.waiting.freezing import is_frozen
from convocations.scheduling import displacing
from convocations.scheduling.changing import stop_waiting
from convocations.scheduling.clocks import record_due
from convocations.states import AHEAD, RECORDABLE, AbsenceState, ConvocationState, RequestState
from messaging import outbox
from portal.core import deadlines, journal
from portal.core.deadlines import Planned
from portal.core.french import full_datetime
from portal.core.journal import Actor
from portal.core.transitions import Refusal

_S = ConvocationState
# Known as soon as the hour has come; the others only once it is over.
_FROM_THE_START = frozenset({_S.ATTENDED, _S.TECH_INCIDENT, _S.CANCELLED_BY_AGENCY})
# The person came though they had asked not to, or the picture failed: both are in their favour.
FROM_A_FROZEN_ONE = frozenset({_S.ATTENDED, _S.TECH_INCIDENT})


class TooEarly(Refusal):
    sentence = "Ce rendez-vous n’est pas encore passé. Vous pourrez enregistrer la présence après."


class AlreadyRecorded(Refusal):
    sentence = "La présence à ce rendez-vous est déjà enregistrée."


class NotValidlyNotified(Refusal):
    """No absence without proof (product §3); the sentence lists what the proof lacks."""

    def __init__(self, reasons: list[str]) -> None:
        super().__init__(
            "Une absence ne peut pas être enregistrée ici. "
            + " ".join(reasons)
            + " Choisissez « Notification non prouvée » : rien ne compte, et vous proposez une nouvelle date."
        )


class WasDisplaced(Refusal):
    """What could not take place as announced founds no absence."""

    def __init__(self, reason: str) -> None:
        super().__init__(
            f"Une absence ne peut pas être enregistrée ici : {reason}. "
            "Choisissez « Annulé par l’agence » : rien ne compte, et vous proposez une nouvelle date."
        )


class Frozen(Refusal):
    sentence = (
        "Une demande de la personne n’avait pas de réponse à l’heure du rendez-vous\u00a0: "
        "il est gelé, aucune absence n’est possible."
    )


class OwedInPerson(Refusal):
    sentence = (
        "La personne a quitté le suivi par web : ce rendez-vous vidéo devait lui être proposé en agence. "
        "Aucune absence n’est possible. Proposez une nouvelle date."
    )


def record(
    convocation_id: int, outcome: ConvocationState, *, note: str = "", by: Actor, now: datetime
) -> Convocation:
    """Write what happened at an appointment, once; an absence opens an examination, nothing more."""
    if outcome not in RECORDABLE:
        raise ValueError(f"{outcome} is not recorded by a person")
    with transaction.atomic():
        convocation = (
            Convocation.objects.select_for_update(no_key=True, of=("self",))
            .select_related("agency", "recorded_by")
            .get(pk=convocation_id)
        )
        _refuse(convocation, outcome, now)
        if convocation.state == _S.RESCHEDULE_PENDING:
            answered = RequestState.ACCEPTED if outcome == _S.TECH_INCIDENT else RequestState.MOOT
            ending.end_pending(convocation, answered, by=by, now=now)
        if convocation.state in AHEAD:
            # The clock's tick has not passed yet: the hour has come all the same.
            convocation.move_to(_S.AWAITING_STATUS)
        convocation.recorded_at, convocation.recorded_by_id, convocation.note = now, by.person_id, note
        convocation.move_to(outcome, saving=["recorded_at", "recorded_by", "note"])
        stop_waiting(convocation, now)
        journal.record(
            deeds.RECORDED,
            by=by,
            now=now,
            **_about(convocation, outcome=_S(outcome).label, note=note),
        )
        _say(convocation, now)
        if outcome == _S.ABSENT:
            opening.open_examination(convocation, by=by, now=now)
        if outcome == _S.ATTENDED:
            Claimant.objects.filter(pk=convocation.claimant_id).update(last_contact_at=now)
        return convocation


def reopen(convocation_id: int, *, reason: str, by: Actor, now: datetime) -> Convocation:
    """Take back a record made in error, so that it can be made again; an absence has its own correction."""
    with transaction.atomic():
        convocation = (
            Convocation.objects.select_for_update(no_key=True, of=("self",))
            .select_related("agency")
            .get(pk=convocation_id)
        )
        if convocation.state == _S.ABSENT:
            raise Refusal("Une absence se corrige depuis sa propre page, avec une raison.")
        if convocation.absences.exclude(state=AbsenceState.ANNULLED).exists():
            # Excused by a decision: taking the record back alone would leave the decision in the air.
            raise Refusal("Une absence est décidée pour ce rendez-vous : corrigez-la depuis sa propre page.")
        before = convocation.get_state_display()
        await_record(convocation, now=now)
        journal.record(deeds.REOPENED, by=by, now=now, **_about(convocation, reason=reason, before=before))
        return convocation


def await_record(convocation: Convocation, *, now: datetime) -> None:
    """Put an appointment back to «to record», with a fresh delay; the caller holds the row and journals."""
    convocation.recorded_at, convocation.recorded_by_id, convocation.record_escalated_at = None, None, None
    convocation.record_due_at = record_due(now, convocation.agency.place)
    convocation.move_to(
        _S.AWAITING_STATUS, saving=["recorded_at", "recorded_by", "record_due_at", "record_escalated_at"]
    )
    # The occurrence is the instant: the first delay may already be closed under its own key.
    deadlines.schedule(
        [
            Planned(
                deeds.DUE_RECORD,
                convocation.pk,
                convocation.record_due_at,
                occurrence=int(now.timestamp()),
            )
        ]
    )


def reassign(
    convocation_ids: Collection[int],
    advisor: Advisor,
    *,
    reason: str,
    by: Actor,
    now: datetime,
) -> int:
    """Hand late records to another advisor of the agency; the appointments themselves do not change."""
    with transaction.atomic():
        rows = list(
            Convocation.objects.filter(
                pk__in=convocation_ids, state=_S.AWAITING_STATUS, agency_id=advisor.agency_id
            ).select_for_update(no_key=True)
        )
        Convocation.objects.filter(pk__in=[row.pk for row in rows]).update(advisor=advisor)
        reassigning.record(
            deeds.REASSIGNED, rows, advisor, reason=reason, by=by, now=now, what="le rendez-vous"
        )
        return len(rows)


def _refuse(convocation: Convocation, outcome: ConvocationState, now: datetime) -> None:
    if convocation.state == _S.RESCHEDULE_PENDING and outcome not in FROM_A_FROZEN_ONE:
        raise Frozen
    if convocation.state in RECORDABLE:
        raise AlreadyRecorded(_already(convocation))
    starts = convocation.starts_at <= now and outcome in _FROM_THE_START
    if not starts and convocation.ends_at > now:
        raise TooEarly
    if not convocation.is_binding and outcome in {_S.ABSENT, _S.EXCUSED, _S.NOT_PROVEN}:
        raise Refusal(
            "C’est une invitation : ne pas venir est sans conséquence, il n’y a rien à enregistrer."
        )
    if outcome == _S.ABSENT and is_frozen(convocation):
        raise Frozen
    if outcome == _S.ABSENT and owed.is_owed_in_person(convocation):
        raise OwedInPerson
    if outcome == _S.ABSENT and (displaced := displacing.of_appointment(convocation.pk)):
        raise WasDisplaced(displacing.why(displaced))
    if outcome == _S.ABSENT and (lacking := why_not_valid(convocation)):
        raise NotValidlyNotified(lacking)


def _already(convocation: Convocation) -> str:
    when = full_datetime(convocation.recorded_at or convocation.ends_at, convocation.agency.place.zone)
    who = convocation.recorded_by or "Un collègue"
    return f"{who} a déjà enregistré «\u202f{convocation.get_state_display()}\u202f» le {when}."


def _say(convocation: Convocation, now: datetime) -> None:
    """Tell the person where it counts, and ask for the call that gives a new date."""
    calls = {
        _S.NOT_PROVEN: (CallTask.Reason.NOT_PROVEN, deeds.MAIL_NOT_PROVEN),
        _S.TECH_INCIDENT: (CallTask.Reason.TECH_INCIDENT, deeds.MAIL_TECH_INCIDENT),
    }
    if convocation.state not in calls:
        return
    reason, mail = calls[_S(convocation.state)]
    CallTask.objects.bulk_create(
        [
            CallTask(
                convocation=convocation,
                claimant_id=convocation.claimant_id,
                advisor_id=convocation.advisor_id,
                reason=reason,
                opened_at=now,
                due_at=record_due(now, convocation.agency.place),
            )
        ],
        ignore_conflicts=True,
    )
    outbox.enqueue([outbox.Owed(mail, convocation.claimant_id, convocation.pk)], now=now)


def _about(convocation: Convocation, **data: Any) -> dict[str, Any]:
    return {
        "file_id": convocation.claimant_id,
        "subject_id": convocation.pk,
        "data": {"ref": str(convocation.ref), **data},
    }
