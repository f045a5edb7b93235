"""Coming in by password or by code: the right person gets in, strangers learn nothing and are slowed down."""

import re
import time
from unittest import mock
from urllib.parse import urlencode

import pytest
from django.contrib.auth.hashers import MD5PasswordHasher
from django.test import Client

from accounts.models import Role, User
from accounts.web import entrance
from portal.core.models import JournalEntry
from tests import people

pytestmark = pytest.mark.django_db

CODE = re.compile(r"\A[0-9]{6}\Z")


def sign_in(
    client: Client, email: str, password: str = people.PASSWORD, address: str = "/connexion/", **headers
):
    return client.post(address, {"login": email, "password": password}, headers=headers)


def counting_hashes():
    """Watch how often a password is hashed."""
    encode = MD5PasswordHasher.encode
    return mock.patch.object(MD5PasswordHasher, "encode", autospec=True, side_effect=encode)


def text_of(response) -> str:
    """Give the page without what differs at each request."""
    page = response.content.decode()
    return re.sub(r'name="csrfmiddlewaretoken" value="[^"]+"', "", page)


# --- by password ----------------------------------------------------------------------


def test_claimant_signs_in_with_a_password_and_lands_in_the_personal_space(client):
    person = people.make_claimant().user
    response = sign_in(client, person.email.upper())
    assert response.status_code == 302
    assert response["Location"] == "/espace/"
    assert client.session["_auth_user_id"] == str(person.pk)


def test_signing_in_is_written_in_the_journal_with_the_address_it_came_from(client):
    person = people.make_claimant().user
    sign_in(client, person.email)
    entry = JournalEntry.objects.get(code=1)
    assert (entry.actor_id, entry.file_id, entry.ip) == (person.pk, person.pk, "127.0.0.1")


def test_session_is_renewed_at_sign_in(client):
    person = people.make_claimant().user
    session = client.session
    session["something"] = 1
    session.save()
    before = session.session_key
    client.cookies["session"] = before
    sign_in(client, person.email)
    assert client.session.session_key != before
    assert client.session["something"] == 1


def test_closed_account_is_not_let_in(client):
    person = people.make_claimant(user=people.make_user(is_active=False)).user
    assert sign_in(client, person.email)["Location"] == "/connexion/acces-ferme/"
    assert "_auth_user_id" not in client.session


def test_person_reached_by_letter_only_has_no_door(client):
    people.make_claimant(user=people.make_user(email=None, password=None))
    assert sign_in(client, "").status_code == 200
    assert "_auth_user_id" not in client.session


@pytest.mark.parametrize(
    "target", ["https://ailleurs.exemple/", "//ailleurs.exemple/", "javascript:alert(1)"]
)
def test_sign_in_never_leads_to_another_site(client, target):
    person = people.make_claimant().user
    assert sign_in(client, person.email, address=f"/connexion/?next={target}")["Location"] == "/espace/"


def test_sign_in_leads_back_to_the_page_that_was_asked_for(client):
    person = people.make_claimant().user
    assert client.get("/espace/profil/")["Location"] == "/connexion/?next=/espace/profil/"
    answer = sign_in(client, person.email, address="/connexion/?next=/espace/profil/")
    assert answer["Location"] == "/espace/profil/"


# --- nothing is told to strangers, and they are slowed down ------------------------------


def test_known_and_unknown_addresses_are_answered_alike(client):
    person = people.make_claimant().user
    answers = [
        text_of(sign_in(client, email, "pas le bon mot")).replace(email, "…")
        for email in (person.email, "inconnu@exemple.fr")
    ]
    assert answers[0] == answers[1]
    assert "ne correspond pas" in answers[0]


@pytest.mark.parametrize("known", [True, False])
def test_each_try_costs_exactly_one_hash_whether_the_account_exists_or_not(client, known):
    email = people.make_claimant().user.email if known else "inconnu@exemple.fr"
    with counting_hashes() as spy:
        sign_in(client, email, "pas le bon mot")
    assert spy.call_count == 1


