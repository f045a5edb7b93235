"""Verifying: recomputing the chain from its first link."""

from dataclasses import dataclass

from django.db import connection

from portal.core.journal.sealing import chained
from portal.core.models import JournalEntry, JournalSeal


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
    return Verdict(entries, seals, unsealed, digest.hex(), tuple(breaks))


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
            SELECT count(*), {chained("%s::bigint", "%s::bigint", "%s::bigint", "%s::timestamptz")}
            FROM core_journalentry WHERE id BETWEEN %s AND %s
            """,
            [
                previous,
                *(link.first_id, link.last_id, link.entries, link.sealed_at),
                *(link.first_id, link.last_id),
            ],
        )
        count, digest = cursor.fetchone()
    return int(count), bytes(digest)
