"""Writing, moving and cancelling deadlines in the transaction that causes it."""

import threading
from datetime import timedelta

import pytest
from django.db import connection, transaction

from portal.core import deadlines
from portal.core.deadlines import Planned
from portal.core.models import Deadline
from tests.core.deadlines.conftest import KIND, MINUTE, NOW, OTHER_KIND, at, plan, states

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture(autouse=True)
def _declared(kind):
    kind(lambda batch, now: None)
    kind(lambda batch, now: None, OTHER_KIND)


def test_schedule_twice_keeps_the_first():
    plan(1, due_at=NOW)
    plan(1, due_at=NOW + MINUTE)
    assert Deadline.objects.get().due_at == NOW


def test_schedule_the_same_twice_at_once_writes_one():
    plan(1, 1, 1)
    assert Deadline.objects.count() == 1


def test_schedule_tells_step_occurrence_and_kind_apart():
    plan(1)
    plan(1, step=1)
    plan(1, occurrence=1)
    plan(1, kind=OTHER_KIND)
    assert Deadline.objects.count() == 4


def test_schedule_nothing_writes_nothing():
    deadlines.schedule([])
    assert Deadline.objects.count() == 0


def test_schedule_outside_a_transaction_is_an_error():
    with pytest.raises(RuntimeError):
        deadlines.schedule([Planned(KIND, 1, NOW)])
    with pytest.raises(RuntimeError):
        deadlines.cancel([KIND], [1], now=NOW)


def test_schedule_of_a_kind_nobody_handles_is_an_error():
    with transaction.atomic(), pytest.raises(ValueError, match="29999"):
        deadlines.schedule([Planned(29_999, 1, NOW)])


def test_schedule_is_undone_with_its_transaction():
    with transaction.atomic():
        deadlines.schedule([Planned(KIND, 1, NOW)])
        transaction.set_rollback(True)
    assert Deadline.objects.count() == 0


def test_cancelled_deadline_is_not_worked():
    plan(1, 2)
    with transaction.atomic():
        assert deadlines.cancel([KIND], [1], now=NOW) == 1
    assert deadlines.work(at()).closed == 1
    assert states() == {1: "CANCELLED", 2: "DONE"}


def test_cancel_then_schedule_again_moves_it():
    plan(1, due_at=NOW)
    with transaction.atomic():
        deadlines.cancel([KIND], [1], now=NOW)
        deadlines.schedule([Planned(KIND, 1, NOW + MINUTE)])
    row = Deadline.objects.get()
    assert (row.state, row.due_at, row.run_at, row.closed_at) == (0, NOW + MINUTE, NOW + MINUTE, None)


def test_schedule_again_what_was_done_stays_done():
    plan(1)
    deadlines.work(at())
    plan(1, due_at=NOW + MINUTE)
    assert states() == {1: "DONE"}


def test_cancel_leaves_what_was_done():
    plan(1)
    deadlines.work(at())
    with transaction.atomic():
        assert deadlines.cancel([KIND], [1], now=NOW) == 0
    assert states() == {1: "DONE"}


def test_cancel_takes_only_the_named_kinds_and_subjects():
    plan(1, 2)
    plan(1, kind=OTHER_KIND)
    with transaction.atomic():
        deadlines.cancel([KIND], [1], now=NOW)
    assert states(kind=KIND) == {1: "CANCELLED", 2: "PENDING"}
    assert states(kind=OTHER_KIND) == {1: "PENDING"}


def test_cancel_does_not_wait_for_a_worker_that_waits_for_the_subject(kind):
    # The person holds the subject and cancels its deadline; the worker holds the deadline and wants the
    # subject. Waiting for each other, one of them would be shot: the person must not be.
    plan(1)
    claimed, cancelled = threading.Event(), threading.Event()
    found: list[bool] = []

    def handler(batch, now):
        claimed.set()
        assert cancelled.wait(10)
        found.append(True)
        return {Deadline.State.MOOT: [due.id for due in batch]}

    kind(handler)
    worker = threading.Thread(target=lambda: (deadlines.work(at()), connection.close()))
    worker.start()
    assert claimed.wait(10)
    with transaction.atomic():
        assert deadlines.cancel([KIND], [1], now=NOW) == 0
    cancelled.set()
    worker.join()
    assert found
    assert states() == {1: "MOOT"}


def test_two_transactions_planning_the_same_rows_crosswise_do_not_deadlock():
    errors: list[Exception] = []
    start = threading.Barrier(2)

    def planner(order: int) -> None:
        try:
            for turn in range(20):
                start.wait(10)
                rows = [Planned(KIND, 1_000 * turn + n, NOW) for n in range(200)]
                with transaction.atomic():
                    deadlines.schedule(rows[::order])
        except Exception as error:
            errors.append(error)
            start.abort()
        finally:
            connection.close()

    threads = [threading.Thread(target=planner, args=[order]) for order in (1, -1)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert errors == []
    assert Deadline.objects.count() == 4_000


def test_purge_forgets_old_closed_rows_only():
    plan(1, 2, 3)
    deadlines.work(at(NOW))
    plan(4, due_at=NOW - timedelta(days=400))
    Deadline.objects.filter(subject_id=2).update(closed_at=NOW - timedelta(days=91))
    Deadline.objects.filter(subject_id=3).update(state=Deadline.State.STUCK, closed_at=None)
    assert deadlines.purge_closed(NOW - timedelta(days=90)) == 1
    assert states() == {1: "DONE", 3: "STUCK", 4: "PENDING"}


def test_purge_goes_through_in_small_batches(monkeypatch, django_assert_max_num_queries):
    from portal.core.deadlines import watching

    monkeypatch.setattr(watching, "PURGE_AT_ONCE", 10)
    plan(*range(25))
    deadlines.work(at(NOW - timedelta(days=1)))
    deadlines.work(at(NOW))
    assert deadlines.purge_closed(NOW + MINUTE) == 25
    assert Deadline.objects.count() == 0
