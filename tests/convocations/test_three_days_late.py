"""The workers stood still for three days, or for six weeks: what fell due happens in order, or says why not."""

from datetime import timedelta

import pytest

from convocations import attendance, deeds
from convocations.evidence import ledger
from convocations.models import Absence, Convocation
from convocations.states import AbsenceState, ConvocationState
from messaging.models import OutboxMessage
from portal.core import deadlines
from portal.core.models import Deadline, JournalEntry
from tests import factories
from tests.factories import NOW, acting

pytestmark = pytest.mark.django_db

DAY, HOUR = timedelta(days=1), timedelta(hours=1)
BACK = NOW + 3 * DAY
State = Deadline.State


def tick(now):
    while deadlines.work(lambda: now).closed:
        pass


def read(convocation: Convocation) -> Convocation:
    ledger.consult(convocation.pk, by=acting(convocation.claimant), now=NOW - 9 * DAY)
    return convocation


def starting(at, *, known: bool = True) -> Convocation:
    """An appointment issued long before the workers stopped."""
    advisor = factories.advisor()
    convocation = factories.convocation(factories.claimant(advisor), now=NOW - 10 * DAY, starts_at=at)
    if known:
        read(convocation)
    tick(NOW)
    return convocation


def absence_recorded(at) -> Absence:
    convocation = factories.convocation(now=at - 20 * DAY, starts_at=at - 2 * HOUR, minutes=30)
    ledger.consult(convocation.pk, by=acting(convocation.claimant), now=at - 19 * DAY)
    attendance.record(convocation.pk, ConvocationState.ABSENT, by=acting(convocation.advisor), now=at)
    return Absence.objects.get(convocation=convocation)


def reminders(convocation: Convocation) -> dict[int, State]:
    rows = Deadline.objects.filter(kind=deeds.DUE_REMINDER, subject_id=convocation.pk)
    return {row.step: State(row.state) for row in rows}


def mailed(convocation: Convocation, since) -> list[int]:
    """Reminder steps owed since."""
    rows = OutboxMessage.objects.filter(
        kind=deeds.MAIL_REMINDER, subject_id=convocation.pk, created_at__gte=since
    )
    return sorted(rows.values_list("step", flat=True))


def test_nothing_is_reminded_after_its_start_and_the_row_says_too_late():
    meanwhile = starting(NOW + DAY)  # its last reminder fell due two hours before, and it is over
    tick(BACK)
    assert reminders(meanwhile) == {1: State.TOO_LATE, 2: State.DONE, 3: State.TOO_LATE}
    assert mailed(meanwhile, BACK) == []
    meanwhile.refresh_from_db()
    assert meanwhile.state == ConvocationState.AWAITING_STATUS, "its end was noticed all the same"


@pytest.mark.parametrize(
    ("starts", "owed", "ends"),
    [
        # Due while nobody worked, and still worth saying.
        (BACK + 40 * HOUR, [2], {1: State.DONE, 2: State.DONE, 3: State.PENDING}),
        # Two steps were missed: the later one speaks, the earlier one is too late.
        (BACK + HOUR, [3], {1: State.DONE, 2: State.TOO_LATE, 3: State.DONE}),
        # It starts at this very moment.
        (BACK, [], {1: State.DONE, 2: State.TOO_LATE, 3: State.TOO_LATE}),
    ],
)
def test_who_is_late_gets_one_reminder_the_last_that_fell_due(starts, owed, ends):
    convocation = starting(starts)
    tick(BACK)
    assert mailed(convocation, BACK) == owed
    assert reminders(convocation) == ends


def test_unread_convocation_of_the_past_calls_nobody():
    gone, coming = starting(NOW + 2.5 * DAY, known=False), starting(BACK + DAY, known=False)
    tick(BACK)
    rows = dict(Deadline.objects.filter(kind=deeds.DUE_UNREAD).values_list("subject_id", "state"))
    assert rows == {gone.pk: State.MOOT, coming.pk: State.DONE}
    assert list(
        OutboxMessage.objects.filter(kind=deeds.MAIL_UNREAD).values_list("subject_id", flat=True)
    ) == [coming.pk]


def told(subject_id: int) -> list[int]:
    codes = (deeds.PERIOD_ENDED, deeds.DECISION_LATE, deeds.ABSENCE_CLOSED)
    rows = JournalEntry.objects.filter(subject_id=subject_id, code__in=[code.number for code in codes])
    return list(rows.order_by("id").values_list("code", flat=True))


def test_periods_that_lapsed_meanwhile_have_their_effects_in_order():
    """One absence closes, one is told to the supervisor, one reaches its advisor's list: each as of its stage."""
    closing = absence_recorded(NOW - 28 * DAY)
    tick(NOW)
    ending = absence_recorded(NOW - 6 * DAY)
    tick(NOW)
    assert told(ending.pk) == []
    tick(BACK)
    for absence in (closing, ending):
        absence.refresh_from_db()
    assert closing.state == AbsenceState.CLOSED_NO_ACTION
    assert told(closing.pk)[-1] == deeds.ABSENCE_CLOSED.number
    assert ending.state == AbsenceState.EXPLANATION_REQUESTED, "silence decides nothing"
    assert told(ending.pk) == [deeds.PERIOD_ENDED.number]


def test_six_weeks_of_standing_still_end_an_absence_in_its_persons_favour_stage_by_stage():
    absence = absence_recorded(NOW)
    tick(NOW + 42 * DAY)
    absence.refresh_from_db()
    assert absence.state == AbsenceState.CLOSED_NO_ACTION
    assert told(absence.pk) == [
        deeds.PERIOD_ENDED.number,
        deeds.DECISION_LATE.number,
        deeds.ABSENCE_CLOSED.number,
    ]
    closed = OutboxMessage.objects.filter(kind=deeds.MAIL_ABSENCE_CLOSED, subject_id=absence.pk)
    assert closed.count() == 1
    assert not Deadline.objects.filter(kind__in=deeds.OF_ABSENCE, state=State.PENDING).exists()
