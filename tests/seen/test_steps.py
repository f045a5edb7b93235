"""Pages met in the middle of something: signing in, a new password, a new address; a ready text on its way."""

import json
from datetime import timedelta

import pytest
from allauth.account.models import EmailAddress
from allauth.mfa.totp.internal.auth import TOTP, generate_totp_secret

from accounts.web import entrance
from messaging.models import OutboxMessage, Thread
from messaging.ready import keeping
from tests import factories, people
from tests.factories import NOW, acting
from tests.journeys.acts import note
from tests.messaging.threads import talk
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


def test_writing_with_a_ready_text_has_no_barrier(served, eyes, camille):
    wrong: dict = {}
    advisor = camille.advisor
    hugo = factories.claimant(advisor, user_fields={"first_name": "Hugo", "last_name": "Petit"})
    factories.convocation(camille, starts_at=NOW + timedelta(days=9))
    for title, body, shared in (
        ("Rappel de rendez-vous", "Bonjour {prénom},\n\nLe {date du prochain rendez-vous}.", False),
        ("Horaires", "L’agence est ouverte\u00a0: {horaires}.", True),
    ):
        keeping.add(advisor.pk, title=title, body=body, shared=shared, by=acting(advisor), now=NOW)
    thread = talk.ask(hugo)
    eye = eyes(advisor)
    for address in ("reponses-types/", "reponses-types/nouvelle/"):
        eye.open(f"{served}/conseiller/messages/{address}")
        look(eye, wrong)
    # Into an answer: one blank stays open, and is named below the box.
    eye.open(f"{served}/conseiller/messages/{thread.ref}/")
    eye.page.locator("[name=ready]").select_option(label="Rappel de rendez-vous")
    send(eye, "Ajouter ce texte", body="Merci de votre message.")
    assert "pas de rendez-vous à venir" in eye.page.locator("main").inner_text()
    look(eye, wrong)
    send(eye, "Envoyer")
    assert "écrivez vos propres mots" in eye.page.locator("main").inner_text()
    look(eye, wrong)
    # To several: shown to each before it leaves.
    eye.open(f"{served}/conseiller/messages/nouveau/?pour={hugo.ref}&pour={camille.ref}")
    eye.page.locator("[name=ready]").select_option(label="Rappel de rendez-vous")
    send(eye, "Ajouter ce texte", subject="Votre rendez-vous")
    eye.page.locator("[name=topic]").select_option("APPOINTMENT")
    eye.page.locator("[name=uploads]").set_input_files([note()])
    # Enter sends; it does not add the text again.
    with eye.page.expect_navigation():
        eye.page.locator("[name=subject]").press("Enter")
    assert "Ne recevra rien" in eye.page.locator("main").inner_text()
    assert "Choisissez à nouveau vos fichiers" in eye.page.locator("main").inner_text()
    look(eye, wrong)
    send(eye, "Envoyer à 1\u00a0personne")
    assert "Vos fichiers n’étaient pas joints" in eye.page.locator("main").inner_text()
    look(eye, wrong)
    # One of them leaves before it is sent: they stand in the result, and on the page until then.
    away = factories.advisor()
    type(hugo).objects.filter(pk=hugo.pk).update(advisor=away, agency=away.agency)
    send(eye, "Revoir avant l’envoi")
    assert "Votre message ne lui est pas envoyé" in eye.page.locator("main").inner_text()
    look(eye, wrong)
    send(eye, "Envoyer à 1\u00a0personne")
    assert "1\u00a0message envoyé" in eye.page.locator("main").inner_text()
    look(eye, wrong)
    type(hugo).objects.filter(pk=hugo.pk).update(advisor=advisor, agency=advisor.agency)
    # Somebody who left while the answer was typed.
    eye.open(f"{served}/conseiller/messages/{thread.ref}/")
    other = factories.advisor()
    Thread.objects.filter(pk=thread.pk).update(advisor=other, agency=other.agency)
    type(hugo).objects.filter(pk=hugo.pk).update(advisor=other, agency=other.agency)
    send(eye, "Envoyer", body="Ma longue réponse.")
    assert "Ma longue réponse." in eye.page.locator("main").inner_text()
    look(eye, wrong)
    # A file that was put away, and is still theirs to open with a reason.
    type(camille).objects.filter(pk=camille.pk).update(archived_at=NOW)
    eye.open(f"{served}/conseiller/demandeurs/{camille.ref}/")
    assert "Ce dossier est en archive" in eye.page.locator("main").inner_text()
    look(eye, wrong)
    assert wrong == {}, together(wrong)
