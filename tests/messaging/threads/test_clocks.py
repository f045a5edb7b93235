"""The clock of answers: reminded at three quarters, told at the end, at rest while something was asked for."""

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from accounts.models import Advisor, Agency, Claimant, Leave
from messaging import deeds
from messaging.models import OutboxMessage, Thread, Topic
from messaging.states import ThreadState
from messaging.threads import answering
from messaging.waiting import clocks
from portal.core.models import Deadline, JournalEntry, Outage
from tests import factories
from tests.core import calendar_oracle as oracle
from tests.factories import NOW, acting
from tests.messaging.threads.talk import DAY, HOUR, answer, ask, fresh, owed, tick, write

pytestmark = pytest.mark.django_db


@pytest.fixture
def thread() -> Thread:
    return ask(factories.claimant())


def rows() -> list[Deadline]:
    return list(Deadline.objects.filter(kind=deeds.DUE_ANSWER, state=Deadline.State.PENDING).order_by("step"))


def days(thread: Thread, *which: datetime) -> list[str]:
    return [one.astimezone(thread.agency.place.zone).strftime("%d %H:%M") for one in which]


def test_the_advisor_is_reminded_at_three_quarters_and_everybody_told_at_the_end(thread):
    supervisor = factories.advisor(thread.agency, is_supervisor=True)
    # Written on Monday 23 November: two jours ouvrables end with Wednesday 25.
    reminder, end = rows()
    assert days(thread, reminder.due_at, end.due_at, thread.answer_due_at) == [
        "25 12:00",
        "26 00:00",
        "26 00:00",
    ]
    tick(reminder.due_at)
    assert (owed(deeds.MAIL_LATE_ADVISOR), owed(deeds.MAIL_LATE)) == (1, 0)
    tick(end.due_at)
    again = fresh(thread)
    assert (again.state, again.escalated_at) == (ThreadState.WAITING_ADVISOR, end.due_at)
    assert owed(deeds.MAIL_LATE) == 1
    mail = OutboxMessage.objects.get(kind=deeds.MAIL_LATE_SUPERVISOR)
    assert (mail.person_id, mail.subject_id) == (supervisor.pk, thread.agency_id)
    assert JournalEntry.objects.filter(code=deeds.LATE.number, file_id=thread.claimant_id).count() == 1
    tick(end.due_at + 3 * DAY)
    assert owed(deeds.MAIL_LATE) == 1


def test_an_answer_in_time_is_never_told_late(thread):
    answer(thread, now=NOW + HOUR)
    tick(NOW + 10 * DAY)
    assert owed(deeds.MAIL_LATE_ADVISOR) == owed(deeds.MAIL_LATE) == 0


def test_an_automatic_reply_does_not_stop_the_clock_and_the_deputy_is_told():
    person = factories.claimant()
    deputy = factories.advisor(person.agency)
    Leave.objects.create(
        advisor=person.advisor, first_day=date(2026, 11, 20), last_day=date(2026, 11, 29), deputy=deputy
    )
    thread = ask(person)
    assert thread.messages.count() == 2
    tick(thread.answer_due_at)
    mail = OutboxMessage.objects.filter(kind=deeds.MAIL_LATE_DEPUTY).values_list("person", "subject_id")
    assert set(mail) == {(deputy.pk, person.advisor_id)}
    assert owed(deeds.MAIL_LATE) == 1


def test_a_complaint_has_its_own_days():
    thread = ask(factories.claimant(), topic=Topic.COMPLAINT)
    # Seven days after Monday 23 November end with Monday 30; three quarters of them on Sunday at six.
    reminder, end = rows()
    assert days(thread, reminder.due_at, end.due_at) == ["29 06:00", "01 00:00"]


def test_a_late_message_that_is_answered_is_late_no_more(thread):
    tick(thread.answer_due_at)
    answer(thread, now=thread.answer_due_at + HOUR)
    again = fresh(thread)
    assert (again.escalated_at, again.reminded_at) == (None, None)


def test_the_clock_goes_on_with_what_was_left(thread):
    # Asked on Tuesday, one day left; sent on Saturday: that day is Monday.
    answer(thread, expected=NOW + 8 * DAY, now=NOW + DAY)
    assert fresh(thread).days_left == 1
    tick(NOW + 4 * DAY)
    assert owed(deeds.MAIL_LATE_ADVISOR) == 0
    write(thread, "Voici.", now=NOW + 5 * DAY)
    assert days(thread, fresh(thread).answer_due_at) == ["01 00:00"]


def test_asked_on_the_last_day_one_whole_day_is_left(thread):
    answer(thread, expected=NOW + 8 * DAY, now=NOW + 2 * DAY)
    write(thread, "Voici.", now=NOW + 2 * DAY + 13 * HOUR)
    # Wednesday at eleven in the evening: nobody is late an hour after.
    assert days(thread, fresh(thread).answer_due_at) == ["27 00:00"]


def test_what_does_not_come_goes_back_to_the_advisor_and_decides_nothing(thread):
    until = clocks.day_end(date(2026, 12, 1), thread.agency.place)
    answer(thread, expected=until, now=NOW + HOUR)
    tick(until - timedelta(seconds=1))
    assert fresh(thread).state == ThreadState.WAITING_CLAIMANT
    tick(until)
    again = fresh(thread)
    assert (again.state, again.expected_by) == (ThreadState.WAITING_ADVISOR, None)
    assert days(thread, again.answer_due_at) == ["05 00:00"]
    assert len(rows()) == 2
    assert JournalEntry.objects.filter(code=deeds.NOT_COME.number).count() == 1


