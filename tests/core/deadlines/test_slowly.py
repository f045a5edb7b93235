"""Slow deadlines: looked at one by one without a transaction, written down and closed in one."""

from contextlib import contextmanager
from datetime import timedelta

import pytest
from django.db import connection, transaction

from portal.core import deadlines
from portal.core.deadlines import NoAnswer, Worked, registry
from portal.core.deadlines.slowly import NO_ANSWER_DELAY
from portal.core.models import Deadline
from tests.core.deadlines.conftest import NOW, SLOW_KIND, at, plan, states

pytestmark = pytest.mark.django_db(transaction=True)


class Found:
    """A handler of the tests: what it looked at, what it wrote down, and what troubles it."""

    def __init__(self) -> None:
        self.looked: list[int] = []
        self.settled: list[int] = []
        self.trouble: dict[int, Exception] = {}
        self.while_looking = lambda due: None

    @contextmanager
    def look(self, due):
        assert not connection.in_atomic_block, "nothing is locked while one looks"
        self.looked.append(due.subject_id)
        self.while_looking(due)
        if trouble := self.trouble.get(due.subject_id):
            raise trouble

        def settle(now):
            assert connection.in_atomic_block
            self.settled.append(due.subject_id)

        yield settle


@pytest.fixture
def found(monkeypatch) -> Found:
    found = Found()
    monkeypatch.setitem(registry._slow, SLOW_KIND, registry.SlowKind(SLOW_KIND, "essai lent", found.look))
    return found


def work(now=NOW, **more) -> Worked | None:
    return deadlines.work_slowly(SLOW_KIND, at(now), **more)


def test_work_slowly_works_what_is_due_in_its_order(found):
    plan(2, kind=SLOW_KIND, due_at=NOW)
    plan(1, kind=SLOW_KIND, due_at=NOW - timedelta(hours=1))
    plan(3, kind=SLOW_KIND, due_at=NOW + timedelta(seconds=1))
    assert work() == Worked(closed=2, more=False)
    assert found.settled == [1, 2]
    assert states() == {1: "DONE", 2: "DONE", 3: "PENDING"}


def test_common_tick_never_sees_a_slow_kind(found):
    plan(1, kind=SLOW_KIND)
    assert deadlines.work(at()) == Worked(closed=0, more=False)
    assert found.looked == []


def test_slow_kind_is_counted_in_the_backlog_and_takes_its_number(found):
    plan(1, kind=SLOW_KIND)
    assert deadlines.backlog(NOW).due == 1
    assert [waiting.label for waiting in deadlines.by_kind(NOW)] == ["essai lent"]
    for declare in (deadlines.handles, deadlines.handles_slowly):
        with pytest.raises(ValueError, match="essai lent"):
            declare(SLOW_KIND, "un autre")(lambda *any: None)


def test_no_answer_ends_the_round_and_waits_without_counting_a_failure(found):
    plan(1, 2, kind=SLOW_KIND)
    found.trouble[1] = NoAnswer("silence")
    assert work() == Worked(closed=0, more=False)
    assert found.looked == [1]
    row = Deadline.objects.get(subject_id=1)
    assert (row.attempts, row.run_at) == (0, NOW + NO_ANSWER_DELAY)
    assert work() == Worked(closed=1, more=False)


def test_row_never_tried_comes_before_one_that_found_no_answer(found):
    plan(1, kind=SLOW_KIND)
    found.trouble[1] = NoAnswer("silence")
    work()
    later = NOW + timedelta(minutes=1)
    plan(2, kind=SLOW_KIND, due_at=later)
    work(later)
    assert found.looked == [1, 2, 1]


def test_row_that_fails_is_set_back_alone_and_at_last_stuck(found):
    plan(1, 2, kind=SLOW_KIND)
    found.trouble[1] = KeyError("no such thing")
    assert work().closed == 1
    now = NOW
    for _ in range(7):
        now += timedelta(days=1)
        work(now)
    row = Deadline.objects.get(subject_id=1)
    assert (row.state, row.attempts) == (Deadline.State.STUCK, 8)
    assert "KeyError" in row.last_error
    assert states()[2] == "DONE"


def test_row_cancelled_while_one_looks_is_not_written_down(found):
    plan(1, kind=SLOW_KIND)

    def cancel(due):
        with transaction.atomic():
            assert deadlines.cancel([SLOW_KIND], [1], now=NOW) == 1

    found.while_looking = cancel
    assert work().closed == 0
    assert found.settled == []
    assert states() == {1: "CANCELLED"}


def test_time_over_leaves_the_rest_to_the_next_round(found):
    plan(1, kind=SLOW_KIND)
    assert work(seconds=0) == Worked(closed=0, more=True)


def test_places_and_names_are_free_again_after_any_end(found):
    plan(1, 2, kind=SLOW_KIND)
    found.trouble = {1: NoAnswer("silence"), 2: KeyError("x")}
    work()
    work()
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM pg_locks WHERE locktype = 'advisory' AND pid = pg_backend_pid()")
        assert cursor.fetchone() == (0,)
