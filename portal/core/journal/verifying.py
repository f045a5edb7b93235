"""Verifying: recomputing the chain from its first link, and asking of every emptied line who was to empty it.

A line whose file was erased lends the chain the digest it had. That is believed only where a line of the journal
itself, sealed in its turn, says that a file was erased, how many lines it had and the digest of them all; and
where the seals show that as many years as an archive lasts lay between.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from django.db import connection

from portal.core.journal.erasing import EMPTIED_DIGESTS, ERASED, told
from portal.core.journal.sealing import ENTRY_DIGEST, chained
from portal.core.models import Erasure, JournalEntry, JournalSeal
from portal.core.parameters.declared import FIELDS

# What the chain counts for a line: its content's digest, or the one it had before its file was erased.
_KEPT_DIGEST = f"coalesce(erased.digest, {ENTRY_DIGEST})"
_SHORTEST_ARCHIVE = FIELDS["retention_archive_years"].metadata["min"]
_MISSING = "la preuve d’un effacement a été modifiée ou supprimée"
_UNCOVERED = "une écriture a été vidée sans effacement inscrit au journal"
_FULL = "une écriture effacée porte de nouveau un contenu"
_EARLY = "une écriture a été vidée avant la fin de sa conservation"


@dataclass(frozen=True)
class Break:
    """One place where the chain does not hold, and the French words for it."""

    seal: int
    first_id: int
    last_id: int
    reason: str


@dataclass(frozen=True)
class Verdict:
    """What verifying found: how much was read, the head's hash, and every break."""

    entries: int
    seals: int
    unsealed: int
    head: str
    # Files erased in their time, and how many of these lines are theirs.
    erasures: int = 0
    emptied: int = 0
    breaks: tuple[Break, ...] = ()

    @property
    def intact(self) -> bool:
        """Say whether the whole chain holds."""
        return not self.breaks


def verify() -> Verdict:
    """Recompute the whole chain; finds any edit, deletion, insertion or reordering of what was sealed.

    Somebody who can rewrite every seal after the place they changed can only be found by a head kept
    elsewhere: compare with `knows`.
    """
    entries, seals, last_id, digest = 0, 0, 0, b""
    breaks: list[Break] = []
    if below := JournalEntry.objects.filter(id__lt=1).count():
        breaks.append(Break(0, 0, 0, f"{below} écritures portent un numéro impossible"))
    for link in JournalSeal.objects.order_by("id").iterator(chunk_size=200):
        count, computed = _recompute(link, digest)
        reason = ""
        if link.first_id != last_id + 1:
            reason = "un sceau manque ou a été déplacé"
        elif count != link.entries:
            reason = f"{count} écritures au lieu de {link.entries}"
        elif computed != bytes(link.digest):
            reason = "une écriture ou le sceau a été modifié"
        if reason:
            breaks.append(Break(link.pk, link.first_id, link.last_id, reason))
        entries, seals, last_id, digest = entries + count, seals + 1, link.last_id, bytes(link.digest)
    unsealed = JournalEntry.objects.filter(id__gt=last_id).count()
    erasures, emptied = _count_erased()
    breaks += _unlawful()
    return Verdict(entries, seals, unsealed, digest.hex(), erasures, emptied, tuple(breaks))


def head() -> str:
    """Give the hash of the last seal, to be kept where nobody here can change it; empty before the first."""
    digest = JournalSeal.objects.order_by("-id").values_list("digest", flat=True).first()
    return bytes(digest or b"").hex()


def knows(kept: str) -> bool:
    """Say whether a head kept elsewhere is still a link of this chain."""
    return JournalSeal.objects.filter(digest=bytes.fromhex(kept)).exists()


def _recompute(link: JournalSeal, previous: bytes) -> tuple[int, bytes]:
    with connection.cursor() as cursor:
        cursor.execute(
            f"""
            SELECT count(*),
                   {chained("%s::bigint", "%s::bigint", "%s::bigint", "%s::timestamptz", digest=_KEPT_DIGEST)}
            FROM core_journalentry LEFT JOIN core_erasedline AS erased ON erased.entry_id = id
            WHERE id BETWEEN %s AND %s
            """,
            [
                previous,
                *(link.first_id, link.last_id, link.entries, link.sealed_at),
                *(link.first_id, link.last_id),
            ],
        )
        count, digest = cursor.fetchone()
    return int(count), bytes(digest)


# --- files that were erased -------------------------------------------------------


def _count_erased() -> tuple[int, int]:
    with connection.cursor() as cursor:
        cursor.execute("SELECT (SELECT count(*) FROM core_erasure), (SELECT count(*) FROM core_erasedline)")
        erasures, emptied = cursor.fetchone()
    return int(erasures), int(emptied)


def _unlawful() -> Iterator[Break]:
    """Find the lines that were emptied otherwise than by an erasure in its time, and erasures without proof."""
    found = {row.pk: row for row in Erasure.objects.all()}
    lines = JournalEntry.objects.filter(code=ERASED.number).order_by("id")
    covered: set[int] = set()
    for line in lines.iterator(chunk_size=500):
        erasure = found.get(line.subject_id or 0)
        if erasure is None or erasure.pk in covered or told(erasure) != line.data:
            yield Break(0, line.pk, line.pk, _MISSING)
            continue
        covered.add(erasure.pk)
        if reason := _why_not_believed(erasure, line):
            yield Break(0, line.pk, line.pk, reason)
    for pk in sorted(found.keys() - covered):
        yield Break(0, 0, 0, f"{_UNCOVERED} (effacement {pk})")
    for first_id, last_id, count in _of_no_erasure(covered):
        yield Break(0, first_id, last_id, f"{_UNCOVERED} ({count})")


def _why_not_believed(erasure: Erasure, line: JournalEntry) -> str:
    """Say why the emptied lines of one erasure are not what its own line promised; empty when they are.

    When something was written its seal says, which nobody can move; a line can say any date.
    """
    with connection.cursor() as cursor:
        cursor.execute(
            f"""
            SELECT count(*), {EMPTIED_DIGESTS},
                   count(*) FILTER (WHERE line.actor_id IS NOT NULL OR line.actor_role <> ''
                       OR line.file_id IS NOT NULL OR line.subject_id IS NOT NULL
                       OR line.data <> '{{}}' OR line.ip IS NOT NULL),
                   max({_sealed_at("line.id")}) + make_interval(years => %s)
                       > least(%s, coalesce({_sealed_at("%s")}, now()))
            FROM core_erasedline AS erased LEFT JOIN core_journalentry AS line ON line.id = erased.entry_id
            WHERE erased.erasure_id = %s
            """,
            [erasure.archive_years, line.at, line.pk, line.pk, erasure.pk],
        )
        count, digest, full, early = cursor.fetchone()
    if full:
        return _FULL
    if (count, bytes(digest)) != (erasure.lines, bytes(erasure.digest)):
        return _UNCOVERED
    return _EARLY if early or erasure.archive_years < _SHORTEST_ARCHIVE else ""


def _sealed_at(line_id: str) -> str:
    return f"""(SELECT seal.sealed_at FROM core_journalseal AS seal
                WHERE seal.first_id <= {line_id} AND seal.last_id >= {line_id}
                ORDER BY seal.first_id DESC LIMIT 1)"""


def _of_no_erasure(covered: set[int]) -> list[Any]:
    with connection.cursor() as cursor:
        cursor.execute(
            """
            SELECT min(entry_id), max(entry_id), count(*) FROM core_erasedline
            WHERE NOT erasure_id = ANY (%s) HAVING count(*) > 0
            """,
            [list(covered)],
        )
        return list(cursor.fetchall())
