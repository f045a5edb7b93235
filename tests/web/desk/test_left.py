"""A file that leaves while its advisor is typing: the text comes back to them; a stranger meets nothing."""

import re
from datetime import timedelta
from html import unescape

import pytest

from accounts.models import BreakGlass, Claimant
from messaging.models import Draft, Thread
from tests import factories
from tests.access.test_every_address import body
from tests.factories import NOW
from tests.messaging.threads.talk import ask
from tests.people import signed_in
from tests.web.desk.test_messages import LIST, NEW, first, page, typed

pytestmark = pytest.mark.django_db
TEXT = "Ma longue réponse, avec {prénom}."


@pytest.fixture
def thread(at, camille) -> Thread:
    return ask(camille)


def proof(response) -> str:
    return re.search(r'name="shown_to" value="([^"]+)"', response.text)[1]


@pytest.fixture
def lucie():
    """Who follows Camille from now on, elsewhere."""
    return factories.advisor(
        factories.agency(name="Agence du Port", phone="02 98 00 00 00"),
        first_name="Lucie",
        last_name="Le Goff",
    )


def leave(camille, lucie) -> None:
    Thread.objects.filter(claimant=camille).update(advisor=lucie, agency=lucie.agency)
    Claimant.objects.filter(pk=camille.pk).update(advisor=lucie, agency=lucie.agency)


@pytest.mark.parametrize("button", [{}, {"brouillon": "1"}, {"inserer": "1"}], ids=["send", "keep", "add"])
def test_who_was_answering_gets_the_text_back_and_learns_who_follows(desk, camille, thread, lucie, button):
    shown = desk.get(page(thread))
    sent = typed(thread, body=TEXT, expected="Un CV", shown_to=proof(shown), **button)
    leave(camille, lucie)
    told = desk.post(page(thread), sent)
    text = unescape(told.text)
    assert told.status_code == 409
    assert "Votre texte n’est pas parti" in text
    assert TEXT in text
    assert "Un CV" in text
    assert "Lucie Le Goff, Agence du Port, suit maintenant Camille Moreau" in text
    assert "02\u00a098\u00a000\u00a000\u00a000" in text
    assert thread.messages.count() == 1
    assert not Draft.objects.exists()
    # Nothing else of the file is there for them any more.
    assert desk.get(page(thread)).status_code == 404
    assert "attestation" not in text


def test_a_stranger_meets_exactly_what_is_not_there(at, desk, helene, camille, thread, lucie):
    shown = proof(desk.get(page(thread)))
    another = ask(factories.claimant(camille.advisor))
    theirs = proof(desk.get(page(another)))
    leave(camille, lucie)
    stranger = signed_in(factories.advisor())
    missing = f"{LIST}MS-0000-0001/"
    nowhere = body(desk.post(missing, typed(thread))).replace(missing, page(thread))
    for browser, token in (
        (stranger, ""),
        (stranger, shown),
        (signed_in(helene), shown),
        (desk, ""),
        (desk, "x" * 5000),
        (desk, theirs),
        (desk, shown[:-2] + "aa"),
    ):
        answer = browser.post(page(thread), typed(thread, shown_to=token))
        assert answer.status_code == 404
        assert body(answer) == nowhere if browser is desk else "Lucie" not in answer.text
    assert thread.messages.count() == 1


def test_the_proof_ends(at, desk, camille, thread, lucie, monkeypatch):
    shown = proof(desk.get(page(thread)))
    leave(camille, lucie)
    monkeypatch.setattr("messaging.web.advisor.left._SECONDS", -1)
    assert desk.post(page(thread), typed(thread, shown_to=shown)).status_code == 404


def test_a_glass_that_closed_meanwhile_gives_the_text_back_too(at, paul, nadia, camille, thread):
    BreakGlass.objects.create(
        advisor=paul, claimant=camille, reason="Urgence", opened_at=NOW, until=NOW + timedelta(hours=1)
    )
    browser = signed_in(paul)
    shown = proof(browser.get(page(thread)))
    at.move(hours=2)
    told = browser.post(page(thread), typed(thread, body=TEXT, shown_to=shown))
    assert told.status_code == 409
    assert TEXT in told.text
    assert "Nadia Benali" in told.text


def test_a_first_message_gives_its_text_back_as_well(desk, camille, lucie):
    here = f"{NEW}?pour={camille.ref}"
    sent = first(camille, body=TEXT, shown_to=proof(desk.get(here)))
    leave(camille, lucie)
    told = desk.post(NEW, sent)
    assert told.status_code == 409
    assert TEXT in told.text
    assert "Lucie Le Goff" in told.text
    assert desk.post(NEW, first(camille)).status_code == 404
    assert signed_in(factories.advisor()).post(NEW, sent).status_code == 404
    assert not Thread.objects.exists()


