"""Reading what comes back by e-mail: reports of delivery (RFC 3464) and of complaint (RFC 5965).

By the standard library, which knows `multipart/report`. What guesses from free text was left aside: a wrong guess would
stop writing to somebody whose address is right. Headers are read raw: the library's own parsing of them raises on
hostile ones.
"""

import hashlib
from collections.abc import Iterator
from datetime import datetime
from email.message import Message
from email.parser import BytesParser
from email.policy import compat32
from email.utils import getaddresses

from messaging.returns import identity
from messaging.returns.identity import Returned
from messaging.returns.reported import Nature, Reported, enhanced_status, refused

# The report stands before the copy of our mail: a longer one is read so far.
LONGEST = 1_000_000
_DELIVERY, _COMPLAINT = "message/delivery-status", "message/feedback-report"
_ABUSE = frozenset({"abuse", "fraud", "virus", "other"})


def parsed(raw: bytes) -> Message:
    """Read a mail, whatever stands in it."""
    return BytesParser(policy=compat32).parsebytes(raw[:LONGEST])


def header(message: Message, name: str) -> str:
    """Give one header as plain text, on one line."""
    value = message.get(name)
    return "" if value is None else " ".join(str(value).split())


def is_report(message: Message) -> bool:
    """Say whether a program wrote this to tell what became of a mail."""
    return message.get_content_type() == "multipart/report" or _part(message, _DELIVERY) is not None


def returned_to(message: Message, envelope_to: str) -> Returned | None:
    """Find the address of ours that this came back to: the envelope's, or what the headers keep of it."""
    given = [envelope_to, *(header(message, name) for name in ("X-Original-To", "Delivered-To", "To"))]
    return _first(given)


def read(
    message: Message, returned: Returned | None, now: datetime
) -> list[tuple[Reported, Returned | None]]:
    """Give what a report says, each with the proof of which mail it speaks of; nothing for one that says nothing."""
    natures = list(_delivery(message)) or list(_complaint(message))
    if natures and returned is None:
        returned = _first(_quoted(message))
    row = returned.row_id if returned else None
    return [
        (
            Reported(
                event_id=f"{row or 'inconnu'}-{nature}-{_identity(message)}",
                nature=nature,
                at=now,
                row_id=row,
                status=status,
            ),
            returned,
        )
        for nature, status in natures[:1]
    ]


def _delivery(message: Message) -> Iterator[tuple[Nature, str]]:
    part = _part(message, _DELIVERY)
    blocks = part.get_payload() if part is not None else None
    # One block about the message, then one a recipient; ours has one recipient.
    for block in blocks[1:] if isinstance(blocks, list) else []:
        if not isinstance(block, Message):
            continue
        action = header(block, "Action").partition(" ")[0].lower()
        status = enhanced_status(header(block, "Status")) or enhanced_status(header(block, "Diagnostic-Code"))
        if action == "failed":
            # One that does not say why closes no address by itself.
            yield (refused(status) if status.startswith("5.") else Nature.SOFT), status
        elif action == "delayed":
            yield Nature.DEFERRED, status
        elif action == "delivered":
            yield Nature.DELIVERED, status


def _complaint(message: Message) -> Iterator[tuple[Nature, str]]:
    part = _part(message, _COMPLAINT)
    if part is not None and _field(part, "Feedback-Type").lower() in _ABUSE:
        yield Nature.COMPLAINED, ""


def _quoted(message: Message) -> Iterator[str]:
    """Give what the report quotes of our envelope: a complaint goes to another address than the mail came from."""
    part = _part(message, _COMPLAINT)
    if part is not None:
        yield _field(part, "Original-Mail-From")
    for part in message.walk():
        if part is not message:
            yield _field(part, "Return-Path")


def _field(part: Message, name: str) -> str:
    """Give a field of a part, which the library keeps as headers, as a message within, or as text."""
    found = header(part, name)
    payload = part.get_payload()
    if not found and isinstance(payload, list) and payload and isinstance(payload[0], Message):
        found = header(payload[0], name)
    if not found and isinstance(payload, str):
        inside = BytesParser(policy=compat32).parsebytes(payload.encode("utf-8", "replace"), headersonly=True)
        found = header(inside, name)
    return found


def _part(message: Message, kind: str) -> Message | None:
    return next((part for part in message.walk() if part.get_content_type() == kind), None)


def _first(texts: Iterator[str] | list[str]) -> Returned | None:
    for text in texts:
        for _, address in getaddresses([text[:1_000]]):
            if found := identity.read(address):
                return found
    return None


def _identity(message: Message) -> str:
    """Name a report by its Message-ID, or by its content: fetched twice, it counts once."""
    own = header(message, "Message-ID")
    body = own.encode("utf-8", "replace") or b"".join(
        payload.encode("utf-8", "replace")
        for part in message.walk()
        if isinstance(payload := part.get_payload(), str)
    )
    return hashlib.sha256(body).hexdigest()[:32]
