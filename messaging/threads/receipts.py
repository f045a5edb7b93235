"""The receipt of a message: the paper that proves what was sent, when, and until when an answer is due."""

from typing import Any

from messaging import letters
from messaging.models import Message
from messaging.waiting import clocks
from portal.core.french import NBSP, full_datetime, full_deadline


def facts(message: Message) -> list[dict[str, Any]]:
    """List what a receipt says; the message comes with its thread, the agency, the people and the documents."""
    thread = message.thread
    tz = thread.agency.place.zone
    rows = {
        "Reçu le": full_datetime(message.sent_at, tz, zone=True),
        "De": str(message.author or "Le portail"),
        "Par": f"{thread.agency.name}, {thread.agency.address}",
        "Contact": f"{thread.advisor}, {thread.advisor.phone or thread.agency.phone}",
        "Au sujet de": thread.get_topic_display().capitalize(),
        "Objet": thread.subject,
        "Documents": ", ".join(row.document.title for row in message.attachments.all()),
    }
    return [{"label": label, "value": value} for label, value in rows.items() if value]


def next_step(message: Message) -> str:
    """Say by when this message was to be answered when it came, as the receipt keeps saying it."""
    thread = message.thread
    due = clocks.answer_due(
        message.sent_at,
        clocks.length(thread.is_complaint),
        thread.agency.place,
        is_complaint=thread.is_complaint,
    )
    return f"Une réponse vous est due au plus tard le {full_deadline(due, thread.agency.place.zone)}."


def of_message(message: Message) -> bytes:
    """Make the acknowledgement of a message (CRPA L112-11 and R112-11-1): when, to whom, what, fingerprint."""
    thread = message.thread
    return letters.typeset(
        "receipt",
        {
            "title": f"Reçu{NBSP}: message {thread.ref}, n°{NBSP}{message.number}",
            "lead": f"Votre message est bien reçu. Gardez ce document{NBSP}: il le prouve.",
            "facts_title": "Ce que vous avez envoyé",
            "facts": [*facts(message), {"label": "Message", "value": message.body}],
            "parts": [
                {
                    "title": "La suite",
                    "sentences": [
                        next_step(message),
                        "Sans réponse à cette date, le responsable de votre agence est prévenu. "
                        "Vous pouvez aussi demander à être rappelé, ou appeler le 3949.",
                    ],
                }
            ],
            "ledger_title": "",
            "ledger": [],
            "hash": bytes(message.content_hash).hex(),
            "foot": f"{thread.ref} – {thread.agency.name}, {thread.agency.phone}",
        },
        dated=message.sent_at,
    )
