"""Documents go when their time is over, with proof; what an appeal holds stays; no file is left behind."""

import io
import os
import time
from datetime import timedelta

import pytest
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.core.management import call_command

from portal.core import clock, parameters, personal_data
from portal.core.models import Document, Heartbeat, JournalEntry
from portal.core.models.document import DocumentState
from portal.core.safe import retention, sweeping
from portal.core.safe.retention import PURGED, REJECTED_PURGED
from portal.core.tasks import let_go, sweep_documents
from tests.core.safe.conftest import again, sent, stored, work

DAY = timedelta(days=1)


@pytest.fixture
def kept(camille):
    """An ordinary document, one of health, a rejected file, one held by an appeal."""
    names = ("ordinary", "health", "rejected", "held")
    made = [
        sent(camille),
        sent(camille, is_health=True),
        sent(camille, b"%PDF-1.4 nothing"),
        sent(camille),
    ]
    work()
    Document.objects.filter(pk=made[3].pk).update(hold=True)
    return {name: again(document) for name, document in zip(names, made, strict=True)}


KINDS = ("documents", "health-documents", "rejected-documents")


def state(document) -> str:
    return again(document).state


def purge(now) -> tuple[int, int, int, int]:
    """One night: how many ordinary, health and rejected documents went, how many stay for an appeal."""
    report = personal_data.let_go(now, only=KINDS)
    ordinary, health, rejected = (report[kind] for kind in KINDS)
    return ordinary.erased, health.erased, rejected.erased, ordinary.held_back + health.held_back


def test_purge_before_the_time_erases_nothing(kept):
    assert purge(clock.now()) == (0, 0, 0, 0)
    assert len(stored()) == 3


def test_purge_erases_each_kind_at_its_own_time(kept):
    numbers = parameters.current()
    now = clock.now()
    purge(now + (numbers.retention_rejected_document_days + 1) * DAY)
    assert state(kept["rejected"]) == DocumentState.PURGED
    purge(now + (numbers.retention_health_document_days + 1) * DAY)
    assert (state(kept["health"]), state(kept["ordinary"])) == (DocumentState.PURGED, DocumentState.RECEIVED)
    report = purge(now + (numbers.retention_document_days + 1) * DAY)
    assert report == (1, 0, 0, 1)
    assert state(kept["ordinary"]) == DocumentState.PURGED
    assert stored() == {kept["held"].clean_key}


def test_purge_leaves_proof_of_what_was_erased(kept):
    later = clock.now() + 2000 * DAY
    purge(later)
    entry = JournalEntry.objects.get(code=PURGED.number, subject_id=kept["ordinary"].pk)
    assert entry.data["sha256"] == bytes(kept["ordinary"].clean_sha256).hex()
    assert JournalEntry.objects.get(code=REJECTED_PURGED.number).data["sha256"]
    row = again(kept["ordinary"])
    assert (row.purged_at, row.clean_key) == (later, "")


def test_purge_twice_erases_once(kept):
    later = clock.now() + 2000 * DAY
    purge(later)
    assert purge(later) == (0, 0, 0, 1)
    assert JournalEntry.objects.filter(code=PURGED.number).count() == 2


def test_document_no_longer_held_goes_with_the_next_purge(kept):
    later = clock.now() + 2000 * DAY
    purge(later)
    assert state(kept["held"]) == DocumentState.RECEIVED
    Document.objects.update(hold=False)
    purge(later)
    assert stored() == set()


def test_use_counts_the_time_anew_but_never_shortens_it(kept):
    document, now = kept["ordinary"], clock.now()
    later = now + 100 * DAY
    retention.keep_longer([document.pk], is_health=False, now=later)
    days = parameters.current().retention_document_days
    assert again(document).keep_until == (later + days * DAY).date()
    retention.keep_longer([document.pk], is_health=False, now=now)
    assert again(document).keep_until == (later + days * DAY).date()


