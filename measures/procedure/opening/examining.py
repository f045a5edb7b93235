"""Examine what was referred: a delegate takes it, hands it on, or closes it without a measure."""

from datetime import datetime

from django.db import transaction

from accounts.models import DecisionMaker, Role
from measures import deeds
from measures.models import Case
from measures.procedure.holding import ReferredByYou, delegate, hold, in_hand, require_state
from measures.states import CASE_BEFORE_NOTICE, CASE_UNDECIDED, CaseState
from messaging import outbox
from portal.core import deadlines, journal
from portal.core.journal import Actor
from portal.core.transitions import Refusal


class AlreadyTaken(Refusal):
    """Somebody else took the case first: says who."""


class NoReasons(Refusal):
    sentence = "Écrivez vos raisons : la personne les lira."


class NobodyToHandTo(Refusal):
    sentence = "Choisissez un autre délégataire de la région, qui n’a pas transmis ces faits."


def take(case_id: int, *, by: Actor, now: datetime) -> Case:
    """Take a referred case in hand: one person answers for it. Of two, the second is told who was first."""
    with transaction.atomic():
        case = hold(case_id)
        taker = delegate(case, by)
        if case.decider_id is not None and case.state in CASE_UNDECIDED:
            if case.decider_id == taker.pk:
                return case
            raise AlreadyTaken(f"{case.decider} examine déjà cette procédure.")
        require_state(case, CaseState.REFERRED)
        case.decider, case.taken_at = taker, now
        case.move_to(CaseState.EXAMINED, saving=["decider", "taken_at"])
        deadlines.cancel([deeds.DUE_EXAMINE], [case.pk], now=now)
        journal.record(deeds.TAKEN, by=by, now=now, **case.about, data={"ref": str(case.ref)})
        return case


def hand_over(case_id: int, to_id: int, *, reason: str, by: Actor, now: datetime) -> Case:
    """Give a case to another delegate of the region, so that nobody's leave costs the person an answer."""
    with transaction.atomic():
        case = hold(case_id)
        delegate(case, by)
        require_state(case, *(CASE_UNDECIDED - {CaseState.REFERRED}))
        if not reason.strip():
            raise NoReasons
        to = DecisionMaker.objects.filter(
            pk=to_id, region=case.region, user__is_active=True, user__role=Role.DECISION_MAKER
        ).first()
        if to is None or to.pk == case.decider_id:
            raise NobodyToHandTo
        if to.pk == case.referred_by_id:
            raise NobodyToHandTo(ReferredByYou.sentence)
        case.decider = to
        case.save(update_fields=["decider"])
        data = {"ref": str(case.ref), "to": str(to), "reason": reason.strip()}
        journal.record(deeds.HANDED_OVER, by=by, now=now, **case.about, data=data)
        return case


def close(case_id: int, *, reasons: str, by: Actor, now: datetime) -> Case:
    """End a case before any notice, without any measure: nothing of it counts, and the person reads why."""
    with transaction.atomic():
        case = hold(case_id)
        in_hand(case, by)
        require_state(case, *CASE_BEFORE_NOTICE)
        if not reasons.strip():
            raise NoReasons
        case.ended_at, case.ended_by_id, case.ending_reasons = now, by.person_id, reasons.strip()
        case.move_to(CaseState.CLOSED, saving=["ended_at", "ended_by", "ending_reasons"])
        journal.record(deeds.CLOSED, by=by, now=now, **case.about, data={"ref": str(case.ref)})
        outbox.enqueue([outbox.Owed(deeds.MAIL_CLOSED, case.claimant_id, case.pk)], now=now)
        return case
