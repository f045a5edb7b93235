"""The same writes done otherwise: by one statement per table, and by one Celery task per row."""

import os
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import datetime
from operator import attrgetter

import django
from celery import Celery
from django.apps import apps

if not apps.ready:  # a Celery worker begins here
    django.setup()

from django.db import connection, transaction

from convocations import deeds
from convocations.models import Convocation
from convocations.scheduling.drafts import Draft
from convocations.states import AHEAD
from messaging.models import OutboxMessage
from portal.core.models import Deadline

# --- one statement per table --------------------------------------------------------


def insert_reminders(now: datetime, *, pending_only: bool = True) -> None:
    """Owe the reminder of every due row, in one statement."""
    with connection.cursor() as cursor:
        cursor.execute(
            f"""
            INSERT INTO messaging_outboxmessage (kind, person_id, subject_id, occurrence, step, channel, state,
                created_at, run_at, attempts, last_error, payload)
            SELECT {deeds.MAIL_REMINDER}, claimant_id, subject_id, occurrence, step, 1, 0, %s, %s, 0, '', NULL
            FROM core_deadline AS due JOIN convocations_convocation AS c ON c.id = due.subject_id
            WHERE due.kind = {deeds.DUE_REMINDER} AND {"due.state = 0 AND" if pending_only else ""} run_at <= %s
              AND due_at > %s::timestamptz - interval '1 hour' AND c.state = ANY(%s) AND starts_at > %s
            ON CONFLICT DO NOTHING
            """,
            [now, now, now, now, sorted(AHEAD), now],
        )


def remind_by_statements(now: datetime) -> None:
    """Turn every due reminder into an outbox row: an INSERT … SELECT and an UPDATE, one transaction."""
    with transaction.atomic():
        insert_reminders(now)
        with connection.cursor() as cursor:
            cursor.execute(
                "UPDATE core_deadline SET state = 1, closed_at = %s WHERE kind = %s AND state = 0 AND run_at <= %s",
                [now, deeds.DUE_REMINDER, now],
            )


# What of a draft the statements below write, and as what: an equipped place is booked by none of them.
_DRAFT = {
    **dict.fromkeys(("claimant_id", "advisor_id"), "bigint"),
    **dict.fromkeys(("starts_at", "ends_at"), "timestamptz"),
    **dict.fromkeys(("bindingness", "kind", "modality", "purpose", "place", "to_bring"), "text"),
    "short_notice_agreed": "text",
}


def prepare_drafts(drafts: Sequence[Draft]) -> None:
    """Put what is to be issued into a table, not timed: the reference gets it for nothing."""
    with connection.cursor() as cursor:
        cursor.execute("DROP TABLE IF EXISTS bench_draft")
        columns = ", ".join(f"{name} {kind}" for name, kind in _DRAFT.items())
        cursor.execute(f"CREATE UNLOGGED TABLE bench_draft ({columns})")
        with cursor.copy(f"COPY bench_draft ({', '.join(_DRAFT)}) FROM STDIN") as copy:
            for row in map(attrgetter(*_DRAFT), drafts):
                copy.write_row(row)
        cursor.execute("ANALYZE bench_draft")


