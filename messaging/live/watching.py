"""What of a thread is told live: that it changed, never what was said.

The page then asks for itself, through its ordinary door. PostgreSQL is the truth: whoever missed a word,
or was cut off, is told where the thread stands by comparing two names of its state.
"""

from collections.abc import Collection
from dataclasses import dataclass

from messaging.models import Thread
from messaging.models.message import Side


@dataclass(frozen=True, slots=True)
class Watched:
    """Who looks at which thread, from which side."""

    thread_id: int
    side: Side


@dataclass(frozen=True, slots=True)
class Situation:
    """Where a thread stands: its last message, what each side has not opened yet, its state and owner."""

    thread_id: int
    number: int
    claimant_unread: int
    advisor_unread: int
    state: str
    advisor_id: int

    @property
    def name(self) -> str:
        """Name this situation in one word, another word for another situation: the id of an event."""
        return f"{self.number}-{self.claimant_unread}-{self.advisor_unread}-{self.state.lower()}-{self.advisor_id}"


def situations(thread_ids: Collection[int]) -> dict[int, Situation]:
    """Say where these threads stand; one query."""
    rows = Thread.objects.filter(pk__in=thread_ids).values_list(
        "pk", "last_number", "claimant_unread", "advisor_unread", "state", "advisor_id"
    )
    return {row[0]: Situation(*row) for row in rows}


def of(thread: Thread) -> Situation:
    """Say where a thread stands, as it was read."""
    return Situation(
        thread.pk,
        thread.last_number,
        thread.claimant_unread,
        thread.advisor_unread,
        thread.state,
        thread.advisor_id,
    )


def event(kind: str, data: str = "", *, name: str = "", retry_ms: int | None = None) -> bytes:
    """Write one server-sent event (WHATWG HTML § 9.2): kind, one line of data, its id, when to come back."""
    lines = [
        *([f"retry: {retry_ms}"] if retry_ms is not None else []),
        *([f"id: {name}"] if name else []),
        f"event: {kind}",
        f"data: {data}",
    ]
    return ("\n".join(lines) + "\n\n").encode()


def changed(situation: Situation, *, retry_ms: int | None = None) -> bytes:
    """Write the event that tells a page to ask again."""
    return event("change", str(situation.number), name=situation.name, retry_ms=retry_ms)
