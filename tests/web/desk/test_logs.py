"""A day's work with every record written down: rows are named by references, nobody by anything else."""

import io
import logging
import re
import uuid
from collections.abc import Iterator
from datetime import timedelta

import pytest
from django.conf import settings
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import IntegrityError, transaction
from django.test import Client

from accounts.models import User
from messaging.delivery import send_due
from messaging.models import OutboxMessage
from portal.celery import app
from portal.core import clock, deadlines, parameters
from portal.core.deadlines import registry
from portal.core.documents.sandbox import caller
from portal.core.models import Document
from portal.core.safe.receiving import DUE_CHECK
from portal.settings.logs import Formatter
from tests.core.documents.corpora.pdf_writer import plain
from tests.people import PASSWORD, signed_in
from tests.web.desk import conftest as cast
from tests.web.desk.test_convoking import look, send

pytestmark = pytest.mark.django_db(transaction=True)

WRONG = "pas le bon mot de passe"
TITLE = "Certificat du docteur Lagarde"
TEXT = "Mon genou me fait souffrir depuis lundi"
REASONS = "Son genou est montré par le certificat."
KIND = 30_002


@pytest.fixture
def written() -> Iterator[io.StringIO]:
    """Every record at DEBUG, as production's own formatter writes it."""
    # Celery sets Django up anew when it loads its tasks, and the logs with it.
    app.loader.import_default_modules()
    (name,) = {handler["formatter"] for handler in settings.LOGGING["handlers"].values()}
    assert settings.LOGGING["formatters"][name]["()"] == f"{Formatter.__module__}.{Formatter.__name__}"
    stream = io.StringIO()
    handler = logging.StreamHandler(stream)
    # The sink, a mail server that runs in the tests' own process, writes down what it takes in.
    handler.addFilter(lambda record: record.name != "mail.log")
    handler.setFormatter(Formatter(settings.LOGGING["formatters"][name]["format"]))
    root = logging.getLogger()
    level = root.level
    root.setLevel(logging.DEBUG)
    root.addHandler(handler)
    yield stream
    root.removeHandler(handler)
    root.setLevel(level)


@pytest.fixture
def to_the_sink(settings, mailsink):
    settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", mailsink.port
    return mailsink


@pytest.fixture
def known(camille, nadia) -> list[str]:
    """What no record may hold: who they are, what they wrote, what lets them in."""
    found = [WRONG, PASSWORD, TITLE, "Lagarde", TEXT, "genou", REASONS, camille.phone]
    for person in (camille.user, nadia.user):
        person.set_password(PASSWORD)
        person.save()
        found += [person.email, person.first_name, person.last_name]
    return found


def sign_in_every_way(person: User, known: list[str]) -> Client:
    browser = Client()
    browser.post("/connexion/", {"login": person.email, "password": WRONG})
    browser.post("/connexion/", {"login": "inconnue@exemple.fr", "password": WRONG})
    browser.post("/connexion/code/", {"email": person.email})
    asked = OutboxMessage.objects.filter(person=person, payload__code__isnull=False).latest("pk")
    known.append(asked.payload["code"])
    browser.post("/connexion/code/confirmer/", {"code": "000000"})
    browser.post("/connexion/code/confirmer/", {"code": asked.payload["code"]})
    assert browser.session["_auth_user_id"] == str(person.pk)
    again = Client()
    again.post("/connexion/", {"login": person.email, "password": PASSWORD})
    known += [cookie.value for one in (browser, again) for cookie in one.cookies.values()]
    assert again.session["_auth_user_id"] == str(person.pk)
    return again


