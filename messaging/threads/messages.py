"""The next message of a thread, whoever writes it: bounded, fingerprinted, once a sending."""

import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db.models import F

from messaging.live import hints
from messaging.models import BODY_MAX, Attachment, Message, Side, Thread, Via
from portal.core import parameters
from portal.core.fingerprint import content_hash
from portal.core.french import NARROW, NBSP
from portal.core.journal import Actor
from portal.core.models import Document
from portal.core.safe import retention
from portal.core.transitions import Refusal


class NothingWritten(Refusal):
    sentence = "Écrivez votre message, puis envoyez."


class TooLong(Refusal):
    sentence = (
        f"Ce message est trop long{NBSP}: 10{NARROW}000{NBSP}caractères au plus. "
        "Raccourcissez-le, ou joignez un document."
    )


class TooManyDocuments(Refusal):
    def __init__(self, most: int) -> None:
        super().__init__(
            f"{most} documents au plus dans un message. Envoyez les autres dans un second message."
        )


@dataclass(frozen=True, slots=True)
class Text:
    """What somebody writes: plain text, documents of the person's safe, and the name of this sending."""

    body: str
    form_key: uuid.UUID | None
    document_ids: Sequence[int] = ()


@dataclass(frozen=True, slots=True)
class Expected:
    """What the person is asked for, and the instant at which the last day for it is over."""

    what: str
    until: datetime


def sent_before(form_key: uuid.UUID | None, by: Actor) -> Message | None:
    """Give the message this very form has already written: a double click sends once."""
    if form_key is None:
        return None
    return Message.objects.select_related("thread").filter(form_key=form_key, author=by.person_id).first()


def put(
    thread: Thread,
    text: Text,
    side: Side,
    *,
    by: Actor,
    now: datetime,
    via: Via = Via.WEB,
    expected: Expected | None = None,
) -> Message:
    """Write the next message of a thread the caller holds, and count it.

    Raises NothingWritten, TooLong, TooManyDocuments.
    """
    body = cleaned(text.body)
    documents = _documents(thread, text.document_ids)
    number = thread.last_number + 1
    message = Message.objects.create(
        thread=thread,
        number=number,
        side=side,
        author_id=None if side == Side.AUTOMATIC else by.person_id,
        via=via,
        body=body,
        expected=expected.what if expected else "",
        expected_by=expected.until if expected else None,
        sent_at=now,
        form_key=text.form_key,
        content_hash=_fingerprint(thread, number, side, via, body, documents, expected, now),
    )
    Attachment.objects.bulk_create(
        Attachment(message=message, document=document, position=position)
        for position, document in enumerate(documents)
    )
    retention.keep_longer([document.pk for document in documents], is_health=False, now=now)
    thread.last_number, thread.last_at = number, now
    if side == Side.CLAIMANT:
        thread.advisor_unread += 1
    else:
        thread.claimant_unread += 1
    Thread.objects.filter(pk=thread.pk).update(
        last_number=F("last_number") + 1,
        last_at=now,
        advisor_unread=thread.advisor_unread,
        claimant_unread=thread.claimant_unread,
    )
    hints.changed(thread.pk)
    return message


def cleaned(body: str) -> str:
    """Give a text as it is kept: plain, its lines ended one way. Raises NothingWritten, TooLong."""
    body = body.replace("\r\n", "\n").replace("\r", "\n").strip()
    if not body:
        raise NothingWritten
    if len(body) > BODY_MAX:
        raise TooLong
    return body


def _documents(thread: Thread, ids: Sequence[int]) -> list[Document]:
    most = parameters.current().upload_max_files
    chosen = list(dict.fromkeys(ids))
    if len(chosen) > most:
        raise TooManyDocuments(most)
    mine = Document.objects.filter(owner_id=thread.claimant_id).in_bulk(chosen)
    return [mine[pk] for pk in chosen if pk in mine]


def _fingerprint(
    thread: Thread,
    number: int,
    side: Side,
    via: Via,
    body: str,
    documents: Sequence[Document],
    expected: Expected | None,
    now: datetime,
) -> bytes:
    """Digest what the other side reads, its documents by the digest of what was sent."""
    return content_hash(
        {
            "ref": str(thread.ref),
            "subject": thread.subject,
            "number": number,
            "side": str(side),
            "via": str(via),
            "body": body,
            "documents": [bytes(document.sha256).hex() for document in documents],
            "expected": expected.what if expected else "",
            "expected_by": expected.until.isoformat() if expected else "",
            "sent_at": now.isoformat(),
        }
    )
