"""A sender in a process of its own, for the tests that kill it; each settling leaves a line in `settled_log`."""

import sys
import time

import django

django.setup()

from django.db import connection  # noqa: E402

from messaging import emails  # noqa: E402
from messaging.delivery import send_due  # noqa: E402
from messaging.signals import Settled, messages_settled  # noqa: E402
from tests.messaging.conftest import KIND, NOW, Composer  # noqa: E402


def note(accepted: list[Settled], **kwargs: object) -> None:
    with connection.cursor() as cursor:
        cursor.executemany("INSERT INTO settled_log VALUES (%s)", [[each.id] for each in accepted])


def main() -> None:
    emails.composes(KIND, "essai", label="essai")(Composer())
    messages_settled.connect(note)
    sys.stdout.write("ready\n")
    sys.stdout.flush()
    while True:
        send_due(lambda: NOW, seconds=5)
        time.sleep(0.05)


if __name__ == "__main__":
    main()
