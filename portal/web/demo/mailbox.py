"""The demo's mailbox: what the local mail server kept, newest first, readable in the browser."""

import re
from dataclasses import dataclass
from datetime import datetime
from email import message_from_bytes, policy
from email.message import EmailMessage
from email.utils import parsedate_to_datetime
from itertools import islice
from pathlib import Path

_NAME = re.compile(r"[0-9-]+\.eml\Z")
_HEAD_BYTES = 4_096


@dataclass(frozen=True)
class Line:
    """One mail of the list."""

    name: str
    to: str
    subject: str
    sent_at: datetime | None


def newest(folder: Path, *, to: str = "", most: int = 50, before: str = "") -> list[Line]:
    """List the newest mails, of one address if asked, older than the mail named `before`."""
    names = sorted((file.name for file in folder.glob("*.eml")), reverse=True)
    lines = (_line(folder / name) for name in names if not before or name < before)
    return list(islice((line for line in lines if not to or to.lower() in line.to.lower()), most))


def read(folder: Path, name: str) -> EmailMessage | None:
    """Read one mail; None for a name that is no mail of this folder."""
    if not _NAME.match(name) or not (folder / name).is_file():
        return None
    return message_from_bytes((folder / name).read_bytes(), policy=policy.default)


def part(mail: EmailMessage, kind: str) -> str:
    """Give the plain or html text of a mail, empty when it has none."""
    body = mail.get_body((kind,))
    return str(body.get_content()) if isinstance(body, EmailMessage) else ""


def sent_at(mail: EmailMessage) -> datetime | None:
    """Give the moment a mail says it was sent."""
    try:
        return parsedate_to_datetime(str(mail["Date"]))
    except (TypeError, ValueError):
        return None


def _line(file: Path) -> Line:
    with file.open("rb") as opened:
        head = opened.read(_HEAD_BYTES)
    mail = message_from_bytes(head, policy=policy.default)
    return Line(file.name, str(mail["To"] or ""), str(mail["Subject"] or ""), sent_at(mail))
