"""Watching deadlines: how far behind, what is stuck, what may be forgotten."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime

from django.db import connection, transaction

from portal.core.deadlines.registry import kinds
from portal.core.models import Deadline

COUNT_AT_MOST = 10_000
PURGE_AT_ONCE = 5_000


@dataclass(frozen=True)
class Backlog:
    """How far behind the workers are."""

    due: int
    oldest_due: datetime | None
    stuck: int


def backlog(now: datetime) -> Backlog:
    """Count what is due and not worked (up to 10,000) and what is stuck: a few index look-ups."""
    known = sorted(kinds())
    with connection.cursor() as cursor:
        cursor.execute(
            f"""
            SELECT (SELECT count(*) FROM (
                        SELECT 1 FROM core_deadline WHERE state = 0 AND kind = ANY(%s) AND run_at <= %s
                        LIMIT {COUNT_AT_MOST}
                    ) AS due),
                   (SELECT min(first.run_at) FROM unnest(%s::smallint[]) AS number
                        CROSS JOIN LATERAL (
                            SELECT run_at FROM core_deadline WHERE kind = number AND state = 0
                            ORDER BY run_at LIMIT 1
                        ) AS first WHERE first.run_at <= %s),
                   (SELECT count(*) FROM core_deadline WHERE state = 5)
            """,
            [known, now, known, now],
        )
        due, oldest, stuck = cursor.fetchone()
    return Backlog(due, oldest, stuck)


@dataclass(frozen=True)
class Waiting:
    """What one kind has due; a kind without a label is one that no handler knows any more."""

    kind: int
    label: str
    due: int
    oldest_due: datetime


def by_kind(now: datetime) -> list[Waiting]:
    """Tell what is due kind by kind, the longest overdue first, kinds nobody handles included."""
    with connection.cursor() as cursor:
        # From one kind to the next by the index: a DISTINCT would read every pending row.
        cursor.execute(
            f"""
            WITH RECURSIVE present (kind) AS (
                SELECT min(kind) FROM core_deadline WHERE state = 0
                UNION ALL
                SELECT (SELECT min(kind) FROM core_deadline WHERE state = 0 AND kind > present.kind)
                FROM present WHERE present.kind IS NOT NULL
            )
            SELECT kind, due, oldest FROM present CROSS JOIN LATERAL (
                SELECT count(*), min(run_at) FROM (
                    SELECT run_at FROM core_deadline
                    WHERE state = 0 AND core_deadline.kind = present.kind AND run_at <= %s
                    ORDER BY run_at LIMIT {COUNT_AT_MOST}
                ) AS rows
            ) AS counted (due, oldest)
            WHERE due > 0 ORDER BY oldest
            """,
            [now],
        )
        labels = {number: kind.label for number, kind in kinds().items()}
        return [Waiting(kind, labels.get(kind, ""), due, oldest) for kind, due, oldest in cursor.fetchall()]


def retry_stuck(ids: Collection[int], *, now: datetime) -> int:
    """Put stuck rows back to work, after somebody mended the cause."""
    return Deadline.objects.filter(id__in=ids, state=Deadline.State.STUCK).update(
        state=Deadline.State.PENDING, run_at=now, attempts=0
    )


def purge_closed(before: datetime) -> int:
    """Forget what was closed before an instant; small transactions along the primary key, once through."""
    purged, last_id = 0, 0
    while True:
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(
                """
                WITH old AS (
                    SELECT id FROM core_deadline WHERE id > %s AND closed_at < %s
                    ORDER BY id LIMIT %s FOR UPDATE SKIP LOCKED
                ), gone AS (DELETE FROM core_deadline USING old WHERE core_deadline.id = old.id)
                SELECT count(*), max(id) FROM old
                """,
                [last_id, before, PURGE_AT_ONCE],
            )
            count, highest = cursor.fetchone()
        purged += count
        if count < PURGE_AT_ONCE:
            return purged
        last_id = highest
