"""Notice and decision reach the person: at their first real reading, or when they sign for a registered letter.

Never by a presumption (CRPA R112-20 would count an unread deposit): the whole defence would be over unread.
"""

from collections.abc import Callable, Sequence
from datetime import datetime
from typing import Any

from django.db import transaction
from django.dispatch import receiver

from measures import deeds, signals
from measures.appeals.window import running
from measures.lifting import receiving as lifting
from measures.models import Case, Decision, Notice, ReceivedHow
from measures.procedure import calendar
from measures.procedure.holding import decision_of, hold
from measures.states import CaseState
from messaging.signals import Posted, letters_delivered, letters_returned
from portal.core import deadlines, journal
from portal.core.deadlines import Planned
from portal.core.french import full_date, full_deadline
from portal.core.journal import Actor
from portal.core.prepared import prepared

NOTICES = frozenset({deeds.MAIL_NOTICE, deeds.MAIL_NOTICE_UNREAD})
DECISIONS = frozenset({deeds.MAIL_DECISION, deeds.MAIL_DECISION_UNREAD})


def consult(case_id: int, *, by: Actor, now: datetime) -> bool:
    """Write that the person opened their procedure, the first time it tells them something; True when it did.

    The page of the procedure calls it whenever the person opens it: between two tabs, one reading counts.
    """
    own = _state(case_id=case_id, claimant_id=by.person_id)
    state = own[0][0] if own else None
    if state in (CaseState.LIFT_REFUSED, CaseState.LIFT_REQUESTED, CaseState.EXPIRED):
        return lifting.consult(case_id, by=by, now=now)
    if state not in (CaseState.NOTICE_SENT, CaseState.DECIDED):
        return False
    with transaction.atomic():
        case = hold(case_id)
        return _receive(case, at=now, how=ReceivedHow.CONSULTED, by=by, now=now)


@prepared
def _state(case_id: int, claimant_id: int) -> Any:
    return Case.objects.filter(pk=case_id, claimant_id=claimant_id).values_list("state")


def receive_answered(case: Case, *, by: Actor, now: datetime) -> None:
    """Take an answer that came before any reading was seen (a letter, the counter) for the reception it proves."""
    if case.state == CaseState.NOTICE_SENT:
        receive_notice(case, at=now, how=ReceivedHow.ANSWERED, by=by, now=now)


@receiver(letters_delivered, dispatch_uid="measures.letters_delivered")
def note_delivered(sender: Any, *, letters: Sequence[Posted], by: Actor, now: datetime, **_: Any) -> None:
    """Count a registered letter that the person signed for as the reception of what it says."""
    for letter in letters:
        if letter.kind in NOTICES:
            case = hold(letter.subject_id)
            if case.state == CaseState.NOTICE_SENT:
                _receive(case, at=letter.at, how=ReceivedHow.LETTER_DELIVERED, by=by, now=now)
        elif letter.kind in DECISIONS:
            decision = Decision.objects.get(pk=letter.subject_id)
            case = hold(decision.case_id)
            if case.state == CaseState.DECIDED and decision_of(case).pk == decision.pk:
                _receive(case, at=letter.at, how=ReceivedHow.LETTER_DELIVERED, by=by, now=now)


@receiver(letters_returned, dispatch_uid="measures.letters_returned")
def note_returned(sender: Any, *, letters: Sequence[Posted], now: datetime, **_: Any) -> None:
    """Ask for a call where a letter came back: nothing is received, no time runs, nothing is held against anyone."""
    of_notices = [letter.subject_id for letter in letters if letter.kind in NOTICES]
    of_decisions = [letter.subject_id for letter in letters if letter.kind in DECISIONS]
    waiting = Case.objects.filter(pk__in=of_notices, state=CaseState.NOTICE_SENT) | Case.objects.filter(
        decisions__in=of_decisions, state=CaseState.DECIDED
    )
    signals.ask_for_calls(waiting.values_list("claimant_id", flat=True), now)


def _receive(case: Case, *, at: datetime, how: ReceivedHow, by: Actor, now: datetime) -> bool:
    doors: dict[str, Callable[..., bool]] = {
        CaseState.NOTICE_SENT: receive_notice,
        CaseState.DECIDED: _receive_decision,
    }
    door = doors.get(case.state)
    return door is not None and door(case, at=at, how=how, by=by, now=now)


def receive_notice(case: Case, *, at: datetime, how: ReceivedHow, by: Actor, now: datetime) -> bool:
    """Begin the ten days (CT R5412-7); the caller holds the case."""
    notice = Notice.objects.get(case=case)
    place = case.agency.place
    notice.received_at, notice.received_how = at, how
    notice.observations_until = until = calendar.observations_end(at, place)
    notice.save(update_fields=["received_at", "received_how", "observations_until"])
    case.move_to(CaseState.NOTICE_RECEIVED)
    deadlines.cancel([deeds.DUE_NOTICE_UNREAD], [case.pk], now=now)
    deadlines.schedule([Planned(deeds.DUE_PERIOD_END, case.pk, until, occurrence=int(until.timestamp()))])
    data = {"ref": str(case.ref), "how": how.label, "until": full_deadline(until, place.zone)}
    journal.record(deeds.NOTICE_RECEIVED, by=by, now=now, **case.about, data=data)
    signals.drop_calls([case.claimant_id], now)
    return True


def _receive_decision(case: Case, *, at: datetime, how: ReceivedHow, by: Actor, now: datetime) -> bool:
    """Notify a decision: what was sent binds from its reception on (CRPA L221-8), and takes effect the day after."""
    decision = decision_of(case)
    if decision.sent_at is None:
        return False
    place = case.agency.place
    decision.notified_at, decision.notified_how = at, how
    decision.starts_at, decision.ends_at = calendar.effect(decision, at, place)
    decision.save(update_fields=["notified_at", "notified_how", "starts_at", "ends_at"])
    case.move_to(CaseState.NOTIFIED)
    deadlines.cancel([deeds.DUE_DECISION_UNREAD], [case.pk], now=now)
    deadlines.schedule(
        [
            Planned(deeds.DUE_START, case.pk, decision.starts_at),
            Planned(deeds.DUE_END, case.pk, decision.ends_at),
        ]
    )
    data = {"ref": str(case.ref), "how": how.label, "when": full_date(at.astimezone(place.zone))}
    journal.record(deeds.NOTIFIED, by=by, now=now, **case.about, data=data)
    running.open_window(case, decision=decision, at=at, by=by)
    signals.drop_calls([case.claimant_id], now)
    return True
