"""The antivirus or the store is gone, hangs, or comes back: kept, not readable, looked into soon after."""

import os
import socket
import time
from datetime import datetime, timedelta

import pytest

from portal.core import clock, deadlines, safe
from portal.core.deadlines import Planned, Worked
from portal.core.deadlines.slowly import NO_ANSWER_DELAY
from portal.core.models import Deadline
from portal.core.models.document import DocumentState
from portal.core.tasks import check_documents
from stack.engines import Clamd as RealClamd
from tests.core.deadlines.conftest import kind  # noqa: F401
from tests.core.documents.test_scanning import clamd  # noqa: F401
from tests.core.safe.conftest import again, sent, stored, work

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def deaf(settings, tmp_path):
    """A scanner whose socket takes everything and says nothing."""
    with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as silent:
        silent.bind(str(tmp_path / "deaf"))
        silent.listen(16)
        settings.CLAMAV_URL = f"unix://{tmp_path}/deaf"
        yield silent


def in_quarantine(*documents) -> bool:
    return {again(document).state for document in documents} == {DocumentState.QUARANTINED}


def test_scanner_that_hangs_ends_the_round_and_leaves_every_document_for_the_next(deaf, camille):
    documents = [sent(camille) for _ in range(5)]
    started = time.monotonic()
    assert work() == Worked(closed=0, more=False)
    assert time.monotonic() - started < 6, "one is asked about, not all of them"
    assert in_quarantine(*documents)
    assert len(stored("quarantine/")) == 5
    assert set(Deadline.objects.values_list("state", "attempts")) == {(Deadline.State.PENDING, 0)}


@pytest.mark.parametrize("url", ["unix:///nowhere/clamd.ctl", "tcp://127.0.0.1:1", ""])
def test_document_without_a_scanner_is_asked_about_again_within_twenty_seconds(settings, camille, url):
    settings.CLAMAV_URL = url
    document = sent(camille)
    for _ in range(12):
        assert work().closed == 0
        row = Deadline.objects.get()
        assert row.run_at - clock.now() <= NO_ANSWER_DELAY < timedelta(seconds=20)
        Deadline.objects.update(run_at=clock.now())
    assert in_quarantine(document)
    assert Deadline.objects.get().state == Deadline.State.PENDING, "waiting is no failure, however long"


def test_scanner_back_after_hanging_finds_what_waits(deaf, camille, settings):
    document = sent(camille)
    work()
    settings.CLAMAV_URL = "none"
    work(lambda: clock.now() + NO_ANSWER_DELAY)
    assert again(document).state == DocumentState.RECEIVED


def test_scanner_that_answers_a_call_but_no_file_costs_its_time_once(clamd, settings, camille):  # noqa: F811
    """It is asked about the newest first: a file it chokes on must not keep the others waiting."""
    server = clamd(b"PONG\0", cut_after=100)
    settings.CLAMAV_URL, settings.CLAMAV_SECONDS = server.url, 0.5
    choking = sent(camille)
    assert work().closed == 0
    after = clock.now() + NO_ANSWER_DELAY
    settings.CLAMAV_URL = "none"
    fresh = sent(camille, now=after)
    with deadlines.slowly._hold_one(safe.DUE_CHECK, after, 1) as due:
        assert due.subject_id == fresh.pk
    work(lambda: after)
    assert not in_quarantine(choking)


def test_reminders_go_on_while_the_scanner_hangs(deaf, camille, kind):  # noqa: F811
    from django.db import transaction

    done: list[int] = []
    kind(lambda batch, now: done.extend(due.subject_id for due in batch))
    for _ in range(3):
        sent(camille)
    with transaction.atomic():
        deadlines.schedule([Planned(30_001, 7, clock.now() - timedelta(minutes=1))])
    started = time.monotonic()
    deadlines.work(clock.now)
    assert done == [7]
    assert time.monotonic() - started < 2


def test_places_taken_leave_the_other_workers_free(camille, settings):
    """One checker at most is held by a scanner; another round finds no place and goes away."""
    import threading

    from django.db import connection

    sent(camille)
    inside, leave = threading.Event(), threading.Event()

    def slow_clock() -> datetime:
        inside.set()
        leave.wait(10)
        return clock.now()

    def checker() -> None:
        try:
            work(slow_clock)
        finally:
            connection.close()

    thread = threading.Thread(target=checker)
    thread.start()
    assert inside.wait(10)
    try:
        assert work() is None
        check_documents()
    finally:
        leave.set()
        thread.join()
    assert work() == Worked(closed=0, more=False)


# --- a real antivirus, stopped and started -------------------------------------------


@pytest.mark.clamav
def test_real_antivirus_stopped_then_started_checks_what_waited(camille, settings, tmp_path_factory):
    home = tmp_path_factory.mktemp("c")
    engine = RealClamd(home, home)
    settings.CLAMAV_URL = engine.url
    engine.start()
    try:
        first = sent(camille)
        work()
        assert again(first).scan == "clean"
        os.kill(engine.child.process.pid, 19)  # stopped: it takes calls and answers none
        hung = sent(camille)
        work()
        assert in_quarantine(hung)
    finally:
        os.kill(engine.child.process.pid, 18)
        engine.child.stop()
    gone = sent(camille)
    work()
    assert in_quarantine(hung, gone)
    engine = RealClamd(home, home)
    engine.start()
    try:
        back = time.monotonic()
        while {again(hung).scan, again(gone).scan} != {"clean"}:
            assert time.monotonic() - back < 60, "looked into within a minute of its return"
            check_documents()
            time.sleep(0.5)
    finally:
        engine.child.stop()


# --- the store ------------------------------------------------------------------------


def test_check_with_a_store_that_takes_nothing_waits(camille, monkeypatch):
    from portal.core.safe import checking

    document = sent(camille)

    def full(*args):
        raise safe.StoreUnavailable

    with monkeypatch.context() as patched:
        patched.setattr(checking, "keep", full)
        assert work().closed == 0
    assert in_quarantine(document)
    assert Deadline.objects.get().attempts == 0
    work(lambda: clock.now() + NO_ANSWER_DELAY)
    assert again(document).state == DocumentState.RECEIVED
