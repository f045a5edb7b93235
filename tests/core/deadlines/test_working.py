"""Each deadline's effect happens once, whatever fails beside it."""

import threading
import time
from datetime import timedelta

import pytest
from django.db import OperationalError, connection

from portal.core import deadlines
from portal.core.deadlines import working
from portal.core.models import Deadline
from tests.core.deadlines.conftest import KIND, MINUTE, NOW, OTHER_KIND, SLOW_KIND, at, plan, states

pytestmark = pytest.mark.django_db(transaction=True)


def poisoned(effects, *subjects):
    """A handler that one of these subjects makes fail, after it did its work."""

    def handler(batch, now):
        effects.note(batch, now)
        if bad := {due.subject_id for due in batch} & set(subjects):
            raise ValueError(f"poison {sorted(bad)}")

    return handler


def test_work_does_what_is_due_and_nothing_ahead(kind, effects):
    kind(effects.note)
    plan(1, due_at=NOW)
    plan(2, due_at=NOW + timedelta(seconds=1))
    assert deadlines.work(at()) == deadlines.Worked(closed=1, more=False)
    assert effects.subjects() == [1]
    assert states() == {1: "DONE", 2: "PENDING"}
    assert Deadline.objects.get(subject_id=1).closed_at == NOW


def test_work_twice_does_it_once(kind, effects):
    kind(effects.note)
    plan(1, 2, 3)
    deadlines.work(at())
    assert deadlines.work(at()).closed == 0
    assert effects.subjects() == [1, 2, 3]


