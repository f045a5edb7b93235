"""An administrator at the back office."""

import pytest

from portal.core import parameters
from tests import people


@pytest.fixture
def admin():
    return people.make_admin()


@pytest.fixture
def office(admin):
    return people.signed_in(admin)


@pytest.fixture(autouse=True)
def _parameters_are_read_anew():
    parameters.forget()
    yield
    parameters.forget()
