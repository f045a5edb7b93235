"""The ground's periodic jobs: each does its work, notes its heartbeat, and may run twice."""

import logging
from datetime import timedelta

import pytest
from django.db import transaction

from portal.celery import app
from portal.core import clock, deadlines, journal, tasks
from portal.core.deadlines import registry
from portal.core.models import Deadline, Heartbeat, JournalSeal
from tests.core.beating import beaten_twice_at_once
from tests.core.journal.conftest import seal_all

pytestmark = pytest.mark.django_db(transaction=True)
KIND = 30_001


@pytest.fixture(autouse=True)
def _kind(monkeypatch):
    monkeypatch.setitem(registry._kinds, KIND, registry.Kind(KIND, "essai", lambda batch, now: None, 10))


def _plan(*subjects: int) -> None:
    with transaction.atomic():
        deadlines.schedule(deadlines.Planned(KIND, subject, clock.now()) for subject in subjects)


def test_every_beat_names_a_task_that_exists():
    app.loader.import_default_modules()
    for name, entry in app.conf.beat_schedule.items():
        assert entry["task"] in app.tasks, name


def test_run_deadlines_works_and_notes_its_heartbeat():
    _plan(1, 2)
    tasks.run_deadlines()
    assert set(Deadline.objects.values_list("state", flat=True)) == {Deadline.State.DONE}
    assert Heartbeat.objects.get(name="deadlines").detail == {"closed": 2, "more": False}


def test_run_deadlines_twice_changes_nothing_more():
    _plan(1)
    tasks.run_deadlines()
    closed_at = Deadline.objects.get().closed_at
    tasks.run_deadlines()
    assert Deadline.objects.get().closed_at == closed_at
    assert Heartbeat.objects.get().detail["closed"] == 0


def test_run_deadlines_asks_for_another_round_while_work_remains(monkeypatch):
    asked: list[dict] = []
    monkeypatch.setattr(tasks, "SECONDS_AT_A_TIME", 0.0)
    monkeypatch.setattr(tasks.run_deadlines, "apply_async", lambda **options: asked.append(options))
    _plan(1)
    tasks.run_deadlines()
    assert asked == [{"expires": tasks.EXPIRES}]


def test_run_deadlines_without_a_broker_leaves_the_rest_to_the_next_beat(monkeypatch, settings):
    from kombu.exceptions import OperationalError

    def nobody(**options):
        raise OperationalError("no broker")

    monkeypatch.setattr(tasks, "SECONDS_AT_A_TIME", 0.0)
    monkeypatch.setattr(tasks.run_deadlines, "apply_async", nobody)
    tasks.run_deadlines()
    assert Heartbeat.objects.get().detail["more"] is True


def test_seal_journal_seals_and_notes_its_heartbeat():
    with transaction.atomic():
        journal.record(journal.codes()[min(journal.codes())], by=journal.PORTAL, now=clock.now())
    tasks.seal_journal()
    seal_all(clock.now())
    tasks.seal_journal()
    assert JournalSeal.objects.get().entries == 1
    assert Heartbeat.objects.get(name="journal-seal").detail == {"sealed": 0}


def test_export_journal_head_says_it_in_the_log_and_the_heartbeat(caplog):
    with transaction.atomic():
        journal.record(journal.codes()[min(journal.codes())], by=journal.PORTAL, now=clock.now())
    seal_all(clock.now())
    with caplog.at_level(logging.INFO, logger="portal.core.tasks"):
        tasks.export_journal_head()
    head = journal.head()
    assert f"journal head {head}" in caplog.text
    assert Heartbeat.objects.get(name="journal-head").detail == {"head": head}


def test_let_go_keeps_closed_deadlines_for_their_retention():
    _plan(1, 2)
    tasks.run_deadlines()
    Deadline.objects.filter(subject_id=1).update(closed_at=clock.now() - timedelta(days=91))
    tasks.let_go()
    tasks.let_go()
    assert [row.subject_id for row in Deadline.objects.all()] == [2]


def test_heartbeat_of_a_moved_clock_is_the_machines():
    from django.utils import timezone

    Heartbeat.beat("deadlines", closed=1)
    Heartbeat.beat("deadlines", closed=2)
    row = Heartbeat.objects.get()
    assert abs(timezone.now() - row.at) < timedelta(minutes=1)
    assert row.detail == {"closed": 2}


@pytest.mark.parametrize("name", sorted(app.conf.beat_schedule))
def test_job_beaten_twice_at_once_does_no_harm(name):
    """Two beats send each job twice; both run to their end and leave one heartbeat."""
    app.loader.import_default_modules()
    beaten_twice_at_once(app.tasks[app.conf.beat_schedule[name]["task"]], times=2)
    assert Heartbeat.objects.filter(name=name).count() == 1
