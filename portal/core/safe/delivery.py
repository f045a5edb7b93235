"""Hand a document to somebody allowed to read it: every opening is written down."""

from datetime import datetime
from urllib.parse import quote

from django.core.files.storage import default_storage
from django.db import transaction
from django.http import FileResponse, HttpResponseBase

from portal.core import journal
from portal.core.journal import Actor
from portal.core.models import Document, DocumentReading
from portal.core.models.document import DocumentState
from portal.core.transitions import Refusal

READ = journal.code(53, "document_read", "{actor} a ouvert le document {title}.")
_EXTENSIONS = {"application/pdf": "pdf", "image/jpeg": "jpg", "image/png": "png"}


class NotReadable(Refusal):
    sentence = "Ce document ne peut pas être ouvert pour le moment : sa vérification est en cours."


def deliver(document: Document, *, by: Actor, now: datetime) -> HttpResponseBase:
    """Answer with the clean copy, as a file to keep, never as a page; the caller has checked the right to read."""
    if document.state != DocumentState.RECEIVED or not document.clean_key:
        raise NotReadable
    if by.person_id != document.owner_id:
        note_reading(document, by=by, now=now)
    file = default_storage.open(document.clean_key)
    name = f"{document.title.rsplit('.', 1)[0]}.{_EXTENSIONS.get(document.mime, 'bin')}"
    response = FileResponse(file, content_type=document.mime)
    response["Content-Disposition"] = f"attachment; filename*=UTF-8''{quote(name, safe='')}"
    response["Content-Length"] = str(document.clean_size)
    response["X-Content-Type-Options"] = "nosniff"
    response["Content-Security-Policy"] = "default-src 'none'; sandbox"
    return response


def note_reading(document: Document, *, by: Actor, now: datetime) -> None:
    """Write that somebody else opened a person's document; the person sees it in their journal."""
    with transaction.atomic():
        DocumentReading.objects.create(document=document, reader_id=by.person_id, at=now)
        journal.record(
            READ,
            by=by,
            now=now,
            file_id=document.owner_id,
            subject_id=document.pk,
            data={"title": document.title, "ref": str(document.ref)},
        )
