"""The kinds of deadline and their handlers.

A handler declares itself when its module is imported: the app's `AppConfig.ready` imports it, so that
every process knows every kind. The web needs it too: a kind nobody handles cannot be planned.
"""

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import NamedTuple

from portal.core.models import Deadline

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


class Due(NamedTuple):
    """One due row as its handler sees it: all whole numbers, so that a batch is read in milliseconds."""

    id: int
    subject_id: int
    occurrence: int
    step: int
    # When it fell due, in microseconds since 1970.
    due_microsecond: int = 0

    @property
    def due_at(self) -> datetime:
        """Give the instant at which it fell due."""
        return _EPOCH + timedelta(microseconds=self.due_microsecond)


# The ids (of deadlines) that did not end as DONE, by what they are instead. PENDING for a row whose subject
# somebody holds right now: waiting for it could meet them in a deadlock, so it is looked at again a little
# later, and this counts as no failure.
Outcome = Mapping[Deadline.State, Collection[int]]
Handler = Callable[[Sequence[Due], datetime], Outcome | None]


@dataclass(frozen=True)
class Kind:
    """A kind of deadline: its number is for ever, the rows carry it."""

    number: int
    label: str
    handler: Handler
    batch: int


_kinds: dict[int, Kind] = {}


def handles(number: int, label: str, *, batch: int = 1_000) -> Callable[[Handler], Handler]:
    """Declare the handler of one kind of deadline."""

    def declare(handler: Handler) -> Handler:
        if number in _kinds:
            raise ValueError(f"deadline kind {number} is taken: {_kinds[number].label}")
        _kinds[number] = Kind(number, label, handler, batch)
        return handler

    return declare


def kinds() -> dict[int, Kind]:
    """Every declared kind, by number."""
    return dict(_kinds)


def kind_of(number: int) -> Kind:
    """Give one declared kind."""
    return _kinds[number]
