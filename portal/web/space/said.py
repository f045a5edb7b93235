"""What a person has to read or to answer among messages and procedures, for their first page and for the menu."""

from collections.abc import Iterable, Mapping
from datetime import datetime, tzinfo
from typing import Any

from django.db.models import OuterRef, Q
from django.db.models.functions import JSONObject
from django.http import HttpRequest

from convocations.told.due import Todo, dated
from measures.told import due as procedures
from messaging.models import Thread
from messaging.states import ThreadState
from portal.core.references import to_text

# What the page read of its own accord, so that the menu does not ask again.
_COUNTED = "_unread_messages"
# A wish for an interview that has no hour yet: the person may fix it before their advisor calls.
CHOOSE_INTERVIEW = Todo(
    title="Choisissez l’heure de votre entretien de recadrage",
    text="Vous l’avez demandé. Si vous ne choisissez pas, votre conseiller vous appelle pour fixer l’heure.",
    url="/espace/entretien-de-recadrage/",
    act="Choisir l’heure",
    label="Quand vous voulez",
)


def of_claimant() -> Any:
    """Give the threads that ask something of the outer query's claimant, to be read along with their file."""
    return (
        Thread.objects.filter(
            Q(claimant_unread__gt=0) | Q(state=ThreadState.WAITING_CLAIMANT), claimant_id=OuterRef("pk")
        )
        .order_by("-last_at", "-pk")
        .values_list(
            JSONObject(ref="ref", subject="subject", expected_by="expected_by", unread="claimant_unread")
        )[:20]
    )


def to_do(threads: Iterable[Mapping[str, Any]], *, tz: tzinfo, now: datetime) -> list[Todo]:
    """Put what is asked for, and what is not read yet, among the things to do."""
    return [_todo(one, tz, now) for one in threads]


def _todo(one: Mapping[str, Any], tz: tzinfo, now: datetime) -> Todo:
    asked = one["expected_by"]
    todo = Todo(
        title="Votre conseiller attend un élément de vous" if asked else "Un message vous attend",
        text=one["subject"],
        url=f"/espace/messages/{to_text('MS', one['ref'])}/",
        act="Lire et répondre" if asked else "Lire le message",
        label="Au plus tard",
    )
    return dated(todo, datetime.fromisoformat(asked), now, tz) if asked else todo


def to_answer(rows: Iterable[Mapping[str, Any]], *, tz: tzinfo, now: datetime) -> list[Todo]:
    """Put what procedures ask among the things to do."""
    found = []
    for one in procedures.asked(rows, now):
        unread = one.due is None
        todo = Todo(one.title, one.text, one.url, one.act, one.label, level="soon", first=unread)
        if one.due is not None:
            todo = dated(todo, one.due, now, tz)
        found.append(todo)
    return found


def note_count(request: HttpRequest, threads: Iterable[Mapping[str, Any]]) -> None:
    """Leave the menu the number of threads to read."""
    setattr(request, _COUNTED, sum(1 for one in threads if one["unread"]))


def counted(request: HttpRequest) -> int | None:
    """Give the number the page has read, if it has."""
    found: int | None = getattr(request, _COUNTED, None)
    return found
