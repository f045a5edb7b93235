"""Camille's safe, files to send, and what is in the store afterwards."""

from collections.abc import Callable, Iterator
from datetime import datetime
from pathlib import Path

import pytest
from django.conf import settings
from django.core.files.storage import default_storage
from django.core.files.uploadedfile import SimpleUploadedFile

from accounts.models import Claimant
from portal.core import clock, deadlines, parameters, safe
from portal.core.documents.sandbox import caller
from portal.core.models import Document, ParameterOverride
from tests import factories
from tests.core.documents.corpora.pdf_writer import plain
from tests.core.documents.corpora.photos import quarters, saved

PDF = plain(pages=2)
PHOTO = saved(quarters(96, 64), "JPEG")


@pytest.fixture(scope="session", autouse=True)
def _closed_room() -> Iterator[None]:
    """The warm room serves a whole test process and leaves with it."""
    yield
    caller.close()


@pytest.fixture(autouse=True)
def _no_scanner(settings) -> None:
    settings.CLAMAV_URL = "none"


@pytest.fixture
def parameter(transactional_db) -> Iterator[Callable[[str, int], None]]:
    """Change a parameter of the deployment."""

    def change(key: str, value: int) -> None:
        ParameterOverride.objects.create(key=key, value=value)
        parameters.forget()

    yield change
    parameters.forget()


@pytest.fixture
def camille(transactional_db) -> Claimant:
    return factories.claimant(user_fields={"first_name": "Camille", "last_name": "Moreau"})


def file(content: bytes = PDF, name: str = "Certificat.pdf") -> SimpleUploadedFile:
    return SimpleUploadedFile(name, content, "application/pdf")


def send(
    person: Claimant, *files: SimpleUploadedFile, now: datetime | None = None, **more
) -> safe.Submission:
    """Camille sends files, as a form of hers does."""
    return safe.receive(
        files or [file()], owner=person.user, by=factories.acting(person), now=now or clock.now(), **more
    )


def sent(person: Claimant, content: bytes = PDF, **more) -> Document:
    return send(person, file(content), **more).documents[0]


def work(at: Callable[[], datetime] = clock.now, **more) -> deadlines.Worked | None:
    """One round of the checkers."""
    return deadlines.work_slowly(safe.DUE_CHECK, at, **more)


def content(key: str) -> bytes:
    with default_storage.open(key) as opened:
        return opened.read()


def again(document: Document) -> Document:
    return Document.objects.get(pk=document.pk)


def stored(folder: str = "") -> set[str]:
    """Every file in the store, by key."""
    root = Path(settings.MEDIA_ROOT)
    found = {str(path.relative_to(root)) for path in root.rglob("*") if path.is_file()}
    return {key for key in found if key.startswith(folder)}