def test_document_said_to_be_of_health_is_kept_as_one(kept):
    document, now = kept["ordinary"], clock.now()
    retention.keep_longer([document.pk], is_health=True, now=now)
    row = again(document)
    days = parameters.current().retention_health_document_days
    assert (row.is_health, row.keep_until) == (True, (now + days * DAY).date())


def test_purge_with_a_store_that_deletes_nothing_leaves_the_file_to_the_sweep(kept, monkeypatch):
    def refuses(key):
        raise PermissionError("read-only")

    with monkeypatch.context() as patched:
        patched.setattr(default_storage, "delete", refuses)
        purge(clock.now() + 2000 * DAY)
    assert state(kept["ordinary"]) == DocumentState.PURGED
    assert len(stored()) == 3
    assert sweeping.sweep(old=timedelta(0)).orphans == 2
    assert stored() == {kept["held"].clean_key}


def test_purge_command_counts_without_erasing(kept, monkeypatch):
    later = clock.now() + 2000 * DAY
    monkeypatch.setattr(clock, "now", lambda: later)
    out = io.StringIO()
    call_command("retention", "--dry-run", stdout=out)
    lines = {line.split()[0]: line.split()[1:3] for line in out.getvalue().splitlines()}
    assert [lines[kind] for kind in KINDS] == [["1", "1"], ["1", "0"], ["1", "0"]]
    assert len(stored()) == 3
    call_command("retention", stdout=out)
    assert len(stored()) == 1


def test_purge_and_sweep_every_night_say_they_ended(kept):
    let_go()
    sweep_documents()
    detail = Heartbeat.objects.get(name="retention").detail
    assert detail.keys() == {kind.name for kind in personal_data.kinds()}
    assert detail["documents"] == {"erased": 0, "held_back": 0}
    assert Heartbeat.objects.get(name="documents-sweep").detail == {"files": 3, "orphans": 0}


# --- files without a row --------------------------------------------------------------


def aged(key: str, age: timedelta) -> str:
    key = default_storage.save(key, ContentFile(b"left behind"))
    moment = time.time() - age.total_seconds()
    os.utime(default_storage.path(key), (moment, moment))
    return key


def test_sweep_deletes_only_what_is_old_and_nobodys(camille):
    quarantined, checked = sent(camille), sent(camille)
    with_rows = stored()
    for key in with_rows:
        os.utime(default_storage.path(key), (0, 0))
    old = {aged("quarantine/ab/x", 2 * DAY), aged("safe/cd/y", 2 * DAY)}
    young = aged("safe/cd/z", timedelta(hours=1))
    out = io.StringIO()
    call_command("sweep_documents", "--dry-run", stdout=out)
    assert "5 files in the store, 2 without a document" in out.getvalue()
    assert stored() == with_rows | old | {young}
    call_command("sweep_documents", stdout=out)
    assert stored() == with_rows | {young}
    assert state(quarantined) == state(checked) == DocumentState.QUARANTINED


def test_sweep_leaves_other_files_of_the_store_alone(camille):
    aged("elsewhere/ab/x", 2 * DAY)
    assert sweeping.sweep() == sweeping.Swept(files=0, orphans=0)
    assert stored() == {"elsewhere/ab/x"}


def test_sweep_of_many_files_asks_in_slices(camille, monkeypatch):
    monkeypatch.setattr(sweeping, "AT_ONCE", 2)
    for number in range(5):
        aged(f"safe/ab/{number}", 2 * DAY)
    assert sweeping.sweep() == sweeping.Swept(files=5, orphans=5)
    assert stored() == set()


def test_sweep_of_a_store_that_is_no_disk(camille, settings):
    settings.STORAGES = settings.STORAGES | {
        "default": {"BACKEND": "django.core.files.storage.InMemoryStorage"}
    }
    sent(camille)
    default_storage.save("safe/ab/x", ContentFile(b"left behind"))
    assert sweeping.sweep() == sweeping.Swept(files=2, orphans=0)
    assert sweeping.sweep(old=timedelta(0)) == sweeping.Swept(files=2, orphans=1)
