"""Let documents go when their time is over, with proof; a hold (an appeal) keeps them."""

from collections.abc import Callable, Collection
from datetime import datetime, timedelta
from typing import Any

from django.db import transaction
from django.db.models import Case, DateField, F, Value, When
from django.db.models.functions import Greatest

from portal.core import journal, parameters
from portal.core.journal import PORTAL
from portal.core.models import Document
from portal.core.models.document import DocumentState
from portal.core.safe.storing import delete_later

PURGED = journal.code(
    54, "document_purged", "Le document {title} a été effacé : sa durée de conservation est finie."
)
REJECTED_PURGED = journal.code(
    55, "rejected_document_purged", "La trace du fichier illisible {title} a été effacée de vos documents."
)
SLICE = 200


def keep_longer(document_ids: Collection[int], *, is_health: bool, now: datetime) -> None:
    """Count the time of documents anew from their last use, never shorter; in the caller's transaction.

    What is now said to be about health is kept as such: no longer than health documents are.
    """
    current = parameters.current()
    ordinary = (now + timedelta(days=current.retention_document_days)).date()
    health = (now + timedelta(days=current.retention_health_document_days)).date()
    rows = Document.objects.filter(pk__in=document_ids)
    if is_health:
        rows.update(is_health=True, keep_until=health)
        return
    anew = Case(When(is_health=True, then=Value(health)), default=Value(ordinary), output_field=DateField())
    rows.update(keep_until=Greatest(F("keep_until"), anew))


def purge_ordinary(now: datetime, *, dry_run: bool = False) -> int:
    """Erase the documents whose time is over; the row stays as proof, without its content. Rerunnable."""
    return _erase(_over(now).filter(hold=False, is_health=False), _purge_one, now, dry_run)


def purge_health(now: datetime, *, dry_run: bool = False) -> int:
    """Erase the health documents whose shorter time is over. Rerunnable."""
    return _erase(_over(now).filter(hold=False, is_health=True), _purge_one, now, dry_run)


def purge_rejected(now: datetime, *, dry_run: bool = False) -> int:
    """Erase the traces of files that could not be read. Rerunnable."""
    days = timedelta(days=parameters.current().retention_rejected_document_days)
    rejected = Document.objects.filter(
        state=DocumentState.REJECTED_TECH, hold=False, settled_at__lt=now - days
    )
    return _erase(rejected, _purge_rejected, now, dry_run)


def held(now: datetime, *, is_health: bool) -> int:
    """Count the documents that are beyond their time but kept for an appeal."""
    count: int = _over(now).filter(hold=True, is_health=is_health).count()
    return count


def _over(now: datetime) -> Any:
    return Document.objects.filter(state=DocumentState.RECEIVED, keep_until__lt=now.date())


def _erase(due: Any, erase: Callable[[Document, datetime], None], now: datetime, dry_run: bool) -> int:
    """Erase slice by slice, each in a short transaction; what somebody holds now waits for tomorrow."""
    if dry_run:
        count: int = due.count()
        return count
    erased = 0
    while True:
        with transaction.atomic():
            slice_ = list(due.select_for_update(no_key=True, skip_locked=True).order_by("pk")[:SLICE])
            for document in slice_:
                erase(document, now)
        erased += len(slice_)
        if len(slice_) < SLICE:
            return erased


def _purge_one(document: Document, now: datetime) -> None:
    keys = [document.clean_key]
    document.move_to(DocumentState.EXPIRED)
    document.clean_key, document.purged_at = "", now
    document.move_to(DocumentState.PURGED, saving=["clean_key", "purged_at"])
    _tell(PURGED, document, bytes(document.clean_sha256 or b""), now)
    delete_later(keys)


def _purge_rejected(document: Document, now: datetime) -> None:
    document.purged_at = now
    document.move_to(DocumentState.PURGED, saving=["purged_at"])
    _tell(REJECTED_PURGED, document, bytes(document.sha256), now)


def _tell(code: journal.JournalCode, document: Document, digest: bytes, now: datetime) -> None:
    about = {"title": document.title, "ref": str(document.ref), "sha256": digest.hex()}
    journal.record(code, by=PORTAL, now=now, file_id=document.owner_id, subject_id=document.pk, data=about)
