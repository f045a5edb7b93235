"""A notice to a colleague, with other words in the list of their mailbox than in the mail."""

from collections.abc import Sequence
from dataclasses import replace

from messaging.emails import Mail
from messaging.mails.notices import to_staff


def to_colleague(subject: str, *, preheader: str, paragraphs: Sequence[str], path: str, action: str) -> Mail:
    """Write to an advisor or a supervisor, with other words in the list of their mailbox than in the mail."""
    mail = to_staff(subject, *paragraphs, path=path, action=action)
    return replace(mail, context={**mail.context, "preheader": preheader})
