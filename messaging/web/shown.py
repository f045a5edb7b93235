"""A thread in words, for either side: where it stands, and each message as it is read."""

import re
from collections.abc import Mapping, Sequence
from datetime import datetime, tzinfo
from typing import Any, NamedTuple

from django.conf import settings
from django.contrib.postgres.expressions import ArraySubquery
from django.db.models import BigIntegerField, OuterRef, Value
from django.db.models.functions import JSONObject
from django.http import HttpRequest
from django.urls import reverse
from django.utils.html import conditional_escape, format_html
from django.utils.safestring import SafeString, mark_safe

from messaging.models import Attachment, Message, Side, Thread, Topic, Via
from messaging.states import ThreadState
from portal.core.french import NBSP, first_up, full_datetime, full_deadline, plural, short_datetime
from portal.core.models.document import DocumentState
from portal.core.prepared import prepared
from portal.core.references import to_text

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


class Situation(NamedTuple):
    """What decides where a thread stands, and on which clock it is said; of a list, no more of it is read."""

    state: str
    answer_due_at: datetime | None
    expected_by: datetime | None
    advisor: str
    tz: tzinfo


def situation(thread: Thread) -> Situation:
    """Give what decides where this thread stands."""
    return Situation(
        thread.state,
        thread.answer_due_at,
        thread.expected_by,
        str(thread.advisor),
        thread.agency.place.zone,
    )


def for_person(thread: Situation, now: datetime) -> Stands:
    """Say where a thread stands to the person whose it is."""
    tz = thread.tz
    if thread.answer_due_at is not None:
        if thread.answer_due_at <= now:
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


def for_service(thread: Situation, now: datetime) -> Stands:
    """Say where a thread stands to who answers it."""
    tz = thread.tz
    if thread.answer_due_at is not None:
        until = full_deadline(thread.answer_due_at, tz)
        late = thread.answer_due_at <= now
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


def last_words(number: int, at: datetime, tz: tzinfo) -> str:
    """Say how long a thread is and when it was last written in."""
    return f"{plural(number, 'message')}, le dernier {short_datetime(at, tz)}"


# --- messages ------------------------------------------------------------------------


def before(request: HttpRequest) -> int | None:
    """Read from the address before which message the page stands; None for the latest."""
    text = request.GET.get("avant", "")
    return int(text) if text.isascii() and text.isdigit() and len(text) < 6 else None


class Said(NamedTuple):
    """One message as a page reads it: with its author, who opened it and when, and what is joined to it."""

    number: int
    side: str
    via: str
    body: str
    sent_at: datetime
    expected: str
    expected_by: datetime | None
    first_name: str | None
    last_name: str | None
    read_at: datetime | None
    reader_first_name: str | None
    reader_last_name: str | None
    documents: list[dict[str, Any]]


@prepared
def _page(thread_id: int, before: int) -> Any:
    """Ask for messages, the latest first, with all that is shown of each: one question."""
    joined = (
        Attachment.objects.filter(message_id=OuterRef("pk"))
        .order_by("position")
        .values_list(
            JSONObject(
                ref="document__ref",
                title="document__title",
                state="document__state",
                rejection="document__rejection",
                uploaded_by="document__uploaded_by_id",
                owner="document__owner_id",
            )
        )
    )
    return (
        # As a bigint: a number too great for the column is no error, it stands before nothing.
        Message.objects.filter(thread_id=thread_id, number__lt=Value(before, BigIntegerField()))
        .annotate(documents=ArraySubquery(joined))
        .order_by("-number")
        .values_list(
            *("number", "side", "via", "body", "sent_at", "expected", "expected_by"),
            *("author__first_name", "author__last_name"),
            *("reading__at", "reading__reader__first_name", "reading__reader__last_name", "documents"),
        )[: PAGE + 1]
    )


_AFTER_ALL = 2**31


def page_of(thread: Thread, before: int | None) -> tuple[list[Said], int | None]:
    """Read one page of messages, the earliest first, and from which number there are earlier ones."""
    found = [
        Said(*row) for row in _page(thread_id=thread.pk, before=_AFTER_ALL if before is None else before)
    ]
    earlier = found[PAGE - 1].number if len(found) > PAGE else None
    return found[:PAGE][::-1], earlier


def messages(rows: Sequence[Said], thread: Thread, *, to_person: bool) -> list[dict[str, Any]]:
    """Write messages as one side reads them; theirs stand on the right."""
    tz = thread.agency.place.zone
    here = reverse("espace:thread", args=[thread.ref]) if to_person else ""
    return [_message(row, here, tz, to_person=to_person) for row in rows]


def _message(row: Said, here: str, tz: tzinfo, *, to_person: bool) -> dict[str, Any]:
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
        "documents": [_document(one, to_person=to_person) for one in row.documents],
        "read": _read(row, tz, mine=mine, to_person=to_person),
        "fresh": not mine and row.read_at is None,
        "receipt_url": f"{here}recu-{row.number}.pdf" if to_person and row.side == Side.CLAIMANT else "",
    }


def _who(row: Said, *, to_person: bool) -> str:
    if row.first_name is None:
        return "Réponse automatique"
    return "Vous" if to_person and row.side == Side.CLAIMANT else f"{row.first_name} {row.last_name}"


def _noted(row: Said, *, to_person: bool) -> str:
    if row.via == Via.WEB:
        return ""
    how = f"{first_up(Via(row.via).label)}, noté par écrit."
    return f"{how} Ce n’est pas ce qui a été dit\u202f? Écrivez-le ci-dessous." if to_person else how


def _read(row: Said, tz: tzinfo, *, mine: bool, to_person: bool) -> str:
    if not mine:
        return ""
    if row.read_at is None:
        return "Pas encore lu" if to_person else "Pas encore lu par la personne"
    when = full_datetime(row.read_at, tz)
    return (
        f"Lu le {when} par {row.reader_first_name} {row.reader_last_name}"
        if to_person
        else f"Lu par la personne le {when}"
    )


_NOT_READABLE: dict[str, str] = {
    DocumentState.REJECTED_TECH: "Ce fichier n’a pas passé la vérification. Il n’a pas été gardé.",
    DocumentState.EXPIRED: "Effacé, sa durée de conservation est passée.",
    DocumentState.PURGED: "Effacé, sa durée de conservation est passée.",
}


def _document(one: Mapping[str, Any], *, to_person: bool) -> dict[str, Any]:
    state = one["state"]
    # Why a file was not kept is written to whoever sent it; the other side reads that it was not.
    theirs = to_person == (one["uploaded_by"] == one["owner"])
    refused = one["rejection"] if state == DocumentState.REJECTED_TECH and theirs else ""
    return {
        "title": one["title"],
        "url": f"/documents/{to_text('DO', one['ref'])}/" if state == DocumentState.RECEIVED else "",
        "checking": state == DocumentState.QUARANTINED,
        "note": refused or _NOT_READABLE.get(state, ""),
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
