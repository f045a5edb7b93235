"""Look inside a quarantined document: antivirus, then a clean copy; only that copy can ever be read."""

import logging
from collections.abc import Sequence
from contextlib import ExitStack
from datetime import datetime
from typing import Any

from django.conf import settings
from django.core.files import File
from django.core.files.storage import default_storage
from django.db import transaction
from django.dispatch import Signal

from portal.core import deadlines, journal
from portal.core.deadlines import Due, Outcome
from portal.core.documents.cleaning import Cleaned, clean, clean_photos
from portal.core.documents.refusals import Refused
from portal.core.documents.sandbox.caller import RoomUnavailable
from portal.core.documents.scanning import Scan, Verdict, scan
from portal.core.journal import PORTAL
from portal.core.models import Deadline, Document
from portal.core.models.document import DocumentState
from portal.core.safe.receiving import DUE_CHECK, limits, new_key

log = logging.getLogger(__name__)

CHECKED = journal.code(51, "document_checked", "Le document {title} a été vérifié et rangé.")
REJECTED = journal.code(52, "document_rejected", "Le document {title} n’a pas pu être lu : {reason}")

# Sent in the transaction that settles a document; kwargs: document, now. What hung on it may react.
document_rejected = Signal()


@deadlines.handles(DUE_CHECK, "vérification d’un document", batch=1)
def check(batch: Sequence[Due], now: datetime) -> Outcome:
    """Check one document; without an answer from the scanner it stays in quarantine and is asked about again."""
    again = [due.id for due in batch if not _check_one(due.subject_id, now)]
    return {Deadline.State.PENDING: again}


def _check_one(document_id: int, now: datetime) -> bool:
    document = (
        Document.objects.select_for_update(no_key=True, skip_locked=True)
        .filter(pk=document_id, state=DocumentState.QUARANTINED)
        .first()
    )
    if document is None:
        return not Document.objects.filter(pk=document_id, state=DocumentState.QUARANTINED).exists()
    parts = list(document.files.all())
    try:
        with ExitStack() as opened:
            raw: list[Any] = [opened.enter_context(default_storage.open(part.key)) for part in parts]
            verdict = _scan(raw)
            if verdict.scan is Scan.UNAVAILABLE:
                log.warning("document %s waits: the scanner did not answer (%s)", document_id, verdict.detail)
                return False
            if verdict.scan is Scan.INFECTED:
                log.warning("document %s refused by the scanner: %s", document_id, verdict.signature)
                raise Refused("infected")
            name = document.title
            cleaned = (
                clean(raw[0], declared_name=name, limits=limits())
                if len(raw) == 1
                else clean_photos(raw, declared_name=name, limits=limits())
            )
            with cleaned:
                _settle(document, cleaned, verdict, now)
    except RoomUnavailable:
        return False
    except Refused as refusal:
        _reject(document, refusal.sentence, now)
    _forget_raw(document, [part.key for part in parts])
    return True


def _scan(raw: Sequence[Any]) -> Verdict:
    for file in raw:
        verdict = scan(file, url=settings.CLAMAV_URL, seconds=settings.CLAMAV_SECONDS)
        if verdict.scan is not Scan.CLEAN:
            return verdict
    return verdict


def _settle(document: Document, cleaned: Cleaned, verdict: Verdict, now: datetime) -> None:
    key = default_storage.save(new_key("safe"), File(cleaned.file))
    # A transaction that fails leaves a file nobody refers to; the nightly sweep takes it.
    document.clean_key, document.clean_size = key, cleaned.size
    document.clean_sha256 = bytes.fromhex(cleaned.cleaned_sha256)
    document.mime, document.pages = cleaned.mime, cleaned.pages
    document.scan, document.settled_at = str(verdict.scan), now
    document.move_to(
        DocumentState.RECEIVED,
        saving=["clean_key", "clean_size", "clean_sha256", "mime", "pages", "scan", "settled_at"],
    )
    _tell(CHECKED, document, now)


def _reject(document: Document, sentence: str, now: datetime) -> None:
    document.rejection, document.settled_at = sentence, now
    document.move_to(DocumentState.REJECTED_TECH, saving=["rejection", "settled_at"])
    _tell(REJECTED, document, now, reason=sentence)
    document_rejected.send(Document, document=document, now=now)


def _tell(code: journal.JournalCode, document: Document, now: datetime, **data: str) -> None:
    about = {"title": document.title, "ref": str(document.ref), **data}
    journal.record(code, by=PORTAL, now=now, file_id=document.owner_id, subject_id=document.pk, data=about)


def _forget_raw(document: Document, keys: Sequence[str]) -> None:
    """Delete what was sent once its clean copy, or its refusal, is committed."""
    document.files.all().delete()

    def delete() -> None:
        for key in keys:
            try:
                default_storage.delete(key)
            except OSError:
                log.exception("raw file %s stays until the nightly sweep", key)

    transaction.on_commit(delete)
