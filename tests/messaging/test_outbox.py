"""What is owed is written once, in the transaction that owes it."""

import pytest
from django.db import connection, transaction

from messaging import outbox
from messaging.models import OutboxMessage
from messaging.outbox import Owed
from tests.messaging.conftest import KIND, NOW, owe


def test_enqueue_outside_a_transaction_is_refused(transactional_db):
    with pytest.raises(RuntimeError, match="transaction"):
        outbox.enqueue([Owed(KIND, 1, 1)], now=NOW)


def test_enqueue_twice_owes_once(claimant):
    owe(claimant, 1, 2)
    owe(claimant, 2, 3)
    assert [row.subject_id for row in OutboxMessage.objects.order_by("subject_id")] == [1, 2, 3]


def test_enqueue_thousands_is_one_statement(claimant, django_assert_num_queries):
    with django_assert_num_queries(1):
        outbox.enqueue([Owed(KIND, claimant.pk, number) for number in range(3_000)], now=NOW)
    assert OutboxMessage.objects.count() == 3_000


@transaction.atomic
def owe_and_fail(claimant) -> None:
    owe(claimant, 1)
    raise ZeroDivisionError


def test_enqueue_rolled_back_owes_nothing(claimant):
    with pytest.raises(ZeroDivisionError):
        owe_and_fail(claimant)
    assert not OutboxMessage.objects.exists()


def hints_waiting() -> int:
    return len(connection.run_on_commit)


def test_enqueue_many_times_hints_once_a_transaction(claimant):
    before = hints_waiting()
    owe(claimant, 1)
    owe(claimant, 2)
    assert hints_waiting() == before + 1


def test_enqueue_after_a_savepoint_rolled_back_hints_all_the_same(claimant):
    before = hints_waiting()
    with pytest.raises(ZeroDivisionError):
        owe_and_fail(claimant)
    assert hints_waiting() == before
    owe(claimant, 2)
    assert hints_waiting() == before + 1
