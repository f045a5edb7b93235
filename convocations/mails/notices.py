"""A notice: what happened, in a few paragraphs, one thing to do, and for a person how to reach their agency."""

from collections.abc import Callable, Sequence
from dataclasses import replace

from accounts.models import Agency
from messaging.emails import Mail, Words, absolute
from messaging.mails.notices import to_staff


def to_person(
    agency: Agency,
    *,
    subject: str,
    title: str,
    preheader: str,
    paragraphs: Sequence[str],
    path: str,
    action: str,
    why: str,
    deadline_text: str = "",
    kind: str = "",
    letter: Callable[[], Words] | None = None,
) -> Mail:
    """Write to a person about something that stands in their space at `path`; `letter` gives it on paper."""
    context = {
        "title": title,
        "preheader": preheader,
        "body": "\n\n".join(paragraphs),
        "deadline_text": deadline_text,
        "action_url": absolute(path),
        "action_label": action,
        "kind": kind,
        "why": why,
        "help_text": f"Votre agence : {agency.name}, {agency.address}. Téléphone : {agency.phone}.",
    }
    return Mail("notice", subject, context, letter=letter)


def to_colleague(subject: str, *, preheader: str, paragraphs: Sequence[str], path: str, action: str) -> Mail:
    """Write to an advisor or a supervisor, with other words in the list of their mailbox than in the mail."""
    mail = to_staff(subject, *paragraphs, path=path, action=action)
    return replace(mail, context={**mail.context, "preheader": preheader})
