"""Give back the days an outage of the portal took: to who answers a message, to who was asked for something.

The clock of a thread at rest is worked out from its closed deadline: until when it ran and when it stopped.
Asked again with its own answer `extend_for_outages` gives the same, so nothing here is given twice.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from django.db.models import Q
from django.dispatch import receiver

from messaging import deeds, outbox
from messaging.models import Thread
from messaging.states import ThreadState
from messaging.waiting import clocks
from portal.core import deadlines, journal, outages
from portal.core.deadlines import Due, Outcome, Planned
from portal.core.french import full_deadline
from portal.core.journal import PORTAL, JournalCode, Line
from portal.core.models import Deadline, Outage
from portal.core.outage_slices import go_on, not_now, of_use, over, take_slice
from portal.core.working_time import extend_for_outages


@dataclass(frozen=True)
class Given:
    """A thread whose date moved: which of its deadlines said so, and the date before."""

    thread: Thread
    clock: Deadline
    before: datetime

    @property
    def began(self) -> datetime:
        """Give the instant at which this clock began to run."""
        return _began(self.clock)


@dataclass(frozen=True)
class Span:
    """What of an outage fell into the running of a clock."""

    starts_at: datetime
    ends_at: datetime


@receiver(outages.outage_recorded, dispatch_uid="messaging.waiting.extending")
def plan(sender: Any, *, outage: Outage, now: datetime, **_: Any) -> None:
    """Have the threads in which somebody waits looked at, in the transaction that records an outage."""
    deadlines.schedule([Planned(deeds.DUE_EXTEND_THREADS, outage.pk, now, step=outage.revision)])


@deadlines.handles(deeds.DUE_EXTEND_THREADS, "échanges après une interruption", batch=1)
def extend(batch: Sequence[Due], now: datetime) -> Outcome | None:
    """Extend the answers owed and the elements asked for in a slice of threads."""
    (due,) = batch
    if (outage := over(due, now)) is None:
        return not_now(due, now)
    answers = Q(state=ThreadState.WAITING_ADVISOR, answer_due_at__gt=outage.starts_at)
    elements = Q(state=ThreadState.WAITING_CLAIMANT, expected_by__gt=outage.starts_at)
    at_rest = Q(state=ThreadState.WAITING_CLAIMANT, days_left__isnull=False)
    asked = Thread.objects.filter(answers | elements | at_rest)
    ids, held, rows = take_slice(asked, due.occurrence, agency="agency")
    spans: Sequence[Any] = outages.ended_about(outage)
    ran, wanted = _last(deeds.DUE_ANSWER, rows), _last(deeds.DUE_EXPECTED, rows)
    waiting = [row for row in rows if row.state == ThreadState.WAITING_ADVISOR]
    resting = [row for row in rows if row.state == ThreadState.WAITING_CLAIMANT]
    answered_later = list(_answers(waiting, ran, spans))
    _move_answers(answered_later, now)
    _tell(deeds.ANSWER_EXTENDED, answered_later, "answer_due_at", outage, now)
    _give_to_rest(resting, ran, spans)
    sent_later = list(_elements(resting, wanted, spans, now))
    _move_elements(sent_later, now)
    _tell(deeds.EXPECTED_EXTENDED, sent_later, "expected_by", outage, now)
    _owe_mails(sent_later, now)
    return go_on(deeds.DUE_EXTEND_THREADS, due, ids, held, now)


def _last(kind: int, rows: Sequence[Thread]) -> dict[int, Deadline]:
    """Give the last deadline of a kind, by thread: the end of the clock that runs, or of the one that rests."""
    found = Deadline.objects.filter(kind=kind, subject_id__in=[row.pk for row in rows])
    last = found.order_by("subject_id", "-occurrence", "-step").distinct("subject_id")
    return {clock.subject_id: clock for clock in last}


def _began(clock: Deadline) -> datetime:
    # The second in which a clock began is its deadlines' occurrence; each extension raises their step.
    return datetime.fromtimestamp(clock.occurrence, UTC)


# --- who answers ----------------------------------------------------------------------


def _answers(rows: Sequence[Thread], ran: dict[int, Deadline], spans: Sequence[Any]) -> Iterator[Given]:
    for row in rows:
        if (clock := ran.get(row.pk)) is None or row.answer_due_at is None:
            continue
        before = row.answer_due_at
        row.answer_due_at = extend_for_outages(_began(clock), before, spans, territory=row.agency.place)
        if row.answer_due_at > before:
            yield Given(row, clock, before)


def _move_answers(given: Sequence[Given], now: datetime) -> None:
    """Move reminder and end; one told late that has time again is told anew if that passes too."""
    planned = []
    for one in given:
        row, step = one.thread, one.clock.step
        assert row.answer_due_at is not None
        if row.answer_due_at > now:
            row.escalated_at = None
            planned.append(
                Planned(deeds.DUE_ANSWER, row.pk, row.answer_due_at, step + 2, one.clock.occurrence)
            )
        if row.reminded_at is None:
            at = clocks.reminder_between(
                one.began, row.answer_due_at, row.agency.place, is_complaint=row.is_complaint
            )
            planned.append(Planned(deeds.DUE_ANSWER, row.pk, at, step + 1, one.clock.occurrence))
    in_time = [one.thread.pk for one in given if one.thread.escalated_at is None]
    Thread.objects.bulk_update([one.thread for one in given], ["answer_due_at", "escalated_at"])
    deadlines.cancel([deeds.DUE_ANSWER], in_time, now=now)
    deadlines.schedule(row for row in planned if row.subject_id in set(in_time))


def _give_to_rest(rows: Sequence[Thread], ran: dict[int, Deadline], spans: Sequence[Any]) -> None:
    """Give a clock at rest the days an outage took while it ran: it goes on with them."""
    moved: list[tuple[Thread, Deadline]] = []
    for row in rows:
        if row.days_left is None or (clock := ran.get(row.pk)) is None or clock.closed_at is None:
            continue
        stopped = clock.closed_at
        during = [
            Span(span.starts_at, min(span.ends_at, stopped)) for span in spans if span.starts_at < stopped
        ]
        end = extend_for_outages(_began(clock), clock.due_at, during, territory=row.agency.place)
        if end > clock.due_at:
            left = clocks.left(stopped, end, row.agency.place, is_complaint=row.is_complaint)
            row.days_left, clock.due_at = max(row.days_left, left), end
            moved.append((row, clock))
    Thread.objects.bulk_update([row for row, _ in moved], ["days_left"])
    Deadline.objects.bulk_update([clock for _, clock in moved], ["due_at"])


# --- who was asked for something ------------------------------------------------------


def _elements(
    rows: Sequence[Thread], wanted: dict[int, Deadline], spans: Sequence[Any], now: datetime
) -> Iterator[Given]:
    for row in rows:
        if (clock := wanted.get(row.pk)) is None or row.expected_by is None:
            continue
        place, before = row.agency.place, row.expected_by
        end = extend_for_outages(_began(clock), before, spans, territory=place)
        if end > before:
            row.expected_by = of_use(end, place, now)
            yield Given(row, clock, before)


def _move_elements(given: Sequence[Given], now: datetime) -> None:
    Thread.objects.bulk_update([one.thread for one in given], ["expected_by"])
    deadlines.cancel([deeds.DUE_EXPECTED], [one.thread.pk for one in given], now=now)
    deadlines.schedule(
        Planned(
            deeds.DUE_EXPECTED,
            one.thread.pk,
            one.thread.expected_by,
            one.clock.step + 1,
            one.clock.occurrence,
        )
        for one in given
        if one.thread.expected_by is not None
    )


def _owe_mails(given: Sequence[Given], now: datetime) -> None:
    outbox.enqueue(
        (
            outbox.Owed(
                deeds.MAIL_EXPECTED_EXTENDED,
                one.thread.claimant_id,
                one.thread.pk,
                occurrence=int(one.thread.expected_by.timestamp()),
            )
            for one in given
            if one.thread.expected_by is not None
        ),
        now=now,
    )


def _tell(code: JournalCode, given: Sequence[Given], field: str, outage: Outage, now: datetime) -> None:
    """Write in each person's journal what moved, from when to when and for which outage."""
    lines = []
    for one in given:
        row, zone = one.thread, one.thread.agency.place.zone
        data = {
            "ref": str(row.ref),
            "until": full_deadline(getattr(row, field), zone),
            "before": full_deadline(one.before, zone),
            "outage": outages.told(outage),
        }
        lines.append(Line(code, file_id=row.claimant_id, subject_id=row.pk, data=data))
    journal.record_all(lines, by=PORTAL, now=now)
