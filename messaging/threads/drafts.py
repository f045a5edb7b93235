"""What somebody began to write, kept on the server until it is sent or its time is over."""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

from django.db import transaction

from messaging.models import BODY_MAX, SUBJECT_MAX, Draft, Topic
from portal.core import parameters
from portal.core.personal_data import erase

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
                "documents": [ref[:12] for ref in documents[:50]],
                "saved_at": now,
            },
        )
        return draft


def of(author_id: int, claimant_id: int, thread_id: int | None) -> Draft | None:
    """Give what this author kept for this thread, or for a new one."""
    return Draft.objects.filter(**_place(author_id, claimant_id, thread_id)).first()


def initial(draft: Draft | None) -> dict[str, Any]:
    """Give a draft as a form's first values."""
    if draft is None:
        return {}
    return {
        "topic": draft.topic,
        "subject": draft.subject,
        "body": draft.body,
        "documents": draft.documents,
    }


def forget(author_id: int, claimant_id: int, thread_id: int | None) -> None:
    """Throw away what was kept: it was sent, or its author wants it gone."""
    Draft.objects.filter(**_place(author_id, claimant_id, thread_id)).delete()


def let_go(now: datetime, *, dry_run: bool) -> int:
    """Throw away the drafts nobody came back to; the number."""
    before = now - timedelta(days=parameters.current().retention_draft_days)
    return erase(Draft.objects.filter(saved_at__lt=before), dry_run=dry_run)
