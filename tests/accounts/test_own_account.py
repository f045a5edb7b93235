"""One's own account: proof before a change, a new address confirmed by code, contact data."""

import re
from datetime import timedelta

import pytest
from django.test import Client

from accounts.models import Claimant, User
from portal.core import clock
from portal.core.models import JournalEntry
from tests import factories, people

pytestmark = pytest.mark.django_db


def with_password(user: User) -> Client:
    client = Client()
    client.post("/connexion/", {"login": user.email, "password": people.PASSWORD})
    return client


def long_signed_in(user: User) -> Client:
    """Give a browser signed in more than five minutes ago."""
    client = with_password(user)
    session = client.session
    session["account_authentication_methods"] = [
        record | {"at": record["at"] - 301} for record in session["account_authentication_methods"]
    ]
    session.save()
    return client


# --- proof ---------------------------------------------------------------------------


@pytest.mark.parametrize("address", ["/compte/adresse-e-mail/", "/compte/mot-de-passe/"])
@pytest.mark.parametrize("method", ["get", "post"])
def test_change_asks_who_it_is_again_after_five_minutes(address, method):
    client = long_signed_in(people.make_claimant().user)
    answer = getattr(client, method)(address)
    assert answer["Location"].startswith("/compte/confirmer/?next=%2Fcompte%2F")
    proved = client.post(answer["Location"], {"password": people.PASSWORD})
    assert proved["Location"] == address
    assert client.get(address).status_code == 200


@pytest.mark.parametrize("address", ["/compte/adresse-e-mail/", "/compte/mot-de-passe/"])
def test_change_asks_nothing_more_just_after_sign_in(address):
    assert with_password(people.make_claimant().user).get(address).status_code == 200


def test_wrong_password_proves_nothing():
    client = long_signed_in(people.make_claimant().user)
    answer = client.post("/compte/confirmer/?next=/compte/mot-de-passe/", {"password": "pas le bon mot"})
    assert answer.status_code == 200
    assert client.get("/compte/mot-de-passe/").status_code == 302


def test_account_without_password_proves_itself_with_a_new_code(client, owed_mails):
    person = people.make_claimant(user=people.make_user(password=None)).user
    client.post("/connexion/code/", {"email": person.email})
    client.post("/connexion/code/confirmer/", {"code": owed_mails[0].context["code"]})
    assert client.get("/compte/adresse-e-mail/").status_code == 200
    session = client.session
    session["account_authentication_methods"][0]["at"] -= 301
    session.save()
    answer = client.get("/compte/adresse-e-mail/")
    assert answer["Location"] == "/connexion/code/?next=%2Fcompte%2Fadresse-e-mail%2F"
    assert "_auth_user_id" not in client.session


def test_no_password_is_ever_kept_in_a_session():
    client = long_signed_in(people.make_claimant().user)
    secret = "un tout autre sesame 42"
    client.post("/compte/mot-de-passe/", {"oldpassword": secret, "password1": secret, "password2": secret})
    assert secret not in str(dict(client.session))


# --- password ------------------------------------------------------------------------


def test_changed_password_ends_other_sessions_and_is_told(owed_mails):
    person = people.make_claimant().user
    there, here = with_password(person), with_password(person)
    new = "un tout autre sesame 42"
    answer = here.post(
        "/compte/mot-de-passe/", {"oldpassword": people.PASSWORD, "password1": new, "password2": new}
    )
    assert answer["Location"] == "/compte/"
    assert there.get("/espace/profil/").status_code == 302
    assert here.get("/espace/profil/").status_code == 200
    assert JournalEntry.objects.filter(code=2, file_id=person.pk).count() == 1
    assert [mail.template_prefix for mail in owed_mails] == ["account/email/password_changed"]


# --- address -------------------------------------------------------------------------


