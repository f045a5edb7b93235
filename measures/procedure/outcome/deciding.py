"""Decide: a delegate does, with reasons in law and in fact, never beyond the barème nor what the person was told."""

from datetime import datetime
from typing import Any

from django.db import transaction

from measures import deeds
from measures.models import Case, Decision, Hearing, Notice, Observations
from measures.procedure import choosing, extending
from measures.procedure.choosing import Choice
from measures.procedure.holding import (
    decision_of,
    delegate,
    hold,
    in_hand,
    require_state,
)
from measures.states import CaseState
from messaging import outbox
from portal.core import deadlines, journal, parameters
from portal.core.deadlines import Planned
from portal.core.fingerprint import content_hash
from portal.core.french import full_deadline
from portal.core.journal import Actor
from portal.core.transitions import Refusal
from portal.core.working_time import end_of_period

_S = CaseState


class TooLate(Refusal):
    """The fifteen days are over: the case lapses in the person's favour."""


class NoReasons(Refusal):
    sentence = "Écrivez vos raisons, en droit et en fait : la personne les lira."


class NoAnswer(Refusal):
    sentence = "La personne a répondu. Dites ce que vous retenez de ses observations, et pourquoi."


class TimeIsOwed(Refusal):
    sentence = "Le portail a été interrompu pendant le délai de la personne. Ce délai va être prolongé."


class ReadByAnother(Refusal):
    sentence = "Une deuxième personne relit cette décision avant l’envoi. Elle n’en est pas l’auteur."


class NotToRead(Refusal):
    sentence = "Cette décision n’attend pas de relecture."


class WaitsForReading(Refusal):
    sentence = (
        "Une suppression totale ou une radiation attend la relecture d’une deuxième personne avant l’envoi."
    )


class AlreadySent(Refusal):
    sentence = "Cette décision est déjà envoyée."


class RankChanged(Refusal):
    sentence = "Une mesure précédente ne compte plus : le rang a changé. Écartez cette décision et décidez à nouveau."


def decide(
    case_id: int,
    *,
    choice: Choice | None,
    reasons_law: str,
    reasons_fact: str,
    answer: str,
    by: Actor,
    now: datetime,
) -> Decision:
    """Decide a measure, or none (CT R5412-7-1). A measure is sent by another deed; none ends the case at once.

    Raises `TooLate`, `TimeIsOwed`, `NoReasons`, `NoAnswer`, `OutsideBareme`, `ConditionNotConfirmed`,
    `HeavierThanTold`.
    """
    with transaction.atomic():
        case = hold(case_id)
        in_hand(case, by)
        require_state(case, _S.DECISION_DUE)
        _refuse_late(case, now)
        if extending.is_owed_to(case):
            raise TimeIsOwed
        _refuse_wordless(case, choice, reasons_law, reasons_fact, answer)
        figures = _figures(case, choice)
        decision = Decision.objects.create(
            case=case,
            reasons_law=reasons_law.strip(),
            reasons_fact=reasons_fact.strip(),
            answer=answer.strip(),
            author_id=by.person_id,
            decided_at=now,
            **figures,
        )
        if choice is None:
            _close(case, decision, by=by, now=now)
            return decision
        case.move_to(_S.DECIDED)
        journal.record(deeds.DECIDED, by=by, now=now, **case.about, data={"ref": str(case.ref)})
        return decision


def read_second(case_id: int, *, agrees: bool, remark: str, by: Actor, now: datetime) -> Decision:
    """Read a decision that takes all: the reader lets it go, or sends it back with a reason, to be decided anew."""
    with transaction.atomic():
        case = hold(case_id)
        reader = delegate(case, by)
        require_state(case, _S.DECIDED)
        decision = decision_of(case)
        if not decision.takes_all or decision.sent_at is not None or decision.second_read_at is not None:
            raise NotToRead
        if decision.author_id == reader.pk:
            raise ReadByAnother
        _refuse_late(case, now)
        if not agrees and not remark.strip():
            raise NoReasons("Écrivez ce qui ne va pas : l’auteur en a besoin pour décider à nouveau.")
        outcome = "elle peut être envoyée" if agrees else "elle est à reprendre"
        data = {"ref": str(case.ref), "outcome": outcome, "remark": remark.strip()}
        journal.record(deeds.READ_SECOND, by=by, now=now, **case.about, data=data)
        decision.second_reader_id, decision.second_read_at = reader.pk, now
        decision.save(update_fields=["second_reader", "second_read_at"])
        if not agrees:
            set_aside(case, decision, reason=remark.strip(), by=by, now=now)
            case.move_to(_S.DECISION_DUE)
        return decision


