"""People reached by post alone, each with an appointment they are owed a letter about; and who posts it."""

import json
import uuid
from datetime import timedelta

import django

LETTERS = 300


def main() -> None:
    django.setup()
    from accounts.models import Claimant, Role, User, Way
    from convocations.models import Bindingness, Kind, Modality
    from convocations.scheduling.drafts import Draft
    from convocations.scheduling.issuing import issue_many
    from portal.core import clock
    from portal.core.journal import Actor
    from tests import factories

    now = clock.now()
    agency = factories.agency()
    supervisor = factories.advisor(agency, is_supervisor=True)
    users = User.objects.bulk_create(
        User(email=f"q{n}@courriel.exemple", first_name="Marcel", last_name=f"Papier{n}", role=Role.CLAIMANT)
        for n in range(LETTERS)
    )
    Claimant.objects.bulk_create(
        Claimant(
            user=user,
            agency=agency,
            advisor=supervisor,
            registered_on=now.date(),
            appointments_by=Way.LETTER,
            street="12 rue des Acacias",
            postcode="35200",
            city="Rennes",
        )
        for user in users
    )
    starts_at = now + timedelta(days=21)
    results = issue_many(
        [
            Draft(
                claimant_id=user.pk,
                advisor_id=supervisor.pk,
                bindingness=Bindingness.CONVOCATION,
                kind=Kind.WORKSHOP,
                modality=Modality.IN_PERSON,
                starts_at=starts_at,
                ends_at=starts_at + timedelta(hours=1),
                purpose="Point sur votre recherche d’emploi",
            )
            for user in users
        ],
        form_key=uuid.uuid4(),
        by=Actor(supervisor.pk, "SUPERVISOR"),
        now=now,
    )
    assert all(result.ref for result in results), [one.refused for one in results if not one.ref][:3]
    print(json.dumps({"supervisor": supervisor.pk}))


if __name__ == "__main__":
    main()