def test_work_catches_up_in_order(kind, effects):
    kind(effects.note, batch=7)
    for hours in (3, 1, 50, 2, 72, 24):
        plan(*range(100 * hours, 100 * hours + 5), due_at=NOW - timedelta(hours=hours))
    deadlines.work(at())
    assert effects.subjects() == sorted(effects.subjects(), key=lambda subject: (-(subject // 100), subject))
    assert len(effects.subjects()) == 30


def test_work_takes_the_longest_overdue_kind_first(kind, effects):
    kind(effects.note)
    kind(effects.note, OTHER_KIND)
    plan(1, due_at=NOW - MINUTE)
    plan(2, kind=OTHER_KIND, due_at=NOW - 2 * MINUTE)
    deadlines.work(at())
    assert effects.subjects() == [2, 1]


def test_two_workers_at_once_do_each_row_once(kind, effects):
    def slow(batch, now):
        effects.note(batch, now)
        time.sleep(0.01)

    kind(slow, batch=20)
    plan(*range(600))
    totals: list[int] = []

    def worker() -> None:
        totals.append(deadlines.work(at()).closed)
        connection.close()

    threads = [threading.Thread(target=worker) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(effects.subjects()) == list(range(600))
    assert sum(totals) == 600
    assert min(totals) > 0
    assert set(states().values()) == {"DONE"}


def test_poisoned_row_is_isolated_and_its_neighbours_done(kind, effects):
    kind(poisoned(effects, 437))
    plan(*range(1_000))
    assert deadlines.work(at()) == deadlines.Worked(closed=999, more=False)
    assert sorted(effects.subjects()) == [n for n in range(1_000) if n != 437]
    row = Deadline.objects.get(subject_id=437)
    assert (row.state, row.attempts, row.run_at) == (0, 1, NOW + working.FIRST_DELAY)
    assert row.last_error == "ValueError: poison [437]"


def test_poisoned_row_waits_longer_each_time_then_shows_as_stuck(kind, effects):
    kind(poisoned(effects, 1))
    plan(1)
    now, waits = NOW, []
    for _ in range(working.STUCK_AFTER):
        deadlines.work(at(now))
        following = Deadline.objects.get().run_at
        waits.append((following - now).total_seconds())
        assert deadlines.work(at(following - timedelta(seconds=1))).closed == 0
        now = following
    assert waits == [30, 60, 120, 240, 480, 960, 1920, 3840]
    row = Deadline.objects.get()
    assert (row.state, row.attempts) == (Deadline.State.STUCK, 8)
    assert deadlines.backlog(now).stuck == 1
    assert deadlines.work(at(now + timedelta(days=9))).closed == 0


def test_stuck_row_retried_after_the_cause_is_mended(kind, effects):
    kind(effects.note)
    plan(1, 2)
    Deadline.objects.update(state=Deadline.State.STUCK, attempts=8)
    stuck = Deadline.objects.get(subject_id=1)
    assert deadlines.retry_stuck([stuck.pk], now=NOW) == 1
    deadlines.work(at())
    assert states() == {1: "DONE", 2: "STUCK"}


def test_broken_handler_costs_few_attempts_and_counts_no_untried_row(kind, effects):
    calls: list[int] = []

    def broken(batch, now):
        calls.append(len(batch))
        raise RuntimeError("a bug")

    kind(broken)
    plan(*range(1_000))
    assert deadlines.work(at()) == deadlines.Worked(closed=0, more=False)
    assert len(calls) <= 60, len(calls)
    assert Deadline.objects.filter(attempts=1).count() == working.POISONED_AT_MOST
    assert Deadline.objects.filter(attempts=0, run_at__gt=NOW).count() == 1_000 - working.POISONED_AT_MOST


def test_broken_kind_does_not_stop_the_others(kind, effects):
    kind(poisoned(effects, 1))
    kind(effects.note, OTHER_KIND)
    plan(1, due_at=NOW - MINUTE)
    plan(2, kind=OTHER_KIND)
    deadlines.work(at())
    assert effects.subjects() == [2]


def test_row_done_by_another_worker_is_not_set_back(kind, effects):
    plan_done = Deadline.objects.create(
        kind=KIND, subject_id=1, due_at=NOW, run_at=NOW, state=Deadline.State.DONE, closed_at=NOW
    )
    working.set_back(plan_done.pk, ValueError("late"), NOW)
    assert states() == {1: "DONE"}


def test_error_keeps_no_personal_data(kind):
    def handler(batch, now):
        raise ValueError("duplicate key\nDETAIL: Key (email)=(chloe@example.org) already exists.")

    kind(handler)
    plan(1)
    deadlines.work(at())
    assert "chloe" not in Deadline.objects.get().last_error


# --- the database itself fails: nobody is poisoned ----------------------------------------------------


def test_cut_connection_poisons_nobody_and_the_other_kinds_go_on(kind, effects):
    def cut(batch, now):
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_terminate_backend(pg_backend_pid())")

    kind(cut)
    kind(effects.note, OTHER_KIND)
    plan(1, due_at=NOW - MINUTE)
    plan(2, kind=OTHER_KIND)
    assert deadlines.work(at()) == deadlines.Worked(closed=1, more=False)
    assert list(Deadline.objects.filter(kind=KIND).values_list("state", "attempts")) == [(0, 0)]
    assert effects.subjects() == [2]


def test_database_gone_altogether_is_an_error_not_a_day_without_work(kind, settings):
    kind(lambda batch, now: None)
    plan(1)
    connection.close()
    there = connection.settings_dict["OPTIONS"].get("host"), connection.settings_dict["HOST"]
    try:
        connection.settings_dict["HOST"] = "/nowhere"
        connection.settings_dict["OPTIONS"].pop("host", None)
        with pytest.raises(OperationalError):
            deadlines.work(at())
    finally:
        connection.close()
        connection.settings_dict["HOST"] = there[1]
        if there[0]:
            connection.settings_dict["OPTIONS"]["host"] = there[0]
    assert deadlines.work(at()).closed == 1


def test_statement_timeout_poisons_nobody_and_lets_the_other_kinds_pass(kind, effects):
    def slow(batch, now):
        with connection.cursor() as cursor:
            cursor.execute("SET LOCAL statement_timeout = '20ms'")
            cursor.execute("SELECT pg_sleep(5)")

    kind(slow, SLOW_KIND)
    kind(effects.note, OTHER_KIND)
    plan(1, kind=SLOW_KIND, due_at=NOW - MINUTE)
    plan(2, kind=OTHER_KIND)
    assert deadlines.work(at()) == deadlines.Worked(closed=1, more=False)
    assert effects.subjects() == [2]
    assert list(Deadline.objects.filter(kind=SLOW_KIND).values_list("state", "attempts")) == [(0, 0)]


def test_told_to_stop_poisons_nobody(kind):
    from celery.exceptions import SoftTimeLimitExceeded

    def handler(batch, now):
        raise SoftTimeLimitExceeded

    kind(handler)
    plan(1)
    with pytest.raises(SoftTimeLimitExceeded):
        deadlines.work(at())
    assert list(Deadline.objects.values_list("state", "attempts")) == [(0, 0)]


# --- what a handler may answer ----------------------------------------------------------------------------


def test_handler_says_what_came_too_late_or_is_moot(kind):
    def handler(batch, now):
        ids = {due.subject_id: due.id for due in batch}
        return {Deadline.State.TOO_LATE: [ids[2]], Deadline.State.MOOT: [ids[3]]}

    kind(handler)
    plan(1, 2, 3)
    assert deadlines.work(at()).closed == 3
    assert states() == {1: "DONE", 2: "TOO_LATE", 3: "MOOT"}


def test_handler_that_finds_its_subject_held_is_asked_again_later(kind):
    answers = [[2], []]

    def handler(batch, now):
        wait = answers.pop(0)
        return {Deadline.State.PENDING: [due.id for due in batch if due.subject_id in wait]}

    kind(handler)
    plan(1, 2)
    assert deadlines.work(at()).closed == 1
    row = Deadline.objects.get(subject_id=2)
    assert (row.state, row.attempts) == (0, 0)
    assert deadlines.work(at(NOW + working.HELD_DELAY)).closed == 1
    assert states() == {1: "DONE", 2: "DONE"}


def test_handler_may_not_close_a_row_it_was_not_given(kind):
    kind(lambda batch, now: {Deadline.State.MOOT: [stranger.pk]})
    plan(1)
    stranger = Deadline.objects.create(kind=OTHER_KIND, subject_id=9, due_at=NOW, run_at=NOW)
    deadlines.work(at())
    assert Deadline.objects.get(pk=stranger.pk).state == Deadline.State.PENDING
    assert Deadline.objects.get(subject_id=1).attempts == 1


def test_handler_that_cancels_its_own_subject_ends_done(kind):
    kind(lambda batch, now: deadlines.cancel([KIND], [1], now=now) and None)
    plan(1)
    deadlines.work(at())
    assert states() == {1: "DONE"}


def test_handler_may_move_its_own_row_to_a_later_hour(kind):
    def handler(batch, now):
        deadlines.cancel([KIND], [1], now=now)
        deadlines.schedule([deadlines.Planned(KIND, 1, now + MINUTE)])

    kind(handler)
    plan(1)
    deadlines.work(at())
    row = Deadline.objects.get()
    assert (row.state, row.due_at) == (0, NOW + MINUTE)


def test_handler_may_plan_what_comes_next(kind, effects):
    def handler(batch, now):
        effects.note(batch, now)
        deadlines.schedule(
            deadlines.Planned(KIND, due.subject_id, due.due_at + MINUTE, step=due.step + 1)
            for due in batch
            if due.step < 2
        )

    kind(handler)
    plan(1, due_at=NOW - 5 * MINUTE)
    assert deadlines.work(at()).closed == 3
    assert effects.subjects() == [1, 1, 1]


# --- cost ------------------------------------------------------------------------------------------------------


def test_batch_of_5000_costs_as_many_queries_as_one_of_5(kind, effects, django_assert_num_queries):
    kind(effects.note, batch=5_000)
    plan(*range(5))
    # Look for a kind, BEGIN, claim, the handler's own, close, COMMIT; look again.
    with django_assert_num_queries(7):
        deadlines.work(at())
    plan(*range(10, 5_010))
    with django_assert_num_queries(7):
        assert deadlines.work(at()).closed == 5_000


def test_work_stops_when_its_time_is_over_and_says_so(kind, effects):
    kind(effects.note, batch=1)
    plan(*range(50))
    worked = deadlines.work(at(), seconds=0.02)
    assert worked.more
    assert 0 < worked.closed < 50


def test_backlog_tells_due_oldest_and_kinds_nobody_handles(kind):
    kind(lambda batch, now: None)
    plan(1, 2, due_at=NOW - MINUTE)
    plan(3, due_at=NOW + MINUTE)
    Deadline.objects.create(kind=29_999, subject_id=1, due_at=NOW, run_at=NOW - 2 * MINUTE)
    assert deadlines.backlog(NOW) == deadlines.Backlog(due=2, oldest_due=NOW - MINUTE, stuck=0)
    assert [(row.kind, row.label, row.due) for row in deadlines.by_kind(NOW)] == [
        (29_999, "", 1),
        (KIND, f"essai {KIND}", 2),
    ]


def test_kind_numbers_are_taken_once(kind):
    kind(lambda batch, now: None)
    with pytest.raises(ValueError, match="is taken"):
        deadlines.handles(KIND, "again")(lambda batch, now: None)
