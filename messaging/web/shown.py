"""A thread in words, for either side: where it stands, and each message as it is read."""

import re
from collections.abc import Sequence
from datetime import datetime, tzinfo
from typing import Any, NamedTuple

from django.conf import settings
from django.http import HttpRequest
from django.urls import reverse
from django.utils.html import conditional_escape, format_html
from django.utils.safestring import SafeString, mark_safe

from messaging.models import Attachment, Message, Side, Thread, Topic, Via
from messaging.states import ThreadState
from portal.core.french import NBSP, full_datetime, full_deadline, plural, short_datetime
from portal.core.models.document import DocumentState

# What a thread is about, as the service says it; a complaint is the person's to make.
TOPICS: dict[str, str] = {
    Topic.APPOINTMENT: "Un rendez-vous",
    Topic.BENEFITS: "L’allocation",
    Topic.JOB_SEARCH: "La recherche d’emploi",
    Topic.DOCUMENTS: "Un document",
    Topic.COMPLAINT: "Une réclamation",
    Topic.OTHER: "Autre chose",
}
# So many messages stand on one page of a thread, the latest.
PAGE = 50


class Stands(NamedTuple):
    """A state as one side reads it: the badge, its tone, and what happens now."""

    label: str
    tone: str
    sentence: str


def for_person(thread: Thread, now: datetime) -> Stands:
    """Say where a thread stands to the person whose it is."""
    tz = thread.agency.place.zone
    if thread.answer_due_at is not None:
        if thread.is_late(now):
            return Stands(
                "Réponse en retard",
                "warning",
                "Nous n’avons pas répondu à temps. Nous vous présentons nos excuses.",
            )
        until = full_deadline(thread.answer_due_at, tz)
        return Stands("Réponse attendue", "info", f"{thread.advisor} vous répond au plus tard le {until}.")
    if thread.expected_by is not None:
        until = full_deadline(thread.expected_by, tz)
        return Stands("À compléter", "warning", f"Votre conseiller attend un élément de vous, le {until}.")
    if thread.state == ThreadState.RESOLVED:
        return Stands(
            "Réglé", "neutral", f"Cet échange est réglé. Écrivez pour le rouvrir{NBSP}: c’est simple."
        )
    return Stands("Répondu", "success", "Vous pouvez répondre quand vous le voulez.")


def for_service(thread: Thread, now: datetime) -> Stands:
    """Say where a thread stands to who answers it."""
    tz = thread.agency.place.zone
    if thread.answer_due_at is not None:
        until = full_deadline(thread.answer_due_at, tz)
        late = thread.is_late(now)
        return Stands(
            "En retard" if late else "À répondre", "danger" if late else "info", f"Réponse due le {until}."
        )
    if thread.expected_by is not None:
        until = full_deadline(thread.expected_by, tz)
        return Stands(
            "Attendu de la personne", "neutral", f"La personne a jusqu’au {until}. Votre délai s’arrête."
        )
    if thread.state == ThreadState.RESOLVED:
        return Stands("Réglé", "neutral", "Écrire ici rouvre l’échange.")
    return Stands("Répondu", "success", "Rien n’est attendu de vous.")


def unread(count: int) -> str:
    """Count what somebody has not opened yet: «2 nouveaux»; nothing for none."""
    return plural(count, "nouveau", "nouveaux") if count else ""


def last_words(thread: Thread, tz: tzinfo) -> str:
    """Say how long a thread is and when it was last written in."""
    return f"{plural(thread.last_number, 'message')}, le dernier {short_datetime(thread.last_at, tz)}"


# --- messages ------------------------------------------------------------------------


def before(request: HttpRequest) -> int | None:
    """Read from the address before which message the page stands; None for the latest."""
    text = request.GET.get("avant", "")
    return int(text) if text.isascii() and text.isdigit() and len(text) < 6 else None


def page_of(thread: Thread, before: int | None) -> tuple[list[Message], int | None]:
    """Read one page of messages, the earliest first, and from which number there are earlier ones."""
    rows = (
        Message.objects.filter(thread=thread)
        .select_related("author", "reading__reader")
        .prefetch_related("attachments__document")
        .order_by("-number")
    )
    if before is not None:
        rows = rows.filter(number__lt=before)
    found = list(rows[: PAGE + 1])
    earlier = found[PAGE - 1].number if len(found) > PAGE else None
    return found[:PAGE][::-1], earlier


