"""An administrator at the back office, on the day of the tests."""

import pytest

from portal.core import clock
from tests import people
from tests.factories import NOW


@pytest.fixture
def admin():
    return people.make_admin()


@pytest.fixture
def office(admin, monkeypatch):
    monkeypatch.setattr(clock, "now", lambda: NOW)
    return people.signed_in(admin)
