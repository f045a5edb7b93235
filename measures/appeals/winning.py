"""Carry out what somebody won: the measure is annulled or reduced, and each thing owed has its day and its proof."""

from collections.abc import Sequence
from datetime import date, datetime, timedelta
from decimal import Decimal

from django.db.models import Min, Q

from measures import deeds, signals
from measures.appeals.window import running
from measures.models import (
    AppealCase,
    Case,
    CourtAppeal,
    Decision,
    Effect,
    EffectKind,
    GraciousAppeal,
    LiftRequest,
    Stay,
    Unit,
)
from measures.procedure import calendar
from measures.procedure.estimating import estimate
from measures.states import CASE_RUNNING, CaseState, CourtState, GraciousState
from measures.told import measure
from portal.core import deadlines, journal, parameters
from portal.core.deadlines import Planned
from portal.core.french import full_date
from portal.core.journal import Actor
from portal.core.transitions import Refusal
from portal.core.working_time import end_of_period, last_day

_DAY = timedelta(days=1)
# What is owed: what kind of thing, in words, from which day, how many euros.
Owing = tuple[EffectKind, str, date | None, Decimal | None]
ERASED_PROOF = "La décision est annulée : elle n’entre plus dans aucun calcul."


def annul(appeal: AppealCase, *, reasons: str, but: int | None = None, by: Actor, now: datetime) -> None:
    """Undo what was contested: a measure as if it had never been, a refusal to lift as if it had been granted.

    The caller holds the appeal. Each effect is owed before the row that won it moves: the database asks for it.
    `but` is the gracious appeal that wins, which is not moot.
    """
    if appeal.lift is not None:
        _lift_after_all(appeal, appeal.lift, but=but, now=now)
    else:
        assert appeal.decision is not None
        _annul_measure(appeal, appeal.decision, reasons=reasons, but=but, by=by, now=now)
    data = {"ref": str(appeal.ref), "case": str(appeal.case.ref)}
    journal.record(deeds.WON, by=by, now=now, **appeal.about, data=data)


def reform(appeal: AppealCase, *, share: int, length: int, by: Actor, now: datetime) -> None:
    """Reduce a measure to what is left of it, and owe the difference; the caller holds the appeal."""
    case, decision = appeal.case, appeal.decision
    assert decision is not None
    assert decision.notified_at is not None
    left = Decision(
        outcome=decision.outcome,
        share=share,
        length=length,
        unit=decision.unit,
        notified_at=decision.notified_at,
    )
    starts, ends = calendar.effect(left, decision.notified_at, case.agency.place)
    taken = _taken(case, decision, now=now)
    rightly = _taken(case, decision, share=share, until=ends, now=now)
    if case.state in CASE_RUNNING | {CaseState.NOTIFIED} and decision.ends_at is not None:
        decision.ends_at = min(ends, decision.ends_at)
        decision.save(update_fields=["ends_at"])
        deadlines.cancel([deeds.DUE_END], [case.pk], now=now)
        deadlines.schedule([Planned(deeds.DUE_END, case.pk, max(decision.ends_at, starts))])
    said = measure.said(left)
    owed: list[Owing] = [
        (EffectKind.REINSTATED, f"La mesure est réduite : {said}.", _day(starts, case), None)
    ]
    amount = taken - rightly if taken is not None and rightly is not None else None
    if decision.share and (amount is None or amount > 0):
        owed.append((EffectKind.PAY_BACK, said_of(amount), _day(starts, case), amount))
    owe(case, owed, appeal=appeal, now=now)
    data = {"ref": str(appeal.ref), "case": str(case.ref), "measure": said}
    journal.record(deeds.REFORMED, by=by, now=now, **appeal.about, data=data)


def require_lighter(decision: Decision, share: int, length: int, refusal: type[Refusal]) -> None:
    """Refuse what is no lighter than what stands of the contested measure."""
    stands = standing(decision)
    heavier = share > stands[0] or length > stands[1] or length < 1 or share < 0
    if heavier or (share, length) == stands:
        raise refusal


def standing(decision: Decision) -> tuple[int, int]:
    """Give the share and the length that are left of a measure after the appeals that reduced it."""
    gracious = GraciousAppeal.objects.filter(appeal__decision=decision, state=GraciousState.PARTIAL)
    court = CourtAppeal.objects.filter(appeal__decision=decision, state=CourtState.REFORMED)
    reduced = [
        *gracious.values_list("answered_at", "share", "length"),
        *court.values_list("noted_at", "share", "length"),
    ]
    if not reduced:
        return decision.share, decision.length
    _, share, length = max(reduced)
    return share, length


