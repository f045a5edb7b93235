"""Pages met in the middle of something: the steps of signing in, of a new password, of a new address."""

import json

import pytest
from allauth.account.models import EmailAddress
from allauth.mfa.totp.internal.auth import TOTP, generate_totp_secret

from accounts.web import entrance
from messaging.models import OutboxMessage
from tests import people
from tests.seen.looking import together
from tests.seen.test_every_page import STEPS

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture(autouse=True)
def _no_waiting(monkeypatch):
    monkeypatch.setattr(entrance, "UNIFORM_SECONDS", 0)


def code_of(person) -> str:
    """The code of the last mail owed to this person."""
    payloads = OutboxMessage.objects.filter(person=person.user, payload__isnull=False).order_by("-id")
    return next(str(code) for row in payloads if (code := _payload(row).get("code")))


def _payload(row: OutboxMessage) -> dict:
    return json.loads(row.payload) if isinstance(row.payload, str) else row.payload


def look(eye, wrong: dict) -> str:
    """Look at the page as it stands; its address."""
    address = "/" + eye.page.url.split("/", 3)[3].partition("?")[0]
    if found := eye.wrong():
        wrong[address] = found
    return address


def send(eye, button: str, **fields: str) -> None:
    for name, words in fields.items():
        eye.page.locator(f"main [name='{name}']").fill(words)
    with eye.page.expect_navigation():
        eye.page.get_by_role("button", name=button).first.click()


def test_no_step_on_the_way_has_a_barrier(served, eyes):
    wrong: dict = {}
    seen = set()
    person, advisor = people.make_claimant(), people.make_advisor()
    EmailAddress.objects.create(user=person.user, email=person.user.email, verified=True, primary=True)
    TOTP.activate(advisor.user, generate_totp_secret())

    eye = eyes()
    eye.open(f"{served}/connexion/code/")
    send(eye, "Recevoir un code", email=person.user.email)
    seen.add(look(eye, wrong))
    send(eye, "Me connecter", code="000000")
    look(eye, wrong)

    eye = eyes()
    eye.open(f"{served}/connexion/")
    send(eye, "Me connecter", login=person.user.email, password="pas le bon mot de passe")
    look(eye, wrong)
    send(eye, "Me connecter", login=advisor.user.email, password=people.PASSWORD)
    seen.add(look(eye, wrong))

    eye = eyes()
    eye.open(f"{served}/connexion/mot-de-passe-oublie/")
    send(eye, "Recevoir un code", email=person.user.email)
    seen.add(look(eye, wrong))
    send(eye, "Continuer", code=code_of(person))
    seen.add(look(eye, wrong))

    eye = eyes(person)
    eye.open(f"{served}/compte/adresse-e-mail/")
    send(eye, "Recevoir un code", email="neuve@courriel.exemple")
    assert "/code/" in eye.page.url, eye.page.locator("main").inner_text()
    seen.add(look(eye, wrong))

    assert wrong == {}, together(wrong)
    assert seen == STEPS, eye.page.locator("main").inner_text()


def test_too_many_tries_are_told_on_a_page_without_a_barrier(served, eyes):
    eye = eyes()
    person = people.make_claimant()
    for _ in range(11):
        eye.open(f"{served}/connexion/")
        send(eye, "Me connecter", login=person.user.email, password="pas le bon mot de passe")
    assert "Trop d’essais" in eye.page.locator("main").inner_text()
    assert eye.wrong(thoroughly=False) == []
