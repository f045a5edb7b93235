"""Rows valid by default, so that a test names only what it is about."""

import itertools
import uuid
from datetime import UTC, datetime, timedelta

from accounts.models import Advisor, Agency, Claimant, Role, User
from convocations.models import Bindingness, Convocation, Kind, Modality
from convocations.scheduling.drafts import Draft
from convocations.scheduling.issuing import issue
from portal.core.journal import Actor

_numbers = itertools.count(1)

# A Monday with no holiday for weeks around, in winter time.
NOW = datetime(2026, 11, 23, 9, 0, tzinfo=UTC)


def agency(**fields) -> Agency:
    number = next(_numbers)
    return Agency.objects.create(
        **{
            "code": f"A{number:03}",
            "name": f"Agence {number}",
            "region": "Bretagne",
            "territory": "METROPOLE",
            "street": "1 rue des Lilas",
            "postcode": "35000",
            "city": "Rennes",
            "phone": "02 99 00 00 00",
        }
        | fields
    )


def user(role: str = Role.CLAIMANT, **fields) -> User:
    number = next(_numbers)
    defaults = {"email": f"p{number}@exemple.fr", "first_name": "Camille", "last_name": f"Martin{number}"}
    return User.objects.create_user(**{**defaults, "role": role, **fields})


def advisor(at: Agency | None = None, *, is_supervisor: bool = False, **fields) -> Advisor:
    return Advisor.objects.create(
        user=user(Role.ADVISOR, **fields), agency=at or agency(), is_supervisor=is_supervisor
    )


# Told everything on paper.
ON_PAPER = {
    **dict.fromkeys(("appointments_by", "answers_by", "follow_up_by", "messages_by"), "LETTER"),
    "reminders_by": "SPACE",
}


def claimant(of: Advisor | None = None, *, user_fields: dict | None = None, **fields) -> Claimant:
    followed_by = of or advisor()
    return Claimant.objects.create(
        **{
            "user": fields.get("user") or user(**(user_fields or {})),
            "agency": followed_by.agency,
            "advisor": followed_by,
            "registered_on": NOW.date(),
        }
        | fields
    )


def acting(person: Advisor | Claimant) -> Actor:
    """The actor of a deed by this person."""
    supervises = isinstance(person, Advisor) and person.is_supervisor
    return Actor(person.user_id, "SUPERVISOR" if supervises else person.user.role, "127.0.0.1")


def draft(of: Claimant, *, starts_at: datetime | None = None, minutes: int = 45, **fields) -> Draft:
    start = starts_at or NOW + timedelta(days=9)
    return Draft(
        **{
            "claimant_id": of.pk,
            "advisor_id": of.advisor_id,
            "bindingness": Bindingness.CONVOCATION,
            "kind": Kind.INTERVIEW,
            "modality": Modality.IN_PERSON,
            "starts_at": start,
            "ends_at": start + timedelta(minutes=minutes),
            "purpose": "Point sur votre recherche d’emploi",
            "place": "Agence de Rennes, 1 rue des Lilas, 35000 Rennes",
            "to_bring": "Votre CV",
        }
        | fields
    )


def convocation(of: Claimant | None = None, *, now: datetime = NOW, **fields) -> Convocation:
    """An appointment issued by the ordinary process, with its evidence, deadlines and mails."""
    person = of or claimant()
    return issue(draft(person, **fields), form_key=uuid.uuid4(), by=acting(person.advisor), now=now)
