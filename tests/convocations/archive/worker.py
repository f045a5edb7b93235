"""`manage.py erase_files --erase` for the kill tests, that stops at a moment: `python -m … MOMENT NTH`.

Reached for the n-th time, the moment is said on stdout and lasts until the process is killed.
"""

import os
import sys
import time
from collections.abc import Callable
from typing import Any

import django

django.setup()

from django.conf import settings  # noqa: E402
from django.core.management import call_command  # noqa: E402

from convocations.archive import erasing  # noqa: E402
from portal.core import journal, personal_data  # noqa: E402
from portal.core.safe import storing  # noqa: E402

settings.MEDIA_ROOT = os.environ["DOCUMENT_ROOT"]

# What is called next at each moment.
MOMENTS: dict[str, tuple[Any, str]] = {
    "begun": (erasing, "_files_in_the_store"),
    "deadlines gone": (personal_data, "erase_rows"),
    "rows gone": (erasing, "_end_account"),
    "account emptied": (journal, "empty_lines"),
    "lines emptied": (journal, "record_erasure"),
    "all but committed": (erasing, "delete_later"),
    "committed": (storing, "discard"),
    "before the seal": (journal, "seal"),
}


def stopping(deed: Callable[..., Any], nth: int) -> Callable[..., Any]:
    """Let a deed be done until the n-th time."""
    calls = 0

    def stop(*args: Any, **named: Any) -> Any:
        nonlocal calls
        calls += 1
        if calls == nth:
            print("there", flush=True)  # noqa: T201
            time.sleep(600)
        return deed(*args, **named)

    return stop


if __name__ == "__main__":
    place, name = MOMENTS[sys.argv[1]]
    setattr(place, name, stopping(getattr(place, name), int(sys.argv[2])))
    call_command("erase_files", "--erase", stdout=sys.stderr)
