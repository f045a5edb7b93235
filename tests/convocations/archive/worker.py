"""A process that erases, for the kill test: `python -m tests.convocations.archive.worker`."""

import django

django.setup()

from convocations.archive import erasing  # noqa: E402

if __name__ == "__main__":
    print("begun", flush=True)  # noqa: T201
    report = erasing.erase_all(erasing.database_now(), dry_run=False)
    print(report.erased, flush=True)  # noqa: T201
