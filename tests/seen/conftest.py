"""The world the pages are looked at in, served by a real web server with every address there is."""

import copy
import logging
import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from portal.core.documents.sandbox import caller
from tests.seen import who as who_sees
from tests.seen import world as worlds
from tests.seen.looking import Eye
from tests.template import clone, drop
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


class Lived:
    """A world put aside as it was when it had just been lived through: its database, its files, what is known of it."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.name = ""
        self.known: worlds.World | None = None


@pytest.fixture(scope="session")
def lived(django_db_setup: None, tmp_path_factory) -> Iterator[Lived]:
    lived = Lived(tmp_path_factory.mktemp("lived"))
    yield lived
    if lived.name:
        drop(lived.name)


@contextmanager
def in_database(name: str) -> Iterator[None]:
    """Work, and serve, in another database for a while."""
    from django.db import connection

    own = connection.settings_dict["NAME"]
    _use(name)
    try:
        yield
    finally:
        _use(own)


def _use(name: str) -> None:
    from django.contrib.contenttypes.models import ContentType
    from django.db import connection

    connection.close()
    connection.settings_dict["NAME"] = name
    # Each database numbers its own.
    ContentType.objects.clear_cache()


@pytest.fixture
def world(request, lived, served, settings, db, at) -> Iterator[worlds.World]:  # noqa: F811  (a fixture)
    """The same world for each test, as it was in the beginning: it takes seconds, a worker lives through it once."""
    from django.db import connection

    files = {"documents": Path(settings.MEDIA_ROOT), "mails": Path(settings.MAIL_DIR)}
    own = connection.settings_dict["NAME"]
    if lived.known is None:
        lived.name = f"{own}_world"
        drop(lived.name)
        clone(lived.name)
        with in_database(lived.name):
            lived.known = worlds.build(request.getfixturevalue("camille"), files["mails"])
        for name, folder in files.items():
            shutil.copytree(folder, lived.folder / name, dirs_exist_ok=True)
    for name, folder in files.items():
        shutil.copytree(lived.folder / name, folder, dirs_exist_ok=True)
    clone(f"{own}_copy", of=lived.name)
    with in_database(f"{own}_copy"):
        yield copy.deepcopy(lived.known)
    # A file for the court was put together.
    caller.close()
    drop(f"{own}_copy")


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
