"""What time brings to a request: the advisor reminded, the supervisor told, documents that did not come."""

from collections import defaultdict
from collections.abc import Sequence
from datetime import datetime

from convocations import deeds
from convocations.models import ChangeRequest
from convocations.states import REQUEST_WAITS_FOR_ADVISOR, RequestState
from messaging import outbox
from messaging.chasing import left_over, take, tell_files, tell_supervisors
from portal.core import deadlines, outages, parameters
from portal.core.deadlines import Due, Outcome, Planned
from portal.core.outage_slices import are_owed, put_off
from portal.core.working_time import Territory, end_of_period, part_of_period


def answer_due(now: datetime, place: Territory) -> datetime:
    """Say until when an advisor is to answer what was asked now."""
    days = parameters.current().request_sla_jours_ouvrables
    return end_of_period(now, jours_ouvrables=days, territory=place)


def start(rows: Sequence[ChangeRequest], now: datetime) -> None:
    """Start the clock of answers: the advisor is reminded at three quarters, the supervisors told at the end."""
    current = parameters.current()
    occurrence = int(now.timestamp())

    def reminder(territory: Territory) -> datetime:
        return part_of_period(
            now,
            current.request_reminder_percent,
            jours_ouvrables=current.request_sla_jours_ouvrables,
            territory=territory,
        )

    reminders = {place: reminder(place) for place in {row.agency.place for row in rows}}
    deadlines.schedule(
        Planned(deeds.DUE_REQUEST_ANSWER, row.pk, due_at, step, occurrence)
        for row in rows
        for step, due_at in enumerate((reminders[row.agency.place], row.decide_by), start=1)
    )


def resume(rows: Sequence[ChangeRequest], now: datetime) -> None:
    """Put requests that waited for documents back before their advisors, with a fresh delay; the caller holds them."""
    by_place: dict[Territory, list[ChangeRequest]] = defaultdict(list)
    for row in rows:
        by_place[row.agency.place].append(row)
    for place, theirs in by_place.items():
        due_at = answer_due(now, place)
        ChangeRequest.objects.filter(pk__in=[row.pk for row in theirs]).move_all(
            RequestState.UNDER_REVIEW, decide_by=due_at, escalated_at=None
        )
        for row in theirs:
            row.state, row.decide_by, row.escalated_at = RequestState.UNDER_REVIEW, due_at, None
    start(rows, now)


@deadlines.handles(deeds.DUE_REQUEST_ANSWER, "réponse à une demande")
def chase_answer(batch: Sequence[Due], now: datetime) -> Outcome:
    """Remind the advisor of a request that waits (step 1), then tell the agency's supervisors (step 2)."""
    taken = take(ChangeRequest.objects.select_related("agency"), batch)
    waiting = {
        row.pk: row for row in taken.values() if row.state in REQUEST_WAITS_FOR_ADVISOR or row.correction_open
    }
    day = now.date().toordinal()
    reminded = {waiting[due.subject_id].advisor_id for due in batch if due.subject_id in waiting}
    outbox.enqueue(
        (
            outbox.Owed(deeds.MAIL_LATE_REQUESTS_ADVISOR, advisor_id, advisor_id, occurrence=day)
            for advisor_id in reminded
        ),
        now=now,
    )
    late = [waiting[due.subject_id] for due in batch if due.step == 2 and due.subject_id in waiting]
    ChangeRequest.objects.filter(pk__in=[row.pk for row in late]).update(escalated_at=now)
    tell_supervisors(deeds.MAIL_LATE_REQUESTS_SUPERVISOR, {row.agency_id for row in late}, now=now)
    tell_files(deeds.REQUEST_LATE, late, now)
    return left_over(batch, taken, waiting)


@deadlines.handles(deeds.DUE_REQUEST_DOCS, "documents attendus pour une demande")
def end_waiting_for_documents(batch: Sequence[Due], now: datetime) -> Outcome:
    """Put a request whose documents did not come back before its advisor: silence decides nothing.

    An extension moved the day meanwhile: its own row comes. While an outage lasts, and until the days it gives
    back are given, no time of a person ends.
    """
    taken = take(ChangeRequest.objects.select_related("agency"), batch)
    rows = [row for row in taken.values() if row.docs_are_overdue(now)]
    if outages.running(now) or are_owed(deeds.DUE_EXTEND_REQUEST_DOCS):
        kept = {row.pk for row in rows}
        put_off([due.id for due in batch if due.subject_id in kept], now)
        return left_over(batch, taken, kept)
    resume(rows, now)
    return left_over(batch, taken, {row.pk for row in rows})
