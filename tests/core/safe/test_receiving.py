"""What becomes of the files of one form: good ones are kept, bad ones are named, half of one is never there."""

import hashlib
import resource
import signal
from contextlib import contextmanager

import pytest
from django.core.files.storage import default_storage
from django.db import DatabaseError, transaction

from portal.core import parameters, safe
from portal.core.models import Deadline, Document, DocumentFile, JournalEntry
from portal.core.models.document import DocumentState
from portal.core.safe.receiving import SENT
from tests.core.documents.corpora.photos import quarters, saved
from tests.core.safe.conftest import PDF, PHOTO, again, content, file, send, sent, stored, work

MEGABYTE = 1024 * 1024


def test_receive_quarantines_counts_and_writes_it_down(camille):
    document = sent(camille)
    assert document.state == DocumentState.QUARANTINED
    assert (document.size, bytes(document.sha256)) == (len(PDF), hashlib.sha256(PDF).digest())
    part = DocumentFile.objects.get()
    assert content(part.key) == PDF
    assert Deadline.objects.get(kind=safe.DUE_CHECK).subject_id == document.pk
    assert JournalEntry.objects.get(code=SENT.number).data["sha256"] == hashlib.sha256(PDF).hexdigest()


def test_receive_says_how_long_it_is_kept(camille):
    ordinary, health = sent(camille), sent(camille, is_health=True)
    days = parameters.current()
    assert (ordinary.keep_until - ordinary.uploaded_at.date()).days == days.retention_document_days
    assert (health.keep_until - health.uploaded_at.date()).days == days.retention_health_document_days


@pytest.mark.parametrize(
    ("said", "words"),
    [
        (b"", "vide"),
        (b"<html><script>alert(1)</script></html>", ""),
        (b"PK\x03\x04 word/document.xml", ""),
        (b"MZ\x90\x00 a program", ""),
        (b'<svg xmlns="http://www.w3.org/2000/svg"/>', ""),
    ],
    ids=["empty", "html", "office", "program", "svg"],
)
def test_receive_refuses_at_a_glance_what_no_document_is(camille, said, words):
    submission = send(camille, file(said, "attestation.pdf"))
    assert submission.documents == []
    (refused,) = submission.refused
    assert refused.name == "attestation"
    assert words in refused.sentence
    assert not Document.objects.exists()
    assert stored() == set()


def test_receive_keeps_the_good_ones_and_names_the_others(camille):
    too_large = b"%PDF-1.7\n" + bytes(parameters.current().upload_max_bytes)
    submission = send(
        camille,
        file(PDF, "bulletin.pdf"),
        file(b"bonjour", "notes.pdf"),
        file(too_large, "gros.pdf"),
        file(PHOTO, "photo.png"),
    )
    assert [document.title for document in submission.documents] == ["bulletin", "photo"]
    assert {refused.name for refused in submission.refused} == {"notes", "gros"}
    assert any("15\u00a0Mo" in refused.sentence for refused in submission.refused)
    assert len(stored("quarantine/")) == 2


def test_receive_takes_as_many_files_as_the_parameter_says(camille, parameter):
    most = 2
    parameter("upload_max_files", most)
    submission = send(camille, *[file(PDF, f"page {number}.pdf") for number in range(most + 2)])
    assert len(submission.documents) == most
    assert [refused.name for refused in submission.refused] == [f"page {most}", f"page {most + 1}"]


def test_receive_makes_one_document_of_several_photos(camille):
    photos = [file(saved(quarters(96, 64), form), f"photo.{form}") for form in ("JPEG", "PNG", "HEIF")]
    (document,) = send(camille, *photos, as_one=True, title="Contrat").documents
    assert DocumentFile.objects.filter(document=document).count() == 3
    work()
    document = again(document)
    assert (document.state, document.mime, document.pages) == (DocumentState.RECEIVED, "application/pdf", 3)
    assert stored() == {document.clean_key}


def test_receive_of_photos_as_one_leaves_a_pdf_among_them_aside(camille):
    submission = send(camille, file(PHOTO), file(PDF, "bulletin.pdf"), file(PHOTO), as_one=True)
    assert [refused.name for refused in submission.refused] == ["bulletin"]
    assert DocumentFile.objects.filter(document=submission.documents[0]).count() == 2


def test_receive_shows_a_hostile_name_harmlessly(camille):
    (document,) = send(camille, file(PDF, "..\\..\\\u202efdp.exe\r\nX: 1\x00.pdf")).documents
    assert not set("\u202e\r\n\x00\\/") & set(document.title)


# --- the store takes nothing ------------------------------------------------------


@contextmanager
def disk_full_after(size: int):
    """The kernel itself refuses to let any file of this process grow beyond this size."""
    old = resource.getrlimit(resource.RLIMIT_FSIZE)
    ignored = signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    resource.setrlimit(resource.RLIMIT_FSIZE, (size, old[1]))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, old)
        signal.signal(signal.SIGXFSZ, ignored)


def nothing_is_there() -> bool:
    return not (Document.objects.exists() or Deadline.objects.exists() or JournalEntry.objects.exists())


def test_receive_on_a_full_disk_keeps_nothing_of_the_sending(camille):
    large = PDF + bytes(2 * MEGABYTE)
    with disk_full_after(MEGABYTE), pytest.raises(safe.StoreUnavailable) as refusal:
        send(camille, file(PDF, "a.pdf"), file(large, "b.pdf"))
    assert "Réessayez dans quelques minutes" in refusal.value.sentence
    assert nothing_is_there()
    assert stored() == set(), "neither the file that fitted nor half of the one that did not"


def test_receive_on_a_disk_nobody_may_write_is_refused_with_a_sentence(camille, settings):
    settings.MEDIA_ROOT = "/proc/documents"  # not even root makes a folder there
    with pytest.raises(safe.StoreUnavailable):
        send(camille)
    assert nothing_is_there()


def test_receive_undone_by_the_database_leaves_no_file(camille, monkeypatch):
    def broken(*args, **more):
        raise DatabaseError("no")

    monkeypatch.setattr("portal.core.safe.receiving.journal.record", broken)
    with pytest.raises(DatabaseError):
        send(camille)
    assert stored() == set()


def test_receive_asks_the_checkers_at_its_commit_and_not_before(camille, monkeypatch):
    asked = []
    monkeypatch.setattr("portal.core.safe.receiving.hint", asked.append)
    with transaction.atomic():
        sent(camille)
        assert asked == []
    assert asked == ["core.check_documents"]


def test_receive_without_a_broker_is_received(camille, monkeypatch):
    from portal.celery import app
    from portal.core import hints

    monkeypatch.setattr(app.conf, "broker_url", "redis://127.0.0.1:1/0")
    monkeypatch.setattr(hints, "_silent_until", 0.0)
    hints._drop_pool()
    assert sent(camille).state == DocumentState.QUARANTINED
    hints._drop_pool()


def test_receive_works_with_a_store_that_is_no_disk(camille, settings):
    settings.STORAGES = settings.STORAGES | {
        "default": {"BACKEND": "django.core.files.storage.InMemoryStorage"}
    }
    document = sent(camille)
    work()
    document = again(document)
    assert document.state == DocumentState.RECEIVED
    assert default_storage.size(document.clean_key) == document.clean_size
    assert not DocumentFile.objects.exists()
