"""Killed at any instant, a worker leaves either the whole effect or none of it."""

import os
import random
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from datetime import timedelta

import pytest
from django.db import connection
from django.utils import timezone

from portal.core.models import Deadline
from tests.core.deadlines.conftest import KIND, plan, states

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.faults]


@pytest.fixture
def worker(database_url) -> Iterator[Callable[[float], subprocess.Popen[str]]]:
    """Start a worker process whose handler pauses so many seconds before its transaction ends."""
    started: list[subprocess.Popen[str]] = []

    def start(pause: float) -> subprocess.Popen[str]:
        process = subprocess.Popen(
            [sys.executable, "-m", "tests.core.deadlines.worker", str(pause)],
            env=os.environ | {"DATABASE_URL": database_url},
            stdout=subprocess.PIPE,
            text=True,
        )
        started.append(process)
        return process

    yield start
    for process in started:
        process.kill()
        process.wait()
        process.stdout.close()


@pytest.fixture(autouse=True)
def _declared(kind, effects):
    kind(lambda batch, now: None)
    yield
    # A killed worker's backend ends when it notices: the table can't go before.
    for _ in range(100):
        with connection.cursor() as cursor:
            cursor.execute(
                "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()"
            )
            if cursor.fetchone() == (0,):
                return
        time.sleep(0.05)


def test_worker_killed_in_mid_transaction_leaves_nothing_and_another_does_it_once(worker, effects):
    plan(*range(20), due_at=timezone.now() - timedelta(hours=1))
    process = worker(60)
    assert process.stdout.readline() == "written\n"
    process.send_signal(signal.SIGKILL)
    process.wait()
    assert effects.subjects() == []
    assert set(states().values()) == {"PENDING"}
    # The row locks go with the dead worker's connection: nothing waits for a lease to end.
    started = time.monotonic()
    process = worker(0)
    assert process.wait(30) == 0
    assert sorted(effects.subjects()) == list(range(20))
    assert set(Deadline.objects.values_list("state", "attempts")) == {(Deadline.State.DONE, 0)}
    assert time.monotonic() - started < 20


def test_workers_killed_at_random_do_each_row_exactly_once(worker, effects):
    plan(*range(2_000), due_at=timezone.now() - timedelta(hours=1))
    chance = random.Random(7)
    for _ in range(4):
        processes = [worker(0.05) for _ in range(2)]
        for process in processes:
            process.stdout.readline()
        time.sleep(chance.random() * 0.3)
        for process in processes:
            process.send_signal(signal.SIGKILL)
            assert process.wait() == -signal.SIGKILL
    assert 0 < len(effects.subjects()) < 2_000
    process = worker(0)
    assert process.wait(60) == 0
    assert sorted(effects.subjects()) == list(range(2_000))
    assert set(states(kind=KIND).values()) == {"DONE"}
