"""From a composer's words to the bytes a mail server is given.

The parts are put together by hand: the standard library's way costs a millisecond a mail, as much as the
server's answer. What it guards against is guarded here: no value reaches a header but through `_line`, and
no text reaches the wire but encoded (quoted-printable), so neither can begin a header, a part or a command.
"""

import re
from binascii import b2a_qp
from dataclasses import dataclass
from datetime import datetime
from email.header import Header
from email.utils import format_datetime, formataddr, parseaddr
from functools import lru_cache
from typing import Any
from urllib.parse import urlsplit

from django.conf import settings
from django.core.exceptions import ValidationError
from django.core.validators import validate_email

from messaging.delivery.templates import ready
from messaging.emails import Mail
from messaging.returns.identity import return_address
from portal.core.french import typographic


class NoSuchAddress(Exception):
    """What stands in the account is no address anything could be sent to."""


@dataclass(frozen=True, slots=True)
class Letter:
    """One mail ready for the server."""

    sender: str
    recipient: str
    content: bytes


def rendered(mail: Mail) -> tuple[str, str]:
    """Fill the templates of one mail: its text and its HTML, styles put inline."""
    words = {name: _typeset(name, value) for name, value in mail.context.items()}
    text, html = ready(f"emails/{mail.template}.txt"), ready(f"emails/{mail.template}.html")
    return text.fill(words), html.fill(words)


def _typeset(name: str, value: Any) -> Any:
    # Words come from composers and from what people typed; an address or a code is left as it is.
    return _typographic(value) if type(value) is str and name not in ("action_url", "code") else value


_typographic = lru_cache(maxsize=4_096)(typographic)


def letter(mail: Mail, *, to: str, message_id: str, now: datetime, row_id: int = 0) -> Letter:
    """Write one mail out; the same row gives the same Message-ID whenever it is sent.

    What comes back goes to an address of the row's own, where the deployment takes it in. Raises NoSuchAddress.
    """
    text, html = rendered(mail)
    recipient = deliverable(mail.to or to)
    head = (
        f"From: {_from()[0]}\r\n"
        f"To: {recipient}\r\n"
        f"Subject: {_subject(mail.subject)}\r\n"
        f"Date: {_date(now)}\r\n"
        f"Message-ID: {message_id}\r\n"
        "Auto-Submitted: auto-generated\r\n"
        "X-Auto-Response-Suppress: All\r\n"
        "Content-Language: fr\r\n"
        "MIME-Version: 1.0\r\n"
        # «=_» can't occur in quoted-printable text: no content closes a part.
        'Content-Type: multipart/alternative; boundary="=_espace-emploi"\r\n'
    ).encode("ascii")
    parts = (_part(b"plain", text), _part(b"html", html))
    return Letter(
        sender=(return_address(row_id, recipient) if row_id else "") or _from()[1],
        recipient=recipient,
        content=head
        + b"".join(b"\r\n--=_espace-emploi\r\n" + p for p in parts)
        + b"\r\n--=_espace-emploi--\r\n",
    )


def message_id(row_id: int, created_at: datetime) -> str:
    """Name a mail after its row; the instant keeps two databases' rows apart."""
    written = int(created_at.timestamp() * 1_000_000)
    return f"<{row_id}.{written}@{_host(settings.PUBLIC_URL)}>"


@lru_cache(maxsize=8)
def _host(url: str) -> str | None:
    return urlsplit(url).hostname


@lru_cache(maxsize=8)
def _date(now: datetime) -> str:
    return format_datetime(now)


def _part(subtype: bytes, text: str) -> bytes:
    lines = "\r\n".join(text.splitlines()) + "\r\n"
    return (
        b"Content-Type: text/"
        + subtype
        + b'; charset="utf-8"\r\nContent-Transfer-Encoding: quoted-printable\r\n\r\n'
        + b2a_qp(lines.encode("utf-8"), istext=True)
    )


_CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029\s]+")


def _line(value: str) -> str:
    """One line without control characters, whatever a name or a subject holds."""
    return _CONTROL.sub(
        lambda found: found.group() if found.group() in "\u00a0\u202f" else " ", value
    ).strip()


@lru_cache(maxsize=2_048)
def _subject(subject: str) -> str:
    words = typographic(_line(subject)[:200])
    if words.isascii() and len(words) < 70:
        return words
    return Header(words.encode("utf-8", "replace").decode(), "utf-8", maxlinelen=75).encode(linesep="\r\n")


@lru_cache(maxsize=8)
def _sender(configured: str) -> tuple[str, str]:
    name, address = parseaddr(configured)
    return formataddr((_line(name), deliverable(address))), deliverable(address)


def _from() -> tuple[str, str]:
    return _sender(settings.DEFAULT_FROM_EMAIL)


@lru_cache(maxsize=4_096)
def deliverable(address: str) -> str:
    """Give an address as a server takes it (domain in its ASCII form), or raise NoSuchAddress."""
    local, _, domain = address.strip().rpartition("@")
    try:
        validate_email(address.strip())
        ascii_address = f"{local}@{domain.encode('idna').decode('ascii')}"
    except (ValidationError, UnicodeError) as error:
        raise NoSuchAddress from error
    # A quoted local part may hold brackets, blanks and more; nobody has one, and the wire must not see it.
    if not re.fullmatch(r"[!#$%&'*+\-/=?^_`{|}~.0-9A-Za-z]+@[0-9A-Za-z.\-]+", ascii_address):
        raise NoSuchAddress
    return ascii_address
