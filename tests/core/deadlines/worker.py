"""A worker process for the kill tests: `python -m tests.core.deadlines.worker PAUSE`.

Its handler writes the effects, says so on stdout, and pauses before its transaction ends.
"""

import sys
import time

import django

django.setup()

from django.db import connection  # noqa: E402
from django.utils import timezone  # noqa: E402

from portal.core import deadlines  # noqa: E402

KIND = 30_001


@deadlines.handles(KIND, "essai", batch=50)
def handle(batch, now):
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO tests_effect (subject_id, due_at) SELECT s, now() FROM unnest(%s::bigint[]) AS s",
            [[due.subject_id for due in batch]],
        )
    print("written", flush=True)  # noqa: T201
    time.sleep(float(sys.argv[1]))


if __name__ == "__main__":
    print(deadlines.work(timezone.now, seconds=60).closed, flush=True)  # noqa: T201
