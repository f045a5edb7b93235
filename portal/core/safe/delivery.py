"""Hand a document to somebody allowed to read it: every opening is written down."""

import logging
from datetime import datetime
from typing import Any
from urllib.parse import quote

from django.core.files.storage import default_storage
from django.db import transaction
from django.http import FileResponse, HttpResponse, HttpResponseBase

from portal.core import journal
from portal.core.journal import Actor
from portal.core.models import Document, DocumentReading
from portal.core.models.document import DocumentState
from portal.core.transitions import Refusal

log = logging.getLogger(__name__)

READ = journal.code(53, "document_read", "{actor} a ouvert le document {title}.")
_EXTENSIONS = {"application/pdf": "pdf", "image/jpeg": "jpg", "image/png": "png"}


class NotReadable(Refusal):
    """Nothing can be read of this document, now or any more; `gone` when waiting changes nothing."""

    sentence = "Ce document ne peut pas être ouvert pour le moment : sa vérification est en cours."
    gone = False


class Unreadable(NotReadable):
    sentence = "Ce fichier n’a pas pu être lu et n’a pas été gardé."
    gone = True


class Erased(NotReadable):
    sentence = "Ce document a été effacé : sa durée de conservation est passée."
    gone = True


class OutOfReach(NotReadable):
    sentence = (
        "Ce document ne peut pas être ouvert pour le moment. Il est bien gardé. "
        "Réessayez dans quelques minutes."
    )


_WHY = {DocumentState.REJECTED_TECH: Unreadable, DocumentState.EXPIRED: Erased, DocumentState.PURGED: Erased}


def deliver(document: Document, *, by: Actor, now: datetime, headers_only: bool = False) -> HttpResponseBase:
    """Answer with the clean copy, as a file to keep, never as a page; the caller has checked the right to read.

    Opening comes before writing that it was read: a store that is silent shows nothing, so nobody read.
    `headers_only` (HEAD) shows nothing either. Raises NotReadable.
    """
    if document.state != DocumentState.RECEIVED or not document.clean_key:
        raise _WHY.get(DocumentState(document.state), NotReadable)
    response: HttpResponseBase
    if headers_only:
        response = HttpResponse(content_type=document.mime)
    else:
        response = FileResponse(_opened(document, by, now), content_type=document.mime)
    name = f"{document.title.rsplit('.', 1)[0]}.{_EXTENSIONS.get(document.mime, 'bin')}"
    headers = {
        "Content-Disposition": f"attachment; filename*=UTF-8''{quote(name, safe='')}",
        "Content-Length": str(document.clean_size),
        "X-Content-Type-Options": "nosniff",
        "Content-Security-Policy": "default-src 'none'; sandbox; frame-ancestors 'none'",
        "Cache-Control": "private, no-store",
        # The whole file or nothing: a part would be one more reading to write down.
        "Accept-Ranges": "none",
    }
    for header, value in headers.items():
        response[header] = value
    return response


def _opened(document: Document, by: Actor, now: datetime) -> Any:
    try:
        file = default_storage.open(document.clean_key)
    except Exception as error:  # every store has exceptions of its own
        log.exception("document %s is not given by the store", document.ref)
        raise OutOfReach from error
    if by.person_id != document.owner_id:
        try:
            note_reading(document, by=by, now=now)
        except BaseException:
            file.close()
            raise
    return file


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
