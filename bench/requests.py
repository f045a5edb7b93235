"""A day of 10,000 requests: asked one by one, as people do, against the bare statements that write the same rows.

Nothing stays: each round is rolled back, since a request is never deleted (docs/requests.md).
"""

import json
import sys
import time
import uuid
from datetime import datetime, timedelta
from pathlib import Path

import django

django.setup()

from django.db import connection, transaction  # noqa: E402

from bench import report, work  # noqa: E402
from bench.measuring import Row, interleaved, short, spread  # noqa: E402
from convocations import deeds  # noqa: E402
from convocations.models import ChangeRequest, Convocation  # noqa: E402
from convocations.requests import asking  # noqa: E402
from convocations.states import AHEAD  # noqa: E402
from portal.core import deadlines  # noqa: E402
from portal.core.journal import Actor  # noqa: E402

A_DAY, ROUND, ROUNDS = 10_000, 500, 5
# The rows of one request that waits, and nothing else: no rule looked up, no lock, no text made.
PLAIN = """
    UPDATE convocations_convocation SET state = 'RESCHEDULE_PENDING' WHERE id = %(id)s;
    WITH asked AS (
        INSERT INTO convocations_changerequest (ref, convocation_id, claimant_id, advisor_id, agency_id, kind, channel,
            form_key, state, motive, text, wished_modality, wants_call, needs, state_before, submitted_at,
            submitted_by_id, is_late, counts, content_hash, decide_by, docs_asked, rule, reasons, correction,
            correction_open)
        SELECT %(ref)s, id, claimant_id, advisor_id, agency_id, 'RESCHEDULE', 'WEB', gen_random_uuid(), 'SUBMITTED',
            '', 'Un autre jour.', '', false, '{}', state, %(now)s, claimant_id, false, true, '\\x00', %(now)s, '', '',
            '', '', false
        FROM convocations_convocation WHERE id = %(id)s RETURNING id, claimant_id
    ), timed AS (
        INSERT INTO core_deadline (kind, subject_id, occurrence, step, due_at, run_at, state, attempts, last_error)
        SELECT 125, id, 0, step, %(now)s, %(now)s, 0, 0, '' FROM asked, generate_series(1, 2) AS step
    )
    UPDATE accounts_claimant SET last_contact_at = %(now)s WHERE user_id = (SELECT claimant_id FROM asked);
"""


def main(into: Path) -> None:
    now = work.scale().now
    ids = list(
        Convocation.objects.filter(
            state__in=AHEAD, bindingness="CONVOCATION", starts_at__gt=now + timedelta(days=2)
        )
        .order_by("pk")
        .values_list("pk", "claimant_id")[:ROUND]
    )
    if len(ids) < ROUND:
        raise SystemExit(f"only {len(ids)} appointments ahead to ask about")
    ours: list[float] = []
    chased: list[float] = []
    plain: list[float] = []
    queries: list[float] = []

    def people() -> None:
        with transaction.atomic():
            started = time.perf_counter()
            for pk, claimant_id in ids:
                wish = asking.Wish(ChangeRequest.Kind.RESCHEDULE, text="Un autre jour.")
                asking.ask(pk, wish, form_key=uuid.uuid4(), by=Actor(claimant_id, "CLAIMANT"), now=now)
            ours.append((time.perf_counter() - started) / ROUND)
            started = time.perf_counter()
            _chase(now + timedelta(days=6))
            chased.append(time.perf_counter() - started)
            transaction.set_rollback(True)

    def statements() -> None:
        with transaction.atomic(), connection.cursor() as cursor:
            started = time.perf_counter()
            for number, (pk, _) in enumerate(ids, start=1):
                cursor.execute(PLAIN, {"id": pk, "ref": number, "now": now})
            plain.append((time.perf_counter() - started) / ROUND)
            transaction.set_rollback(True)

    interleaved(ROUNDS, [people, statements])
    queries.append(_queries(ids[0], now))
    us, sql = spread([1_000 * value for value in ours]), spread([1_000 * value for value in plain])
    rows = [
        Row("a day of 10,000 requests, one process", f"{short(us.median * A_DAY / 1_000)} s, {us} ms each",
            f"bare statements that write the same rows {sql} ms each", us.median / sql.median, 20,
            note=f"{short(queries[0])} queries a request"),
        Row("both reminders of 500 requests worked", f"{short(1_000 * spread(chased).median)} ms",
            f"asking them {short(us.median * ROUND)} ms", spread(chased).median * 1_000 / (us.median * ROUND), 0.5),
    ]  # fmt: skip
    report.say(rows)
    into.write_text(json.dumps({"rows": [row.as_json() for row in rows], "ticks": {}}, indent=1))


def _chase(now: datetime) -> None:
    """Work what the answers' clock brings, in batches as a worker does, on this connection."""
    from convocations.requests.waiting.clocks import chase_answer
    from portal.core.models import Deadline

    rows = Deadline.objects.filter(kind=deeds.DUE_REQUEST_ANSWER, run_at__lte=now).order_by("run_at", "pk")
    batch = [deadlines.Due(row.pk, row.subject_id, row.occurrence, row.step) for row in rows[: 2 * ROUND]]
    chase_answer(batch, now)


def _queries(one: tuple[int, int], now: datetime) -> int:
    from django.test.utils import CaptureQueriesContext

    with transaction.atomic(), CaptureQueriesContext(connection) as asked:
        wish = asking.Wish(ChangeRequest.Kind.RESCHEDULE, text="Un autre jour.")
        asking.ask(one[0], wish, form_key=uuid.uuid4(), by=Actor(one[1], "CLAIMANT"), now=now)
        transaction.set_rollback(True)
    return len(asked)


if __name__ == "__main__":
    main(Path(sys.argv[1]))
