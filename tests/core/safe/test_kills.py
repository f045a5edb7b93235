"""Killed in the middle of a check, a worker leaves what was sent or a clean copy, and never half of either."""

import hashlib
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

from portal.core.models import Deadline, Document, DocumentFile, JournalEntry
from portal.core.models.document import DocumentState
from portal.core.safe import sweeping
from portal.core.safe.checking import CHECKED
from tests.core.documents.corpora.photos import quarters, saved
from tests.core.documents.test_scanning import clamd  # noqa: F401
from tests.core.safe.conftest import again, content, sent, stored, work

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.faults]


@pytest.fixture
def worker(database_url, settings) -> Iterator[Callable[[], subprocess.Popen[str]]]:
    started: list[subprocess.Popen[str]] = []

    def start() -> subprocess.Popen[str]:
        known = {"DATABASE_URL": database_url, "DOCUMENT_ROOT": settings.MEDIA_ROOT}
        process = subprocess.Popen(
            [sys.executable, "-m", "tests.core.safe.worker"],
            env=os.environ | known | {"CLAMAV_URL": settings.CLAMAV_URL},
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            text=True,
        )
        started.append(process)
        assert process.stdout.readline() == "begun\n"
        return process

    yield start
    for process in started:
        process.kill()
        process.wait()
        process.stdout.close()
    for _ in range(100):  # a killed worker's backend ends when it notices: the tables can't be emptied before
        with connection.cursor() as cursor:
            cursor.execute(
                "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()"
            )
            if cursor.fetchone() == (0,):
                return
        time.sleep(0.05)


def test_worker_killed_while_it_asks_the_scanner_leaves_what_was_sent(camille, worker, clamd, settings):  # noqa: F811
    server = clamd(b"PONG\0", hang=True)
    hear = server.RequestHandlerClass.handle

    class AnswersCallsOnly(server.RequestHandlerClass):
        def handle(self):
            first = self.request.recv(10, 2)  # looked at, not taken
            if first.startswith(b"zPING"):
                self.request.sendall(b"PONG\0")
            else:
                hear(self)

    server.RequestHandlerClass = AnswersCallsOnly
    settings.CLAMAV_URL = server.url
    document = sent(camille, saved(quarters(1200, 900), "JPEG"))
    process = worker()
    for _ in range(400):
        if server.heard:
            break
        time.sleep(0.05)
    assert server.heard, "the file is with the scanner"
    process.send_signal(signal.SIGKILL)
    process.wait()
    assert again(document).state == DocumentState.QUARANTINED
    assert content(DocumentFile.objects.get().key)
    assert Deadline.objects.get().attempts == 0
    settings.CLAMAV_URL = "none"
    # Its name was locked by a session that died with it: nothing waits for a lease to end.
    for _ in range(100):
        if work().closed:
            break
        time.sleep(0.1)
    assert again(document).state == DocumentState.RECEIVED


def test_workers_killed_at_random_lose_no_document_and_check_each_once(camille, worker):
    photos = [saved(quarters(900 + number, 600), "JPEG") for number in range(100)]
    documents = [sent(camille, photo) for photo in photos]
    chance, waiting = random.Random(11), Document.objects.filter(state=DocumentState.QUARANTINED)
    kills = 0
    # A fast machine needs fewer kills to get through most of them.
    while kills < 6 and waiting.count() > 25:
        kills += 1
        process = worker()
        time.sleep(chance.random() * 0.4)
        process.send_signal(signal.SIGKILL)
        process.wait()
        for row in Document.objects.all():
            if row.state == DocumentState.QUARANTINED:
                assert content(row.files.get().key), "what was sent is still there"
            else:
                copy = content(row.clean_key)
                assert hashlib.sha256(copy).digest() == bytes(row.clean_sha256), "a clean copy is whole"
    assert waiting.exists(), "killed before the end"
    assert kills > 1
    end = time.monotonic() + 120
    while waiting.exists():
        assert time.monotonic() < end
        work(seconds=30)
    assert {again(document).state for document in documents} == {DocumentState.RECEIVED}
    assert JournalEntry.objects.filter(code=CHECKED.number).count() == len(photos)
    assert not DocumentFile.objects.exists()
    sweeping.sweep(old=timedelta(0))
    assert stored() == set(Document.objects.values_list("clean_key", flat=True))
