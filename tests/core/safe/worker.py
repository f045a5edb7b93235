"""A worker process for the kill tests: `python -m tests.core.safe.worker`; it looks into documents and ends."""

import django

django.setup()

from portal.core import clock, deadlines, safe  # noqa: E402

if __name__ == "__main__":
    print("begun", flush=True)  # noqa: T201
    worked = deadlines.work_slowly(safe.DUE_CHECK, clock.now, seconds=60)
    print(worked, flush=True)  # noqa: T201
