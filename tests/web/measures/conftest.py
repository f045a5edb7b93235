"""The people of a procedure, each with a browser, at an instant the test moves."""

from collections.abc import Callable
from datetime import datetime

import pytest
from django.core.cache import cache
from django.test import Client

from portal.core import clock, parameters
from tests.factories import NOW
from tests.measures.cast import Cast
from tests.people import signed_in


@pytest.fixture
def at(monkeypatch: pytest.MonkeyPatch) -> Callable[[datetime], None]:
    """Put the clock of every view at an instant: `at(NOW)`."""
    cache.clear()
    parameters.forget()

    def move(moment: datetime) -> None:
        monkeypatch.setattr(clock, "now", lambda: moment)

    # Read once and believed: a page that happens to ask again would count one query more.
    monkeypatch.setattr("portal.core.parameters.in_force._BELIEVED", 10**9)
    # Days pass in these tests; the session does not end meanwhile.
    monkeypatch.setattr("accounts.sign_in.sessions.idle_minutes", lambda user: 10**9)
    move(NOW)
    return move


@pytest.fixture
def cast(db, at) -> Cast:
    return Cast()


@pytest.fixture
def delegate(cast) -> Client:
    """The browser of who examines."""
    return signed_in(cast.delegate)


@pytest.fixture
def other(cast) -> Client:
    """The browser of another delegate of the region."""
    return signed_in(cast.other)


@pytest.fixture
def person(cast) -> Client:
    """The browser of the person concerned."""
    return signed_in(cast.person)
