"""What somebody began to write, kept on the server until it is sent or its time is over."""

from collections.abc import Mapping, Sequence
from datetime import date, datetime, timedelta
from typing import Any

from django.db import transaction
from django.db.models import F

from messaging.models import BODY_MAX, SUBJECT_MAX, Draft, Topic
from portal.core import parameters
from portal.core.personal_data import erase
from portal.core.prepared import prepared

# What is kept of a text too long to be sent: the person shortens it, and loses nothing meanwhile.
KEPT = 4 * BODY_MAX


def _place(author_id: int, claimant_id: int, thread_id: int | None) -> dict[str, Any]:
    return {"author_id": author_id, "claimant_id": claimant_id, "thread_id": thread_id}


def save(
    author_id: int,
    claimant_id: int,
    thread_id: int | None,
    typed: Mapping[str, Any],
    *,
    documents: Sequence[str] = (),
    now: datetime,
) -> Draft:
    """Keep what was typed, in the place of what was kept before."""
    topic = str(typed.get("topic", ""))
    with transaction.atomic():
        draft, _ = Draft.objects.update_or_create(
            **_place(author_id, claimant_id, thread_id),
            defaults={
                "topic": topic if topic in Topic.values else "",
                "subject": str(typed.get("subject", ""))[:SUBJECT_MAX],
                "body": str(typed.get("body", ""))[:KEPT],
                "expected": str(typed.get("expected", ""))[:500],
                "expected_on": _day(typed.get("expected_on", "")),
                "documents": [ref[:12] for ref in documents[:50]],
                "saved_at": now,
            },
        )
        return draft


def _day(typed: object) -> date | None:
    try:
        return date.fromisoformat(str(typed))
    except ValueError:  # what is no date yet is not kept
        return None


def of(author_id: int, claimant_id: int, thread_id: int | None) -> Draft | None:
    """Give what this author kept for this thread, or for a new one."""
    if thread_id is None:
        rows: list[Draft] = _for_a_new_one(author_id=author_id, claimant_id=claimant_id)
    else:
        rows = _for_this_one(author_id=author_id, claimant_id=claimant_id, thread_id=thread_id)
    return rows[0] if rows else None


@prepared
def _for_a_new_one(author_id: int, claimant_id: int) -> Any:
    return Draft.objects.filter(author_id=author_id, claimant_id=claimant_id, thread__isnull=True)


@prepared
def _for_this_one(author_id: int, claimant_id: int, thread_id: int) -> Any:
    return Draft.objects.filter(author_id=author_id, claimant_id=claimant_id, thread_id=thread_id)


def begun_by(author_id: int) -> list[Draft]:
    """List the first messages that somebody of the service has begun and not sent, with whom they are for."""
    rows: list[Draft] = _begun(author_id=author_id)
    return rows


@prepared
def _begun(author_id: int) -> Any:
    rows = Draft.objects.filter(author_id=author_id, thread__isnull=True).exclude(claimant_id=F("author_id"))
    return rows.select_related("claimant__user").order_by("-saved_at")[:50]


def kept_words(*, had_files: bool = False) -> str:
    """Say that a draft is kept, and what is not kept with it."""
    sentence = "Votre brouillon est gardé. Il n’est pas envoyé."
    return (
        f"{sentence} Vos fichiers ne sont pas gardés avec lui\u00a0: joignez-les à l’envoi."
        if had_files
        else sentence
    )


def initial(draft: Draft | None) -> dict[str, Any]:
    """Give a draft as a form's first values."""
    if draft is None:
        return {}
    return {
        "topic": draft.topic,
        "subject": draft.subject,
        "body": draft.body,
        "expected": draft.expected,
        "expected_on": draft.expected_on,
        "documents": draft.documents,
    }


def forget(author_id: int, claimant_id: int, thread_id: int | None) -> None:
    """Throw away what was kept: it was sent, or its author wants it gone."""
    Draft.objects.filter(**_place(author_id, claimant_id, thread_id)).delete()


def let_go(now: datetime, *, dry_run: bool) -> int:
    """Throw away the drafts nobody came back to; the number."""
    before = now - timedelta(days=parameters.current().retention_draft_days)
    return erase(Draft.objects.filter(saved_at__lt=before), dry_run=dry_run)
