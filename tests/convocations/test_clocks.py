"""What time brings, and what it leaves out: overtaken reminders are too late, what is late is told once a day."""

from datetime import timedelta

import pytest

from convocations import attendance, deeds
from convocations.evidence import ledger
from convocations.models import Absence, Convocation
from convocations.states import ConvocationState
from messaging import emails
from messaging.emails import Row
from messaging.models import OutboxMessage
from portal.core import deadlines, parameters
from portal.core.models import Deadline
from tests import factories
from tests.factories import NOW, acting

pytestmark = pytest.mark.django_db

DAY = timedelta(days=1)


def work(now) -> None:
    deadlines.work(lambda: now)


def known(**fields) -> Convocation:
    row = factories.convocation(**fields)
    ledger.consult(row.pk, by=acting(row.claimant), now=NOW + timedelta(hours=1))
    return row


def reminders(row: Convocation) -> dict[int, str]:
    """What became of each step."""
    found = Deadline.objects.filter(kind=deeds.DUE_REMINDER, subject_id=row.pk)
    return {one.step: Deadline.State(one.state).name for one in found}


def reminded(row: Convocation) -> list[int]:
    owed = OutboxMessage.objects.filter(kind=deeds.MAIL_REMINDER, subject_id=row.pk)
    return sorted(owed.values_list("step", flat=True))


# --- reminders ------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("before", "states", "steps"),
    [
        # A worker that comes back after three days finds two steps due: only the nearest one speaks.
        (timedelta(hours=47), {1: "TOO_LATE", 2: "DONE", 3: "PENDING"}, [2]),
        (timedelta(hours=1), {1: "TOO_LATE", 2: "TOO_LATE", 3: "DONE"}, [3]),
        # At the very hour of a step, the one before it is overtaken; a second earlier it is not.
        (timedelta(hours=48), {1: "TOO_LATE", 2: "DONE", 3: "PENDING"}, [2]),
        (timedelta(hours=48, seconds=1), {1: "DONE", 2: "PENDING", 3: "PENDING"}, [1]),
        # Nothing is reminded once it has begun.
        (timedelta(0), {1: "TOO_LATE", 2: "TOO_LATE", 3: "TOO_LATE"}, []),
        (-DAY, {1: "TOO_LATE", 2: "TOO_LATE", 3: "TOO_LATE"}, []),
    ],
)
def test_remind_after_a_pause_only_the_nearest_step_speaks(before, states, steps):
    assert parameters.current().reminder_steps_hours == (168, 48, 2)
    row = known()
    work(row.starts_at - before)
    assert reminders(row) == states
    assert reminded(row) == steps


def test_remind_of_an_appointment_fixed_late_only_the_steps_still_ahead():
    row = known(
        starts_at=NOW + timedelta(hours=30),
        short_notice_agreed="Par téléphone ce matin.",
    )
    assert reminders(row) == {3: "PENDING"}


def test_remind_twice_at_one_hour_says_it_once():
    row = known()
    now = row.starts_at - timedelta(hours=48)
    work(now)
    Deadline.objects.filter(kind=deeds.DUE_REMINDER).update(state=Deadline.State.PENDING)
    work(now)
    assert reminded(row) == [2]


def test_a_reminder_that_catches_up_says_the_date_and_the_time_left_and_no_name_of_its_step():
    row = known()
    now = row.starts_at - timedelta(hours=20)
    work(now)
    owed = OutboxMessage.objects.get(kind=deeds.MAIL_REMINDER)
    kind = emails.kind(deeds.MAIL_REMINDER)
    assert kind is not None
    mail = kind.compose(
        [Row(owed.id, owed.person_id, owed.subject_id, owed.occurrence, owed.step, owed.payload)], now
    )[owed.id]
    said = " ".join([mail.subject, *map(str, mail.context.values())])
    assert "mercredi 2\u00a0décembre 2026 à\u00a010\u00a0h" in said
    assert "emain avant" in said
    assert "2 jours" not in said.replace("\u00a0", " ")


# --- one digest a day for what is late ----------------------------------------------------


@pytest.fixture
def office():
    """An advisor and two supervisors of one agency; a third supervisor elsewhere hears nothing."""
    first = factories.advisor(is_supervisor=True)
    second = factories.advisor(first.agency, is_supervisor=True)
    factories.advisor(is_supervisor=True)
    return factories.advisor(first.agency), first, second


def digests(kind: int) -> list[tuple[int, int]]:
    """Who is owed a mail of this kind, and of which day."""
    found = OutboxMessage.objects.filter(kind=kind).order_by("person_id", "occurrence")
    return list(found.values_list("person_id", "occurrence"))


def test_five_late_records_of_one_day_are_told_to_each_supervisor_once(office):
    advisor, first, second = office
    rows = [
        factories.convocation(factories.claimant(advisor), starts_at=NOW + 9 * DAY + timedelta(hours=n))
        for n in range(5)
    ]
    for row in rows:
        work(row.ends_at)
    due = Convocation.objects.get(pk=rows[0].pk).record_due_at
    assert due is not None
    for minute in range(4):
        work(due + timedelta(minutes=minute))
    assert Convocation.objects.filter(record_escalated_at__isnull=False).count() == 5
    day = due.date().toordinal()
    assert digests(deeds.MAIL_LATE_RECORDS) == sorted([(first.pk, day), (second.pk, day)])


def test_what_falls_late_the_next_day_is_told_again_and_counts_all_that_is_late_when_it_leaves(office):
    advisor, first, second = office
    for n in range(2):
        row = factories.convocation(factories.claimant(advisor), starts_at=NOW + (9 + n) * DAY)
        work(row.ends_at)
    due = sorted(Convocation.objects.values_list("record_due_at", flat=True))
    work(due[0])
    work(due[1])
    days = [moment.date().toordinal() for moment in due]
    assert days[0] < days[1]
    assert digests(deeds.MAIL_LATE_RECORDS) == sorted(
        [(person.pk, day) for person in (first, second) for day in days]
    )
    owed = OutboxMessage.objects.filter(kind=deeds.MAIL_LATE_RECORDS).latest("occurrence")
    kind = emails.kind(deeds.MAIL_LATE_RECORDS)
    assert kind is not None
    row = Row(owed.id, owed.person_id, owed.subject_id, owed.occurrence, owed.step, owed.payload)
    assert "2\u00a0présences" in kind.compose([row], due[1])[owed.id].subject


def test_three_undecided_absences_are_one_reminder_to_their_advisor_and_one_to_each_supervisor(office):
    advisor, first, second = office
    for n in range(3):
        row = known(of=factories.claimant(advisor), starts_at=NOW + 9 * DAY + timedelta(hours=n))
        work(row.ends_at)
        at = row.ends_at + timedelta(minutes=5)
        attendance.record(row.pk, ConvocationState.ABSENT, by=acting(advisor), now=at)
    absence = Absence.objects.first()
    assert absence is not None
    work(absence.decide_by)
    work(absence.decide_by + timedelta(minutes=1))
    assert [person for person, _ in digests(deeds.MAIL_LATE_DECISIONS_ADVISOR)] == [advisor.pk]
    later = Deadline.objects.filter(kind=deeds.DUE_DECISION, step=2).latest("due_at").due_at
    work(later)
    assert sorted(person for person, _ in digests(deeds.MAIL_LATE_DECISIONS_SUPERVISOR)) == sorted(
        [first.pk, second.pk]
    )
    assert Absence.objects.filter(escalated_at__isnull=False).count() == 3
