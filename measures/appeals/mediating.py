"""Mediation (CT R5312-47): asked with the decision attached, ended on a day that somebody declares."""

import uuid
from collections.abc import Sequence
from datetime import date, datetime

from django.db import transaction

from measures import deeds
from measures.appeals import annexing, winning
from measures.appeals.holding import hold, require_effect
from measures.appeals.window import running
from measures.models import AppealCase, EffectKind, Mediation
from measures.states import MEDIATION_ENDED, MEDIATION_LIVE, MediationState, WindowState
from messaging import outbox
from portal.core import journal
from portal.core.french import full_date
from portal.core.journal import Actor
from portal.core.transitions import Refusal
from portal.core.working_time import last_day

_M = MediationState
_W = WindowState


class DayRefused(Refusal):
    """The day is to come, or before what it follows."""


class MediationRuns(Refusal):
    sentence = "Une médiation est déjà en cours sur cette décision. Notez d’abord sa fin."


class NoMediation(Refusal):
    sentence = "Aucune médiation n’est en cours sur cette décision : elle est finie, ou n’a pas été demandée."


class SayWhatWasAgreed(Refusal):
    sentence = "Écrivez ce qui a été convenu ou recommandé : c’est ce qui sera fait."


def file_mediation(
    appeal_id: int,
    *,
    asked_on: date,
    note: str,
    document_ids: Sequence[int],
    form_key: uuid.UUID,
    by: Actor,
    now: datetime,
) -> Mediation:
    """Note that the regional mediator was asked, on which day: in time, the time to act stops until its end.

    The same `form_key` again gives the first. Raises `NothingLeft`, `MediationRuns`, `DayRefused`.
    """
    with transaction.atomic():
        appeal = hold(appeal_id)
        if (earlier := Mediation.objects.filter(form_key=form_key, appeal=appeal).first()) is not None:
            return earlier
        require_effect(appeal)
        if Mediation.objects.filter(appeal=appeal, state__in=MEDIATION_LIVE).exists():
            raise MediationRuns
        _refuse_day(appeal, asked_on, _received_on(appeal), "la réception de la décision", now)
        filed = _keep(appeal, asked_on, note.strip(), document_ids, form_key, by=by, now=now)
        if filed.interrupts and appeal.state == _W.OVER:
            # Declared after the end, asked before it: what counts is the day it was asked.
            appeal.move_to(_W.RUNNING)
        if filed.interrupts:
            running.interrupt(appeal, now=now)
        said = (
            "Le délai pour agir est interrompu." if filed.interrupts else "Le délai pour agir ne change pas."
        )
        data = {"ref": str(appeal.ref), "day": full_date(asked_on), "note": said}
        journal.record(deeds.MEDIATION_FILED, by=by, now=now, **appeal.about, data=data)
        outbox.enqueue([outbox.Owed(deeds.MAIL_MEDIATION_RECEIPT, appeal.claimant_id, filed.pk)], now=now)
        return filed


def begin_mediation(mediation_id: int, *, by: Actor, now: datetime) -> Mediation:
    """Note that the mediator took it up."""
    with transaction.atomic():
        appeal, mediation = _hold(mediation_id)
        mediation.move_to(_M.IN_MEDIATION)
        journal.record(deeds.MEDIATION_BEGUN, by=by, now=now, **appeal.about, data={"ref": str(appeal.ref)})
        return mediation


def end_mediation(
    mediation_id: int, *, state: MediationState, ended_on: date, outcome: str, by: Actor, now: datetime
) -> Mediation:
    """Note how a mediation ended, and on which day: the whole time to act starts anew from it.

    The person or staff declares it. What was agreed is owed with a day and a proof. Raises `NoMediation`,
    `DayRefused`, `SayWhatWasAgreed`.
    """
    with transaction.atomic():
        appeal, mediation = _hold(mediation_id)
        if mediation.state not in MEDIATION_LIVE or state not in MEDIATION_ENDED:
            raise NoMediation
        _refuse_day(appeal, ended_on, mediation.asked_on, "la demande de médiation", now)
        if state in (_M.AGREED, _M.RECOMMENDATION) and not outcome.strip():
            raise SayWhatWasAgreed
        mediation.ended_on, mediation.end_declared_at = ended_on, now
        mediation.end_declared_by_id, mediation.outcome = by.person_id, outcome.strip()
        if state == _M.AGREED:
            owed = (EffectKind.AGREED, f"Ce qui a été convenu : {mediation.outcome}", ended_on, None)
            winning.owe(appeal.case, [owed], appeal=appeal, now=now)
        saving = ["ended_on", "end_declared_at", "end_declared_by", "outcome"]
        mediation.move_to(state, saving=saving)
        data = {"ref": str(appeal.ref), "day": full_date(ended_on), "state": mediation.get_state_display()}
        journal.record(deeds.MEDIATION_ENDED, by=by, now=now, **appeal.about, data=data)
        if mediation.interrupts:
            running.resume(appeal, now=now, by=by)
        outbox.enqueue([outbox.Owed(deeds.MAIL_MEDIATION_ENDED, appeal.claimant_id, mediation.pk)], now=now)
        return mediation


def _hold(mediation_id: int) -> tuple[AppealCase, Mediation]:
    appeal = hold(Mediation.objects.values_list("appeal_id", flat=True).get(pk=mediation_id))
    mediation: Mediation = Mediation.objects.get(pk=mediation_id)
    mediation.appeal = appeal
    return appeal, mediation


def _keep(
    appeal: AppealCase,
    asked_on: date,
    note: str,
    document_ids: Sequence[int],
    form_key: uuid.UUID,
    *,
    by: Actor,
    now: datetime,
) -> Mediation:
    place = appeal.case.agency.place
    in_time = asked_on <= last_day(appeal.deadline, place)
    late = appeal.state in (_W.RUNNING, _W.OVER) and not in_time
    counts = appeal.state in (_W.RUNNING, _W.OVER, _W.INTERRUPTED) and not late
    before = Mediation.objects.filter(appeal=appeal, interrupts=True).exists()
    filed = Mediation.objects.create(
        appeal=appeal,
        form_key=form_key,
        asked_on=asked_on,
        note=note,
        declared_at=now,
        declared_by_id=by.person_id,
        late=late,
        interrupts=counts and not before,
    )
    annexing.keep(annexing.documents_of(appeal.case, document_ids), now, mediation=filed)
    return filed


def _refuse_day(appeal: AppealCase, day: date, earliest: date, after: str, now: datetime) -> None:
    if day > now.astimezone(appeal.case.agency.place.zone).date():
        raise DayRefused("Ce jour est à venir. Notez la date quand elle est passée.")
    if day < earliest:
        raise DayRefused(f"Ce jour est avant {after}, le {full_date(earliest)}. Vérifiez la date.")


def _received_on(appeal: AppealCase) -> date:
    return appeal.opened_at.astimezone(appeal.case.agency.place.zone).date()