def test_eleventh_try_on_an_account_is_refused_before_any_hash_and_right_password_too(client, settings):
    settings.TRUSTED_PROXY_COUNT = 1
    person = people.make_claimant().user
    for n in range(10):
        sign_in(client, person.email, "pas le bon mot", **{"X-Forwarded-For": f"192.0.2.{n}"})
    with counting_hashes() as spy:
        response = sign_in(client, person.email)
    assert spy.call_count == 0
    assert "Trop d’essais" in response.content.decode()
    assert "_auth_user_id" not in client.session


def test_eleventh_try_from_one_address_is_refused_whoever_is_tried(client):
    person = people.make_claimant().user
    for n in range(10):
        sign_in(client, f"quelquun{n}@exemple.fr", "pas le bon mot")
    with counting_hashes() as spy:
        response = sign_in(client, person.email)
    assert spy.call_count == 0
    assert "Trop d’essais" in response.content.decode()


def test_good_sign_ins_of_many_people_behind_one_address_are_not_counted(client, settings):
    settings.ACCOUNT_RATE_LIMITS = settings.ACCOUNT_RATE_LIMITS | {"login": "100/m/ip"}
    for _ in range(12):
        assert sign_in(Client(), people.make_claimant().user.email).status_code == 302


def test_forged_address_behind_a_proxy_is_not_believed(client, settings):
    settings.TRUSTED_PROXY_COUNT = 1
    for n in range(11):
        response = sign_in(
            client, f"quelquun{n}@exemple.fr", "faux", **{"X-Forwarded-For": f"192.0.2.{n}, 203.0.113.7"}
        )
    assert "Trop d’essais" in response.content.decode()


# --- by code ------------------------------------------------------------------------------


def ask_code(client: Client, email: str):
    return client.post("/connexion/code/", {"email": email})


def test_claimant_signs_in_with_a_code_sent_by_mail(client, owed_mails):
    person = people.make_claimant().user
    assert ask_code(client, person.email)["Location"] == "/connexion/code/confirmer/"
    (mail,) = owed_mails
    assert (mail.email, mail.user, mail.template_prefix) == (person.email, person, "account/email/login_code")
    assert CODE.match(mail.context["code"])
    answer = client.post("/connexion/code/confirmer/", {"code": mail.context["code"]})
    assert answer["Location"] == "/espace/"
    assert client.session["_auth_user_id"] == str(person.pk)


def test_asking_a_code_tells_nothing_about_who_exists(owed_mails):
    person = people.make_claimant().user
    advisor = people.make_advisor().user
    pages = []
    for email in (person.email, advisor.email, "inconnu@exemple.fr"):
        client = Client()
        answer = ask_code(client, email)
        assert answer["Location"] == "/connexion/code/confirmer/"
        pages.append(text_of(client.get(answer["Location"])).replace(email, "…"))
    assert pages[0] == pages[1] == pages[2]
    assert [mail.email for mail in owed_mails] == [person.email]


@pytest.mark.parametrize("known", [True, False])
@pytest.mark.parametrize("address", ["/connexion/code/", "/connexion/mot-de-passe-oublie/"])
def test_asking_a_code_takes_as_long_for_known_and_unknown(client, owed_mails, known, address, monkeypatch):
    monkeypatch.setattr(entrance, "UNIFORM_SECONDS", 0.25)
    email = people.make_claimant().user.email if known else "inconnu@exemple.fr"
    started = time.monotonic()
    client.post(address, {"email": email})
    assert time.monotonic() - started >= 0.25


def test_three_wrong_codes_end_the_attempt(client, owed_mails):
    person = people.make_claimant().user
    ask_code(client, person.email)
    code = owed_mails[0].context["code"]
    wrong = "000000" if code != "000000" else "111111"
    for _ in range(3):
        client.post("/connexion/code/confirmer/", {"code": wrong})
    client.post("/connexion/code/confirmer/", {"code": code})
    assert "_auth_user_id" not in client.session


