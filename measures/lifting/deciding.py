"""Answer a wish to lift a measure: a delegate lifts it from a day on, or refuses with reasons and remedies."""

from datetime import date, datetime

from django.db import transaction

from measures import deeds, signals
from measures.appeals import winning
from measures.appeals.window import running
from measures.models import Case, Decision, EffectKind, LiftRequest
from measures.procedure.holding import decision_of, delegate, hold, require_state
from measures.procedure.outcome.deciding import NoReasons
from measures.states import CaseState
from messaging import outbox
from portal.core import deadlines, journal, parameters
from portal.core.deadlines import Planned
from portal.core.french import full_date
from portal.core.journal import Actor
from portal.core.transitions import Refusal
from portal.core.working_time import end_of_period


class AlreadyAnswered(Refusal):
    """Somebody answered meanwhile: says who and when."""


class DayRefused(Refusal):
    """The measure can't be lifted from that day: says from which."""


def lift(lift_id: int, *, effective_on: date, reasons_fact: str, by: Actor, now: datetime) -> LiftRequest:
    """End a measure from a day on, the person's payment with it; what was taken since is paid back.

    Any delegate of the region may, the decision's author too. Raises `AlreadyAnswered`, `DayRefused`.
    """
    with transaction.atomic():
        case, asked = _hold(lift_id)
        found = delegate(case, by)
        _refuse_answered(case, asked)
        decision = decision_of(case)
        _refuse_day(case, decision, effective_on, now)
        asked.decided_at, asked.decided_by_id, asked.granted = now, found.pk, True
        asked.effective_on, asked.reasons_fact = effective_on, reasons_fact.strip()
        asked.save(update_fields=["decided_at", "decided_by", "granted", "effective_on", "reasons_fact"])
        _owe(case, decision, asked, now)
        case.move_to(CaseState.LIFTED)
        deadlines.cancel([deeds.DUE_END], [case.pk], now=now)
        deadlines.cancel(deeds.OF_LIFT, [asked.pk], now=now)
        running.settle(case, now=now, of_lifts_alone=True)
        data = {"ref": str(case.ref), "day": full_date(effective_on)}
        journal.record(deeds.LIFTED, by=by, now=now, **case.about, data=data)
        signals.drop_interviews([case.claimant_id], now)
        outbox.enqueue([outbox.Owed(deeds.MAIL_LIFTED, case.claimant_id, asked.pk)], now=now)
        return asked


def refuse_lift(
    lift_id: int, *, reasons_law: str, reasons_fact: str, by: Actor, now: datetime
) -> LiftRequest:
    """Refuse to lift a measure: a decision like another, with reasons and remedies (CT R5312-47)."""
    with transaction.atomic():
        case, asked = _hold(lift_id)
        found = delegate(case, by)
        _refuse_answered(case, asked)
        if not reasons_law.strip() or not reasons_fact.strip():
            raise NoReasons
        asked.decided_at, asked.decided_by_id, asked.granted = now, found.pk, False
        asked.reasons_law, asked.reasons_fact = reasons_law.strip(), reasons_fact.strip()
        asked.save(update_fields=["decided_at", "decided_by", "granted", "reasons_law", "reasons_fact"])
        case.move_to(CaseState.LIFT_REFUSED)
        deadlines.cancel([deeds.DUE_LIFT_ANSWER], [asked.pk], now=now)
        days = parameters.current().notice_unread_days
        unread_at = end_of_period(now, days=days, territory=case.agency.place)
        deadlines.schedule([Planned(deeds.DUE_LIFT_UNREAD, asked.pk, unread_at)])
        journal.record(deeds.LIFT_REFUSED, by=by, now=now, **case.about, data={"ref": str(case.ref)})
        outbox.enqueue([outbox.Owed(deeds.MAIL_LIFT_REFUSED, case.claimant_id, asked.pk)], now=now)
        return asked


def _hold(lift_id: int) -> tuple[Case, LiftRequest]:
    case = hold(LiftRequest.objects.values_list("case_id", flat=True).get(pk=lift_id))
    asked: LiftRequest = LiftRequest.objects.select_related("decided_by").get(pk=lift_id)
    asked.case = case
    return case, asked


def _refuse_answered(case: Case, asked: LiftRequest) -> None:
    if asked.decided_at is not None:
        day = full_date(asked.decided_at.astimezone(case.agency.place.zone))
        raise AlreadyAnswered(f"{asked.decided_by} a déjà répondu à cette demande le {day}.")
    require_state(case, CaseState.LIFT_REQUESTED)


def _refuse_day(case: Case, decision: Decision, day: date, now: datetime) -> None:
    today = now.astimezone(case.agency.place.zone).date()
    first = decision.starts_on
    if first is None or day < first:
        since = f", le {full_date(first)}" if first else ""
        raise DayRefused(f"La levée ne peut pas commencer avant la mesure{since}.")
    if day > today:
        raise DayRefused(f"La levée commence au plus tard aujourd’hui, le {full_date(today)}.")


def _owe(case: Case, decision: Decision, asked: LiftRequest, now: datetime) -> None:
    if decision.comply_days:
        return
    since = asked.effective_on
    assert since is not None
    amount = winning.paid_back(case, decision, since, now)
    owed: list[winning.Owing] = [
        (EffectKind.REINSTATED, f"Vos paiements reprennent depuis le {full_date(since)}.", since, None)
    ]
    if decision.share and (amount is None or amount > 0):
        owed.append((EffectKind.PAY_BACK, winning.said_of(amount), since, amount))
    winning.owe(case, owed, lift=asked, now=now)
