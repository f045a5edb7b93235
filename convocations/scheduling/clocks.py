"""What time brings to an appointment: reminders, the unread check, its end, a record not made.

Each handler works a whole batch in a handful of queries; run twice, it changes nothing. A process holds
its appointment and then its deadlines, a handler the other way round: so handlers never wait for an
appointment (SKIP LOCKED), they come back to it.
"""

from collections import defaultdict
from collections.abc import Sequence
from datetime import datetime, timedelta

from django.db import connection

from accounts.models import Agency
from convocations import deeds
from convocations.hours.holding import sweep
from convocations.models import CallTask, Convocation, SlotHold
from convocations.states import AHEAD, UNREAD, ConvocationState
from messaging import outbox
from messaging.chasing import LATER, MOOT, left_over, take, tell_files, tell_supervisors
from portal.core import arrays, deadlines, parameters
from portal.core.deadlines import Due, Outcome, Planned
from portal.core.models import Deadline
from portal.core.working_time import Territory, end_of_period

TOO_LATE = Deadline.State.TOO_LATE


@deadlines.handles(deeds.DUE_REMINDER, "rappel avant un rendez-vous", batch=5_000)
def remind(batch: Sequence[Due], now: datetime) -> Outcome:
    """Owe each person the reminder of this step; one that a later step has overtaken is too late."""
    current = parameters.current()
    steps = dict(enumerate(current.reminder_steps_hours, start=1))
    rows = _to_remind([due.subject_id for due in batch])
    second = int(now.timestamp())
    owed: list[outbox.Owed] = []
    too_late: list[int] = []
    moot: list[int] = []
    for due in batch:
        claimant_id, coming, unread = rows[due.subject_id]
        # A reminder's occurrence is the start, in epoch seconds.
        if second >= due.occurrence - 3_600 * steps.get(due.step + 1, 0):
            too_late.append(due.id)
        elif not coming or (unread and steps.get(due.step) == current.unread_check_hours):
            # Unread at the unread check's hour: that check writes, more urgently, in this one's place.
            moot.append(due.id)
        else:
            owed.append(
                outbox.Owed(deeds.MAIL_REMINDER, claimant_id, due.subject_id, due.occurrence, due.step)
            )
    outbox.enqueue(owed, now=now)
    return {TOO_LATE: too_late, MOOT: moot}


def _to_remind(convocation_ids: Sequence[int]) -> dict[int, tuple[int, bool, bool]]:
    """Give per appointment whose it is, whether it is coming as announced, whether it is a summons nobody has read."""
    with connection.cursor() as cursor:
        cursor.execute(
            """
            SELECT id, claimant_id, state = ANY(%s) AND displacement.convocation_id IS NULL,
                   state = ANY(%s) AND bindingness = 'CONVOCATION'
            FROM convocations_convocation
            LEFT JOIN convocations_displacement AS displacement ON displacement.convocation_id = id
            WHERE id = ANY(%s::bigint[])
            """,
            [sorted(AHEAD | {ConvocationState.ACCEPTED}), sorted(UNREAD), arrays.of_numbers(convocation_ids)],
        )
        return {pk: row for pk, *row in cursor.fetchall()}


@deadlines.handles(deeds.DUE_UNREAD, "convocation non lue à l’approche du rendez-vous")
def check_unread(batch: Sequence[Due], now: datetime) -> Outcome:
    """Write once more to who has not read, whatever their preferences, and ask their advisor to call."""
    unread = {
        row.pk: row
        for row in Convocation.objects.filter(
            pk__in=[due.subject_id for due in batch],
            state__in=UNREAD,
            starts_at__gt=now,
            # What cannot take place is no longer read for: its advisor has it to move.
            displacement=None,
        ).only("pk", "claimant_id", "advisor_id", "starts_at")
    }
    hours = timedelta(hours=parameters.current().known_late_hours)
    outbox.enqueue(
        (outbox.Owed(deeds.MAIL_UNREAD, row.claimant_id, row.pk) for row in unread.values()), now=now
    )
    CallTask.objects.bulk_create(
        (
            CallTask(
                convocation_id=row.pk,
                claimant_id=row.claimant_id,
                advisor_id=row.advisor_id,
                reason=CallTask.Reason.UNREAD,
                opened_at=now,
                due_at=max(now, row.starts_at - hours),
            )
            for row in unread.values()
        ),
        ignore_conflicts=True,
    )
    return {MOOT: [due.id for due in batch if due.subject_id not in unread]}