def messages(rows: Sequence[Message], thread: Thread, *, to_person: bool) -> list[dict[str, Any]]:
    """Write messages as one side reads them; theirs stand on the right."""
    tz = thread.agency.place.zone
    return [_message(row, thread, tz, to_person=to_person) for row in rows]


def _message(row: Message, thread: Thread, tz: tzinfo, *, to_person: bool) -> dict[str, Any]:
    mine = (row.side == Side.CLAIMANT) == to_person
    return {
        "number": row.number,
        "mine": mine,
        "automatic": row.side == Side.AUTOMATIC,
        "who": _who(row, to_person=to_person),
        "when": full_datetime(row.sent_at, tz),
        "noted": _noted(row, to_person=to_person),
        "body": told(row.body),
        "expected": row.expected,
        "expected_by": full_deadline(row.expected_by, tz) if row.expected_by else "",
        "documents": [_document(one, to_person=to_person) for one in row.attachments.all()],
        "read": _read(row, tz, mine=mine, to_person=to_person),
        "fresh": not mine and getattr(row, "reading", None) is None,
        "receipt_url": reverse("espace:message_receipt", args=[thread.ref, row.number])
        if to_person and row.side == Side.CLAIMANT
        else "",
    }


def _who(row: Message, *, to_person: bool) -> str:
    if row.author is None:
        return "Réponse automatique"
    return "Vous" if to_person and row.side == Side.CLAIMANT else str(row.author)


def _noted(row: Message, *, to_person: bool) -> str:
    if row.via == Via.WEB:
        return ""
    how = f"{row.get_via_display().capitalize()}, noté par écrit."
    return f"{how} Ce n’est pas ce qui a été dit\u202f? Écrivez-le ci-dessous." if to_person else how


def _read(row: Message, tz: tzinfo, *, mine: bool, to_person: bool) -> str:
    if not mine:
        return ""
    reading = getattr(row, "reading", None)
    if reading is None:
        return "Pas encore lu" if to_person else "Pas encore lu par la personne"
    when = full_datetime(reading.at, tz)
    return f"Lu le {when} par {reading.reader}" if to_person else f"Lu par la personne le {when}"


_NOT_READABLE = {
    DocumentState.REJECTED_TECH: "Ce fichier n’a pas passé la vérification. Il n’a pas été gardé.",
    DocumentState.EXPIRED: "Effacé, sa durée de conservation est passée.",
    DocumentState.PURGED: "Effacé, sa durée de conservation est passée.",
}


def _document(row: Attachment, *, to_person: bool) -> dict[str, Any]:
    document = row.document
    # Why a file was not kept is written to whoever sent it; the other side reads that it was not.
    theirs = to_person == (document.uploaded_by_id == document.owner_id)
    refused = document.state == DocumentState.REJECTED_TECH and document.rejection if theirs else ""
    readable = document.state == DocumentState.RECEIVED
    return {
        "title": document.title,
        "url": f"/documents/{document.ref}/" if readable else "",
        "checking": document.state == DocumentState.QUARANTINED,
        "note": refused or _NOT_READABLE.get(DocumentState(document.state), ""),
    }


_ADDRESS = re.compile(r"https?://[^\s<>\"'«»]+")


def told(body: str) -> SafeString:
    """Write plain text as paragraphs: nothing in it is markup, and only the portal's own addresses are links."""
    paragraphs = [
        mark_safe("<br>".join(_line(line) for line in part.split("\n")))  # noqa: S308 - each line is escaped
        for part in re.split(r"\n{2,}", body)
    ]
    return mark_safe("".join(format_html("<p>{}</p>", part) for part in paragraphs))  # noqa: S308


def _line(line: str) -> str:
    out, at = [], 0
    for found in _ADDRESS.finditer(line):
        address = found.group().rstrip(".,;:!?)")
        if not address.startswith(f"{settings.PUBLIC_URL}/"):
            continue
        out += [
            conditional_escape(line[at : found.start()]),
            format_html('<a href="{}">{}</a>', address, address),
        ]
        at = found.start() + len(address)
    return "".join([*out, conditional_escape(line[at:])])