_STATEMENTS = (
    """
    INSERT INTO convocations_convocation (ref, claimant_id, advisor_id, agency_id, bindingness, kind, modality,
        starts_at, ends_at, place, purpose, to_bring, state, sequence, issued_at, notice_deadline,
        short_notice_agreed, content_hash, deposited_at, note)
    SELECT (random() * 1099511627775)::bigint, claimant_id, d.advisor_id, agency_id, bindingness, kind, modality,
           starts_at, ends_at, place, purpose, to_bring, 'ISSUED', 0, %(now)s, starts_at - interval '48 hours',
           d.short_notice_agreed, sha256(convert_to(row_to_json(d)::text, 'UTF8')), %(now)s, ''
    FROM bench_draft AS d JOIN accounts_claimant AS c ON c.user_id = claimant_id
    """,
    """
    INSERT INTO convocations_deliveryevidence (convocation_id, fact, at, written_at, message_id, detail, shown_hash)
    SELECT id, 'DEPOSITED', %(now)s, %(now)s, 0, '', content_hash FROM convocations_convocation WHERE id > %(last)s
    """,
    """
    INSERT INTO core_deadline (kind, subject_id, occurrence, step, due_at, run_at, state, attempts, last_error)
    SELECT steps.kind, id, extract(epoch FROM starts_at)::bigint, step, due_at, due_at, 0, 0, ''
    FROM convocations_convocation CROSS JOIN LATERAL (VALUES
        (100, 1, starts_at - interval '7 days'), (100, 2, starts_at - interval '2 days'),
        (100, 3, starts_at - interval '2 hours'), (101, 0, starts_at - interval '2 days'), (102, 0, ends_at)
    ) AS steps (kind, step, due_at) WHERE id > %(last)s
    """,
    """
    INSERT INTO core_journalentry (at, code, actor_id, actor_role, file_id, subject_id, data, ip)
    SELECT %(now)s, 100, %(by)s, 'ADVISOR', claimant_id, id,
           jsonb_build_object('ref', ref, 'what', 'entretien', 'when', to_char(starts_at, 'DD/MM/YYYY HH24:MI')),
           '10.0.0.1'
    FROM convocations_convocation WHERE id > %(last)s
    """,
    """
    INSERT INTO messaging_outboxmessage (kind, person_id, subject_id, occurrence, step, channel, state, created_at,
        run_at, attempts, last_error)
    SELECT 100, claimant_id, id, 0, 0, 1, 0, %(now)s, %(now)s, 0, '' FROM convocations_convocation
    WHERE id > %(last)s
    """,
    """
    INSERT INTO convocations_calltask (ref, convocation_id, claimant_id, advisor_id, reason, state, opened_at, due_at)
    SELECT v.ref, v.id, claimant_id, v.advisor_id, 'NO_EMAIL', 'OPEN', %(now)s, starts_at - interval '48 hours'
    FROM convocations_convocation AS v JOIN accounts_claimant AS c ON c.user_id = claimant_id
    WHERE v.id > %(last)s AND appointments_by = 'LETTER'
    """,
)


def issue_by_statements(by: int, now: datetime) -> None:
    """Issue everything prepared, by one statement for each of the six tables, in one transaction."""
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SELECT max(id) FROM convocations_convocation")
        values = {"now": now, "by": by, "last": cursor.fetchone()[0]}
        for statement in _STATEMENTS:
            cursor.execute(statement, values)


# --- one Celery task per row --------------------------------------------------------

app = Celery("bench")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.conf.task_default_queue = "bench"


@app.task(name="bench.remind_one", ignore_result=True)
def remind_one(deadline_id: int) -> None:
    """Do for one row what our handler does for a batch: the way most Django projects would."""
    now = datetime.fromisoformat(os.environ["BENCH_NOW"])
    with transaction.atomic():
        due = Deadline.objects.select_for_update().get(pk=deadline_id)
        if due.state != Deadline.State.PENDING:
            return
        convocation = Convocation.objects.only("claimant_id", "state", "starts_at").get(pk=due.subject_id)
        if convocation.state in AHEAD and convocation.starts_at > now:
            OutboxMessage.objects.get_or_create(
                kind=deeds.MAIL_REMINDER,
                person_id=convocation.claimant_id,
                subject_id=convocation.pk,
                occurrence=due.occurrence,
                step=due.step,
                channel=OutboxMessage.Channel.EMAIL,
                defaults={"created_at": now, "run_at": now},
            )
        due.state = Deadline.State.DONE
        due.closed_at = now
        due.save(update_fields=["state", "closed_at"])


@contextmanager
def celery_worker(now: datetime) -> Iterator[None]:
    """A real worker with one process, ready to work."""
    environment = os.environ | {"BENCH_NOW": now.isoformat()}
    os.environ["BENCH_NOW"] = now.isoformat()
    options = [
        "--concurrency",
        "1",
        "--without-gossip",
        "--without-mingle",
        "--loglevel",
        "ERROR",
        "-Q",
        "bench",
    ]
    command = [sys.executable, "-m", "celery", "--app", "bench.references.engines", "worker", *options]
    worker = subprocess.Popen(command, env=environment, stdout=subprocess.DEVNULL)  # its banner
    try:
        end = time.monotonic() + 60
        while not app.control.ping(timeout=0.5):
            if time.monotonic() > end or worker.poll() is not None:
                raise SystemExit("The reference's Celery worker did not start.")
        yield
    finally:
        worker.terminate()
        worker.wait(20)
