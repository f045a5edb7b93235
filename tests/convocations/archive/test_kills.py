"""Killed at any instant, the erasing leaves whole files or nothing of them; the next run ends it."""

import os
import signal
import subprocess
import sys
import time
from datetime import timedelta

import pytest
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.db import connection
from django.utils import timezone

from accounts.models import Claimant
from convocations.archive import erasing
from convocations.models import Convocation, DeliveryEvidence
from messaging.models import Message, Thread
from portal.core import journal
from portal.core.models import Document, Erasure, JournalEntry
from portal.core.safe import storing, sweeping
from tests import factories
from tests.convocations.archive.conftest import CLOSED, YEARS, shift
from tests.core.journal.conftest import seal_all
from tests.factories import NOW
from tests.messaging.threads import talk
from tests.web.claimant.story import document

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.faults]

PEOPLE = 6


@pytest.fixture
def files(settings, tmp_path) -> list[int]:
    """Some files beyond their time: appointments, their proof, messages, a document each."""
    settings.MEDIA_ROOT = tmp_path
    agency = factories.agency()
    for _ in range(PEOPLE):
        person = factories.claimant(factories.advisor(agency))
        for turn in range(3):
            factories.convocation(person, starts_at=NOW + timedelta(days=9, hours=turn))
        key = storing.keep(ContentFile(b"%PDF-1.7"), "safe")
        talk.ask(person, documents=[document(person, clean_key=key).pk])
    with connection.cursor() as cursor:
        cursor.execute("SET session_replication_role = replica")
        for statement in CLOSED.split(";\n"):
            if statement.strip():
                cursor.execute(statement, {"batch": None})
        shift(cursor, YEARS)
        cursor.execute(
            "UPDATE accounts_claimant SET archived_at = %s", [NOW - timedelta(days=round(365.25 * 9))]
        )
        cursor.execute("SET session_replication_role = origin")
    seal_all(NOW - timedelta(days=round(365.25 * YEARS)))
    return list(Claimant.objects.order_by("pk").values_list("pk", flat=True))


def kill_at(moment: str, nth: int, database_url: str, settings) -> None:
    """Kill an erasing process at a moment it reaches for the n-th time, and wait until PostgreSQL has noticed."""
    process = subprocess.Popen(
        [sys.executable, "-m", "tests.convocations.archive.worker", moment, str(nth)],
        env=os.environ | {"DATABASE_URL": database_url, "DOCUMENT_ROOT": str(settings.MEDIA_ROOT)},
        stdout=subprocess.PIPE,
        text=True,
    )
    try:
        assert process.stdout.readline() == "there\n", f"ended before «{moment}»"
    finally:
        process.send_signal(signal.SIGKILL)
        process.wait()
        process.stdout.close()
    for _ in range(200):
        with connection.cursor() as cursor:
            cursor.execute(
                "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()"
            )
            if cursor.fetchone() == (0,):
                return
        time.sleep(0.05)


def whole_or_gone(people: list[int]) -> int:
    """Look at each file: all of it is there, or nothing; how many are gone."""
    gone = 0
    for person in people:
        appointments = Convocation.objects.filter(claimant_id=person).count()
        there = (
            Claimant.objects.filter(pk=person).count(),
            appointments,
            DeliveryEvidence.objects.filter(convocation__claimant_id=person).count() >= 3,
            Thread.objects.filter(claimant_id=person).count(),
            Message.objects.filter(thread__claimant_id=person).count(),
            Document.objects.filter(owner_id=person).count(),
            JournalEntry.objects.filter(file_id=person).exists(),
        )
        assert there in {(1, 3, True, 1, 1, 1, True), (0, 0, False, 0, 0, 0, False)}, there
        if appointments:
            key = Document.objects.get(owner_id=person).clean_key
            assert default_storage.exists(key)
        gone += not appointments
    assert Erasure.objects.count() == gone
    assert not Erasure.objects.filter(file_id__isnull=False).exists()
    return gone


# At which moment, for which file, and how many are gone then: a file is gone with the commit of its transaction.
KILLS = (
    ("begun", 1, 0),
    ("deadlines gone", 2, 1),
    ("rows gone", 1, 1),
    ("account emptied", 2, 2),
    ("lines emptied", 1, 2),
    ("all but committed", 2, 3),
    ("committed", 1, 4),
    ("before the seal", 1, PEOPLE),
)


def test_killed_at_each_moment_the_erasing_leaves_whole_files_or_nothing(files, database_url, settings):
    for moment, nth, gone in KILLS:
        kill_at(moment, nth, database_url, settings)
        assert whole_or_gone(files) == gone, moment
        verdict = journal.verify()
        assert verdict.intact, (moment, verdict.breaks)
    report = erasing.erase_all(erasing.database_now(), dry_run=False)
    assert (report.erased, report.kept) == (0, {})
    seal_all(timezone.now())
    assert journal.verify().intact
    # What a kill left between the commit and the store's own deed, the nightly sweep takes.
    assert any(names for _, _, names in os.walk(settings.MEDIA_ROOT))
    sweeping.sweep(old=timedelta(0))
    assert not any(names for _, _, names in os.walk(settings.MEDIA_ROOT))


def test_a_run_after_a_kill_ends_what_was_begun(files, database_url, settings):
    kill_at("lines emptied", 2, database_url, settings)
    assert whole_or_gone(files) == 1
    report = erasing.erase_all(erasing.database_now(), dry_run=False)
    assert (report.erased, report.kept) == (PEOPLE - 1, {})
    assert whole_or_gone(files) == PEOPLE
    assert journal.verify().intact
    assert not any(names for _, _, names in os.walk(settings.MEDIA_ROOT))
