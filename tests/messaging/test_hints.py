"""A word to the senders: welcome when the broker is there, no trouble to anybody when it is not."""

import socket
import time

import pytest
from django.db import transaction

from messaging import outbox
from messaging.delivery.hints import hint
from messaging.outbox import Owed
from portal.celery import app
from portal.core import hints
from tests.messaging.conftest import KIND, NOW, make_claimants


@pytest.fixture(autouse=True)
def _a_broker_of_its_own(monkeypatch):
    monkeypatch.setattr(hints, "_silent_until", 0.0)
    hints._drop_pool()
    yield
    hints._drop_pool()


@pytest.fixture
def queue():
    """What waits for a worker, emptied before and after."""
    with app.connection_for_write() as connection:
        channel = connection.default_channel
        channel.queue_purge("celery") if channel._has_queue("celery") else None
        yield lambda: channel._size("celery")
        channel.queue_purge("celery")


def broken(monkeypatch, url: str) -> None:
    monkeypatch.setattr(app.conf, "broker_url", url)


def test_a_commit_hints_once(transactional_db, queue):
    (claimant,) = make_claimants(1)
    with transaction.atomic():
        outbox.enqueue([Owed(KIND, claimant.pk, 1)], now=NOW)
        outbox.enqueue([Owed(KIND, claimant.pk, 2)], now=NOW)
        assert queue() == 0
    assert queue() == 1


def test_a_broker_that_is_down_does_not_stop_the_request(transactional_db, monkeypatch, caplog):
    broken(monkeypatch, "redis://127.0.0.1:1/0")
    (claimant,) = make_claimants(1)
    with transaction.atomic():
        outbox.enqueue([Owed(KIND, claimant.pk, 1)], now=NOW)
    assert outbox.backlog(NOW).pending == 1
    assert "the next tick finds what waits" in caplog.text


def test_a_broker_that_hangs_costs_a_third_of_a_second_once(monkeypatch):
    with socket.create_server(("127.0.0.1", 0)) as silent:
        broken(monkeypatch, f"redis://127.0.0.1:{silent.getsockname()[1]}/0")
        times = []
        for _ in range(3):
            started = time.perf_counter()
            hint()
            times.append(time.perf_counter() - started)
    # Three tenths of a second, and what a loaded machine adds: a broker without a limit would hold it for ever.
    assert times[0] < 5.0
    assert max(times[1:]) < hints.PATIENCE, "after a failure the broker is left alone"
