"""Let documents go when their time is over, with proof; a hold (an appeal) keeps them."""

from collections.abc import Callable, Collection
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.db import transaction
from django.db.models import Case, DateField, F, Q, Value, When
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


@dataclass(frozen=True, slots=True)
class Purge:
    """What one purge erased, or would erase."""

    ordinary: int
    health: int
    rejected: int
    # Beyond their time, but kept for an appeal.
    held: int


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


def purge(now: datetime, *, dry_run: bool = False) -> Purge:
    """Erase the documents whose retention is over; the row stays as proof, without its content. Rerunnable."""
    over = Q(state=DocumentState.RECEIVED, keep_until__lt=now.date())
    ordinary = Document.objects.filter(over, hold=False, is_health=False)
    health = Document.objects.filter(over, hold=False, is_health=True)
    days = timedelta(days=parameters.current().retention_rejected_document_days)
    rejected = Document.objects.filter(
        state=DocumentState.REJECTED_TECH, hold=False, settled_at__lt=now - days
    )
    held = Document.objects.filter(over, hold=True).count()
    if dry_run:
        return Purge(ordinary.count(), health.count(), rejected.count(), held)
    return Purge(
        _erase(ordinary, _purge_one, now),
        _erase(health, _purge_one, now),
        _erase(rejected, _purge_rejected, now),
        held,
    )


def _erase(due: Any, erase: Callable[[Document, datetime], None], now: datetime) -> int:
    """Erase slice by slice, each in a short transaction; what somebody holds now waits for tomorrow."""
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
