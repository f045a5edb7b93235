"""A deputy sees and works the absent advisor's list and people: on the days of the leave, and only then."""

from datetime import timedelta

import pytest

from accounts import access
from accounts.hours import deputising
from accounts.models import Leave
from tests import factories, people
from tests.factories import NOW

pytestmark = pytest.mark.django_db

DAY = timedelta(days=1)


@pytest.fixture
def absent():
    return factories.advisor()


@pytest.fixture
def deputy(absent):
    return factories.advisor(absent.agency)


@pytest.fixture
def person(absent):
    return factories.claimant(absent)


@pytest.fixture
def leave(absent, deputy):
    """From tomorrow to the day after."""
    return Leave.objects.create(
        advisor=absent,
        first_day=NOW.date() + DAY,
        last_day=NOW.date() + 2 * DAY,
        deputy=deputy,
    )


def test_the_file_opens_during_the_leave_and_only_then(leave, absent, deputy, person):
    others = factories.claimant(factories.advisor(absent.agency))
    seen = [access.sees(deputy, person, now=NOW + day * DAY) for day in range(4)]
    assert seen == [False, True, True, False]
    assert not access.sees(deputy, others, now=NOW + DAY)
    assert deputising.absent_colleagues(deputy, now=NOW + DAY) == [absent]
    # The absent advisor keeps their own.
    assert access.sees(absent, person, now=NOW + DAY)


def test_a_day_begins_on_the_agencys_clock():
    island = factories.agency(territory="REUNION")
    absent, deputy = factories.advisor(island), factories.advisor(island)
    person = factories.claimant(absent)
    Leave.objects.create(advisor=absent, first_day=NOW.date() + DAY, last_day=NOW.date() + DAY, deputy=deputy)
    # Twenty hours UTC: midnight on the island.
    midnight = NOW.replace(hour=20, minute=0)
    assert not access.sees(deputy, person, now=midnight - timedelta(seconds=1))
    assert access.sees(deputy, person, now=midnight)


def test_a_deputy_of_another_agency_by_now_sees_nothing(leave, deputy, person):
    deputy.agency = factories.agency()
    deputy.save()
    assert not access.sees(deputy, person, now=NOW + DAY)


def test_the_list_and_the_portfolio_of_the_absent_are_the_deputys_meanwhile(
    leave, absent, deputy, person, monkeypatch
):
    row = factories.convocation(person, starts_at=NOW + 5 * DAY)
    for day, there in ((0, False), (1, True), (3, False)):
        monkeypatch.setattr("portal.core.clock.now", lambda at=NOW + day * DAY: at)
        browser = people.signed_in(deputy)
        page = browser.get("/conseiller/").content.decode()
        assert (str(row.ref) in page) == there
        assert (f"Vous remplacez {absent}" in page) == there
        portfolio = browser.get(f"/conseiller/portefeuille/?agence=c{absent.pk}").content.decode()
        assert (str(person) in portfolio) == there
        file = browser.get(f"/conseiller/demandeurs/{person.ref}/")
        assert file.status_code == (200 if there else 404)
        appointment = browser.get(f"/conseiller/convocations/{row.ref}/")
        assert appointment.status_code == (200 if there else 404)