def owe(
    case: Case,
    owed: Sequence[Owing],
    *,
    now: datetime,
    appeal: AppealCase | None = None,
    lift: LiftRequest | None = None,
) -> list[Effect]:
    """Write what must be done, and until when; a measure that counts no more is done by that very fact."""
    due = end_of_period(now, days=parameters.current().effect_days, territory=case.agency.place)
    rows = Effect.objects.bulk_create(
        Effect(
            case=case,
            appeal=appeal,
            lift=lift,
            kind=kind,
            what=what,
            since=since,
            amount=amount,
            owed_at=now,
            due_at=due,
            done_at=now if kind == EffectKind.ERASED else None,
            proof=ERASED_PROOF if kind == EffectKind.ERASED else "",
        )
        for kind, what, since, amount in owed
    )
    deadlines.schedule(Planned(deeds.DUE_EFFECT, row.pk, due) for row in rows if row.done_at is None)
    return rows


def paid_back(case: Case, decision: Decision, since: date, now: datetime) -> Decimal | None:
    """Estimate what was taken from a day on until now; None where the daily allowance is not known."""
    return _taken(case, decision, since=since, now=now)


def said_of(amount: Decimal | None) -> str:
    """Say that a sum is owed, and that the service works it out where the allowance is not known here."""
    if amount is None:
        return "Ce qui a été retiré vous est versé. Le service calcule la somme."
    return "Ce qui a été retiré vous est versé."


def _annul_measure(
    appeal: AppealCase, decision: Decision, *, reasons: str, but: int | None, by: Actor, now: datetime
) -> None:
    case = appeal.case
    first = decision.starts_on
    amount = _taken(case, decision, now=now)
    owed: list[Owing] = []
    if not decision.comply_days:
        what = (
            f"Vos droits sont rétablis depuis le {full_date(first)}."
            if first
            else "Vos droits sont rétablis."
        )
        owed.append((EffectKind.REINSTATED, what, first, None))
    if decision.share and (amount is None or amount > 0):
        owed.append((EffectKind.PAY_BACK, said_of(amount), first, amount))
    owed.append((EffectKind.ERASED, "Cette mesure ne compte plus pour la suite.", None, None))
    owe(case, owed, appeal=appeal, now=now)
    case.ended_at, case.ended_by_id, case.ending_reasons = now, by.person_id, reasons
    case.move_to(CaseState.ANNULLED, saving=["ended_at", "ended_by", "ending_reasons"])
    deadlines.cancel(deeds.OF_CASE, [case.pk], now=now)
    signals.drop_calls([case.claimant_id], now)
    signals.drop_interviews([case.claimant_id], now)
    signals.case_won.send(sender=None, origin=case.origin, origin_id=case.origin_id, now=now)
    running.settle(case, now=now, but=but)


def _lift_after_all(appeal: AppealCase, lift: LiftRequest, *, but: int | None, now: datetime) -> None:
    case = appeal.case
    decision = Decision.objects.get(case=case, set_aside_at__isnull=True)
    decision.case = case
    since = _day(lift.asked_at, case)
    amount = paid_back(case, decision, since, now)
    owed: list[Owing] = [
        (EffectKind.REINSTATED, f"La mesure est levée depuis le {full_date(since)}.", since, None)
    ]
    if decision.share and (amount is None or amount > 0):
        owed.append((EffectKind.PAY_BACK, said_of(amount), since, amount))
    owe(case, owed, appeal=appeal, now=now)
    if case.may_move_to(CaseState.LIFTED):
        case.move_to(CaseState.LIFTED)
        signals.drop_interviews([case.claimant_id], now)
        deadlines.cancel([deeds.DUE_END], [case.pk], now=now)
    running.settle(case, now=now, of_lifts_alone=True, but=but)


def _taken(
    case: Case,
    decision: Decision,
    *,
    share: int | None = None,
    since: date | None = None,
    until: datetime | None = None,
    now: datetime,
) -> Decimal | None:
    """Estimate what a share, or what stands of the measure, takes until now, less the days it was not applied."""
    if decision.starts_on is None or decision.ends_at is None:
        return Decimal(0)
    end = min(decision.ends_at, until or decision.ends_at)
    last = min(last_day(end, case.agency.place), now.astimezone(case.agency.place.zone).date())
    first = max(decision.starts_on, since or decision.starts_on)
    if since is None and (lifted := _lifted_on(case)) is not None:
        # What was taken from that day on is owed by the lifting already.
        last = min(last, lifted - _DAY)
    days = {first + _DAY * n for n in range((last - first).days + 1)}
    for stay in Stay.objects.filter(appeal__case=case):
        days -= {day for day in days if stay.since <= day < (stay.until or last + _DAY)}
    return _euros(case, standing(decision)[0] if share is None else share, len(days))


def _lifted_on(case: Case) -> date | None:
    """Give the first day without the measure, where it was lifted, or a refusal to lift it was annulled."""
    lifting = Q(lift__isnull=False) | Q(appeal__lift__isnull=False)
    found = Effect.objects.filter(lifting, case=case, kind=EffectKind.REINSTATED)
    first: date | None = found.aggregate(first=Min("since"))["first"]
    return first


def _euros(case: Case, share: int, days: int) -> Decimal | None:
    if share == 0 or days == 0:
        return Decimal(0)
    return estimate(case.daily_allowance, share=share, length=days, unit=Unit.DAYS)


def _day(moment: datetime, case: Case) -> date:
    return moment.astimezone(case.agency.place.zone).date()
