"""Letters for the casts of other tests: written, batched and printed by the product's own processes."""

from datetime import datetime, timedelta

from accounts.models import Claimant
from convocations.scheduling import changing
from messaging import deeds
from messaging.emails import Row, Words
from messaging.models import Letter, LetterBatch, OutboxMessage
from messaging.posting import batching, fates, writing
from portal.core import deadlines
from portal.core.journal import Actor
from portal.core.working_time import is_jour_ouvre
from tests import factories

HOME = {"street": "12 rue des Acacias", "postcode": "35200", "city": "Rennes"}
WORDS = Words(
    "Vous avez rendez-vous mercredi 2 décembre 2026 à 10 h",
    ["C’est une convocation : votre présence est attendue."],
    [("Date", "Mercredi 2 décembre 2026 à 10 h")],
    kind="convocation",
    banner="CONVOCATION – votre présence est attendue",
)


def by_post(advisor, **fields) -> Claimant:
    """Somebody told everything on paper, at home."""
    return factories.claimant(advisor, **(factories.ON_PAPER | HOME | fields))


def written(person: Claimant, *, now: datetime, starts_at: datetime) -> Letter:
    """A letter that waits, for a convocation of somebody who is reached by post; on a working day from then on."""
    place = person.agency.place
    while not is_jour_ouvre(starts_at.astimezone(place.zone).date(), place):
        starts_at += timedelta(days=1)
    convocation = factories.convocation(person, now=now, starts_at=starts_at)
    message = OutboxMessage.objects.get(subject_id=convocation.pk, kind=100)
    row = Row(message.pk, person.pk, convocation.pk, 0, 0, None)
    writing.write([writing.Paper(row, 100, WORDS)], now)
    return Letter.objects.get(message_id=message.pk)


def printed(agency_id: int, *, now: datetime) -> LetterBatch:
    """The batch of what waits in an agency, ready to be printed."""
    batch = batching.close(agency_id, now.date(), now=now)
    assert batch is not None
    deadlines.work_slowly(deeds.DUE_PRINT, lambda: now)
    batch.refresh_from_db()
    return batch


def called_back(advisor, *, by: Actor, now: datetime) -> Letter:
    """A letter whose appointment was cancelled before its batch closed: it is not printed."""
    person = by_post(advisor, user_fields={"first_name": "Suzanne", "last_name": "Papier"})
    letter = written(person, now=now, starts_at=now + timedelta(days=33, hours=7, minutes=20))
    changing.cancel(letter.subject_id, reason="Réunion.", by=by, now=now)
    assert batching.close(advisor.agency_id, now.date(), now=now) is None
    letter.refresh_from_db()
    assert letter.called_back_for
    return letter


def some(advisor, *, by: Actor, now: datetime) -> tuple[LetterBatch, Letter]:
    """Two days ago a posted batch, today one that is printed, and a letter that waits; today's batch and its letter."""
    person = by_post(advisor, user_fields={"first_name": "Marcel", "last_name": "Papier"})
    before = now - timedelta(days=2)
    written(person, now=before, starts_at=now + timedelta(days=30, hours=7, minutes=20))
    fates.post(printed(advisor.agency_id, now=before).pk, before.date(), by=by, now=before)
    letter = written(person, now=now, starts_at=now + timedelta(days=36, hours=7, minutes=20))
    batch = printed(advisor.agency_id, now=now)
    written(person, now=now, starts_at=now + timedelta(days=42, hours=7, minutes=20))
    letter.refresh_from_db()
    return batch, letter
