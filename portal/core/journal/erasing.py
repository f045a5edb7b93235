"""Emptying the lines of a file that is erased: the chain keeps their digests, nothing keeps what they said.

A line keeps its number, its date and its kind of deed. The erasure's own line, sealed like every other, carries
the digest of all lines it emptied as they are now: what is emptied otherwise is covered by none (verifying.py).
"""

from datetime import datetime
from typing import Any

from django.db import connection

from portal.core.journal.sealing import ENTRY_DIGEST
from portal.core.journal.writing import PORTAL, code, record
from portal.core.models import Erasure

ERASED = code(
    46,
    "file_erased",
    "Un dossier a été effacé\u00a0: sa durée de conservation était finie.",
    shown_to_claimant=False,
)

# One emptied line, and what it was: its number, date and kind as they stand, and the digest it had.
EMPTIED_DIGEST = """sha256(convert_to(jsonb_build_array(line.id, extract(epoch FROM line.at), line.code)::text, 'UTF8')
    || erased.digest)"""
# All lines of one erasure, in their order.
EMPTIED_DIGESTS = f"sha256(coalesce(string_agg({EMPTIED_DIGEST}, ''::bytea ORDER BY line.id), ''))"


def empty_lines(erasure: Erasure) -> tuple[int, bytes]:
    """Empty every line of the file that is being erased: how many, and the digest of them all.

    The database refuses a line that is not sealed yet, and any change but this one.
    """
    with connection.cursor() as cursor:
        cursor.execute(
            f"""
            INSERT INTO core_erasedline (entry_id, digest, erasure_id)
            SELECT id, {ENTRY_DIGEST}, %s FROM core_journalentry WHERE file_id = %s
            """,
            [erasure.pk, erasure.file_id],
        )
        cursor.execute(
            """
            UPDATE core_journalentry
            SET actor_id = NULL, actor_role = '', file_id = NULL, subject_id = NULL, data = '{}', ip = NULL
            WHERE file_id = %s
            """,
            [erasure.file_id],
        )
        cursor.execute(
            f"""
            SELECT count(*), {EMPTIED_DIGESTS}
            FROM core_erasedline AS erased JOIN core_journalentry AS line ON line.id = erased.entry_id
            WHERE erased.erasure_id = %s
            """,
            [erasure.pk],
        )
        count, digest = cursor.fetchone()
    return int(count), bytes(digest)


def record_erasure(erasure: Erasure, *, now: datetime) -> None:
    """Write that a file was erased: how much of what, the digest of its lines, and nobody's name."""
    record(ERASED, by=PORTAL, now=now, subject_id=erasure.pk, data=told(erasure))


def told(erasure: Erasure) -> dict[str, Any]:
    """Give what the journal's line says of an erasure; its proof has to say the same for ever."""
    return {
        "mark": bytes(erasure.mark).hex(),
        "active_years": erasure.active_years,
        "archive_years": erasure.archive_years,
        "counts": erasure.counts,
        "lines": erasure.lines,
        "digest": bytes(erasure.digest).hex(),
    }
