"""Rows that will fall due under fire: procedures, appointments, absences, requests, calls, first interviews, holds."""

import json
import uuid
from datetime import timedelta

import django

APPOINTMENTS, ABSENCES, REQUESTS = 2_000, 500, 200
# Requests that wait for documents, and people who moved, asked to be called, and left a form open.
WAITING, MOVED = 50, 50


def main() -> None:
    django.setup()
    from django.db import transaction

    from accounts.models import Claimant, Role, User
    from convocations import attendance
    from convocations.evidence import ledger
    from convocations.models import Bindingness, ChangeRequest, Kind, Modality
    from convocations.requests import asking, papers
    from convocations.scheduling.drafts import Draft
    from convocations.scheduling.issuing import issue_many
    from convocations.states import ConvocationState
    from portal.core import clock
    from portal.core.journal import Actor
    from tests import factories
    from tests.faults import procedures

    now = clock.now()
    agency = factories.agency()
    supervisor = factories.advisor(agency, is_supervisor=True)
    advisors = [supervisor, *(factories.advisor(agency) for _ in range(9))]
    by = Actor(supervisor.pk, "SUPERVISOR")
    # First, while nothing else is there to be worked.
    told = procedures.write(advisors[1], now)

    users = User.objects.bulk_create(
        User(email=f"p{n}@courriel.exemple", first_name="Camille", last_name=f"Martin{n}", role=Role.CLAIMANT)
        for n in range(APPOINTMENTS)
    )
    Claimant.objects.bulk_create(
        Claimant(user=user, agency=agency, advisor=advisors[n % 10], registered_on=now.date())
        for n, user in enumerate(users)
    )

    def draft(n: int, starts_at):
        return Draft(
            claimant_id=users[n].pk,
            advisor_id=advisors[n % 10].pk,
            bindingness=Bindingness.CONVOCATION,
            kind=Kind.WORKSHOP,
            modality=Modality.IN_PERSON,
            starts_at=starts_at,
            ends_at=starts_at + timedelta(hours=1),
            purpose="Point",
        )

    past, missed_at = now - timedelta(days=16), now - timedelta(days=4)
    missed = issue_many(
        [draft(n, missed_at) for n in range(ABSENCES)], form_key=uuid.uuid4(), by=by, now=past
    )
    for result in missed:
        person = Actor(result.claimant_id, "CLAIMANT")
        with transaction.atomic():
            ledger.consult(result.convocation_id, by=person, now=past + timedelta(hours=1))
            attendance.record(
                result.convocation_id, ConvocationState.ABSENT, by=by, now=missed_at + timedelta(hours=2)
            )
    coming = issue_many(
        [draft(n, now + timedelta(hours=170 + n % 12)) for n in range(APPOINTMENTS)],
        form_key=uuid.uuid4(),
        by=by,
        now=now,
    )
    assert all(result.ref for result in [*missed, *coming]), [r for r in [*missed, *coming] if not r.ref][:3]
    # Asked to be moved, and nobody answers.
    wanted = issue_many(
        [draft(n, now + timedelta(days=90)) for n in range(REQUESTS + WAITING)],
        form_key=uuid.uuid4(),
        by=by,
        now=now,
    )
    for number, result in enumerate(wanted):
        request = asking.ask(
            result.convocation_id,
            asking.Wish(ChangeRequest.Kind.RESCHEDULE, text="Un autre jour."),
            form_key=uuid.uuid4(),
            by=Actor(result.claimant_id, "CLAIMANT"),
            now=now,
        )
        if number >= REQUESTS:
            papers.ask_documents(request.pk, what="Une attestation.", by=by, now=now)
    movers(advisors[0], factories.agency(), now)
    # Half of them have read; the unread check has work with the others.
    for result in coming[::2]:
        ledger.consult(result.convocation_id, by=Actor(result.claimant_id, "CLAIMANT"), now=now)
    print(json.dumps({**people(coming), "answer": told}))


def movers(advisor, elsewhere, now) -> None:
    """People who moved home, asked to be called back, and hold an hour while their form is open."""
    from django.db import transaction

    from accounts.following import transfers
    from convocations import deeds
    from convocations.evidence import call_backs
    from convocations.models import SlotHold
    from portal.core import deadlines
    from portal.core.deadlines import Planned
    from portal.core.journal import Actor
    from tests import factories

    there = factories.advisor(elsewhere)
    until = now + timedelta(minutes=10)
    for number in range(MOVED):
        person = factories.claimant(advisor)
        by = Actor(person.pk, "CLAIMANT")
        transfers.transfer(person.pk, elsewhere.pk, by=by, now=now)
        call_backs.ask(person.pk, call_backs.Asked("OTHER", "06 11 22 33 44", "ANY"), by=by, now=now)
        start = now + timedelta(days=200, hours=number)
        hours = {"starts_at": start, "ends_at": start + timedelta(minutes=30)}
        with transaction.atomic():
            held = SlotHold.objects.create(
                claimant=person, advisor=there, held_at=now, expires_at=until, **hours
            )
            deadlines.schedule([Planned(deeds.DUE_HOLD_END, held.pk, until)])


def people(coming) -> dict[str, list]:
    """Who will click: user, reference and key of what they open, confirm or explain."""
    from convocations.models import Absence

    rows = [(result.claimant_id, result.ref, result.convocation_id) for result in coming]
    absences = Absence.objects.order_by("pk").values_list("claimant_id", "ref", "pk")
    return {
        "open": rows[1::2],  # nobody has seen these yet
        "acknowledge": rows[0::2],
        "explain": [(user, str(ref), pk) for user, ref, pk in absences],
    }


if __name__ == "__main__":
    main()
