"""One portal for the stories that one worker tells, started for the first of them."""

import logging
from collections.abc import Callable, Iterator

import pytest

from tests.journeys.stage import Seat, Stage

Seats = Callable[[str], Seat]


@pytest.fixture(scope="package")
def portal(tmp_path_factory) -> Iterator[Stage]:
    logging.getLogger("mail.log").setLevel(logging.ERROR)
    with Stage(tmp_path_factory.mktemp("stories")) as portal:
        portal.open()
        yield portal


@pytest.fixture
def seat(portal, new_context) -> Seats:
    """Give a person a browser of their own: `seat("nadia").sign_in()`."""
    return lambda name: Seat(new_context(locale="fr-FR"), portal, portal.cast[name])
