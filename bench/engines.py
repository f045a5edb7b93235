"""The engines: deadlines turned into mails owed, memory over a million rows, a batch of convocations."""

import json
import subprocess
import sys
import time
import uuid
from collections.abc import Callable
from datetime import datetime, timedelta
from pathlib import Path

import django

django.setup()

from django.db import connection, transaction  # noqa: E402

from bench import report, seeding, work  # noqa: E402
from bench.measuring import Row, interleaved, peak_memory, short, spread, timed  # noqa: E402
from bench.references import engines as references  # noqa: E402
from convocations import deeds  # noqa: E402
from convocations.models import Bindingness, Kind, Modality  # noqa: E402
from convocations.scheduling.drafts import Draft  # noqa: E402
from convocations.scheduling.issuing import Result, issue_many  # noqa: E402
from messaging.delivery import books  # noqa: E402
from portal.core import deadlines, parameters  # noqa: E402
from portal.core.journal import Actor  # noqa: E402
from portal.core.working_time import Territory, holiday_name  # noqa: E402

REMINDERS = 100_000
TASKS = 5_000
PEOPLE = 10_000
MEMORY = 1_000_000
ROUNDS = 5


def main(into: Path) -> None:
    work.remove_leftovers()
    rows, ticks = [], {}
    for measure in (reminders, batch_of_convocations, memory):
        found, seconds = measure()
        report.say(found)
        rows += found
        ticks |= seconds
    into.write_text(json.dumps({"rows": [row.as_json() for row in rows], "ticks": ticks}, indent=1))


# --- 100,000 reminders ------------------------------------------------------------


def reminders() -> tuple[list[Row], dict[str, float]]:
    """Due reminders into outbox rows: our worker, one statement per table, one Celery task per row."""
    now = work.scale().now
    first, last = work.write_appointments(REMINDERS)
    ours: list[float] = []
    ours_idle: list[float] = []
    plain: list[float] = []
    plain_idle: list[float] = []

    def our_worker() -> None:
        work.write_reminders(first, last)
        with timed(ours):
            done = _work_all(now)
        _require(done == REMINDERS, f"worked {done} reminders")
        with timed(ours_idle):
            deadlines.work(lambda: now)
        _require(_mails(first, last) == REMINDERS, "not every reminder became a mail")
        work.remove_work(first, last)

    def statements() -> None:
        work.write_reminders(first, last)
        with timed(plain):
            references.remind_by_statements(now)
        with timed(plain_idle):
            references.insert_reminders(now, pending_only=False)
        _require(_mails(first, last) == REMINDERS, "the reference left some out")
        work.remove_work(first, last)

    interleaved(ROUNDS, [our_worker, statements])
    tasks = _one_task_each(first, now)
    work.remove_work(first, last, appointments=True)
    us, sql = spread(ours), spread(plain)
    rate = REMINDERS / us.median
    return [
        Row("deadlines: 100,000 reminders, one worker", f"{rate:,.0f} rows/s",
            f"Celery task per row {tasks:,.0f} rows/s", rate / tasks, 100, lower=False),
        Row("the same, against SQL", f"{us} s", f"INSERT … SELECT per table {sql} s", us.median / sql.median, 2),
        Row("run again, nothing to do", f"{short(1_000 * spread(ours_idle).median)} ms",
            f"INSERT … ON CONFLICT again {spread(plain_idle)} s",
            spread(ours_idle).median / spread(plain_idle).median, 0.6),
    ], {"deadlines: 100,000 reminders": us.median} | _ticks(now)  # fmt: skip


def _work_all(now: datetime) -> int:
    closed = 0
    while True:
        worked = deadlines.work(lambda: now)
        closed += worked.closed
        if not worked.more:
            return closed


def _mails(first: int, last: int) -> int:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT count(*) FROM messaging_outboxmessage WHERE kind = %s AND subject_id BETWEEN %s AND %s",
            [deeds.MAIL_REMINDER, first, last],
        )
        return int(cursor.fetchone()[0])


def _one_task_each(first: int, now: datetime) -> float:
    """Rows a second of a real Celery worker with one process, a task per row, publishing included."""
    last = first + TASKS - 1
    work.write_reminders(first, last)
    try:
        with references.celery_worker(now):
            with connection.cursor() as cursor:
                cursor.execute(
                    "SELECT id FROM core_deadline WHERE kind = 100 AND state = 0 AND run_at <= %s", [now]
                )
                ids = [row[0] for row in cursor.fetchall()]
            _require(len(ids) == TASKS, f"{len(ids)} rows for the tasks")
            started = time.perf_counter()
            for deadline_id in ids:
                references.remind_one.delay(deadline_id)
            while _pending(now):
                time.sleep(0.05)
            return TASKS / (time.perf_counter() - started)
    finally:
        work.remove_work(first, last)


def _pending(now: datetime) -> bool:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT 1 FROM core_deadline WHERE kind = 100 AND state = 0 AND run_at <= %s LIMIT 1", [now]
        )
        return cursor.fetchone() is not None


