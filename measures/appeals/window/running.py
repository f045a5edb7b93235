"""The clock of an appeal: it opens with a decision, waits for an answer, starts anew, closes when nothing is left."""

from collections.abc import Sequence
from datetime import datetime, timedelta

from django.db.models import F, Q

from measures import deeds
from measures.appeals.window import counting
from measures.models import AppealCase, Case, Decision, GraciousAppeal, LiftRequest, Mediation
from measures.states import GRACIOUS_ANSWERED, MEDIATION_LIVE, GraciousState, WindowState
from portal.core import deadlines, journal, parameters
from portal.core.deadlines import Planned
from portal.core.french import full_deadline
from portal.core.journal import PORTAL, Actor
from portal.core.working_time import day_bounds

_W = WindowState
# A reminder is read in daylight.
_MORNING = timedelta(hours=9)


def open_window(
    case: Case,
    *,
    decision: Decision | None = None,
    lift: LiftRequest | None = None,
    at: datetime,
    by: Actor,
) -> AppealCase:
    """Begin the time to act against a decision that the person received at `at`; the caller holds the case.

    A letter that was signed for weeks ago began it then.
    """
    residence = counting.residence_of(case.agency)
    appeal = AppealCase.objects.create(
        case=case,
        decision=decision,
        lift=lift,
        residence=residence,
        opened_at=at,
        counts_from=at,
        deadline=counting.end(at, residence, case.agency.place),
    )
    plan([appeal])
    _tell(deeds.WINDOW_OPENED, appeal, by=by, now=at)
    return appeal


def interrupt(appeal: AppealCase, *, now: datetime) -> None:
    """Stop the time while an appeal waits for its answer (CRPA L411-2); the caller holds the appeal."""
    if appeal.state == _W.RUNNING:
        appeal.move_to(_W.INTERRUPTED)
        deadlines.cancel(deeds.OF_WINDOW, [appeal.pk], now=now)


def resume(appeal: AppealCase, *, now: datetime, by: Actor = PORTAL) -> None:
    """Start the whole time anew from the latest of what interrupted it, unless something still does.

    The caller has written what ended. While it runs again after a silence, an answer in words begins it once more
    (CJA R421-2).
    """
    if appeal.state not in (_W.INTERRUPTED, _W.RUNNING) or _waits(appeal):
        return
    # Never from an earlier instant, nor to an earlier day, than the person was told once.
    appeal.counts_from = max(appeal.counts_from, *_answered(appeal))
    end = counting.end(appeal.counts_from, appeal.residence, appeal.case.agency.place)
    appeal.deadline = max(appeal.deadline, end)
    if appeal.state == _W.INTERRUPTED:
        appeal.move_to(_W.RUNNING, saving=["counts_from", "deadline"])
    else:
        deadlines.cancel(deeds.OF_WINDOW, [appeal.pk], now=now)
        appeal.save(update_fields=["counts_from", "deadline"])
    plan([appeal])
    _tell(deeds.WINDOW_RESUMED, appeal, by=by, now=now)


def settle(case: Case, *, now: datetime, of_lifts_alone: bool = False, but: int | None = None) -> None:
    """Close what contests a decision that has no effect any more; what waits there for an answer is moot.

    `but` is a gracious appeal that is being granted: it moves by its own deed.
    """
    asked = AppealCase.objects.filter(case=case).exclude(state=_W.SETTLED)
    if of_lifts_alone:
        asked = asked.filter(lift__isnull=False)
    ids = list(asked.select_for_update(no_key=True).values_list("pk", flat=True))
    if not ids:
        return
    AppealCase.objects.filter(pk__in=ids).move_all(_W.SETTLED)
    deadlines.cancel(deeds.OF_WINDOW, ids, now=now)
    waiting = GraciousAppeal.objects.filter(
        appeal__in=ids, state__in=[GraciousState.FILED, GraciousState.IMPLICIT_REJECTION]
    ).exclude(pk=but or 0)
    moot = list(waiting.values_list("pk", flat=True))
    GraciousAppeal.objects.filter(pk__in=moot).move_all(GraciousState.MOOT)
    deadlines.cancel(deeds.OF_GRACIOUS, moot, now=now)


def plan(appeals: Sequence[AppealCase]) -> None:
    """Plan the end of the time to act, and the two reminders before it."""
    current = parameters.current()
    steps = (current.window_reminder_days, current.window_last_reminder_days)
    rows = []
    for appeal in appeals:
        second = occurrence(appeal)
        rows.append(Planned(deeds.DUE_WINDOW_END, appeal.pk, appeal.deadline, occurrence=second))
        rows += [
            Planned(
                deeds.DUE_WINDOW_SOON,
                appeal.pk,
                appeal.deadline - timedelta(days=days + 1) + _MORNING,
                step=days,
                occurrence=second,
            )
            for days in dict.fromkeys(steps)
        ]
    deadlines.schedule(rows)


def occurrence(appeal: AppealCase) -> int:
    """Give the second at which the time ends: each end has deadlines and messages of its own."""
    return int(appeal.deadline.timestamp())


def _answered(appeal: AppealCase) -> list[datetime]:
    """Give when silence refused, each answer was received, a mediation ended: it may have been while another ran."""
    mine = GraciousAppeal.objects.filter(appeal=appeal, interrupts=True)
    silent = mine.filter(Q(state=GraciousState.IMPLICIT_REJECTION) | Q(answered_at__gte=F("implicit_at")))
    read = mine.filter(notified_at__isnull=False)
    return [
        at
        for at in (
            *silent.values_list("implicit_at", flat=True),
            *read.values_list("notified_at", flat=True),
            *_mediations_ended(appeal),
        )
        if at is not None
    ]


def _mediations_ended(appeal: AppealCase) -> list[datetime]:
    ended = Mediation.objects.filter(appeal=appeal, interrupts=True, ended_on__isnull=False)
    zone, noon = appeal.case.agency.place.zone, timedelta(hours=12)
    days = ended.values_list("ended_on", flat=True)
    return [day_bounds(day, zone)[0] + noon for day in days if day is not None]


def _waits(appeal: AppealCase) -> bool:
    """Say whether an appeal that interrupts has no answer that the person received yet."""
    mine = GraciousAppeal.objects.filter(appeal=appeal, interrupts=True)
    unanswered = mine.filter(state=GraciousState.FILED) | mine.filter(
        state__in=GRACIOUS_ANSWERED, notified_at__isnull=True
    )
    mediated = Mediation.objects.filter(appeal=appeal, interrupts=True, state__in=MEDIATION_LIVE)
    return unanswered.exists() or mediated.exists()


def _tell(code: journal.JournalCode, appeal: AppealCase, *, by: Actor, now: datetime) -> None:
    until = full_deadline(appeal.deadline, appeal.case.agency.place.zone)
    data = {"ref": str(appeal.ref), "case": str(appeal.case.ref), "until": until}
    journal.record(code, by=by, now=now, **appeal.about, data=data)
