"""What time brings to a thread: the advisor reminded, the supervisor and the person told, silence ended.

The clock runs while a message waits for an answer. It rests while the person was asked for something, and
goes on with the days that were left.
"""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from datetime import UTC, date, datetime

from accounts.models import Leave
from messaging import deeds, outbox
from messaging.chasing import left_over, take, tell_files, tell_supervisors
from messaging.models import Thread
from messaging.states import ThreadState
from portal.core import deadlines, outages, parameters
from portal.core.deadlines import Due, Outcome, Planned
from portal.core.outage_slices import are_owed, put_off
from portal.core.working_time import (
    Territory,
    count_jours_ouvrables,
    day_bounds,
    days_left,
    end_of_period,
    last_day,
    part_of_period,
)


def length(is_complaint: bool) -> int:
    """Give the days an answer may take: calendar days for a complaint, *jours ouvrables* for the rest."""
    current = parameters.current()
    return current.complaint_sla_days if is_complaint else current.message_sla_jours_ouvrables


def answer_due(now: datetime, days: int, place: Territory, *, is_complaint: bool) -> datetime:
    """Say until when an answer is due that may take so many days from now."""
    if is_complaint:
        return end_of_period(now, days=days, territory=place)
    return end_of_period(now, jours_ouvrables=days, territory=place)


def reminder_between(began: datetime, end: datetime, place: Territory, *, is_complaint: bool) -> datetime:
    """Say when the advisor is reminded in a period that an outage made longer: the same part of its days."""
    first = began.astimezone(place.zone).date()
    if is_complaint:
        opens = day_bounds(first, place.zone)[1].astimezone(UTC)
        return opens + (end - opens) * parameters.current().message_reminder_percent / 100
    days = count_jours_ouvrables(first, last_day(end, place), place)
    return reminder_due(began, days, place, is_complaint=False)


def reminder_due(now: datetime, days: int, place: Territory, *, is_complaint: bool) -> datetime:
    """Say when the advisor is reminded: that part of the days, the day of the message not counted."""
    percent = parameters.current().message_reminder_percent
    if not is_complaint:
        return part_of_period(now, percent, jours_ouvrables=days, territory=place)
    opens = day_bounds(now.astimezone(place.zone).date(), place.zone)[1].astimezone(UTC)
    return opens + (answer_due(now, days, place, is_complaint=True) - opens) * percent / 100


def day_end(day: date, place: Territory) -> datetime:
    """Give the instant at which a day is over there: until when what is asked for «by that day» may come."""
    return day_bounds(day, place.zone)[1]


def remaining(thread: Thread, now: datetime) -> int:
    """Count the days an advisor still has after today; a question that came on the last day leaves one."""
    if thread.answer_due_at is None:
        raise ValueError("nothing waits for the advisor")
    return left(now, thread.answer_due_at, thread.agency.place, is_complaint=thread.is_complaint)


def left(now: datetime, end: datetime, place: Territory, *, is_complaint: bool) -> int:
    """Count the days after today until an end, one at least."""
    if is_complaint:
        return max(1, days_left(now, end, place))
    return max(1, count_jours_ouvrables(now.astimezone(place.zone).date(), last_day(end, place), place))


def start(thread: Thread, now: datetime, *, since: datetime | None = None, days: int | None = None) -> None:
    """Let the clock run from now, on a thread the caller holds, and write its deadlines; the caller saves it."""
    days = length(thread.is_complaint) if days is None else days
    place, complaint = thread.agency.place, thread.is_complaint
    thread.waiting_since = since or now
    thread.answer_due_at = answer_due(now, days, place, is_complaint=complaint)
    deadlines.schedule(
        Planned(deeds.DUE_ANSWER, thread.pk, due_at, step, int(now.timestamp()))
        for step, due_at in (
            (1, reminder_due(now, days, place, is_complaint=complaint)),
            (2, thread.answer_due_at),
        )
    )


def expect(thread: Thread, until: datetime, now: datetime) -> None:
    """Let silence end when the day is over by which the person was asked for something."""
    deadlines.schedule([Planned(deeds.DUE_EXPECTED, thread.pk, until, 0, int(now.timestamp()))])