def test_what_was_wrong_keeps_its_proof(desk, camille, thread, lucie):
    shown = proof(desk.get(page(thread)))
    again = desk.post(page(thread), typed(thread, body="", shown_to=shown))
    assert again.status_code == 422
    leave(camille, lucie)
    assert desk.post(page(thread), typed(thread, body=TEXT, shown_to=proof(again))).status_code == 409


# --- one of several ----------------------------------------------------------------------


@pytest.fixture
def hugo(nadia):
    return factories.claimant(nadia, user_fields={"first_name": "Hugo", "last_name": "Petit"})


def begun(desk, *people) -> dict:
    """A message to several as the page gave it."""
    shown = desk.post(NEW, {"pour": [str(one.ref) for one in people]})
    return first(*people, body="Bonjour à vous", shown_to=proof(shown))


def test_one_of_several_who_left_stands_in_the_result_with_what_to_do(desk, camille, hugo, lucie):
    sent = begun(desk, camille, hugo)
    leave(camille, lucie)
    done = unescape(desk.post(NEW, sent).text)
    assert "1\u00a0message envoyé" in done
    assert "Lucie Le Goff, Agence du Port, suit maintenant Camille Moreau" in done
    assert "Appelez Lucie Le Goff au 02\u00a098\u00a000\u00a000\u00a000" in done
    assert "Bonjour à vous" in done
    assert Thread.objects.get().claimant == hugo


def test_when_all_of_several_left_the_text_is_given_back(desk, camille, hugo, lucie):
    sent = begun(desk, camille, hugo)
    for one in (camille, hugo):
        leave(one, lucie)
    done = unescape(desk.post(NEW, sent).text)
    assert "0\u00a0message envoyé" in done
    assert "suit maintenant Camille Moreau" in done
    assert "suit maintenant Hugo Petit" in done
    assert "Bonjour à vous" in done
    assert not Thread.objects.exists()


def test_who_left_stays_on_the_page_while_the_message_is_corrected(desk, camille, hugo, lucie):
    sent = begun(desk, camille, hugo)
    leave(camille, lucie)
    again = desk.post(NEW, {**sent, "body": ""})
    text = unescape(again.text)
    assert again.status_code == 422
    assert (
        "Lucie Le Goff, Agence du Port, suit maintenant Camille Moreau. Votre message ne lui est pas envoyé"
        in text
    )
    assert text.count('name="pour"') == 2
    shown = desk.post(NEW, {**sent, "body": "Bonjour {prénom}"})
    assert "Bonjour Hugo" in shown.text
    assert "suit maintenant Camille Moreau" in unescape(shown.text)
    done = desk.post(NEW, {**sent, "body": "Bonjour {prénom}", "vu": shown.context["preview"]["name"]})
    assert "suit maintenant Camille Moreau" in unescape(done.text)
    assert Thread.objects.get().claimant == hugo


def test_a_file_put_away_meanwhile_is_said_as_such(desk, camille, hugo):
    sent = begun(desk, camille, hugo)
    Claimant.objects.filter(pk=camille.pk).update(archived_at=NOW)
    done = unescape(desk.post(NEW, sent).text)
    assert "Le dossier de Camille Moreau est en archive" in done
    assert "suit maintenant" not in done


def test_names_of_several_are_told_to_nobody_without_the_proof(at, desk, helene, camille, hugo, lucie):
    sent = begun(desk, camille, hugo)
    alone = proof(desk.get(f"{NEW}?pour={camille.ref}"))
    leave(camille, lucie)
    other = factories.advisor()
    theirs = factories.claimant(other)
    for browser, token, to in (
        (desk, "", hugo),
        (desk, "x" * 5000, hugo),
        (desk, sent["shown_to"][:-2] + "aa", hugo),
        (desk, alone, hugo),
        (signed_in(other), sent["shown_to"], theirs),
        (signed_in(helene), sent["shown_to"], hugo),
    ):
        told = browser.post(NEW, first(camille, to, shown_to=token), follow=True)
        assert "Moreau" not in told.text
    # Whom the token does not name is not told either: the page never showed them.
    told = desk.post(NEW, {**sent, "pour": [str(hugo.ref), str(theirs.ref)]}, follow=True)
    assert str(theirs) not in unescape(told.text)


def test_a_proof_of_fifty_people_fits_its_field(desk, nadia):
    people = [factories.claimant(nadia) for _ in range(50)]
    assert len(begun(desk, *people)["shown_to"]) < 500
    assert "shown_to" not in desk.post(NEW, begun(desk, *people) | {"body": ""}).context["form"].errors