def test_code_is_no_longer_good_after_a_quarter_of_an_hour(client, owed_mails, time_machine):
    person = people.make_claimant().user
    time_machine.move_to("2026-12-01 09:00+01:00")
    ask_code(client, person.email)
    time_machine.move_to("2026-12-01 09:16+01:00")
    client.post("/connexion/code/confirmer/", {"code": owed_mails[0].context["code"]})
    assert "_auth_user_id" not in client.session


def test_codes_asked_for_one_address_are_counted(client, owed_mails):
    person = people.make_claimant().user
    for _ in range(6):
        answer = ask_code(Client(), person.email)
    assert "Trop d’essais" in answer.content.decode()
    assert len(owed_mails) == 5


def test_waiting_for_a_code_one_can_go_back_to_the_password(client, owed_mails):
    person = people.make_claimant().user
    ask_code(client, person.email)
    assert client.get("/connexion/")["Location"] == "/connexion/code/confirmer/"
    assert client.post("/deconnexion/")["Location"] == "/connexion/"
    assert client.get("/connexion/").status_code == 200


# --- a forgotten password -------------------------------------------------------------------


def test_forgotten_password_is_replaced_with_a_code_and_other_sessions_end(client, owed_mails):
    person = people.make_claimant().user
    elsewhere = people.signed_in(person)
    client.post("/connexion/mot-de-passe-oublie/", {"email": person.email})
    client.post("/connexion/mot-de-passe-oublie/code/", {"code": owed_mails[0].context["code"]})
    new = "un tout autre sesame 42"
    answer = client.post("/connexion/mot-de-passe-oublie/nouveau/", {"password1": new, "password2": new})
    assert answer["Location"] == "/connexion/mot-de-passe-oublie/termine/"
    assert "_auth_user_id" not in client.session
    assert elsewhere.get("/espace/profil/").status_code == 302
    assert sign_in(Client(), person.email, new).status_code == 302
    assert JournalEntry.objects.filter(code=2, file_id=person.pk).count() == 1


def test_new_staff_chooses_the_first_password_by_a_code(client, owed_mails):
    person = people.make_advisor(user=people.make_user(Role.ADVISOR, password=None)).user
    client.post("/connexion/mot-de-passe-oublie/", {"email": person.email})
    client.post("/connexion/mot-de-passe-oublie/code/", {"code": owed_mails[0].context["code"]})
    client.post(
        "/connexion/mot-de-passe-oublie/nouveau/",
        {"password1": people.PASSWORD, "password2": people.PASSWORD},
    )
    assert User.objects.get(pk=person.pk).check_password(people.PASSWORD)


@pytest.mark.parametrize("weak", ["motdepasse123", "Azertyuiop12!", "court", "123456789012"])
def test_password_anybody_would_guess_is_refused(client, owed_mails, weak):
    person = people.make_claimant().user
    client.post("/connexion/mot-de-passe-oublie/", {"email": person.email})
    client.post("/connexion/mot-de-passe-oublie/code/", {"code": owed_mails[0].context["code"]})
    answer = client.post("/connexion/mot-de-passe-oublie/nouveau/", {"password1": weak, "password2": weak})
    assert answer.status_code == 200
    assert User.objects.get(pk=person.pk).check_password(people.PASSWORD)


# --- bad input --------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "nonsense", ["\x00", "a" * 100_000, "\ud800".encode("utf-8", "surrogatepass"), "é@ü.fr", ""]
)
@pytest.mark.parametrize("address", ["/connexion/", "/connexion/code/", "/connexion/mot-de-passe-oublie/"])
def test_nonsense_is_answered_calmly(client, address, nonsense):
    names = ("login", "password", "email", "next", "code", "form_owner")
    # Written by hand: Django's own client would send bytes one by one, as numbers.
    sent = urlencode(dict.fromkeys(names, nonsense))
    posted = client.post(address, sent, content_type="application/x-www-form-urlencoded")
    assert posted.status_code in (200, 400)
    assert client.get(address, {"next": nonsense, "email": nonsense}).status_code in (200, 400)