def stop(thread: Thread, now: datetime) -> None:
    """Forget what was due in a thread the caller holds; the caller saves it."""
    deadlines.cancel(deeds.OF_THREAD, [thread.pk], now=now)
    _clear(thread)


def _clear(thread: Thread) -> None:
    thread.waiting_since = thread.answer_due_at = thread.reminded_at = thread.escalated_at = None
    thread.expected, thread.expected_by, thread.days_left = "", None, None


# What `start` and `stop` change.
FIELDS = (
    "waiting_since",
    "answer_due_at",
    "reminded_at",
    "escalated_at",
    "expected",
    "expected_by",
    "days_left",
)


@deadlines.handles(deeds.DUE_ANSWER, "réponse à un message")
def chase(batch: Sequence[Due], now: datetime) -> Outcome:
    """Remind the advisor of a message that waits (odd steps); tell supervisors, deputy and the person (even ones).

    Nobody is late while an outage lasts, nor before the days it gives back are given.
    """
    if outages.running(now) or are_owed(deeds.DUE_EXTEND_THREADS):
        put_off([due.id for due in batch], now)
        return {}
    taken = take(Thread.objects.select_related("agency"), batch)
    waiting = {row.pk: row for row in taken.values() if row.state == ThreadState.WAITING_ADVISOR}
    late = [row for row in waiting.values() if row.is_late(now) and row.escalated_at is None]
    fresh = [row for row in waiting.values() if row.reminded_at is None]
    Thread.objects.filter(pk__in=[row.pk for row in fresh]).update(reminded_at=now)
    Thread.objects.filter(pk__in=[row.pk for row in late]).update(escalated_at=now)
    _tell_advisors([*fresh, *late], now)
    tell_supervisors(deeds.MAIL_LATE_SUPERVISOR, {row.agency_id for row in late}, now=now)
    outbox.enqueue(
        (outbox.Owed(deeds.MAIL_LATE, row.claimant_id, row.pk, occurrence=row.last_number) for row in late),
        now=now,
    )
    tell_files(deeds.LATE, late, now)
    return left_over(batch, taken, waiting)


def _tell_advisors(rows: Iterable[Thread], now: datetime) -> None:
    """Owe each owner one mail a day, and the same to whoever stands in for them today."""
    owners = {row.advisor_id: row.agency.place for row in rows}
    day = now.date().toordinal()
    outbox.enqueue((outbox.Owed(deeds.MAIL_LATE_ADVISOR, pk, pk, occurrence=day) for pk in owners), now=now)
    by_day = defaultdict(list)
    for pk, place in owners.items():
        by_day[now.astimezone(place.zone).date()].append(pk)
    for today, theirs in by_day.items():
        away = Leave.objects.on(today).filter(
            advisor_id__in=theirs, deputy__isnull=False, deputy__user__is_active=True
        )
        outbox.enqueue(
            (
                outbox.Owed(deeds.MAIL_LATE_DEPUTY, deputy, owner, occurrence=day)
                for owner, deputy in away.values_list("advisor_id", "deputy_id")
            ),
            now=now,
        )


@deadlines.handles(deeds.DUE_EXPECTED, "élément attendu dans un échange")
def end_silence(batch: Sequence[Due], now: datetime) -> Outcome:
    """Put a thread whose element did not come back before its advisor: silence decides nothing.

    While an outage of the portal lasts, and until the days it gives back are given, no time of a person ends.
    """
    if outages.running(now) or are_owed(deeds.DUE_EXTEND_THREADS):
        put_off([due.id for due in batch], now)
        return {}
    taken = take(Thread.objects.select_related("agency"), batch)
    over = [
        row
        for row in taken.values()
        if row.state == ThreadState.WAITING_CLAIMANT
        and row.expected_by is not None
        and row.expected_by <= now
    ]
    for row in over:
        resume(row, now)
    tell_files(deeds.NOT_COME, over, now)
    return left_over(batch, taken, {row.pk for row in over})


def resume(thread: Thread, now: datetime) -> None:
    """Let the clock of a thread the caller holds go on with what was left, or begin where nothing waited."""
    left, since = thread.days_left, thread.waiting_since
    _clear(thread)
    start(thread, now, since=since, days=left)
    thread.move_to(ThreadState.WAITING_ADVISOR, saving=FIELDS)