def test_new_address_counts_once_its_code_is_typed(owed_mails):
    person = people.make_claimant().user
    old = person.email
    client = with_password(person)
    answer = client.post("/compte/adresse-e-mail/", {"email": "nouvelle@exemple.fr", "action_add": "oui"})
    assert answer["Location"] == "/compte/adresse-e-mail/code/"
    (mail,) = owed_mails
    assert (mail.email, mail.user) == ("nouvelle@exemple.fr", person)
    assert re.fullmatch("[0-9]{6}", mail.context["code"])
    assert User.objects.get(pk=person.pk).email == old
    assert client.get("/compte/adresse-e-mail/code/").status_code == 200
    client.post("/compte/adresse-e-mail/code/", {"code": mail.context["code"]})
    assert User.objects.get(pk=person.pk).email == "nouvelle@exemple.fr"
    assert JournalEntry.objects.filter(code=3, file_id=person.pk).count() == 1
    assert [(told.email, told.template_prefix) for told in owed_mails[1:]] == [
        (old, "account/email/email_changed")
    ]


def test_old_address_no_longer_signs_in(owed_mails):
    person = people.make_claimant().user
    old = person.email
    client = with_password(person)
    client.post("/compte/adresse-e-mail/", {"email": "nouvelle@exemple.fr", "action_add": "oui"})
    client.post("/compte/adresse-e-mail/code/", {"code": owed_mails[0].context["code"]})
    stranger = Client()
    stranger.post("/connexion/", {"login": old, "password": people.PASSWORD})
    assert "_auth_user_id" not in stranger.session
    assert "_auth_user_id" in with_password(User.objects.get(pk=person.pk)).session


def test_address_of_somebody_else_is_answered_like_any_other_until_the_code(owed_mails):
    taken = people.make_claimant().user
    person = people.make_claimant().user
    client = with_password(person)
    answer = client.post("/compte/adresse-e-mail/", {"email": taken.email, "action_add": "oui"})
    assert answer["Location"] == "/compte/adresse-e-mail/code/"
    client.post("/compte/adresse-e-mail/code/", {"code": owed_mails[0].context["code"]})
    assert User.objects.get(pk=person.pk).email == person.email
    assert User.objects.get(pk=taken.pk).email == taken.email


def test_new_address_is_believed_again_after_the_old_one_refused_mails(owed_mails):
    claimant = people.make_claimant(email_bounced_at=clock.now())
    client = with_password(claimant.user)
    client.post("/compte/adresse-e-mail/", {"email": "nouvelle@exemple.fr", "action_add": "oui"})
    client.post("/compte/adresse-e-mail/code/", {"code": owed_mails[0].context["code"]})
    assert Claimant.objects.get(pk=claimant.pk).email_bounced_at is None


def test_proving_ones_own_address_is_not_told_as_a_change(owed_mails):
    person = people.make_claimant().user
    with_password(person).get("/compte/adresse-e-mail/")
    client = Client()
    client.post("/connexion/code/", {"email": person.email})
    client.post("/connexion/code/confirmer/", {"code": owed_mails[0].context["code"]})
    assert "_auth_user_id" in client.session
    assert not JournalEntry.objects.filter(code=3).exists()


# --- contact -------------------------------------------------------------------------


def test_claimant_corrects_contact_data_and_the_journal_names_fields_not_content():
    claimant = people.make_claimant(phone="01 11 11 11 11")
    client = people.signed_in(claimant)
    answer = client.post("/espace/profil/", {"phone": "06 12 34 56 78", "city": "Lyon"})
    assert answer["Location"] == "/espace/profil/"
    claimant = Claimant.objects.get(pk=claimant.pk)
    assert (claimant.phone, claimant.city) == ("06 12 34 56 78", "Lyon")
    entry = JournalEntry.objects.get(code=8)
    assert set(entry.data["fields"]) == {"phone", "city"}
    assert "06 12" not in str(entry.data)


def test_phone_that_is_none_is_refused_and_the_rest_is_kept():
    client = people.signed_in(people.make_claimant())
    answer = client.post("/espace/profil/", {"phone": "appelez-moi", "city": "Lyon"})
    assert answer.status_code == 422
    page = answer.content.decode()
    assert "n’est pas reconnu" in page
    assert 'value="Lyon"' in page


# --- a session that ended in mid-form ------------------------------------------------


