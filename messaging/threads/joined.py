"""Files joined to what the service writes: in the person's safe with the message, or not at all.

What a person sends is kept whatever else must be corrected, for it is theirs. What somebody else puts into their safe
is there because it was sent to them, and for no other reason.
"""

from __future__ import annotations

import uuid
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.core.files.uploadedfile import UploadedFile
from django.db import transaction
from django.dispatch import receiver

from accounts.models import Claimant
from messaging import deeds, outbox
from messaging.models import Attachment, Message
from messaging.threads.messages import sent_before
from portal.core import safe
from portal.core.documents.limits import MEGABYTE
from portal.core.french import NBSP, plural
from portal.core.journal import Actor
from portal.core.models import Document, DocumentFile
from portal.core.safe import choosing
from portal.core.safe.checking import document_rejected
from portal.core.safe.storing import discard
from portal.core.transitions import Refusal

# What one sending may add to the store: each person's copy is written and looked into while the advisor waits.
COPIES_MAX = 500 * MEGABYTE

Write = Callable[[Sequence[int]], Message]


class NotAllTaken(Refusal):
    """A file among them cannot be kept: nothing is sent, each bad one is named."""

    def __init__(self, sentences: Sequence[str]) -> None:
        super().__init__(" ".join(sentences))
        self.sentences = sentences


@dataclass(frozen=True, slots=True)
class Files:
    """What was chosen to be joined; `as_one`: photos that are the pages of one document."""

    files: Sequence[UploadedFile[bytes]] = ()
    as_one: bool = False

    def refuse_bad(self, people: int) -> None:
        """Refuse what a glance refuses, and what is too much for so many people. Raises NotAllTaken.

        Every copy is the same: what is bad for one is bad for all, and is said before anybody got anything.
        """
        _, refused = safe.look_at(self.files, as_one=self.as_one)
        if refused:
            raise NotAllTaken(_sentences(refused))
        size = sum(file.size or 0 for file in self.files)
        if people > 1 and size * people > COPIES_MAX:
            each = f"{COPIES_MAX // people // MEGABYTE}{NBSP}Mo"
            raise NotAllTaken(
                [
                    f"À {plural(people, 'personne')}, vos fichiers pèsent {each} au plus, ensemble. "
                    "Allégez-les, ou écrivez en plusieurs fois."
                ]
            )


def sent(
    files: Files, person: Claimant, form_key: uuid.UUID | None, write: Write, *, by: Actor, now: datetime
) -> Message:
    """Write a message with its files, in one transaction. Raises a Refusal, and then keeps nothing of either."""
    if not files.files or form_key is None:
        return write(())
    kept: list[str] = []
    try:
        with transaction.atomic():
            choosing.one_at_a_time(form_key)
            if (earlier := sent_before(form_key, by)) is not None:
                return earlier
            taken = safe.receive(files.files, owner=person.user, by=by, as_one=files.as_one, now=now)
            kept += DocumentFile.objects.filter(document__in=taken.documents).values_list("key", flat=True)
            if taken.refused:
                raise NotAllTaken(_sentences(taken.refused))
            return write([document.pk for document in taken.documents])
    except Refusal:
        # Their rows are rolled back. After any other error the nightly sweep takes what has no row.
        discard(kept)
        raise


def _sentences(refused: Sequence[safe.RefusedFile]) -> list[str]:
    return [f"«{NBSP}{file.name}{NBSP}»{NBSP}: {file.sentence}" for file in refused]


@receiver(document_rejected, dispatch_uid="messaging.joined")
def tell_who_joined_it(sender: Any, *, document: Document, now: datetime, **_: Any) -> None:
    """Tell who put a file into somebody's safe with a message that it was not kept; in the caller's transaction.

    The copies of one file sent to several people fall one by one: their sender is told of it once.
    """
    if document.uploaded_by_id == document.owner_id:
        return
    copies = Attachment.objects.filter(
        document__uploaded_by_id=document.uploaded_by_id,
        document__uploaded_at=document.uploaded_at,
        document__sha256=document.sha256,
    ).order_by("message_id")
    rows = copies.values_list("message__thread_id", "message__number")[:1]
    outbox.enqueue(
        [
            outbox.Owed(deeds.MAIL_JOINED_REJECTED, document.uploaded_by_id, thread_id, occurrence=number)
            for thread_id, number in rows
        ],
        now=now,
    )
