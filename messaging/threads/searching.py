"""Find what was said in one's own threads: by French word stems, whatever the accents (PostgreSQL's own search)."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import connection

from messaging.models import Thread

MOST = 50
LONGEST_WORDS = 200
# Marks around what was found, of a kind nobody types; any in the text itself are taken out first.
_OPEN, _CLOSE = "\ue000", "\ue001"


@dataclass(frozen=True, slots=True)
class Found:
    """One message that says it: where, when, and the passage in pieces, each with whether it is what was asked."""

    thread: Thread
    number: int
    at: datetime
    passage: list[tuple[str, bool]]


def in_threads_of(claimant_id: int, words: str) -> list[Found]:
    """Search one person's threads, the latest first."""
    return _search(
        words,
        "SELECT id, subject FROM messaging_thread WHERE claimant_id = %(person)s",
        {"person": claimant_id},
    )


def in_threads_with(advisor_ids: Collection[int], words: str) -> list[Found]:
    """Search the threads these advisors answer, and those of the people they follow, the latest first."""
    theirs = """
        SELECT id, subject FROM messaging_thread AS thread
        JOIN accounts_claimant AS person ON person.user_id = thread.claimant_id AND person.archived_at IS NULL
        WHERE thread.advisor_id = ANY(%(advisors)s)
        UNION
        SELECT id, subject FROM accounts_claimant AS person, LATERAL (
            SELECT id, subject FROM messaging_thread WHERE claimant_id = person.user_id OFFSET 0
        ) AS thread WHERE person.advisor_id = ANY(%(advisors)s) AND person.archived_at IS NULL
    """
    return _search(words, theirs, {"advisors": list(advisor_ids)})


def _search(words: str, whose: str, values: dict[str, Any]) -> list[Found]:
    """Look through these threads, one after the other: never through what everybody said (`OFFSET 0` sees to it)."""
    words = words.strip()[:LONGEST_WORDS]
    if not words:
        return []
    with connection.cursor() as cursor:
        cursor.execute(
            f"""
            WITH asked AS (SELECT websearch_to_tsquery('public.french_plain', %(words)s) AS words),
            theirs AS MATERIALIZED ({whose}),
            found AS (
                SELECT theirs.id AS thread_id, message.number, message.sent_at, message.body, asked.words
                FROM asked, theirs, LATERAL (
                    SELECT id, number, sent_at, body FROM messaging_message
                    WHERE thread_id = theirs.id AND (words @@ asked.words OR (
                        number = 1 AND to_tsvector('public.french_plain', theirs.subject) @@ asked.words))
                    OFFSET 0
                ) AS message
                ORDER BY message.sent_at DESC, message.id DESC LIMIT %(most)s
            )
            SELECT thread_id, number, sent_at, ts_headline('public.french_plain', translate(body, %(marks)s, ''), words,
                'StartSel="{_OPEN}", StopSel="{_CLOSE}", MaxWords=30, MinWords=15, MaxFragments=2')
            FROM found
            """,
            {**values, "words": words, "most": MOST, "marks": _OPEN + _CLOSE},
        )
        rows = cursor.fetchall()
    threads = Thread.objects.select_related("claimant__user", "agency", "advisor__user").in_bulk(
        {row[0] for row in rows}
    )
    return [Found(threads[pk], number, at, _pieces(text)) for pk, number, at, text in rows]


def _pieces(text: str) -> list[tuple[str, bool]]:
    """Part a passage where its marks stand."""
    pieces = []
    for part in text.split(_OPEN):
        hit, closed, rest = part.partition(_CLOSE)
        pieces += [(hit, True), (rest, False)] if closed else [(part, False)]
    return [(piece, is_hit) for piece, is_hit in pieces if piece]
