"""200 people race for 50 hours and 20 kiosk places, on connections of their own: each place once."""

import random
import uuid
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, time, timedelta
from threading import Barrier

import pytest
from django.db import connection

from accounts.models import Claimant, Kiosk, OpeningHours
from convocations.hours import holding
from convocations.hours.holding import SlotGone
from convocations.models import Convocation, Modality, SlotHold
from convocations.scheduling.issuing import issue
from convocations.states import HOLDS_TIME
from tests import factories
from tests.convocations import searching
from tests.factories import NOW, acting

# Wednesday 25 November 2026, 13 o'clock in Paris.
ONE = datetime(2026, 11, 25, 12, 0, tzinfo=UTC)
LENGTH = timedelta(minutes=30)
RACERS = 200
AT_ONCE = 20


def _world(advisors: int, kiosks: int) -> list[Claimant]:
    """Ten half hours on one Wednesday, for each advisor of one agency."""
    agency = factories.agency()
    OpeningHours.objects.create(
        agency=agency, kind="BY_APPOINTMENT", weekday=2, opens=time(13), closes=time(18)
    )
    for number in range(kiosks):
        Kiosk.objects.create(agency=agency, name=f"Poste {number + 1}")
    team = [factories.advisor(agency) for _ in range(advisors)]
    return [factories.claimant(team[number % advisors]) for number in range(RACERS)]


def _race(persons: list[Claimant], modality: str) -> list[str]:
    together = Barrier(AT_ONCE)

    def run(number: int) -> str:
        person = persons[number]
        chance = random.Random(number)  # noqa: S311
        wanted = ONE + chance.randrange(10) * LENGTH
        if number < AT_ONCE:
            together.wait(timeout=30)
        try:
            return _take(person, wanted, modality, chance)
        finally:
            connection.close()

    with ThreadPoolExecutor(AT_ONCE) as pool:
        return list(pool.map(run, range(len(persons))))


def _take(person: Claimant, wanted: datetime, modality: str, chance: random.Random) -> str:
    """Do as a person does: hold an hour, send the form; told it is gone, try one of the nearest, to the end."""
    for _ in range(60):
        try:
            searching.hold(
                person.pk, advisor=person.advisor, modality=modality, starts_at=wanted, minutes=30, now=NOW
            )
            draft = factories.draft(person, starts_at=wanted, minutes=30, modality=modality)
            how = {"form_key": uuid.uuid4(), "by": acting(person), "now": NOW}
            holding.redeem(draft, lambda ready, how=how: issue(ready, **how), now=NOW)
        except SlotGone as gone:
            near = [slot for slot in gone.nearest if slot.starts_at < ONE + timedelta(hours=5)]
            if not near:
                return "gone"
            # On the half hours alone: else the quarters between leave gaps nobody fits in.
            halves = [slot.starts_at for slot in near if slot.starts_at.minute in (0, 30)]
            wanted = chance.choice(halves or [near[0].starts_at])
        else:
            return "given"
    return "still trying"


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize(
    ("modality", "advisors", "kiosks", "places"),
    [(Modality.PHONE, 5, 0, 50), (Modality.KIOSK_VIDEO, 10, 2, 20)],
)
def test_each_place_goes_to_one_person_and_everybody_is_told(modality, advisors, kiosks, places):
    persons = _world(advisors, kiosks)
    results = _race(persons, modality)
    assert set(results) <= {"given", "gone"}
    assert not SlotHold.objects.exists()
    given = Convocation.objects.filter(state__in=HOLDS_TIME)
    assert results.count("given") == given.count()
    assert given.values("claimant_id").distinct().count() == given.count()
    by_place = given.values_list("kiosk_id" if kiosks else "advisor_id", "starts_at")
    assert len(set(by_place)) == given.count() == places