def reconsider(case_id: int, *, reason: str, by: Actor, now: datetime) -> Case:
    """Put a decision aside that was not sent yet, to decide anew within the same time."""
    with transaction.atomic():
        case = hold(case_id)
        in_hand(case, by)
        require_state(case, _S.DECIDED)
        decision = decision_of(case)
        if decision.sent_at is not None:
            raise AlreadySent
        if not reason.strip():
            raise NoReasons("Écrivez pourquoi cette décision est à reprendre.")
        set_aside(case, decision, reason=reason.strip(), by=by, now=now)
        case.move_to(_S.DECISION_DUE)
        return case


def notify(case_id: int, *, by: Actor, now: datetime) -> Decision:
    """Send the decision to the person, in their space and in writing, with the ways to contest it.

    It binds from the day they receive it, and takes effect the day after (`receiving`). A second click changes nothing.
    """
    with transaction.atomic():
        case = hold(case_id)
        in_hand(case, by)
        require_state(case, _S.DECIDED)
        decision = decision_of(case)
        if decision.sent_at is not None:
            return decision
        _refuse_late(case, now)
        if decision.takes_all and decision.second_read_at is None:
            raise WaitsForReading
        if choosing.rank_of(case) != case.rank:
            raise RankChanged
        decision.sent_at, decision.content_hash = now, content_hash(shown(case, decision))
        decision.save(update_fields=["sent_at", "content_hash"])
        deadlines.cancel(deeds.OF_DECISION, [case.pk], now=now)
        days = parameters.current().notice_unread_days
        unread_at = end_of_period(now, days=days, territory=case.agency.place)
        deadlines.schedule([Planned(deeds.DUE_DECISION_UNREAD, case.pk, unread_at)])
        data = {"ref": str(case.ref), "hash": decision.content_hash.hex()}
        journal.record(deeds.DECISION_SENT, by=by, now=now, **case.about, data=data)
        outbox.enqueue([outbox.Owed(deeds.MAIL_DECISION, case.claimant_id, decision.pk)], now=now)
        return decision


def set_aside(case: Case, decision: Decision, *, reason: str, by: Actor, now: datetime) -> None:
    """Put a decision aside that nobody received; the caller holds the case and moves it."""
    decision.set_aside_at, decision.set_aside_for = now, reason
    decision.save(update_fields=["set_aside_at", "set_aside_for"])
    data = {"ref": str(case.ref), "reason": reason}
    journal.record(deeds.SET_ASIDE, by=by, now=now, **case.about, data=data)


def shown(case: Case, decision: Decision) -> dict[str, Any]:
    """List what the person is shown of a decision: what its fingerprint is of."""
    return {
        "ref": str(case.ref),
        "bareme": case.bareme.code,
        "rank": case.rank,
        "outcome": decision.outcome,
        "share": decision.share,
        "length": decision.length,
        "unit": decision.unit,
        "comply_days": decision.comply_days,
        "condition": decision.condition,
        "estimate": str(decision.estimate) if decision.estimate is not None else None,
        "reasons_law": decision.reasons_law,
        "reasons_fact": decision.reasons_fact,
        "answer": decision.answer,
        "author": decision.author_id,
        "decided_at": decision.decided_at.isoformat(),
    }


def _figures(case: Case, choice: Choice | None) -> dict[str, Any]:
    if choice is None:
        return {}
    # One that counted when the notice was written may have been annulled since.
    case.rank = choosing.rank_of(case)
    case.save(update_fields=["rank"])
    rule = choosing.in_range(case, choice)
    choosing.refuse_heavier(Notice.objects.get(case=case), choice)
    return choosing.figures(case, choice, rule)


def _close(case: Case, decision: Decision, *, by: Actor, now: datetime) -> None:
    case.ended_at, case.ended_by_id, case.ending_reasons = now, by.person_id, decision.reasons_fact
    case.move_to(_S.CLOSED, saving=["ended_at", "ended_by", "ending_reasons"])
    deadlines.cancel(deeds.OF_CASE, [case.pk], now=now)
    journal.record(deeds.CLOSED, by=by, now=now, **case.about, data={"ref": str(case.ref)})
    outbox.enqueue([outbox.Owed(deeds.MAIL_CLOSED, case.claimant_id, case.pk)], now=now)


def _refuse_late(case: Case, now: datetime) -> None:
    if case.decide_by is not None and case.has_lapsed(now):
        until = full_deadline(case.decide_by, case.agency.place.zone)
        raise TooLate(
            f"La décision était attendue jusqu’au {until}. La procédure se clôt en faveur de la personne."
        )


def _refuse_wordless(case: Case, choice: Choice | None, law: str, fact: str, answer: str) -> None:
    if not fact.strip() or (choice is not None and not law.strip()):
        raise NoReasons
    said = Observations.objects.filter(case=case).exists()
    heard = Hearing.objects.filter(case=case, held_at__isnull=False).exists()
    if choice is not None and (said or heard) and not answer.strip():
        raise NoAnswer
