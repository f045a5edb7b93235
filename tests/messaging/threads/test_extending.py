"""An outage of the portal gives back the days it took from an answer, and from what a person was asked for."""

from datetime import date, datetime

import pytest

from messaging import deeds
from messaging.models import Thread, Topic
from messaging.states import ThreadState
from messaging.waiting import clocks
from portal.core import outage_slices, outages
from portal.core.journal import Actor
from portal.core.models import Deadline, JournalEntry, Outage
from portal.core.working_time import Territory
from tests import factories
from tests.factories import NOW
from tests.messaging.threads.talk import DAY, HOUR, answer, ask, fresh, owed, tick, write

pytestmark = pytest.mark.django_db

PARIS = Territory.METROPOLE.zone
OFFICE = Actor(None, "ADMIN", "127.0.0.1")


@pytest.fixture
def thread() -> Thread:
    """Written on Monday 23 November: two jours ouvrables end with Wednesday 25."""
    return ask(factories.claimant())


def november(day: int, hour: int = 0) -> datetime:
    return datetime(2026, 11, day, hour, tzinfo=PARIS)


def december(day: int, hour: int = 0) -> datetime:
    return datetime(2026, 12, day, hour, tzinfo=PARIS)


def down(since: datetime, until: datetime | None, *, now: datetime | None = None) -> Outage:
    at = now or until or since
    outage = outages.record(since, until, "Panne du réseau", by=OFFICE, now=at)
    tick(at)
    return outage


def waiting(thread: Thread) -> list[tuple[int, datetime]]:
    rows = Deadline.objects.filter(
        kind__in=deeds.OF_THREAD, subject_id=thread.pk, state=Deadline.State.PENDING
    )
    return [(row.step, row.due_at) for row in rows.order_by("due_at")]


def lines(code) -> int:
    return JournalEntry.objects.filter(code=code.number).count()


def test_an_hour_down_on_the_last_day_gives_the_next_one_and_moves_the_reminder(thread):
    down(november(25, 10), november(25, 11))
    assert fresh(thread).answer_due_at == november(27)
    # Three jours ouvrables now: three quarters of them are spent on Thursday at six.
    assert waiting(thread) == [(3, november(26, 6)), (4, november(27))]
    assert lines(deeds.ANSWER_EXTENDED) == 1
    line = JournalEntry.objects.get(code=deeds.ANSWER_EXTENDED.number)
    assert line.file_id == thread.claimant_id
    assert line.data["until"] == "jeudi 26\u00a0novembre 2026 avant\u00a0minuit"
    tick(november(26))
    assert owed(deeds.MAIL_LATE_ADVISOR) == owed(deeds.MAIL_LATE) == 0
    tick(november(26, 6))
    assert owed(deeds.MAIL_LATE_ADVISOR) == 1
    tick(november(27))
    assert owed(deeds.MAIL_LATE) == 1
    assert fresh(thread).escalated_at == november(27)


def test_an_hour_down_before_the_last_day_moves_nothing(thread):
    before = waiting(thread)
    down(november(24, 10), november(24, 11))
    assert (fresh(thread).answer_due_at, waiting(thread)) == (november(26), before)
    assert lines(deeds.ANSWER_EXTENDED) == 0


def test_worked_twice_or_corrected_it_gives_the_day_once(thread):
    outage = down(november(25, 10), november(25, 11))
    outages.correct(
        outage.pk, november(25, 10), november(25, 12), "Panne du réseau", by=OFFICE, now=november(25, 12)
    )
    tick(november(25, 12))
    Deadline.objects.filter(kind=deeds.DUE_EXTEND_THREADS).update(
        state=Deadline.State.PENDING, closed_at=None, run_at=november(25, 12)
    )
    tick(november(25, 12))
    assert fresh(thread).answer_due_at == november(27)
    assert waiting(thread) == [(3, november(26, 6)), (4, november(27))]
    assert lines(deeds.ANSWER_EXTENDED) == 1


def test_two_outages_give_two_days(thread):
    down(november(25, 10), november(25, 11))
    tick(november(26, 6))
    down(november(26, 10), november(26, 11))
    assert fresh(thread).answer_due_at == november(28)
    # Reminded once, not again.
    assert waiting(thread) == [(6, november(28))]
    assert owed(deeds.MAIL_LATE_ADVISOR) == 1


def test_a_complaint_gets_its_day(thread):
    complaint = ask(factories.claimant(), topic=Topic.COMPLAINT)
    down(november(30, 10), november(30, 11))
    assert fresh(complaint).answer_due_at == december(2)
    # Eight days from Tuesday 24: three quarters of them were spent with Sunday, the advisor is reminded at once.
    assert waiting(complaint) == [(4, december(2))]
    assert fresh(complaint).reminded_at == november(30, 11)


def test_while_an_outage_lasts_nobody_is_late_and_then_the_day_is_given(thread):
    outage = down(november(25, 14), None)
    tick(november(26, 1))
    assert owed(deeds.MAIL_LATE) == owed(deeds.MAIL_LATE_ADVISOR) == 0
    outages.correct(
        outage.pk, november(25, 14), november(26, 9), "Panne du réseau", by=OFFICE, now=november(26, 9)
    )
    tick(november(26, 9))
    tick(november(26, 10))
    assert fresh(thread).answer_due_at == november(28)
    assert owed(deeds.MAIL_LATE) == 0


