"""Writing deeds into the journal, and telling them back in French."""

import json
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime
from itertools import chain
from typing import Any

from django.db import connection

from portal.core.french import typographic
from portal.core.models import JournalEntry

# From so many lines on they are copied.
MANY = 20
_TABLE = "core_journalentry (at, code, actor_id, actor_role, ip, file_id, subject_id, data)"


@dataclass(frozen=True)
class Actor:
    """Who acts: a person in a role, or the portal itself."""

    user_id: int | None
    role: str
    ip: str | None = None

    @property
    def person_id(self) -> int:
        """Give the account behind the act; raises when it is the portal, which never decides."""
        if self.user_id is None:
            raise ValueError("a person does this, never the portal")
        return self.user_id

    @property
    def is_portal(self) -> bool:
        """Say whether no person stands behind the act."""
        return self.user_id is None


PORTAL = Actor(user_id=None, role="PORTAL")


@dataclass(frozen=True)
class JournalCode:
    """A kind of deed and the French sentence that tells it; `{actor}` and the data's keys fill it."""

    number: int
    name: str
    sentence: str
    shown_to_claimant: bool = True


_codes: dict[int, JournalCode] = {}


def code(number: int, name: str, sentence: str, **options: Any) -> JournalCode:
    """Declare a kind of deed; its number is for ever, as the rows carry it."""
    if number in _codes:
        raise ValueError(f"journal code {number} is taken by {_codes[number].name}")
    _codes[number] = JournalCode(number, name, typographic(sentence), **options)
    return _codes[number]


def codes() -> dict[int, JournalCode]:
    """Every declared kind of deed, by number."""
    return dict(_codes)


@dataclass(frozen=True)
class Line:
    """One deed about to be written."""

    code: JournalCode
    file_id: int | None = None
    subject_id: int | None = None
    data: dict[str, Any] = field(default_factory=dict)


def record(
    code: JournalCode,
    *,
    by: Actor,
    now: datetime,
    file_id: int | None = None,
    subject_id: int | None = None,
    data: dict[str, Any] | None = None,
) -> None:
    """Write one deed, in the transaction that does it."""
    record_all([Line(code, file_id, subject_id, data or {})], by=by, now=now)


def record_all(lines: Iterable[Line], *, by: Actor, now: datetime) -> None:
    """Write many deeds of one actor at one instant, in the transaction that does them; one statement."""
    if not connection.in_atomic_block:
        raise RuntimeError("the journal is written in the transaction of the deed")
    # All told before the first is written: telling one may ask the database, which listens to a COPY.
    rows = [
        (
            now,
            line.code.number,
            by.user_id,
            by.role,
            by.ip,
            line.file_id,
            line.subject_id,
            json.dumps(line.data),
        )
        for line in lines
    ]
    if not rows:
        return
    with connection.cursor() as cursor:
        if len(rows) < MANY:
            places = ", ".join(["(%s, %s, %s, %s, %s, %s, %s, %s)"] * len(rows))
            cursor.execute(f"INSERT INTO {_TABLE} VALUES {places}", list(chain.from_iterable(rows)))
            return
        # Half the cost of an INSERT of as many lines.
        with connection.wrap_database_errors, cursor.copy(f"COPY {_TABLE} FROM STDIN") as copy:
            for row in rows:
                copy.write_row(row)


def sentence(entry: JournalEntry, actor_name: str) -> str:
    """Tell one entry in French, to the person whose file it is."""
    kind = _codes.get(entry.code)
    if kind is None:
        return "Acte enregistré."
    # What may be added at the end was not always given.
    return kind.sentence.format_map(_Blank({**entry.data, "actor": actor_name})).rstrip()


class _Blank(dict[str, Any]):
    """Data with a dash where an older entry lacks a key: a sentence is never an error."""

    def __missing__(self, key: str) -> str:
        return "–"
