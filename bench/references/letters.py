"""A day's post by bare statements: the same rows written, nothing composed, nothing looked up."""

from collections.abc import Mapping

from django.db import connection, transaction

from convocations.models import Fact
from messaging import deeds

# What the statements write, kept from our own letters: the reference gets the texts for nothing.
_KEEP = """
    DROP TABLE IF EXISTS bench_letter;
    CREATE UNLOGGED TABLE bench_letter AS
        SELECT row_number() OVER (ORDER BY id) AS n, ref, words, content_hash, recipient FROM messaging_letter;
    ANALYZE bench_letter
"""

STEPS: dict[str, tuple[str, ...]] = {
    "written": (
        """
        WITH settled AS (
            UPDATE messaging_outboxmessage SET state = 6, settled_at = %(now)s, payload = NULL, leased_until = NULL
            WHERE state = 0 AND kind = 100 RETURNING id, person_id, subject_id
        ), numbered AS (
            SELECT *, row_number() OVER (ORDER BY id) AS n FROM settled
        )
        INSERT INTO messaging_letter (ref, message_id, kind, claimant_id, agency_id, subject_id, occurrence, step,
            words, content_hash, recipient, state, written_at, set_aside, is_registered, registered_number,
            return_reason)
        SELECT ref, id, 100, person_id, %(agency)s, subject_id, 0, 0, words, content_hash, recipient, 'WAITING',
               %(now)s, '', false, '', ''
        FROM numbered JOIN bench_letter USING (n) ORDER BY id
        """,
    ),
    "closed": (
        """
        WITH batch AS (
            INSERT INTO messaging_letterbatch (ref, agency_id, day, state, closed_at, pdf_key)
            VALUES (1, %(agency)s, %(day)s, 'CLOSED', %(now)s, '') RETURNING id
        )
        INSERT INTO core_deadline (kind, subject_id, occurrence, step, due_at, run_at, state, attempts, last_error)
        SELECT 280, id, 0, 0, %(now)s, %(now)s, 0, 0, '' FROM batch
        """,
        """
        UPDATE messaging_letter SET state = 'BATCHED', batch_id = (SELECT id FROM messaging_letterbatch)
        WHERE agency_id = %(agency)s AND state = 'WAITING'
        """,
    ),
    "posted": (
        "UPDATE messaging_letterbatch SET state = 'POSTED', posted_at = %(now)s, posted_by_id = %(by)s",
        "UPDATE messaging_letter SET state = 'POSTED', posted_at = %(now)s WHERE state = 'BATCHED'",
        f"""
        INSERT INTO core_journalentry (at, code, actor_id, actor_role, file_id, subject_id, data)
        SELECT %(now)s, {deeds.LETTER_POSTED.number}, %(by)s, 'SUPERVISOR', claimant_id, id,
               jsonb_build_object('ref', ref, 'what', 'convocation', 'when', to_char(posted_at, 'DD/MM/YYYY'))
        FROM messaging_letter
        """,
        f"""
        INSERT INTO convocations_deliveryevidence (convocation_id, fact, at, written_at, by_id, message_id, detail,
            shown_hash)
        SELECT subject_id, '{Fact.LETTER_POSTED}', posted_at, %(now)s, %(by)s, message_id, '', content_hash
        FROM messaging_letter
        """,
    ),
}


def keep_texts() -> None:
    """Keep what our own letters say, not timed."""
    with connection.cursor() as cursor:
        cursor.execute(_KEEP)


@transaction.atomic
def run(step: str, values: Mapping[str, object]) -> None:
    """Do one step of the day, a statement a table, in one transaction."""
    with connection.cursor() as cursor:
        for statement in STEPS[step]:
            cursor.execute(statement, values)
