"""Camille, who is followed by Dominique, at an instant the test chooses."""

from collections.abc import Callable
from datetime import datetime, time

import pytest
from django.test import Client

from accounts.models import Claimant, OpeningHours
from portal.core import clock, parameters
from tests import factories
from tests.people import signed_in

Moved = Callable[[datetime], None]


@pytest.fixture
def at(monkeypatch: pytest.MonkeyPatch) -> Moved:
    """Put the clock of every view at an instant: `at(NOW)`."""

    def move(moment: datetime) -> None:
        monkeypatch.setattr(clock, "now", lambda: moment)

    # Read once and believed: a page that happens to ask again would count one query more.
    parameters.forget()
    monkeypatch.setattr("portal.core.parameters.in_force._BELIEVED", 10**9)
    move(factories.NOW)
    return move


@pytest.fixture
def camille(db: None, at: Moved) -> Claimant:
    """A claimant of Rennes, with the agency's demo hours."""
    agency = factories.agency(name="Agence de Rennes Centre")
    for kind, days, opens, closes in (
        ("WALK_IN", range(5), time(8, 30), time(12, 30)),
        ("BY_APPOINTMENT", range(3), time(12, 30), time(16, 30)),
        ("BY_APPOINTMENT", (4,), time(12, 30), time(15, 30)),
    ):
        for day in days:
            OpeningHours.objects.create(agency=agency, kind=kind, weekday=day, opens=opens, closes=closes)
    advisor = factories.advisor(agency, first_name="Dominique", last_name="Le Goff")
    return factories.claimant(advisor, user_fields={"first_name": "Camille", "last_name": "Moreau"})


@pytest.fixture
def browser_of_camille(camille: Claimant) -> Client:
    """Camille's browser, signed in."""
    return signed_in(camille)