def test_no_time_of_a_person_ends_while_the_portal_is_down(thread):
    answer(thread, expected=NOW + 8 * DAY, now=NOW + HOUR)
    outage = Outage.objects.create(reason="Panne", starts_at=NOW + 7 * DAY)
    tick(NOW + 8 * DAY)
    assert fresh(thread).state == ThreadState.WAITING_CLAIMANT
    outage.ends_at = NOW + 8 * DAY + HOUR
    outage.save()
    tick(NOW + 9 * DAY)
    assert fresh(thread).state == ThreadState.WAITING_ADVISOR


def test_asked_in_a_thread_where_nothing_waited_the_clock_begins_with_the_reply(thread):
    answer(thread, now=NOW)
    answer(thread, expected=NOW + 8 * DAY, now=NOW + HOUR)
    assert fresh(thread).days_left is None
    write(thread, "Voici.", now=NOW + DAY)
    again = fresh(thread)
    assert (again.waiting_since, days(thread, again.answer_due_at)) == (NOW + DAY, ["27 00:00"])


def test_three_threads_cost_as_many_queries_as_one(django_assert_max_num_queries):
    people = [factories.claimant() for _ in range(3)]
    end = [ask(person) for person in people][0].answer_due_at
    with django_assert_max_num_queries(30):
        tick(end)
    assert owed(deeds.MAIL_LATE) == 3


# --- over all calendars -----------------------------------------------------------------

TERRITORIES = sorted(oracle.CLOCKS)
FIRST = datetime(2025, 1, 1, tzinfo=UTC)
INSTANTS = st.integers(0, 6 * 365 * 24 * 60).map(lambda minutes: FIRST + timedelta(minutes=minutes))


def made_up(territory: str, topic: str, due: datetime | None = None) -> Thread:
    agency = Agency(territory=territory)
    return Thread(
        agency=agency,
        claimant=Claimant(agency=agency),
        advisor=Advisor(agency=agency),
        topic=topic,
        answer_due_at=due,
    )


def naive_due(moment: datetime, n: int, territory: str, *, is_complaint: bool) -> datetime:
    """Walk day by day: n jours ouvrables, or n days and on to a day that is neither week-end nor holiday."""
    clock = oracle.CLOCKS[territory]
    day = oracle.wall_date(moment, clock)
    if is_complaint:
        day += timedelta(days=n)
        while not oracle.is_ouvre(day, territory):
            day += timedelta(days=1)
    else:
        while n:
            day += timedelta(days=1)
            n -= oracle.is_ouvrable(day, territory)
    return oracle.midnight_after(day, clock)


@settings(max_examples=400, deadline=None)
@given(INSTANTS, st.sampled_from(TERRITORIES), st.integers(1, 9), st.booleans())
def test_an_answer_is_due_when_a_naive_calendar_says_so(moment, territory, n, is_complaint):
    place = Agency(territory=territory).place
    due = clocks.answer_due(moment, n, place, is_complaint=is_complaint)
    assert due == naive_due(moment, n, territory, is_complaint=is_complaint)
    reminder = clocks.reminder_due(moment, n, place, is_complaint=is_complaint)
    assert moment < reminder < due
    # The reminder never comes before the day of the message is over.
    zone = ZoneInfo(oracle.CLOCKS[territory])
    assert reminder.astimezone(zone).date() > moment.astimezone(zone).date()


@settings(max_examples=400, deadline=None)
@given(
    INSTANTS,
    st.sampled_from(TERRITORIES),
    st.integers(1, 9),
    st.integers(0, 240),
    st.integers(0, 24 * 30),
    st.booleans(),
)
def test_a_rest_gives_back_what_was_left_and_one_day_at_least(
    moment, territory, n, after, rests, is_complaint
):
    place = Agency(territory=territory).place
    due = clocks.answer_due(moment, n, place, is_complaint=is_complaint)
    asked = moment + timedelta(hours=after)
    thread = made_up(territory, Topic.COMPLAINT if is_complaint else Topic.OTHER, due)
    left = clocks.remaining(thread, asked)
    clock = oracle.CLOCKS[territory]
    today, last = oracle.wall_date(asked, clock), oracle.wall_date(due - timedelta(seconds=1), clock)
    walked, counted = today, 0
    while walked < last:
        walked += timedelta(days=1)
        counted += True if is_complaint else oracle.is_ouvrable(walked, territory)
    assert left == max(1, counted)
    back = asked + timedelta(hours=rests)
    again = clocks.answer_due(back, left, place, is_complaint=is_complaint)
    # Resting never costs the advisor a day, and a rest that ends at once changes nothing.
    assert again >= due
    if counted and oracle.wall_date(back, clock) == today:
        assert again == due


def test_the_batch_believes_the_thread_and_not_the_row(thread):
    reminder, end = rows()
    answering.resolve(thread.pk, seen=thread.as_seen, by=acting(thread.advisor), now=NOW + HOUR)
    # As if a worker had held the row when it was to be cancelled.
    Deadline.objects.filter(pk=end.pk).update(state=Deadline.State.PENDING, closed_at=None)
    tick(end.due_at)
    end.refresh_from_db()
    assert end.state == Deadline.State.MOOT
    assert owed(deeds.MAIL_LATE) == 0
