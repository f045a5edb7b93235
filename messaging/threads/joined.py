"""What an advisor joined to a message and could not be kept: they are told, the person reads it in its place."""

from datetime import datetime
from typing import Any

from django.dispatch import receiver

from messaging import deeds, outbox
from messaging.models import Attachment
from portal.core.models import Document
from portal.core.safe.checking import document_rejected


@receiver(document_rejected, dispatch_uid="messaging.joined")
def tell_who_joined_it(sender: Any, *, document: Document, now: datetime, **_: Any) -> None:
    """Tell who put a file into somebody's safe with a message that it was not kept; in the caller's transaction."""
    if document.uploaded_by_id == document.owner_id:
        return
    rows = Attachment.objects.filter(document=document).values_list("message__thread_id", "message__number")
    outbox.enqueue(
        [
            outbox.Owed(deeds.MAIL_JOINED_REJECTED, document.uploaded_by_id, thread_id, occurrence=number)
            for thread_id, number in rows
        ],
        now=now,
    )