def _ticks(now: datetime) -> dict[str, float]:
    """A tick with nothing to do, and what the health page asks, each as the median of many."""
    return {
        "deadlines: idle tick": _often(lambda: deadlines.work(lambda: now)),
        "deadlines: backlog": _often(lambda: deadlines.backlog(now)),
        "outbox: idle lease": _often(lambda: books.lease(now, most=200)),
    }


def _often(call: Callable[[], object]) -> float:
    call()
    seconds: list[float] = []
    for _ in range(200):
        with timed(seconds):
            call()
    return spread(seconds).median


# --- 10,000 convocations ------------------------------------------------------------


def batch_of_convocations() -> tuple[list[Row], dict[str, float]]:
    """One sending to 10,000 people: evidence, deadlines, journal and mails written with it."""
    ours: list[float] = []
    plain: list[float] = []
    queries: list[int] = []
    now = work.scale().now
    by = Actor(work.scale().busy_advisors()[0], "ADVISOR", "10.0.0.1")
    drafts = _drafts()
    parameters.current()

    def our_batch() -> None:
        counted = _Counting()
        with connection.execute_wrapper(counted), timed(ours):
            results = issue_many(drafts, form_key=uuid.uuid4(), by=by, now=now)
        queries.append(counted.number)
        _require(all(not result.refused for result in results), str(_first_refusal(results)))
        _forget_batch()

    def statements() -> None:
        references.prepare_drafts(drafts)
        with timed(plain):
            references.issue_by_statements(by.person_id, now)
        _forget_batch()

    interleaved(ROUNDS, [our_batch, statements])
    us, sql = spread(ours), spread(plain)
    each = max(queries) / (PEOPLE / 1_000)
    return [
        Row("batch of 10,000 convocations", f"{PEOPLE / us.median:,.0f} people/s",
            f"one statement per table {PEOPLE / sql.median:,.0f} people/s", sql.median / us.median, 0.3, lower=False),
        Row("the same, queries per 1,000 people", f"{each:.1f}", "–", each, 100, unit=" queries"),
    ], {"batch of 10,000 convocations": us.median}  # fmt: skip


def _first_refusal(results: list[Result]) -> str:
    return next((result.refused for result in results if result.refused), "")


class _Counting:
    def __init__(self) -> None:
        self.number = 0

    def __call__(self, execute, sql, params, many, context):  # type: ignore[no-untyped-def]
        self.number += 1
        return execute(sql, params, many, context)


def _drafts() -> list[Draft]:
    """Ten thousand appointments at hours nobody holds: the first people's, each at their advisor's own hour."""
    zone = Territory.METROPOLE.zone
    days = seeding.workdays(work.scale().now.date(), 120)[60:]
    days = [day for day in days if not holiday_name(day, Territory.METROPOLE)]
    drafts = []
    for i in range(1, PEOPLE + 1):
        place = (i - 1) % seeding.PEOPLE_PER_ADVISOR
        day = days[place // 6]
        starts_at = datetime(day.year, day.month, day.day, 9 + place % 6, tzinfo=zone)
        drafts.append(
            Draft(
                claimant_id=i,
                advisor_id=seeding.ADVISOR_BASE + 1 + (i - 1) // seeding.PEOPLE_PER_ADVISOR,
                bindingness=Bindingness.CONVOCATION,
                kind=Kind.INTERVIEW,
                modality=Modality.IN_PERSON,
                starts_at=starts_at,
                ends_at=starts_at + timedelta(minutes=45),
                purpose="Point sur votre recherche d’emploi",
                place="Agence 1, 1 rue des Tilleuls",
                to_bring="Votre CV à jour",
            )
        )
    return drafts


def _forget_batch() -> None:
    work.remove_leftovers()


# --- memory -------------------------------------------------------------------------


def memory() -> tuple[list[Row], dict[str, float]]:
    """The worker's peak memory, a process of its own each time: many rows due against few."""
    first, last = work.write_appointments(REMINDERS)
    peaks = []
    try:
        for appointments, occurrences in ((1_000, 1), (REMINDERS, MEMORY // REMINDERS)):
            work.write_reminders(first, first + appointments - 1, occurrences)
            command = [sys.executable, "-m", "bench.engines", "--work"]
            done = subprocess.run(command, capture_output=True, text=True, check=True)
            closed, peak = done.stdout.split()
            _require(int(closed) == appointments * occurrences, f"worked {closed} rows")
            peaks.append(float(peak))
            work.remove_work(first, last)
    finally:
        work.remove_work(first, last, appointments=True)
    few, many = peaks
    return [
        Row("worker's peak memory, 1,000,000 rows due", f"{many:.0f} MB", f"1,000 rows due {few:.0f} MB",
            many / few, 1.1)
    ], {}  # fmt: skip


def _work_and_tell() -> None:
    closed = _work_all(work.scale().now)
    print(closed, peak_memory())


def _require(holds: bool, otherwise: str) -> None:
    if not holds:
        raise SystemExit(f"The bench itself is wrong: {otherwise}.")


if __name__ == "__main__":
    with transaction.atomic():
        parameters.current()
    if sys.argv[1] == "--work":
        _work_and_tell()
    else:
        main(Path(sys.argv[1]))
