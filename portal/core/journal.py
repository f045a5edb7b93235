"""The journal: who did what to which file, sealed in batches into a hash chain.

Entries are written in the transaction of the deed and can never be changed (triggers). Sealing
happens later, in batches: a chain computed at insert would hold one lock until commit and queue
every writer.

Sealing must not pass over an entry whose transaction is still running. An entry takes its
transaction id *before* its number (`journal_next_id`), so once every transaction older than a
remembered instant has ended, every number handed out before that instant is visible or will never be.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from django.db import connection, transaction

from portal.core.models import JournalEntry, JournalSeal

SEAL_AT_MOST = 5_000

# One entry as text that no two entries share: a JSON array keeps the borders between fields.
_CANONICAL = """sha256(convert_to(jsonb_build_array(id, extract(epoch FROM at), code, actor_id, actor_role,
    file_id, subject_id, data, host(ip))::text, 'UTF8'))"""


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


def record(code: JournalCode, *, by: Actor, now: datetime, **line: Any) -> None:
    """Write one deed, in the transaction that does it."""
    record_all([Line(code, **line)], by=by, now=now)


def record_all(lines: Iterable[Line], *, by: Actor, now: datetime) -> None:
    """Write many deeds of one actor at one instant, in the transaction that does them."""
    if not connection.in_atomic_block:
        raise RuntimeError("the journal is written in the transaction of the deed")
    JournalEntry.objects.bulk_create(
        (
            JournalEntry(
                at=now,
                code=line.code.number,
                actor_id=by.user_id,
                actor_role=by.role,
                ip=by.ip,
                file_id=line.file_id,
                subject_id=line.subject_id,
                data=line.data,
            )
            for line in lines
        ),
        batch_size=1_000,
    )


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


# --- sealing ------------------------------------------------------------------


def seal(now: datetime) -> int:
    """Seal every entry that can no longer be joined by an older one; the number sealed.

    Two sealers at once are harmless: the second waits for the mark's row, then finds the work done.
    """
    sealed = 0
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(hashtext('journal-seal'))")
        limit = _settled_mark(cursor)
        while limit is not None:
            written = _seal_one(cursor, limit, now)
            sealed += written
            if written < SEAL_AT_MOST:
                break
        if limit is not None or not _has_mark(cursor):
            _set_mark(cursor)
    return sealed


def _has_mark(cursor: Any) -> bool:
    cursor.execute("SELECT 1 FROM core_journalmark")
    return cursor.fetchone() is not None


def _set_mark(cursor: Any) -> None:
    """Remember the numbers handed out so far and the first transaction not yet begun."""
    cursor.execute(
        """
        INSERT INTO core_journalmark (id, last_id, horizon)
        SELECT 1, (SELECT last_value FROM core_journalentry_id_seq),
               pg_snapshot_xmax(pg_current_snapshot())::text::bigint
        ON CONFLICT (id) DO UPDATE SET last_id = excluded.last_id, horizon = excluded.horizon
        """
    )


def _settled_mark(cursor: Any) -> int | None:
    """Give the marked number if every transaction of its moment has ended, else None.

    A mark from before a restore into another server has transaction ids of the other server: when
    it lies in this server's future it is forgotten and set anew.
    """
    cursor.execute(
        """
        SELECT last_id, horizon, pg_snapshot_xmin(pg_current_snapshot())::text::bigint,
               pg_snapshot_xmax(pg_current_snapshot())::text::bigint
        FROM core_journalmark
        """
    )
    row = cursor.fetchone()
    if row is None:
        return None
    last_id, horizon, oldest_running, next_to_begin = row
    if horizon > next_to_begin:
        cursor.execute("DELETE FROM core_journalmark")
        return None
    return int(last_id) if oldest_running >= horizon else None


def _seal_one(cursor: Any, limit: int, now: datetime) -> int:
    cursor.execute("SELECT last_id, digest FROM core_journalseal ORDER BY id DESC LIMIT 1")
    previous_id, previous_digest = cursor.fetchone() or (0, b"")
    cursor.execute(
        f"""
        WITH run AS (
            SELECT * FROM core_journalentry WHERE id > %s AND id <= %s ORDER BY id LIMIT {SEAL_AT_MOST}
        )
        INSERT INTO core_journalseal (first_id, last_id, entries, digest, sealed_at)
        SELECT %s + 1, max(id), count(*), sha256(%s::bytea || string_agg({_CANONICAL}, ''::bytea ORDER BY id)), %s
        FROM run HAVING count(*) > 0
        RETURNING entries
        """,
        [previous_id, limit, previous_id, bytes(previous_digest), now],
    )
    row = cursor.fetchone()
    return int(row[0]) if row else 0


@dataclass(frozen=True)
class Verdict:
    """What verifying found: the first broken seal and why, or nothing."""

    entries: int
    seals: int
    unsealed: int
    head: str
    broken_seal: int | None = None
    reason: str = ""

    @property
    def intact(self) -> bool:
        """Say whether the whole chain holds."""
        return self.broken_seal is None


def verify() -> Verdict:
    """Recompute the chain from its first link; finds any edit, deletion, insertion or reordering."""
    entries, seals, last_id, digest = 0, 0, 0, b""
    for link in JournalSeal.objects.order_by("id").iterator(chunk_size=200):
        count, computed = _digest_of(link.first_id, link.last_id, digest)
        reason = ""
        if link.first_id != last_id + 1:
            reason = "un sceau manque ou a été déplacé"
        elif count != link.entries:
            reason = f"{count} écritures au lieu de {link.entries}"
        elif computed != bytes(link.digest):
            reason = "une écriture a été modifiée"
        if reason:
            return Verdict(entries, seals, 0, digest.hex(), link.pk, reason)
        entries, seals, last_id, digest = entries + count, seals + 1, link.last_id, bytes(link.digest)
    unsealed = JournalEntry.objects.filter(id__gt=last_id).count()
    return Verdict(entries, seals, unsealed, digest.hex())


def _digest_of(first_id: int, last_id: int, previous: bytes) -> tuple[int, bytes]:
    with connection.cursor() as cursor:
        cursor.execute(
            f"""
            SELECT count(*), sha256(%s::bytea || string_agg({_CANONICAL}, ''::bytea ORDER BY id))
            FROM core_journalentry WHERE id BETWEEN %s AND %s
            """,
            [previous, first_id, last_id],
        )
        count, digest = cursor.fetchone()
    return int(count), bytes(digest or b"")
