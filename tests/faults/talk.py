"""Threads of some people with two advisors, and an agency elsewhere to which one of the people will move."""

import json
import sys
import uuid

import django

PEOPLE = 8


def main() -> None:
    django.setup()
    if len(sys.argv) > 1:
        move(int(sys.argv[1]), int(sys.argv[2]))
        return
    from messaging.models import Topic
    from messaging.threads import writing
    from messaging.threads.messages import Text
    from portal.core import clock
    from tests import factories

    now = clock.now()
    agency, elsewhere = factories.agency(), factories.agency()
    factories.advisor(elsewhere)
    advisors = [factories.advisor(agency) for _ in range(2)]
    told = []
    for number in range(PEOPLE):
        person = factories.claimant(advisors[number % 2])
        first = writing.open_thread(
            person.pk,
            topic=Topic.OTHER,
            subject=f"Question {number}",
            text=Text(f"Premier message de {person.pk}.", uuid.uuid4()),
            by=factories.acting(person),
            now=now,
        )
        told.append([first.thread_id, str(first.thread.ref), person.pk, person.advisor_id])
    print(json.dumps({"threads": told, "elsewhere": elsewhere.pk}))


def move(claimant_id: int, agency_id: int) -> None:
    """The person moves home: the file, and the threads with it, go to another agency."""
    from accounts.following import transfers
    from portal.core import clock
    from portal.core.journal import Actor

    transfers.transfer(claimant_id, agency_id, by=Actor(claimant_id, "CLAIMANT"), now=clock.now())
    print("{}")


if __name__ == "__main__":
    main()
