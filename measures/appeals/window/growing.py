"""More time to act: an outage took some, the person lives abroad, the decision did not say how to contest it.

As for the ten days: recording an outage plans one look at the appeals it bears on, in slices. A time that was over
runs again where the outage gives it days that are still to come.
"""

from collections.abc import Sequence
from datetime import datetime
from typing import Any, NamedTuple

from django.db import transaction
from django.dispatch import receiver

from measures import deeds
from measures.appeals.holding import hold, require_effect
from measures.appeals.window import counting, running
from measures.models import AppealCase, AppealExtension, Residence
from measures.procedure import holding
from measures.states import WindowState
from messaging import outbox
from portal.core import deadlines, journal, outages
from portal.core.deadlines import Due, Outcome, Planned
from portal.core.french import full_deadline
from portal.core.journal import PORTAL, Actor, Line
from portal.core.models import Outage
from portal.core.outage_slices import go_on, not_now, of_use, over, take_slice
from portal.core.transitions import Refusal
from portal.core.working_time import extend_for_outages

_W = WindowState


class NoLonger(Refusal):
    sentence = "Ce lieu de vie ne donne pas plus de temps : le délai ne change pas."


class _Given(NamedTuple):
    """One time to act made longer."""

    appeal: AppealCase
    before: datetime


@receiver(outages.outage_recorded, dispatch_uid="measures.growing")
def plan(sender: Any, *, outage: Outage, now: datetime, **_: Any) -> None:
    """Have the times to act looked at, in the transaction that records an outage."""
    deadlines.schedule([Planned(deeds.DUE_EXTEND_WINDOWS, outage.pk, now, step=outage.revision)])


@deadlines.handles(deeds.DUE_EXTEND_WINDOWS, "délais de recours après une interruption", batch=1)
def extend(batch: Sequence[Due], now: datetime) -> Outcome | None:
    """Give back to a slice of appeals what an outage took from the time to act."""
    (due,) = batch
    if (outage := over(due, now)) is None:
        return not_now(due, now)
    asked = AppealCase.objects.filter(
        state__in=[_W.RUNNING, _W.OVER], deadline__gt=outage.starts_at, counts_from__lt=outage.ends_at
    )
    ids, held, rows = take_slice(asked, due.occurrence, agency="case__agency")
    given = _longer(rows, outages.ended_about(outage), now)
    _move([one.appeal for one in given], now)
    _prove(given, outage, now)
    return go_on(deeds.DUE_EXTEND_WINDOWS, due, ids, held, now)


def live_elsewhere(appeal_id: int, residence: Residence, *, by: Actor, now: datetime) -> AppealCase:
    """Note where the person lives, when that gives them more months (CJA R421-7). Raises `NoLonger`."""
    with transaction.atomic():
        appeal = hold(appeal_id)
        require_effect(appeal)
        if counting.months(residence) <= counting.months(appeal.residence):
            raise NoLonger
        appeal.residence = residence
        end = counting.end(appeal.counts_from, residence, appeal.case.agency.place)
        appeal.deadline = max(appeal.deadline, end)
        appeal.save(update_fields=["residence", "deadline"])
        if appeal.state in (_W.RUNNING, _W.OVER):
            _move([appeal], now)
        line = _line(appeal, f"vous vivez {Residence(residence).label}")
        journal.record_all([line], by=by, now=now)
        _owe([appeal], now)
        return appeal


def find_remedies_missing(appeal_id: int, *, by: Actor, now: datetime) -> AppealCase:
    """Note that the decision did not say how to contest it: no time runs against the person (CJA R421-5)."""
    with transaction.atomic():
        appeal = hold(appeal_id)
        holding.delegate(appeal.case, by)
        require_effect(appeal)
        appeal.move_to(_W.UNLIMITED)
        deadlines.cancel(deeds.OF_WINDOW, [appeal.pk], now=now)
        data = {"ref": str(appeal.ref), "case": str(appeal.case.ref)}
        journal.record(deeds.WINDOW_UNLIMITED, by=by, now=now, **appeal.about, data=data)
        return appeal


def _longer(rows: Sequence[AppealCase], spans: Sequence[Any], now: datetime) -> list[_Given]:
    given = []
    for appeal in rows:
        place, before = appeal.case.agency.place, appeal.deadline
        end = extend_for_outages(appeal.counts_from, before, spans, territory=place)
        if end > before:
            appeal.deadline = of_use(end, place, now)
            given.append(_Given(appeal, before))
    AppealCase.objects.bulk_update([one.appeal for one in given], ["deadline"])
    return given


def _move(appeals: Sequence[AppealCase], now: datetime) -> None:
    """Move the end and its reminders with the deadline; a time that was over runs again."""
    deadlines.cancel(deeds.OF_WINDOW, [appeal.pk for appeal in appeals], now=now)
    for appeal in appeals:
        if appeal.state == _W.OVER and appeal.deadline > now:
            appeal.move_to(_W.RUNNING)
    running.plan([appeal for appeal in appeals if appeal.state == _W.RUNNING])


def _prove(given: Sequence[_Given], outage: Outage, now: datetime) -> None:
    AppealExtension.objects.bulk_create(
        AppealExtension(
            appeal=one.appeal,
            outage=outage,
            ended_at=one.before,
            ends_at=one.appeal.deadline,
            given_at=now,
        )
        for one in given
    )
    reason = f"interruption du portail {outages.told(outage)}"
    journal.record_all((_line(one.appeal, reason) for one in given), by=PORTAL, now=now)
    _owe([one.appeal for one in given], now)


def _line(appeal: AppealCase, reason: str) -> Line:
    until = full_deadline(appeal.deadline, appeal.case.agency.place.zone)
    data = {"ref": str(appeal.ref), "until": until, "reason": reason}
    return Line(deeds.WINDOW_LONGER, data=data, **appeal.about)


def _owe(appeals: Sequence[AppealCase], now: datetime) -> None:
    outbox.enqueue(
        (
            outbox.Owed(
                deeds.MAIL_WINDOW_LONGER,
                appeal.claimant_id,
                appeal.pk,
                occurrence=running.occurrence(appeal),
            )
            for appeal in appeals
            if appeal.state == _W.RUNNING
        ),
        now=now,
    )
