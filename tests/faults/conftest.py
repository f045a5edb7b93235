"""One standing portal for all the tests of outages: `make test` keeps them together on one worker."""

import logging
from collections.abc import Iterator

import pytest

from tests.faults.standing import StandingPortal


@pytest.fixture(scope="session")
def standing_portal(tmp_path_factory: pytest.TempPathFactory) -> Iterator[StandingPortal]:
    logging.getLogger("mail.log").setLevel(logging.ERROR)
    with StandingPortal(tmp_path_factory.mktemp("standing")) as portal:
        yield portal


@pytest.fixture
def portal(standing_portal: StandingPortal) -> Iterator[StandingPortal]:
    """The portal, well before and well after."""
    standing_portal.all_well()
    yield standing_portal
    standing_portal.all_well()
