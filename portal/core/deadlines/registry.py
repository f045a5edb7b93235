"""The kinds of deadline and their handlers.

A handler declares itself when its module is imported: the app's `AppConfig.ready` imports it, so that
every process knows every kind. The web needs it too: a kind nobody handles cannot be planned.
"""

from collections.abc import Callable, Collection, Mapping, Sequence
from contextlib import AbstractContextManager
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


# What a slow handler found out, to be written down in the transaction that closes the row.
Settle = Callable[[datetime], None]
# Finds out without a transaction, for as long as the context lasts; None when there is nothing to write.
SlowHandler = Callable[[Due], AbstractContextManager[Settle | None]]


@dataclass(frozen=True)
class SlowKind:
    """A kind whose handler asks something that may be slow or silent: it has a lane of its own (slowly.py)."""

    number: int
    label: str
    look: SlowHandler


class NoAnswer(Exception):
    """What a slow handler asks does not answer: the row waits a little and counts no failure."""


_kinds: dict[int, Kind] = {}
_slow: dict[int, SlowKind] = {}


def handles(number: int, label: str, *, batch: int = 1_000) -> Callable[[Handler], Handler]:
    """Declare the handler of one kind of deadline."""

    def declare(handler: Handler) -> Handler:
        _require_free(number)
        _kinds[number] = Kind(number, label, handler, batch)
        return handler

    return declare


def handles_slowly(number: int, label: str) -> Callable[[SlowHandler], SlowHandler]:
    """Declare the handler of a kind that must never hold up the others."""

    def declare(look: SlowHandler) -> SlowHandler:
        _require_free(number)
        _slow[number] = SlowKind(number, label, look)
        return look

    return declare


def _require_free(number: int) -> None:
    if taken := kinds().get(number):
        raise ValueError(f"deadline kind {number} is taken: {taken.label}")


def kinds() -> dict[int, Kind | SlowKind]:
    """Every declared kind, by number, slow ones too."""
    return {**_kinds, **_slow}


def fast_kinds() -> dict[int, Kind]:
    """The kinds that the common tick works, in batches."""
    return dict(_kinds)


def slow_kind(number: int) -> SlowKind:
    """Give one kind that is worked in a lane of its own."""
    return _slow[number]
