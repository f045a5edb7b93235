"""Let documents go when their time is over, with proof; a hold (an appeal) keeps them."""

from datetime import datetime

from django.core.files.storage import default_storage
from django.db import transaction

from portal.core import journal
from portal.core.journal import PORTAL
from portal.core.models import Document
from portal.core.models.document import DocumentState

PURGED = journal.code(
    54, "document_purged", "Le document {title} a été effacé : sa durée de conservation est finie."
)
SLICE = 200


def purge(now: datetime, *, dry_run: bool = False) -> int:
    """Erase the documents whose retention is over; the row stays as proof, without its content. Rerunnable."""
    due = Document.objects.filter(state=DocumentState.RECEIVED, hold=False, keep_until__lt=now.date())
    if dry_run:
        return due.count()
    purged = 0
    while True:
        with transaction.atomic():
            slice_ = list(due.select_for_update(no_key=True, skip_locked=True).order_by("pk")[:SLICE])
            for document in slice_:
                _purge_one(document, now)
        purged += len(slice_)
        if len(slice_) < SLICE:
            return purged


def _purge_one(document: Document, now: datetime) -> None:
    key = document.clean_key
    document.move_to(DocumentState.EXPIRED)
    document.clean_key, document.purged_at = "", now
    document.move_to(DocumentState.PURGED, saving=["clean_key", "purged_at"])
    journal.record(
        PURGED,
        by=PORTAL,
        now=now,
        file_id=document.owner_id,
        subject_id=document.pk,
        data={
            "title": document.title,
            "ref": str(document.ref),
            "sha256": bytes(document.clean_sha256 or b"").hex(),
        },
    )
    transaction.on_commit(lambda: default_storage.delete(key))