@deadlines.handles(deeds.DUE_ENDED, "fin d’un rendez-vous")
def end(batch: Sequence[Due], now: datetime) -> Outcome:
    """Ask the advisor to record who came; past and unrecorded is never an absence by itself."""
    taken = take(Convocation.objects.all(), batch)
    territories = dict(Agency.objects.values_list("pk", "territory"))
    rows = [(row.pk, row.ends_at, territories[row.agency_id]) for row in taken.values() if row.state in AHEAD]
    by_due: dict[datetime, list[int]] = defaultdict(list)
    cache: dict[tuple[object, str], datetime] = {}
    for pk, ends_at, territory in rows:
        key = (ends_at, territory)
        if key not in cache:
            cache[key] = record_due(ends_at, Territory(territory))
        by_due[cache[key]].append(pk)
    for due_at, ids in by_due.items():
        Convocation.objects.filter(pk__in=ids).move_all(
            ConvocationState.AWAITING_STATUS, record_due_at=due_at
        )
    deadlines.schedule(Planned(deeds.DUE_RECORD, pk, due_at) for due_at, ids in by_due.items() for pk in ids)
    return left_over(batch, taken, {pk for pk, _, _ in rows})


@deadlines.handles(deeds.DUE_INVITATION_EXPIRY, "invitation sans réponse")
def expire_invitations(batch: Sequence[Due], now: datetime) -> Outcome:
    """Close an offer nobody answered; nothing follows from it."""
    taken = take(Convocation.objects.all(), batch)
    rows = [row for row in taken.values() if row.state in AHEAD]
    Convocation.objects.filter(pk__in=[row.pk for row in rows]).move_all(ConvocationState.EXPIRED)
    tell_files(deeds.EXPIRED, rows, now)
    return left_over(batch, taken, {row.pk for row in rows})


@deadlines.handles(deeds.DUE_RECORD, "présence à enregistrer")
def escalate_records(batch: Sequence[Due], now: datetime) -> Outcome:
    """Tell the agency's supervisors that a record is late; still nothing is held against the person."""
    taken = take(Convocation.objects.all(), batch)
    rows = [row for row in taken.values() if row.state == ConvocationState.AWAITING_STATUS]
    Convocation.objects.filter(pk__in=[row.pk for row in rows]).update(record_escalated_at=now)
    tell_supervisors(deeds.MAIL_LATE_RECORDS, {row.agency_id for row in rows}, now=now)
    tell_files(deeds.RECORD_LATE, rows, now)
    return left_over(batch, taken, {row.pk for row in rows})


def record_due(ends_at: datetime, territory: Territory) -> datetime:
    """Say until when the advisor may record attendance: the parameter's working days after the end."""
    days = parameters.current().record_status_working_days
    return end_of_period(ends_at, jours_ouvres=days, territory=territory)


@deadlines.handles(deeds.DUE_HOLD_END, "fin d’un créneau gardé", batch=5_000)
def let_go(batch: Sequence[Due], now: datetime) -> Outcome:
    """Remove the holds whose time is over; one already gone is moot, one in somebody's hands is theirs."""
    ids = {due.subject_id for due in batch}
    there = set(SlotHold.objects.filter(pk__in=ids).values_list("pk", flat=True))
    sweep(there, now=now)
    left = set(SlotHold.objects.filter(pk__in=there).values_list("pk", flat=True))
    return {
        MOOT: [due.id for due in batch if due.subject_id not in there],
        LATER: [due.id for due in batch if due.subject_id in left],
    }
