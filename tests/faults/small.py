"""A handful of people: one with an appointment she has read, one unread, one to acknowledge, an absence."""

import json
import uuid
from collections.abc import Iterable
from contextlib import suppress
from datetime import timedelta

import django


def main() -> None:
    django.setup()
    from django.db import transaction

    from convocations import attendance
    from convocations.evidence import ledger
    from convocations.models import Absence
    from convocations.scheduling.issuing import issue
    from convocations.states import ConvocationState
    from portal.core import clock
    from portal.core.journal import Actor
    from portal.core.transitions import Refusal
    from tests import factories, people

    now = clock.now()
    advisor = factories.advisor(factories.agency())
    by = Actor(advisor.pk, "ADVISOR")
    camille = factories.claimant(advisor)

    def convoked(days: Iterable[int], issued_at):
        """An appointment on each of these days that is no holiday."""
        for day in days:
            draft = factories.draft(camille, starts_at=now + timedelta(days=day), minutes=30)
            with suppress(Refusal):
                yield issue(draft, form_key=uuid.uuid4(), by=by, now=issued_at)

    herself = Actor(camille.pk, "CLAIMANT")
    missed = next(convoked(range(-3, -8, -1), now - timedelta(days=20)))
    with transaction.atomic():
        ledger.consult(missed.pk, by=herself, now=now - timedelta(days=19))
        attendance.record(missed.pk, ConvocationState.ABSENT, by=by, now=now - timedelta(days=2))
    coming = list(convoked(range(9, 34), now))
    for convocation in coming[1:]:
        with transaction.atomic():
            ledger.consult(convocation.pk, by=herself, now=now)
    others = [factories.claimant(advisor) for _ in range(8)]
    admin = people.make_admin()
    print(
        json.dumps(
            {
                "camille": camille.pk,
                "unread": coming[0].ref,
                "read": coming[1].ref,
                "to_acknowledge": [[each.pk, each.ref] for each in coming[2:]],
                "absence": Absence.objects.get(convocation=missed).ref,
                "emails": [each.user.email for each in others],
                "admin": admin.pk,
            }
        )
    )


if __name__ == "__main__":
    main()
