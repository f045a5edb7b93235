"""A day's post of one agency: 5,000 letters written, closed, printed and posted, each step beside the bare deed.

Printing is told in processor time, in a process of its own each time: it is nothing but work, and its memory
is what a worker needs.
"""

import json
import subprocess
import sys
import time
from contextlib import suppress
from datetime import datetime
from datetime import time as hour
from pathlib import Path
from typing import Any

import django

django.setup()

from django.core.files.storage import default_storage  # noqa: E402
from django.db import connection  # noqa: E402

from bench import report, seeding, work  # noqa: E402
from bench.measuring import Row, interleaved, peak_memory, short, spread, timed  # noqa: E402
from bench.references import letters as references  # noqa: E402
from messaging import deeds, letters  # noqa: E402
from messaging.delivery.sender import send_due  # noqa: E402
from messaging.models import Letter, LetterBatch  # noqa: E402
from messaging.posting import batching, fates, printing  # noqa: E402
from portal.core import deadlines  # noqa: E402
from portal.core.journal import Actor  # noqa: E402

LETTERS, FEW, ROUNDS = 5_000, 500, 3
AGENCY = 1
SUPERVISOR = seeding.ADVISOR_BASE + 1


def main(into: Path) -> None:
    work.remove_leftovers()
    _forget()
    # The day's post is closed, printed and posted on one working day.
    now = datetime.combine(seeding.workdays(work.scale().now.date(), 1)[0], hour(9), work.scale().now.tzinfo)
    steps: dict[str, list[float]] = {name: [] for name in ("written", "closed", "posted")}
    bare: dict[str, list[float]] = {name: [] for name in steps}
    printed: dict[int, dict[str, float]] = {}

    def ours() -> None:
        owed = _owe(LETTERS, now)
        with timed(steps["written"]):
            _write_all(now)
        _require(Letter.objects.count() == LETTERS, f"{Letter.objects.count()} letters were written")
        if not bare["written"]:
            references.keep_texts()
        with timed(steps["closed"]):
            batch = batching.close(AGENCY, now.date(), now=now)
        assert batch is not None
        if not printed:
            printed[LETTERS] = _in_a_process("ours", batch.pk) | {"size": _size(batch.pk)}
            printed[0] = _in_a_process("bare", batch.pk)
        else:
            _call_it_printed(batch.pk, now)
        with timed(steps["posted"]):
            fates.post(batch.pk, now.date(), by=Actor(SUPERVISOR, "SUPERVISOR"), now=now)
        _require(_evidence(owed) == LETTERS, "not every letter became evidence")
        _forget()

    def statements() -> None:
        _owe(LETTERS, now)
        values = {"now": now, "day": now.date(), "agency": AGENCY, "by": SUPERVISOR}
        for name in references.STEPS:
            with timed(bare[name]):
                references.run(name, values)
        _require(Letter.objects.filter(state="POSTED").count() == LETTERS, "the reference left some out")
        _forget()

    interleaved(ROUNDS, [ours, statements])
    _owe(FEW, now)
    _write_all(now)
    batch = batching.close(AGENCY, now.date(), now=now)
    assert batch is not None
    printed[FEW] = _in_a_process("ours", batch.pk)
    _forget()
    rows = [*_written_rows(steps, bare), *_printed_rows(printed)]
    report.say(rows)
    ticks = {f"{LETTERS:,} letters {name}": spread(steps[name]).median for name in steps}
    into.write_text(json.dumps({"rows": [row.as_json() for row in rows], "ticks": ticks}, indent=1))


def _written_rows(steps: dict[str, list[float]], bare: dict[str, list[float]]) -> list[Row]:
    # The statements are given their texts: writing is composing, freezing, fingerprinting, and has no bar beside them.
    # Closing reads each address anew, posting writes a sentence a letter: as dear as a batch of convocations may be.
    bars = {"written": None, "closed": 3.3, "posted": 3.3}
    return [
        Row(f"{LETTERS:,} letters of a day {name}", f"{spread(steps[name])} s",
            f"one statement per table {spread(bare[name])} s",
            spread(steps[name]).median / spread(bare[name]).median, bars[name],
            note=f"{short(1_000 * spread(steps[name]).median / LETTERS)} ms a letter")
        for name in steps
    ]  # fmt: skip


def _printed_rows(printed: dict[int, dict[str, float]]) -> list[Row]:
    ours, few, bare = printed[LETTERS], printed[FEW], printed[0]
    return [
        Row(f"{LETTERS:,} letters printed", f"{short(ours['cpu'])} s CPU",
            f"typst alone, the same source {short(bare['cpu'])} s CPU", ours["cpu"] / bare["cpu"], 1.5,
            note=f"{short(1_000 * ours['cpu'] / LETTERS)} ms a letter, {short(ours['size'] / 1e6)} MB in one file,"
                 f" {short(ours['wall'])} s by the clock"),
        Row(f"printing: peak memory, {LETTERS:,} letters", f"{ours['peak']:.0f} MB",
            f"{FEW} letters {few['peak']:.0f} MB", ours["peak"] / few["peak"], 1.3,
            note=f"typst alone {bare['peak']:.0f} MB"),
    ]  # fmt: skip


# --- the day's work ------------------------------------------------------------------


