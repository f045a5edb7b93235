"""Find what was said in one's own threads: by French word stems, whatever the accents (PostgreSQL's own search)."""

from collections.abc import Collection
from datetime import datetime, tzinfo
from typing import Any, NamedTuple

from psycopg.types.numeric import Int8

from portal.core.prepared import ask
from portal.core.references import to_text
from portal.core.working_time import Territory

MOST = 50
LONGEST_WORDS = 200
# Marks around what was found, of a kind nobody types; any in the text itself are taken out first.
_OPEN, _CLOSE = "\ue000", "\ue001"


class Found(NamedTuple):
    """One message that says it: in which thread, where, when, and the passage in pieces, each with whether it is it."""

    ref: str
    subject: str
    person: str
    zone: tzinfo
    number: int
    at: datetime
    passage: list[tuple[str, bool]]


_OF_PERSON = "SELECT id, subject FROM messaging_thread WHERE claimant_id = %s"
# From row to row by index (`OFFSET 0` keeps it so): planned once for all, PostgreSQL would read every file.
_WITH_ADVISORS = """
    SELECT thread.id, thread.subject FROM unnest(%s) AS owner (id), LATERAL (
        SELECT id, subject, claimant_id FROM messaging_thread WHERE advisor_id = owner.id OFFSET 0
    ) AS thread, LATERAL (
        SELECT FROM accounts_claimant WHERE user_id = thread.claimant_id AND archived_at IS NULL OFFSET 0
    ) AS followed
    UNION
    SELECT thread.id, thread.subject FROM accounts_claimant AS person, LATERAL (
        SELECT id, subject FROM messaging_thread WHERE claimant_id = person.user_id OFFSET 0
    ) AS thread WHERE person.advisor_id = ANY(%s) AND person.archived_at IS NULL
"""
# Through these threads, one after the other: never through what everybody said (`OFFSET 0` sees to it). What is asked
# is read once (`MATERIALIZED`), not again at each message.
_SEARCH = """
WITH asked AS MATERIALIZED (SELECT websearch_to_tsquery('public.french_plain', %s) AS words),
theirs AS MATERIALIZED ({whose}),
found AS (
    SELECT theirs.id AS thread_id, message.id, message.number, message.sent_at, message.body, asked.words
    FROM asked, theirs, LATERAL (
        SELECT id, number, sent_at, body FROM messaging_message
        WHERE thread_id = theirs.id AND (words @@ asked.words OR (
            number = 1 AND to_tsvector('public.french_plain', theirs.subject) @@ asked.words))
        OFFSET 0
    ) AS message
    ORDER BY message.sent_at DESC, message.id DESC LIMIT {most}
)
SELECT thread.ref, thread.subject, person.first_name, person.last_name, agency.territory, found.number, found.sent_at,
    ts_headline('public.french_plain', translate(found.body, '{open}{close}', ''), found.words,
        'StartSel="{open}", StopSel="{close}", MaxWords=30, MinWords=15, MaxFragments=2')
FROM found
JOIN messaging_thread AS thread ON thread.id = found.thread_id
JOIN accounts_user AS person ON person.id = thread.claimant_id
JOIN accounts_agency AS agency ON agency.id = thread.agency_id
ORDER BY found.sent_at DESC, found.id DESC
"""
_IN_THREADS_OF, _IN_THREADS_WITH = (
    _SEARCH.format(whose=whose, most=MOST, open=_OPEN, close=_CLOSE) for whose in (_OF_PERSON, _WITH_ADVISORS)
)


def in_threads_of(claimant_id: int, words: str) -> list[Found]:
    """Search one person's threads, the latest first; one query."""
    return _search(_IN_THREADS_OF, words, claimant_id)


def in_threads_with(advisor_ids: Collection[int], words: str) -> list[Found]:
    """Search the threads these advisors answer, and those of the people they follow, the latest first; one query."""
    whose = [Int8(one) for one in set(advisor_ids)]
    return _search(_IN_THREADS_WITH, words, whose, whose)


def _search(statement: str, words: str, *whose: Any) -> list[Found]:
    words = words.strip()[:LONGEST_WORDS]
    if not words:
        return []
    return [
        Found(
            to_text("MS", ref),
            subject,
            f"{first} {last}",
            Territory(territory).zone,
            number,
            at,
            _pieces(passage),
        )
        for ref, subject, first, last, territory, number, at, passage in ask(statement, [words, *whose])
    ]


def _pieces(text: str) -> list[tuple[str, bool]]:
    """Part a passage where its marks stand."""
    pieces = []
    for part in text.split(_OPEN):
        hit, closed, rest = part.partition(_CLOSE)
        pieces += [(hit, True), (rest, False)] if closed else [(part, False)]
    return [(piece, is_hit) for piece, is_hit in pieces if piece]
