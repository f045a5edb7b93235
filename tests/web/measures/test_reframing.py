"""The interview of «J’ai fait le nécessaire»: wished for, on the advisor's list, fixed by the person themselves."""

import re
from datetime import time

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from accounts.models import Availability, OpeningHours
from convocations.models import CallTask, Convocation, Kind
from convocations.states import CallState, ConvocationState
from tests import factories
from tests.measures.appeals.court_of import asks_lift, lifts
from tests.people import signed_in

pytestmark = pytest.mark.django_db

PAGE = "/espace/entretien-de-recadrage/"


@pytest.fixture
def wished(cast, at):
    """A measure runs, its person asked to speak with their advisor; the advisor receives every afternoon."""
    for day in range(5):
        agency = cast.advisor.agency
        OpeningHours.objects.create(
            agency=agency, kind="BY_APPOINTMENT", weekday=day, opens=time(9), closes=time(17)
        )
        Availability.objects.create(
            advisor=cast.advisor,
            weekday=day,
            starts=time(14),
            ends=time(16),
            kinds=["REFRAMING"],
            modalities=["IN_PERSON", "PHONE"],
        )
    case = cast.in_force()
    asked = asks_lift(cast, case, wants_interview=True)
    at(cast.now)
    return asked


def hours(page) -> list[str]:
    return re.findall(r'name="creneau"\s+value="(\d+)"', page.text)


def test_the_wish_is_on_the_advisors_list_until_there_is_an_hour(cast, person, wished):
    (call,) = CallTask.objects.filter(reason="REFRAMING")
    desk = signed_in(cast.advisor)
    assert "Entretien de recadrage à fixer" in desk.get(f"/conseiller/appels/{call.ref}/").text
    assert "Choisissez l’heure de votre entretien" in person.get("/espace/").text
    first = hours(person.get(PAGE))[0]
    for _ in range(2):
        shown = person.post(PAGE, {"creneau": first, "moyen": "IN_PERSON"}, follow=True)
        assert "entretien de recadrage" in shown.text.lower()
    made = Convocation.objects.get(kind=Kind.REFRAMING)
    assert (made.state, made.is_binding) == (ConvocationState.ACCEPTED, False)
    assert person.get(PAGE).url == f"/espace/convocations/{made.ref}/"
    assert "Choisissez l’heure de votre entretien" not in person.get("/espace/").text
    call.refresh_from_db()
    assert call.state == CallState.DROPPED
    assert "L’entretien de recadrage a son heure" in desk.get(f"/conseiller/appels/{call.ref}/").text


def test_an_hour_that_has_gone_offers_others(cast, person, wished):
    first, second = hours(person.get(PAGE))[:2]
    stranger = signed_in(factories.claimant(cast.advisor))
    gone = person.post(PAGE, {"creneau": str(int(first) + 60), "moyen": "IN_PERSON"})
    assert gone.status_code == 409
    assert second in hours(gone)
    assert person.post(PAGE, {"creneau": "bientôt"}).status_code == 409
    assert not Convocation.objects.filter(kind=Kind.REFRAMING).exists()
    assert stranger.get(PAGE).url == "/espace/procedures/"


def test_no_hour_in_a_manner_says_what_else_to_do(cast, person, wished):
    shown = person.get(f"{PAGE}?moyen=VIDEO")
    assert not hours(shown)
    assert "demandez à être rappelé" in shown.text
    assert hours(person.get(f"{PAGE}?moyen=PHONE"))


def test_the_wish_ends_with_the_measure(cast, person, wished):
    lifts(cast, wished)
    assert CallTask.objects.get(reason="REFRAMING").state == CallState.DROPPED
    assert person.get(PAGE).url == "/espace/procedures/"


def test_the_page_asks_the_same_whatever_the_hours(cast, person, wished):
    counts = []
    for _ in range(2):
        person.get(PAGE)
        with CaptureQueriesContext(connection) as asked:
            assert hours(person.get(PAGE))
        counts.append(len(asked))
        Availability.objects.filter(weekday__gt=1).delete()
    assert counts[0] == counts[1] <= 12, counts