def expired_form(client: Client) -> str:
    """Open the profile, let the session end, and give the token the form carried."""
    page = client.get("/espace/profil/").content.decode()
    token = re.search(r'name="form_owner" value="([^"]+)"', page)
    assert token
    client.cookies.pop("session")
    return token.group(1)


def test_what_was_typed_comes_back_after_signing_in_again():
    person = people.make_claimant().user
    client = people.signed_in(person)
    token = expired_form(client)
    answer = client.post("/espace/profil/", {"city": "Lyon", "phone": "06 12 34 56 78", "form_owner": token})
    assert answer["Location"] == "/connexion/?next=/espace/profil/"
    answer = client.post(answer["Location"], {"login": person.email, "password": people.PASSWORD})
    page = client.get(answer["Location"]).content.decode()
    assert 'value="Lyon"' in page
    assert "a été gardé" in page
    assert Claimant.objects.get(pk=person.pk).city == ""
    assert 'value="Lyon"' not in client.get("/espace/profil/").content.decode()


def test_what_was_typed_is_never_shown_to_somebody_else():
    person, other = people.make_claimant().user, people.make_claimant().user
    client = people.signed_in(person)
    token = expired_form(client)
    client.post("/espace/profil/", {"city": "Lyon", "form_owner": token})
    client.post("/connexion/", {"login": other.email, "password": people.PASSWORD})
    assert "Lyon" not in client.get("/espace/profil/").content.decode()
    assert "Lyon" not in str(dict(client.session))


def test_form_whose_owner_is_forged_is_not_kept():
    client = Client()
    client.post("/espace/profil/", {"city": "Lyon", "form_owner": "faux:jeton"})
    assert "kept_form" not in client.session


def test_form_without_token_is_kept_when_the_silence_itself_ended_the_session(monkeypatch):
    person = people.make_claimant().user
    client = people.signed_in(person)
    client.get("/espace/profil/")
    real = clock.now
    monkeypatch.setattr(clock, "now", lambda: real() + timedelta(minutes=125))
    client.post("/espace/profil/", {"city": "Lyon"})
    assert client.session["kept_form"]["texts"] == {"city": ["Lyon"]}


def test_stale_page_of_the_same_person_gives_the_form_back():
    person = people.make_claimant().user
    client = people.signed_in(person, Client(enforce_csrf_checks=True))
    page = client.get("/espace/profil/").content.decode()
    token = re.search(r'name="form_owner" value="([^"]+)"', page).group(1)
    answer = client.post("/espace/profil/", {"city": "Lyon", "form_owner": token})
    assert answer.status_code == 302
    assert 'value="Lyon"' in client.get("/espace/profil/").content.decode()


def test_form_of_another_site_is_refused():
    client = people.signed_in(people.make_claimant(), Client(enforce_csrf_checks=True))
    answer = client.post("/espace/profil/", {"city": "Lyon"})
    assert answer.status_code == 403
    assert "trop longtemps" in answer.content.decode()


def test_second_window_of_the_sign_in_page_leads_home_once_signed_in():
    client = people.signed_in(people.make_claimant(), Client(enforce_csrf_checks=True))
    answer = client.post("/connexion/", {"login": "x@exemple.fr", "password": "x"})
    assert (answer.status_code, answer["Location"]) == (302, "/")


def test_signing_out_from_a_stale_page_asks_once_more():
    client = people.signed_in(people.make_claimant(), Client(enforce_csrf_checks=True))
    assert client.post("/deconnexion/")["Location"] == "/deconnexion/"


def test_choosing_letters_asks_for_the_address_they_go_to(db):
    person = factories.claimant()
    browser = people.signed_in(person)
    asked = browser.post("/espace/profil/", {"answers_by": "LETTER"})
    assert asked.status_code == 422
    assert "Nous en avons besoin pour vous écrire par lettre" in asked.content.decode()
    home = {"street": "12 rue des Acacias", "postcode": "35200", "city": "Rennes"}
    assert browser.post("/espace/profil/", {"answers_by": "LETTER", **home}).status_code == 302
    person.refresh_from_db()
    assert (person.answers_by, person.messages_by, person.street) == ("LETTER", "EMAIL", "12 rue des Acacias")
