"""Writing deeds into the journal, and telling them back in French."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime
from itertools import islice
from typing import Any

from django.db import connection
from psycopg.types.json import Jsonb

from portal.core.models import JournalEntry

ROWS_A_STATEMENT = 5_000


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
    _codes[number] = JournalCode(number, name, sentence, **options)
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
    """Write many deeds of one actor at one instant, in the transaction that does them.

    One statement for each 5,000 lines, whatever their number.
    """
    if not connection.in_atomic_block:
        raise RuntimeError("the journal is written in the transaction of the deed")
    with connection.cursor() as cursor:
        for some in _batches(lines):
            cursor.execute(
                """
                INSERT INTO core_journalentry (at, code, actor_id, actor_role, ip, file_id, subject_id, data)
                SELECT %s, code, %s, %s, %s::inet, file_id, subject_id, data
                FROM unnest(%s::smallint[], %s::bigint[], %s::bigint[], %s::jsonb[])
                    AS line (code, file_id, subject_id, data)
                """,
                [
                    *(now, by.user_id, by.role, by.ip),
                    [line.code.number for line in some],
                    [line.file_id for line in some],
                    [line.subject_id for line in some],
                    [Jsonb(line.data) for line in some],
                ],
            )


def _batches(lines: Iterable[Line]) -> Iterable[list[Line]]:
    rest = iter(lines)
    while some := list(islice(rest, ROWS_A_STATEMENT)):
        yield some


def sentence(entry: JournalEntry, actor_name: str) -> str:
    """Tell one entry in French, to the person whose file it is."""
    kind = _codes.get(entry.code)
    if kind is None:
        return "Acte enregistré."
    return kind.sentence.format_map(_Blank({**entry.data, "actor": actor_name}))


class _Blank(dict[str, Any]):
    """Data with a dash where an older entry lacks a key: a sentence is never an error."""

    def __missing__(self, key: str) -> str:
        return "–"
