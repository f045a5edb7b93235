"""Free slots: sixty hours an advisor's person may pick, against one statement that only reads the same rows."""

import json
import sys
import time
from datetime import timedelta
from pathlib import Path

import django

django.setup()

from django.db import connection  # noqa: E402

from accounts.models import Advisor, Claimant  # noqa: E402
from bench import report, work  # noqa: E402
from bench.measuring import Row, interleaved, short, spread  # noqa: E402
from convocations.hours.free import Search, free_slots  # noqa: E402
from convocations.models import Kind, Modality  # noqa: E402
from portal.core import parameters  # noqa: E402

SEARCHES = 200
ROUNDS = 5
# What a search reads, by one statement, and nothing made of it.
READ = """
    SELECT 1, weekday, opens::text, closes::text FROM accounts_openinghours
    WHERE agency_id = %(agency)s AND kind = 'BY_APPOINTMENT'
    UNION ALL
    SELECT 2, 0, first_day::text, last_day::text FROM accounts_closure
    WHERE agency_id = %(agency)s AND last_day >= %(begin)s::date AND first_day <= %(end)s::date
    UNION ALL
    SELECT 3, weekday, starts::text, ends::text FROM accounts_availability WHERE advisor_id = %(advisor)s
    UNION ALL
    SELECT 4, 0, starts::text, ends::text FROM accounts_availabilityexception
    WHERE advisor_id = %(advisor)s AND day BETWEEN %(begin)s::date AND %(end)s::date
    UNION ALL
    SELECT 5, 0, first_day::text, last_day::text FROM accounts_leave WHERE advisor_id = %(advisor)s
    UNION ALL
    SELECT 6, 0, starts_at::text, ends_at::text FROM convocations_convocation
    WHERE advisor_id = %(advisor)s AND starts_at BETWEEN %(begin)s AND %(end)s
    UNION ALL
    SELECT 7, 0, starts_at::text, ends_at::text FROM convocations_convocation
    WHERE claimant_id = %(claimant)s AND starts_at BETWEEN %(begin)s AND %(end)s
    UNION ALL
    SELECT 8, 0, starts_at::text, ends_at::text FROM convocations_slothold WHERE advisor_id = %(advisor)s
"""


def main(into: Path) -> None:
    now = work.scale().now
    begin = now + timedelta(hours=parameters.current().notice_floor_hours)
    advisors = list(Advisor.objects.select_related("agency").order_by("pk")[:SEARCHES])
    advisors = [advisors[place % len(advisors)] for place in range(SEARCHES)]
    claimants = {
        advisor.pk: Claimant.objects.filter(advisor=advisor).values_list("pk", flat=True)[0]
        for advisor in set(advisors)
    }
    ours: list[float] = []
    plain: list[float] = []

    def searches() -> None:
        started = time.perf_counter()
        for advisor in advisors:
            found = free_slots(
                Search(
                    advisor=advisor,
                    claimant_id=claimants[advisor.pk],
                    kind=Kind.INTERVIEW,
                    modality=Modality.PHONE,
                    minutes=45,
                    now=now,
                )
            )
            if not found:
                raise SystemExit(f"no free hour for advisor {advisor.pk}")
        ours.append((time.perf_counter() - started) / SEARCHES)

    def statements() -> None:
        started = time.perf_counter()
        for advisor in advisors:
            with connection.cursor() as cursor:
                cursor.execute(
                    READ,
                    {
                        "agency": advisor.agency_id,
                        "advisor": advisor.pk,
                        "claimant": claimants[advisor.pk],
                        "begin": begin,
                        "end": begin + timedelta(days=60),
                    },
                )
                cursor.fetchall()
        plain.append((time.perf_counter() - started) / SEARCHES)

    interleaved(ROUNDS, [searches, statements])
    us, sql = spread([1_000 * value for value in ours]), spread([1_000 * value for value in plain])
    rows = [
        Row(
            "slot search: 60 free hours of an advisor",
            f"{us} ms",
            f"one statement that only reads these rows {sql} ms",
            us.median / sql.median,
            5,
            note=f"{short(1_000 / us.median)} searches a second, one process",
        )
    ]
    report.say(rows)
    into.write_text(json.dumps({"rows": [row.as_json() for row in rows], "ticks": {}}, indent=1))


if __name__ == "__main__":
    main(Path(sys.argv[1]))
