"""Look inside a quarantined document: antivirus, then a clean copy; only that copy can ever be read."""

import logging
import time
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from datetime import datetime
from functools import partial
from typing import Any

from django.conf import settings
from django.core.files.storage import default_storage
from django.dispatch import Signal

from portal.core import deadlines, journal
from portal.core.deadlines import Due, NoAnswer, Settle
from portal.core.documents.cleaning import Cleaned, clean, clean_photos
from portal.core.documents.refusals import Refused
from portal.core.documents.sandbox.caller import RoomUnavailable
from portal.core.documents.scanning import NO_SCANNER, Scan, Verdict, ping, scan
from portal.core.journal import PORTAL
from portal.core.models import Document
from portal.core.models.document import DocumentState
from portal.core.safe.receiving import DUE_CHECK, limits
from portal.core.safe.storing import StoreUnavailable, delete_later, keep

log = logging.getLogger(__name__)

PING_SECONDS = 4.0

CHECKED = journal.code(51, "document_checked", "Le document {title} a été vérifié et rangé.")
REJECTED = journal.code(52, "document_rejected", "Le document {title} n’a pas pu être lu : {reason}")

# Sent in the transaction that rejects a document; kwargs: document, now. What hung on it may react.
document_rejected = Signal()


@deadlines.handles_slowly(DUE_CHECK, "vérification d’un document")
@contextmanager
def check(due: Due) -> Iterator[Settle | None]:
    """Look into one document; without an answer from the scanner it stays in quarantine and is asked about again.

    Nothing is written but the clean copy. A worker killed before its row is committed, or cut off while it
    is, leaves at most a file without a row: the nightly sweep takes it, and nobody else dares to.
    """
    document = Document.objects.filter(pk=due.subject_id, state=DocumentState.QUARANTINED).first()
    if document is None:
        yield None
        return
    keys = [part.key for part in document.files.all()]
    try:
        with _examined(document.title, keys) as (cleaned, verdict):
            key = keep(cleaned.file, "safe")
    except Refused as refusal:
        yield partial(_reject, document.pk, refusal.sentence, keys)
        return
    except FileNotFoundError:
        # What was sent is lost: no patience brings it back, somebody must see it.
        raise
    except (RoomUnavailable, StoreUnavailable, OSError) as trouble:
        raise NoAnswer(f"document {document.ref}: {trouble}") from trouble
    yield partial(_settle, document.pk, key, cleaned, verdict, keys)


@contextmanager
def _examined(name: str, keys: Sequence[str]) -> Iterator[tuple[Cleaned, Verdict]]:
    """Scan and clean what was sent; raises Refused, or NoAnswer when nobody could say."""
    with ExitStack() as opened:
        raw: list[Any] = []
        for key in keys:
            try:
                raw.append(opened.enter_context(default_storage.open(key)))
            except FileNotFoundError:
                raise
            except Exception as error:  # every store has exceptions of its own
                raise StoreUnavailable from error
        verdict = _scan(raw)
        one = len(raw) == 1
        cleaned = (
            clean(raw[0], declared_name=name, limits=limits())
            if one
            else clean_photos(raw, declared_name=name, limits=limits())
        )
        with cleaned:
            if verdict.scan is Scan.BEYOND_ITS_LIMITS:
                # It gave up on what was sent. What will be read is simpler: its signatures are looked for there.
                _believed(scan(cleaned.file, url=settings.CLAMAV_URL, seconds=settings.CLAMAV_SECONDS))
            yield cleaned, verdict


def _scan(raw: Sequence[Any]) -> Verdict:
    """Ask about every file of a document, within one time for all; the least reassuring answer counts."""
    # A scanner that is gone says so at once, one that hangs in four seconds, not in thirty; a slow one may speak.
    if settings.CLAMAV_URL != NO_SCANNER and not ping(settings.CLAMAV_URL, seconds=PING_SECONDS):
        raise NoAnswer("the antivirus does not answer")
    end = time.monotonic() + settings.CLAMAV_SECONDS
    found: dict[Scan, Verdict] = {}
    for file in raw:
        verdict = _believed(scan(file, url=settings.CLAMAV_URL, seconds=max(0.1, end - time.monotonic())))
        found.setdefault(verdict.scan, verdict)
    order = (Scan.NOT_SCANNED, Scan.BEYOND_ITS_LIMITS, Scan.CLEAN)
    return next(found[answer] for answer in order if answer in found)


def _believed(verdict: Verdict) -> Verdict:
    if verdict.scan is Scan.UNAVAILABLE:
        raise NoAnswer(f"the antivirus did not answer: {verdict.detail}")
    if verdict.scan is Scan.INFECTED:
        log.warning("a document is refused by the antivirus: %s", verdict.signature)
        raise Refused("infected")
    return verdict


# --- writing it down, in the transaction that closes the deadline ---------------------


def _quarantined(document_id: int) -> Document | None:
    rows = Document.objects.select_for_update(no_key=True)
    document: Document | None = rows.filter(pk=document_id, state=DocumentState.QUARANTINED).first()
    return document


def _settle(
    document_id: int,
    key: str,
    cleaned: Cleaned,
    verdict: Verdict,
    raw: Sequence[str],
    now: datetime,
) -> None:
    """Make the clean copy the document; what was sent goes."""
    document = _quarantined(document_id)
    if document is None:
        delete_later([key])
        return
    document.clean_key, document.clean_size = key, cleaned.size
    document.clean_sha256 = bytes.fromhex(cleaned.cleaned_sha256)
    document.mime, document.pages = cleaned.mime, cleaned.pages
    document.scan, document.settled_at = str(verdict.scan), now
    document.move_to(
        DocumentState.RECEIVED,
        saving=["clean_key", "clean_size", "clean_sha256", "mime", "pages", "scan", "settled_at"],
    )
    _tell(CHECKED, document, now)
    _forget_raw(document, raw)


def _reject(document_id: int, sentence: str, raw: Sequence[str], now: datetime) -> None:
    document = _quarantined(document_id)
    if document is None:
        return
    document.rejection, document.settled_at = sentence, now
    document.move_to(DocumentState.REJECTED_TECH, saving=["rejection", "settled_at"])
    _tell(REJECTED, document, now, reason=sentence)
    document_rejected.send(Document, document=document, now=now)
    _forget_raw(document, raw)


def _tell(code: journal.JournalCode, document: Document, now: datetime, **data: str) -> None:
    about = {"title": document.title, "ref": str(document.ref), **data}
    journal.record(code, by=PORTAL, now=now, file_id=document.owner_id, subject_id=document.pk, data=about)


def _forget_raw(document: Document, keys: Sequence[str]) -> None:
    """Delete what was sent once its clean copy, or its refusal, is committed."""
    document.files.all().delete()
    delete_later(keys)
