"""Celery comes back: the broker is tried at an even pace, beat does not wait for a clock that was set back."""

import time
from datetime import timedelta
from pathlib import Path

import pytest
from celery import Celery

from portal import resuming
from portal.celery import app
from portal.resuming import SteadyScheduler


class Enough(Exception):
    pass


@pytest.mark.parametrize("connection", ["connection_for_read", "connection_for_write"])
def test_a_broker_that_is_away_is_tried_at_an_even_pace(connection, tmp_path, monkeypatch):
    assert resuming.TRY_EVERY <= 3
    assert app.conf.broker_connection_max_retries is None
    monkeypatch.setattr(resuming, "TRY_EVERY", 0.02)
    waits: list[float] = []

    def refused(error, seconds) -> None:
        waits.append(seconds)
        if len(waits) == 3:
            raise Enough

    # As the worker and beat do.
    with getattr(app, connection)(f"redis+socket://{tmp_path}/nobody") as away, pytest.raises(Enough):
        away.ensure_connection(refused, app.conf.broker_connection_max_retries)
    assert set(waits) == {0.02}


@pytest.fixture
def beat(tmp_path: Path):
    """Build beats over one table with one job, which has just run."""
    jobs = Celery("jobs", broker=f"memory://{tmp_path.name}", set_as_current=False)
    jobs.conf.beat_schedule = {"job": {"task": "job", "schedule": 5.0}}
    jobs.conf.timezone = "UTC"
    opened = []

    def build() -> SteadyScheduler:
        opened.append(SteadyScheduler(jobs, schedule_filename=str(tmp_path / "beat")))
        return opened[-1]

    yield build
    for each in opened:
        each.close()


def runs(scheduler: SteadyScheduler) -> int:
    """How often the job has run so far, once whatever is due now has run."""
    while scheduler.tick() == 0:
        pass
    return scheduler.schedule["job"].total_run_count


def age(scheduler: SteadyScheduler, by: timedelta) -> None:
    """Leave the scheduler as it is once the machine's clock has been set back."""
    scheduler.schedule["job"].last_run_at += by
    scheduler._seen = time.time() + by.total_seconds()
    scheduler._heap = [event._replace(time=event.time + by.total_seconds()) for event in scheduler._heap]


def test_beat_goes_on_when_the_clock_is_set_back(beat):
    scheduler = beat()
    assert runs(scheduler) == 0  # it ran just now, as far as anybody knows
    age(scheduler, timedelta(hours=1))
    assert runs(scheduler) == 1
    assert runs(scheduler) == 1


def test_beat_started_again_after_the_clock_was_set_back_begins_at_once(beat):
    first = beat()
    runs(first)
    age(first, timedelta(hours=1))
    first.close()
    assert runs(beat()) == 1


def test_beat_never_sleeps_through_a_step_of_the_clock(beat):
    assert beat().tick() <= resuming.TRY_EVERY


def test_the_product_uses_them():
    assert app.conf.beat_scheduler == "portal.resuming:SteadyScheduler"
    assert isinstance(app.connection_for_read(), resuming.PatientConnection)
