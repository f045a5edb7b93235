"""From quarantine to a clean copy or to a refusal; until then nobody reads anything."""

import os
import threading
from datetime import timedelta

import pytest
from django.core.files.storage import default_storage
from django.db import DatabaseError, IntegrityError, connection, transaction

from convocations import deeds
from messaging.models import OutboxMessage
from portal.core import clock, deadlines
from portal.core.deadlines import Worked
from portal.core.journal import Actor
from portal.core.models import Deadline, Document, DocumentFile, JournalEntry
from portal.core.models.document import DocumentState
from portal.core.safe import checking, delivery
from portal.core.safe.checking import CHECKED, REJECTED
from stack.engines import SIGNATURES
from tests.core.documents.corpora.hostile import bomb
from tests.core.documents.corpora.lies import zipped
from tests.core.documents.corpora.pdf_writer import plain, stream
from tests.core.safe.conftest import PHOTO, again, content, file, send, sent, stored, work


def test_check_makes_a_clean_copy_and_forgets_what_was_sent(camille):
    document = sent(camille, PHOTO + b"<script>alert(1)</script>")
    assert work() == Worked(closed=1, more=False)
    document = again(document)
    assert document.state == DocumentState.RECEIVED
    assert (document.mime, document.scan) == ("image/jpeg", "not_scanned")
    assert stored() == {document.clean_key}
    assert b"script" not in content(document.clean_key)
    assert not DocumentFile.objects.exists()
    assert JournalEntry.objects.get(code=CHECKED.number).file_id == camille.pk
    assert Deadline.objects.get().state == Deadline.State.DONE


def test_check_leaves_the_fast_lane_alone(camille):
    sent(camille)
    assert deadlines.work(clock.now) == Worked(closed=0, more=False)
    assert Document.objects.get().state == DocumentState.QUARANTINED


def test_document_in_quarantine_is_readable_by_nobody(camille):
    document = sent(camille)
    for person in (camille, camille.advisor):
        with pytest.raises(delivery.NotReadable):
            delivery.deliver(document, by=Actor(person.pk, "x"), now=clock.now())
    with pytest.raises(IntegrityError), transaction.atomic():
        Document.objects.filter(pk=document.pk).update(state=DocumentState.RECEIVED)


def test_check_tells_the_person_what_could_not_be_read(camille):
    document = sent(camille, plain(content=stream(bomb(70 * 1024 * 1024), b"/Filter /FlateDecode")))
    work()
    document = again(document)
    assert document.state == DocumentState.REJECTED_TECH
    assert "trop complexe" in document.rejection
    assert stored() == set()
    entry = JournalEntry.objects.get(code=REJECTED.number)
    assert (entry.file_id, entry.data["reason"]) == (camille.pk, document.rejection)
    mail = OutboxMessage.objects.get(kind=deeds.MAIL_SAFE_DOCUMENT_REJECTED)
    assert (mail.person_id, mail.subject_id) == (camille.pk, document.pk)


def test_check_of_a_document_settled_meanwhile_keeps_what_is_there(camille):
    document = sent(camille)
    due = deadlines.Due(0, document.pk, 0, 0)
    with checking.check(due) as first, checking.check(due) as second:
        assert first
        assert second
        with transaction.atomic():
            first(clock.now())
        with transaction.atomic():
            second(clock.now())
    assert stored() == {again(document).clean_key}
    assert JournalEntry.objects.filter(code=CHECKED.number).count() == 1


def test_two_checkers_take_different_documents(camille):
    documents = [sent(camille) for _ in range(6)]
    worked = []

    def checker():
        try:
            worked.append(work(places=2).closed)
        finally:
            connection.close()

    threads = [threading.Thread(target=checker) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sum(worked) == 6
    assert {again(document).state for document in documents} == {DocumentState.RECEIVED}
    assert JournalEntry.objects.filter(code=CHECKED.number).count() == 6


def test_check_that_cannot_be_written_down_waits_and_keeps_what_was_sent(camille, monkeypatch):
    document = sent(camille)
    raw = stored()

    def broken(*args, **more):
        raise DatabaseError("no")

    with monkeypatch.context() as patched:
        patched.setattr("portal.core.safe.checking.journal.record", broken)
        work()
    assert again(document).state == DocumentState.QUARANTINED
    assert raw < stored()
    row = Deadline.objects.get()
    assert (row.attempts, row.state) == (1, Deadline.State.PENDING)
    work(lambda: clock.now() + timedelta(minutes=1))
    assert again(document).state == DocumentState.RECEIVED


def test_check_of_a_file_that_was_lost_is_shown_as_a_failure(camille):
    sent(camille)
    default_storage.delete(DocumentFile.objects.get().key)
    work()
    row = Deadline.objects.get()
    assert row.attempts == 1
    assert "FileNotFoundError" in row.last_error


# --- with a real antivirus ----------------------------------------------------------


@pytest.fixture
def clamd(settings) -> None:
    settings.CLAMAV_URL = os.environ["CLAMAV_URL"]


@pytest.mark.clamav
@pytest.mark.parametrize("signature", SIGNATURES)
def test_check_refuses_what_the_antivirus_finds_in_words_that_frighten_nobody(clamd, camille, signature):
    document = sent(camille, plain(more={31: stream(SIGNATURES[signature])}))
    work()
    document = again(document)
    assert document.state == DocumentState.REJECTED_TECH
    assert "sans que vous y soyez pour rien" in document.rejection
    assert stored() == set()


@pytest.mark.clamav
def test_check_of_several_photos_finds_the_infected_one(clamd, camille):
    bad = PHOTO + SIGNATURES["Espace-Emploi-Test"]
    (document,) = send(camille, file(PHOTO), file(bad), file(PHOTO), as_one=True).documents
    work()
    assert again(document).state == DocumentState.REJECTED_TECH


@pytest.mark.clamav
def test_check_by_the_antivirus_is_written_on_the_document(clamd, camille):
    document = sent(camille)
    work()
    assert again(document).scan == "clean"


def folded(times: int, inner: bytes) -> bytes:
    for number in range(times):
        inner = zipped({f"{number}.zip": inner})
    return inner


@pytest.mark.clamav
def test_check_of_what_the_antivirus_gives_up_on_is_decided_by_our_own_limits(clamd, camille):
    document = sent(camille, PHOTO + folded(30, b"nothing"))
    work()
    document = again(document)
    assert (document.state, document.scan) == (DocumentState.RECEIVED, "beyond_limits")
    assert b"PK" not in content(document.clean_key)


@pytest.mark.clamav
def test_check_believes_a_signature_before_a_limit(clamd, camille):
    document = sent(camille, PHOTO + SIGNATURES["Espace-Emploi-Test"] + folded(30, b"nothing"))
    work()
    assert again(document).state == DocumentState.REJECTED_TECH