def _owe(number: int, now: datetime) -> tuple[int, int]:
    """Write appointments of people reached by post in one agency, by written exchange, and the notices owed."""
    with connection.cursor() as cursor:
        cursor.execute(
            """
            WITH people AS (
                SELECT user_id, advisor_id, agency_id, row_number() OVER (ORDER BY user_id) - 1 AS place
                FROM accounts_claimant WHERE agency_id = %s AND appointments_by = 'LETTER'
            ), wanted AS (
                SELECT n, n %% (SELECT count(*) FROM people) AS place FROM generate_series(1::bigint, %s) AS n
            ), written AS (
                INSERT INTO convocations_convocation (ref, claimant_id, advisor_id, agency_id, bindingness, kind,
                    modality, starts_at, ends_at, place, purpose, to_bring, state, sequence, issued_at,
                    notice_deadline, short_notice_agreed, content_hash, deposited_at, note)
                SELECT (1::bigint << 40) + n, user_id, advisor_id, agency_id, 'CONVOCATION', 'INTERVIEW',
                       'ASYNC_MESSAGE', %s::timestamptz + interval '10 days',
                       %s::timestamptz + interval '10 days 45 minutes', '', 'Point sur votre recherche d’emploi',
                       'Votre CV à jour', 'ISSUED', 0, %s, %s::timestamptz + interval '8 days', '',
                       sha256(int8send(n)), %s, ''
                FROM wanted JOIN people USING (place) ORDER BY n
                RETURNING id
            )
            SELECT min(id), max(id) FROM written
            """,
            [AGENCY, number, *[now] * 5],
        )
        first, last = cursor.fetchone()
    work.execute(
        """
        INSERT INTO messaging_outboxmessage (kind, person_id, subject_id, occurrence, step, channel, state, created_at,
            run_at, attempts, last_error)
        SELECT 100, claimant_id, id, 0, 0, 1, 0, %s, %s, 0, '' FROM convocations_convocation
        WHERE id BETWEEN %s AND %s ORDER BY id
        """,
        now, now, first, last,
    )  # fmt: skip
    for table in ("messaging_outboxmessage", "convocations_convocation"):
        work.execute(f"ANALYZE {table}")
    return first, last


def _write_all(now: datetime) -> None:
    while send_due(lambda: now)[1]:
        pass


def _call_it_printed(batch_id: int, now: datetime) -> None:
    """Stand in for printing in the rounds that only time what is before and after it."""
    work.execute(
        "UPDATE messaging_letterbatch SET state = 'PRINTED', pdf_key = 'bench', printed_at = %s WHERE id = %s",
        now, batch_id,
    )  # fmt: skip
    work.execute("DELETE FROM core_deadline WHERE kind = %s", deeds.DUE_PRINT)


def _evidence(ids: tuple[int, int]) -> int:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT count(*) FROM convocations_deliveryevidence WHERE fact = 'LETTER_POSTED'"
            " AND convocation_id BETWEEN %s AND %s",
            ids,
        )
        return int(cursor.fetchone()[0])


def _size(batch_id: int) -> float:
    return float(LetterBatch.objects.values_list("pdf_size", flat=True).get(pk=batch_id) or 0)


def _forget() -> None:
    """Take away all letters and what they left: nothing else in this database has any."""
    for key in LetterBatch.objects.exclude(pdf_key="").values_list("pdf_key", flat=True):
        with suppress(OSError):
            default_storage.delete(key)
    with connection.cursor() as cursor:
        cursor.execute("SET session_replication_role = replica")
        cursor.execute("DELETE FROM core_journalentry WHERE code IN (280, 285)")
        cursor.execute("DELETE FROM core_deadline WHERE kind = %s", [deeds.DUE_PRINT])
        cursor.execute("DELETE FROM messaging_letter")
        cursor.execute("DELETE FROM messaging_letterbatch")
        cursor.execute("SET session_replication_role = origin")
    work.remove_leftovers()


# --- printing, in a process of its own -------------------------------------------------


def _in_a_process(way: str, batch_id: int) -> dict[str, float]:
    command = [sys.executable, "-m", "bench.letters", "--print", way, str(batch_id)]
    done = subprocess.run(command, capture_output=True, text=True)
    _require(done.returncode == 0, f"printing failed: {done.stderr[-2_000:]}")
    told: dict[str, float] = json.loads(done.stdout.splitlines()[-1])
    return told


def _print_and_tell(way: str, batch_id: int) -> None:
    batch = LetterBatch.objects.get(pk=batch_id)
    started, worked = time.perf_counter(), time.process_time()
    if way == "ours":
        done = deadlines.work_slowly(deeds.DUE_PRINT, lambda: batch.closed_at)
        _require(done is not None and done.closed == 1, f"printed {done}")
    else:
        for piece in _sources(batch):
            letters.typeset("notice", piece, dated=batch.closed_at, for_print=True)
    cpu, wall = time.process_time() - worked, time.perf_counter() - started
    print(json.dumps({"cpu": cpu, "wall": wall, "peak": peak_memory()}))


def _sources(batch: LetterBatch) -> list[dict[str, Any]]:
    """What the typesetter is given, piece by piece, all of it in memory."""
    rows = [printing.shown(letter) for letter in Letter.objects.filter(batch=batch).order_by("id")]
    return [
        {"title": "Courrier", "letters": rows[start : start + printing.AT_ONCE]}
        for start in range(0, len(rows), printing.AT_ONCE)
    ]


def _require(holds: bool, otherwise: str) -> None:
    if not holds:
        raise SystemExit(f"The bench itself is wrong: {otherwise}.")


if __name__ == "__main__":
    if sys.argv[1] == "--print":
        _print_and_tell(sys.argv[2], int(sys.argv[3]))
    else:
        main(Path(sys.argv[1]))
