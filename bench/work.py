"""The rows the engines are given to work, and their removal after: written beside the seeded ones."""

import os
from datetime import datetime, timedelta

from django.db import connection

from bench.seeding import SIZES, Scale

_now: list[datetime] = []


def scale() -> Scale:
    """The scale of the database this process is connected to."""
    if not _now:
        with connection.cursor() as cursor:
            cursor.execute("SELECT now FROM bench_seed")
            _now.append(cursor.fetchone()[0])
    name = os.environ["BENCH_SCALE"]
    return Scale(name, *SIZES[name], now=_now[0])


def execute(text: str, *parameters: object) -> None:
    with connection.cursor() as cursor:
        cursor.execute(text, parameters)


def write_appointments(number: int) -> tuple[int, int]:
    """Write appointments whose first reminder fell due a minute ago; the first and last id.

    By written exchange, because those hold no hour: one person then has as many as it takes. They go to
    people reached by e-mail who want reminders, so that each becomes a mail.
    """
    size = scale()
    starts_at = size.now + timedelta(days=7, minutes=-1)
    with connection.cursor() as cursor:
        cursor.execute(
            """
            WITH people AS (
                SELECT user_id, advisor_id, agency_id, row_number() OVER (ORDER BY user_id) - 1 AS place
                FROM accounts_claimant WHERE reminders_by = 'EMAIL' ORDER BY user_id LIMIT %s
            ), wanted AS (
                SELECT n, n %% (SELECT count(*) FROM people) AS place FROM generate_series(1::bigint, %s) AS n
            ), written AS (
                INSERT INTO convocations_convocation (ref, claimant_id, advisor_id, agency_id, bindingness, kind,
                    modality, starts_at, ends_at, place, purpose, to_bring, state, sequence, issued_at,
                    notice_deadline, short_notice_agreed, content_hash, deposited_at, note)
                SELECT (1::bigint << 40) + n, user_id, advisor_id, agency_id, 'CONVOCATION', 'INTERVIEW',
                       'ASYNC_MESSAGE', %s, %s::timestamptz + interval '45 minutes', '',
                       'Point sur votre recherche d’emploi', 'Votre CV à jour', 'ISSUED', 0,
                       %s::timestamptz - interval '8 days', %s::timestamptz - interval '2 days', '',
                       sha256(int8send(n)), %s::timestamptz - interval '8 days', ''
                FROM wanted JOIN people USING (place) ORDER BY n
                RETURNING id
            )
            SELECT min(id), max(id) FROM written
            """,
            [number, number, *[starts_at] * 5],
        )
        first, last = cursor.fetchone()
    return first, last


def write_reminders(first: int, last: int, occurrences: int = 1) -> None:
    """Write the first reminder of these appointments, due a minute ago.

    `occurrences` above 1 makes more rows than there are appointments: for memory, which sees batches.
    """
    execute(
        """
        INSERT INTO core_deadline (kind, subject_id, occurrence, step, due_at, run_at, state, attempts, last_error)
        SELECT 100, id, extract(epoch FROM starts_at)::bigint + n, 1, due_at, due_at, 0, 0, ''
        FROM generate_series(0, %s - 1) AS n, convocations_convocation,
             LATERAL (SELECT starts_at - interval '7 days' AS due_at) AS due
        WHERE id BETWEEN %s AND %s ORDER BY n, id
        """,
        occurrences,
        first,
        last,
    )


def remove_work(first: int, last: int, *, appointments: bool = False) -> None:
    """Take away what working these appointments wrote, and if asked the appointments themselves."""
    with connection.cursor() as cursor:
        # Evidence and journal refuse deletion, rightly; these rows are the bench's own.
        cursor.execute("SET session_replication_role = replica")
        try:
            between = "BETWEEN %s AND %s"
            cursor.execute(
                f"DELETE FROM core_deadline WHERE subject_id {between} AND kind >= 100", [first, last]
            )
            cursor.execute(
                "DELETE FROM messaging_outboxmessage WHERE id > %s AND subject_id BETWEEN %s AND %s",
                [_seeded_mails(cursor), first, last],
            )
            if appointments:
                cursor.execute(
                    f"DELETE FROM convocations_deliveryevidence WHERE convocation_id {between}", [first, last]
                )
                cursor.execute(
                    f"DELETE FROM convocations_calltask WHERE convocation_id {between}", [first, last]
                )
                cursor.execute(
                    "DELETE FROM core_journalentry WHERE id > %s AND subject_id BETWEEN %s AND %s",
                    [_seeded_entries(cursor), first, last],
                )
                cursor.execute(f"DELETE FROM convocations_convocation WHERE id {between}", [first, last])
        finally:
            cursor.execute("SET session_replication_role = origin")
        tables = ["core_deadline", "messaging_outboxmessage"]
        if appointments:
            tables += ["convocations_deliveryevidence", "core_journalentry", "convocations_convocation"]
        for table in tables:
            cursor.execute(f"VACUUM (ANALYZE) {table}")


def _seeded_mails(cursor: object) -> int:
    return _mark(cursor, "messaging_outboxmessage")


def _seeded_entries(cursor: object) -> int:
    return _mark(cursor, "core_journalentry")


def _mark(cursor, table: str) -> int:  # type: ignore[no-untyped-def]
    """The last id the seeding wrote into a table: no index leads from an appointment to these rows."""
    cursor.execute("CREATE TABLE IF NOT EXISTS bench_mark (name text PRIMARY KEY, last_id bigint)")
    cursor.execute("SELECT last_id FROM bench_mark WHERE name = %s", [table])
    return int(cursor.fetchone()[0])


def remember_marks() -> None:
    """Note once where the seeded rows end."""
    with connection.cursor() as cursor:
        cursor.execute("CREATE TABLE IF NOT EXISTS bench_mark (name text PRIMARY KEY, last_id bigint)")
        for table in ("messaging_outboxmessage", "core_journalentry", "convocations_convocation"):
            cursor.execute(
                f"INSERT INTO bench_mark SELECT %s, coalesce(max(id), 0) FROM {table} ON CONFLICT DO NOTHING",
                [table],
            )


def remove_leftovers() -> None:
    """Clear what a run that was stopped left behind."""
    remember_marks()
    with connection.cursor() as cursor:
        first = _mark(cursor, "convocations_convocation") + 1
        cursor.execute("SELECT max(id) FROM convocations_convocation")
        last = cursor.fetchone()[0]
    if last and last >= first:
        remove_work(first, last, appointments=True)