def work_of_a_day(camille, desk, hers: Client) -> None:
    """Send a document, be convoked, be absent, explain, be decided about, take a copy of it all."""
    file = SimpleUploadedFile(f"{TITLE}.pdf", plain(), "application/pdf")
    health = {"uploads": file, "title": TITLE, "is_health": "on", "form_key": str(uuid.uuid4())}
    assert hers.post("/espace/documents/", health).status_code == 302
    # One that is no document at all, and one whose name tries to be a line of the log.
    broken = SimpleUploadedFile(f"{TITLE}\r\nERROR x: {TITLE}.pdf", b"%PDF-1.4 nothing")
    hers.post("/espace/documents/", {"uploads": broken, "title": TITLE, "form_key": str(uuid.uuid4())})
    deadlines.work_slowly(DUE_CHECK, clock.now)
    assert send(desk, look(desk, camille)).status_code == 302
    absence, after = cast.absent(camille)
    cast.explained(absence, after, Document.objects.filter(owner=camille.user).first(), text=TEXT)
    with transaction.atomic():
        cast.period_over(absence)
    answer = desk.post(
        f"/conseiller/absences/{absence.ref}/",
        {"outcome": "EXCUSED", "reasons": REASONS, "form_key": str(uuid.uuid4())},
    )
    assert answer.status_code in (302, 422)
    hers.post("/espace/profil/", {"phone": camille.phone, "street": TEXT})
    copy = hers.post("/espace/donnees/copie/")
    assert copy.status_code == 200
    copy.getvalue()
    for close in copy._resource_closers:
        close()


def go_wrong(camille, hers: Client, monkeypatch) -> None:
    """An error of each sort behind a page, a task and a deadline, each repeating what it was about."""
    hers.raise_request_exception = False
    errors = [
        KeyError(camille.user.last_name),
        ValueError(f"invalid literal for int() with base 10: '{camille.user.first_name}'"),
        IntegrityError(f"duplicate key\nDETAIL:  Key (email)=({camille.user.email}) already exists."),
    ]
    for error in errors:
        with monkeypatch.context() as patched:
            patched.setattr("portal.web.space.home._me", _raising(error))
            assert hers.get("/espace/").status_code == 500
        with monkeypatch.context() as patched:
            patched.setattr("portal.core.journal.seal", _raising(error))
            app.tasks["core.seal_journal"].apply(throw=False)
        monkeypatch.setitem(registry._kinds, KIND, registry.Kind(KIND, "essai", _raising(error), 10))
        with transaction.atomic():
            deadlines.schedule([deadlines.Planned(KIND, camille.pk, clock.now() - timedelta(hours=1))])
        app.tasks["core.run_deadlines"].apply()
    hers.get("/espace/documents/nulle-part/")
    hers.post("/espace/profil/", {"phone": "x" * 500}, headers={"Host": "ailleurs.example"})


def _raising(error: Exception):
    def fail(*args, **kwargs):
        raise error

    return fail


def test_no_record_of_a_day_says_who_or_what(
    written, known, camille, nadia, at, to_the_sink, monkeypatch, settings
):
    at.now = at.now.replace(hour=10)
    parameters.forget()
    hers = sign_in_every_way(camille.user, known)
    desk = signed_in(nadia)
    known.append(desk.cookies["session"].value)
    work_of_a_day(camille, desk, hers)
    app.tasks["messaging.send_outbox"].apply()
    while send_due(clock.now, seconds=20)[1]:
        pass
    # A server that refuses the address, then none at all.
    camille.user.email = "camille.moreau@rebond.example"
    camille.user.save()
    known.append(camille.user.email)
    at.move(seconds=1)
    Client().post("/connexion/code/", {"email": camille.user.email})
    send_due(clock.now, seconds=20)
    settings.EMAIL_PORT = 1
    at.move(seconds=1)
    Client().post("/connexion/code/", {"email": camille.user.email})
    send_due(clock.now, seconds=5)
    go_wrong(camille, hers, monkeypatch)
    caller.close()
    text = written.getvalue()
    for expected in (
        "Internal Server Error: /espace/",
        "core.seal_journal",
        "of kind 30002",
        "the mail server can't be reached",
        "Not Found: /espace/documents/nulle-part/",
        "KeyError",
        "IntegrityError",
    ):
        assert expected in text, f"the log was not listened to: {expected}"
    told = {
        secret: line[:300]
        for secret in known
        for line in text.splitlines()
        if re.search(rf"(?<!\w){re.escape(secret)}(?!\w)", line)
    }
    assert told == {}
    assert not re.search(r"\w@\w", text)
