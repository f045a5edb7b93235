"""Writing and cancelling deadlines, in the transaction that makes them necessary or moot."""

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import datetime

from django.db import connection

from portal.core import arrays
from portal.core.deadlines.registry import kinds


@dataclass(frozen=True, slots=True)
class Planned:
    """One deadline to write."""

    kind: int
    subject_id: int
    due_at: datetime
    step: int = 0
    occurrence: int = 0


def schedule(planned: Iterable[Planned]) -> None:
    """Write deadlines in the transaction that makes them necessary; one already there stays as it is.

    One that was cancelled (an appointment moved away and back) is set pending again, at its new hour: to
    move a deadline, cancel it and schedule it again.
    """
    rows = list(planned)
    if not rows:
        return
    _require_transaction()
    if unknown := {row.kind for row in rows} - kinds().keys():
        raise ValueError(f"nobody handles deadlines of kind {sorted(unknown)}")
    with connection.cursor() as cursor:
        # In the order of the key, so that two transactions planning the same rows cannot deadlock.
        cursor.execute(
            """
            INSERT INTO core_deadline
                (kind, subject_id, occurrence, step, due_at, run_at, state, attempts, last_error)
            SELECT DISTINCT ON (subject_id, kind, occurrence, step)
                kind, subject_id, occurrence, step, due_at, due_at, 0, 0, ''
            FROM unnest(%s::smallint[], %s::bigint[], %s::bigint[], %s::smallint[], %s::timestamptz[])
                AS planned (kind, subject_id, occurrence, step, due_at)
            ORDER BY subject_id, kind, occurrence, step, due_at
            ON CONFLICT (subject_id, kind, occurrence, step) DO UPDATE
                SET state = 0, due_at = excluded.due_at, run_at = excluded.run_at, attempts = 0,
                    last_error = '', closed_at = NULL
                WHERE core_deadline.state = 2
            """,
            [
                arrays.of_numbers(row.kind for row in rows),
                arrays.of_numbers(row.subject_id for row in rows),
                arrays.of_numbers(row.occurrence for row in rows),
                arrays.of_numbers(row.step for row in rows),
                arrays.of_instants(row.due_at for row in rows),
            ],
        )


def cancel(kinds: Collection[int], subject_ids: Collection[int], *, now: datetime) -> int:
    """Cancel what is pending (or stuck) for these subjects, in the transaction that makes it moot.

    A row that a worker holds at this instant is left to it: waiting here, with the subject locked, for a
    worker that waits for the subject would be a deadlock in somebody's face. Its handler finds the
    subject as this transaction leaves it.
    """
    _require_transaction()
    with connection.cursor() as cursor:
        cursor.execute(
            """
            UPDATE core_deadline SET state = 2, closed_at = %s WHERE id IN (
                SELECT id FROM core_deadline
                WHERE subject_id = ANY(%s) AND kind = ANY(%s) AND state IN (0, 5) FOR UPDATE SKIP LOCKED
            )
            """,
            [now, list(subject_ids), list(kinds)],
        )
        return cursor.rowcount


def _require_transaction() -> None:
    if not connection.in_atomic_block:
        raise RuntimeError("deadlines are written in the transaction that makes them necessary")
