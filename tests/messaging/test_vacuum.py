"""Looking for what is due does not grow dearer with what is done: the hot tables are vacuumed to the index."""

import time

import pytest
from django.db import connection

from messaging.models import OutboxMessage
from portal.core.models import Deadline
from tests.messaging.conftest import NOW, make_claimants

# So few of so many that PostgreSQL by itself would leave the index alone.
DONE, GONE = 60_000, 1_000


def pages_of_a_look(table: str) -> int:
    """How many pages are read to find that nothing is due."""
    with connection.cursor() as cursor:
        # The way it is looked for in a table of millions.
        cursor.execute("SET enable_sort = off; SET enable_seqscan = off; SET enable_bitmapscan = off")
        cursor.execute(f"""
            EXPLAIN (ANALYZE, BUFFERS, FORMAT JSON)
            SELECT id FROM {table} WHERE state = 0 AND kind = 32001 AND run_at <= '2026-12-03'
            ORDER BY run_at, id LIMIT 200
        """)
        plan = cursor.fetchone()[0][0]["Plan"]
        cursor.execute("RESET enable_sort; RESET enable_seqscan; RESET enable_bitmapscan")
    assert plan["Plans"][0]["Node Type"] in ("Index Scan", "Index Only Scan"), plan
    return plan["Shared Hit Blocks"] + plan["Shared Read Blocks"]


# Whoever still looks at how things were before: what they may see is not cleaned away (PostgreSQL's own analysing too).
LOOKING_BACK = """
    SELECT pid, backend_type, state, left(query, 200) FROM pg_stat_activity
    WHERE pid <> pg_backend_pid() AND (datname IS NULL OR datname = current_database())
      AND (backend_xmin IS NOT NULL OR backend_xid IS NOT NULL)
"""


def vacuum(table: str) -> None:
    end = time.monotonic() + 60
    with connection.cursor() as cursor:
        while True:
            cursor.execute(LOOKING_BACK)
            if not (others := cursor.fetchall()):
                break
            assert time.monotonic() < end, others
            time.sleep(0.1)
        cursor.execute(f"VACUUM (ANALYZE) {table}")


@pytest.mark.parametrize(
    ("model", "columns"),
    [
        (Deadline, {"kind": "32001", "due_at": "now", "subject_id": "n", "occurrence": "0"}),
        (
            OutboxMessage,
            {
                "kind": "32001",
                "person_id": "person",
                "subject_id": "n",
                "occurrence": "0",
                "channel": "1",
                "created_at": "now",
            },
        ),
    ],
    ids=["deadlines", "mails"],
)
def test_a_look_passes_over_what_is_done(transactional_db, model, columns):
    table = model._meta.db_table
    (claimant,) = make_claimants(1)
    columns |= {"step": "0", "run_at": "now", "attempts": "0", "last_error": "''"}
    closed = "closed_at" if model is Deadline else "settled_at"

    def write(first: int, last: int, state: int) -> None:
        with connection.cursor() as cursor:
            cursor.execute(
                f"""
                INSERT INTO {table} ({", ".join(columns)}, state, {closed})
                SELECT {", ".join(columns.values())}, {state}, {"now" if state else "NULL"}
                FROM generate_series({first}, {last}) AS n, (SELECT %s::timestamptz AS now, %s AS person) AS told
                """,
                [NOW, claimant.pk],
            )

    write(1, DONE, 1)
    write(DONE + 1, DONE + GONE, 0)
    vacuum(table)
    model.objects.filter(state=0).update(**{"state": 1, closed: NOW})
    before = pages_of_a_look(table)
    vacuum(table)
    assert pages_of_a_look(table) <= 4 < before