def test_found_out_when_it_was_told_late_it_is_late_no_more_and_told_anew(thread):
    tick(november(26))
    assert fresh(thread).escalated_at == november(26)
    down(november(25, 14), november(25, 15), now=november(26, 9))
    again = fresh(thread)
    assert (again.answer_due_at, again.escalated_at) == (november(27), None)
    tick(november(27))
    assert fresh(thread).escalated_at == november(27)


def test_found_out_too_late_the_date_is_told_as_it_was_and_nobody_told_again(thread):
    tick(november(26))
    down(november(25, 14), november(25, 15), now=november(28, 9))
    again = fresh(thread)
    assert (again.answer_due_at, again.escalated_at) == (november(27), november(26))
    assert waiting(thread) == []
    tick(november(30))
    assert owed(deeds.MAIL_LATE) == 1


def test_a_thread_at_rest_gets_its_days_when_it_goes_on_once():
    complaint = ask(factories.claimant(), topic=Topic.COMPLAINT)
    answer(complaint, expected=december(5), now=november(28, 10))
    assert fresh(complaint).days_left == 2
    # Tuesday to Friday were lost: four days after it came back end with Tuesday 1 December, not Monday.
    outage = down(november(24), november(28), now=november(28, 12))
    assert fresh(complaint).days_left == 3
    outages.correct(
        outage.pk, november(23, 22), november(28), "Panne du réseau", by=OFFICE, now=november(28, 13)
    )
    tick(november(28, 13))
    assert fresh(complaint).days_left == 3
    write(complaint, "Voici.", now=november(29, 10))
    assert fresh(complaint).answer_due_at == december(3)


def test_an_outage_while_it_rests_takes_nothing_from_the_advisor():
    complaint = ask(factories.claimant(), topic=Topic.COMPLAINT)
    answer(complaint, expected=december(5), now=november(27, 10))
    down(november(28), december(1))
    assert fresh(complaint).days_left == 3


def test_what_was_asked_for_may_come_a_day_later_and_the_person_is_told(thread):
    until = clocks.day_end(date(2026, 12, 1), thread.agency.place)
    answer(thread, expected=until, now=NOW + HOUR)
    outage = down(december(1, 14), december(1, 15))
    assert fresh(thread).expected_by == december(3)
    assert waiting(thread) == [(1, december(3))]
    assert (lines(deeds.EXPECTED_EXTENDED), owed(deeds.MAIL_EXPECTED_EXTENDED)) == (1, 1)
    outages.correct(
        outage.pk, december(1, 14), december(1, 16), "Panne du réseau", by=OFFICE, now=december(1, 16)
    )
    tick(december(1, 16))
    assert (fresh(thread).expected_by, owed(deeds.MAIL_EXPECTED_EXTENDED)) == (december(3), 1)
    tick(until)
    assert fresh(thread).state == ThreadState.WAITING_CLAIMANT
    tick(december(3))
    assert fresh(thread).state == ThreadState.WAITING_ADVISOR


def test_told_on_friday_a_person_has_the_whole_of_monday(thread):
    until = clocks.day_end(date(2026, 12, 1), thread.agency.place)
    answer(thread, expected=until, now=NOW + HOUR)
    outage = down(december(1, 14), None)
    tick(until)
    outages.correct(
        outage.pk, december(1, 14), december(4, 9), "Panne du réseau", by=OFFICE, now=december(4, 9)
    )
    tick(december(4, 9))
    tick(december(4, 10))
    assert fresh(thread).expected_by == december(8)


def test_answered_threads_are_left_alone(thread):
    answer(thread, now=NOW + HOUR)
    down(november(25, 10), november(25, 11))
    assert fresh(thread).answer_due_at is None
    assert lines(deeds.ANSWER_EXTENDED) == lines(deeds.EXPECTED_EXTENDED) == 0


def test_slices_go_on_to_the_last_thread(monkeypatch):
    monkeypatch.setattr(outage_slices, "SLICE", 2)
    threads = [ask(factories.claimant()) for _ in range(5)]
    outages.record(november(25, 10), november(25, 11), "Panne", by=OFFICE, now=november(25, 11))
    for _ in range(4):
        tick(november(25, 11))
    assert {fresh(thread).answer_due_at for thread in threads} == {november(27)}
    assert lines(deeds.ANSWER_EXTENDED) == 5


@pytest.mark.parametrize("many", [2, 10])
def test_many_threads_cost_as_many_queries_as_two(django_assert_max_num_queries, many):
    for number in range(many):
        one = ask(factories.claimant())
        if number % 2:
            answer(one, expected=november(26), now=NOW + DAY)
    outages.record(november(25, 10), november(25, 11), "Panne", by=OFFICE, now=november(25, 11))
    with django_assert_max_num_queries(64):
        tick(november(25, 11))
    assert (lines(deeds.ANSWER_EXTENDED), lines(deeds.EXPECTED_EXTENDED)) == (many // 2, many // 2)
