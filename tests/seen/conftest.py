"""The world the pages are looked at in, served by a real web server with every address there is."""

import logging
from collections.abc import Callable, Iterator

import pytest

from tests.seen import who as who_sees
from tests.seen.looking import Eye
from tests.web.claimant.conftest import at, camille  # noqa: F401  (fixtures)

Eyes = Callable[..., Eye]


@pytest.fixture
def served(settings, tmp_path, live_server) -> Iterator[str]:
    """The address of the server; failures asked for on purpose fill no log."""
    settings.ROOT_URLCONF = who_sees.URLS
    settings.MAIL_DIR = str(tmp_path / "mails")
    settings.DEMO_ACCOUNTS = str(tmp_path / "accounts.json")
    logging.disable(logging.CRITICAL)
    yield live_server.url
    logging.disable(logging.NOTSET)


@pytest.fixture
def eyes(served, new_context) -> Eyes:
    """Open a tab as somebody: `eyes(person)`; without a person, as a visitor."""

    def opened(person=None) -> Eye:
        context = new_context(reduced_motion="reduce")
        if person is not None:
            session = who_sees.signed_in(person).cookies["session"].value
            context.add_cookies([{"name": "session", "value": session, "url": served}])
        return Eye(context)

    return opened
