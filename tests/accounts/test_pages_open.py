"""Every page of the entrance and of the account opens, in French, without a word of allauth's own."""

import pytest
from django.test import Client

from tests import people

pytestmark = pytest.mark.django_db

PUBLIC = [
    "/connexion/",
    "/connexion/code/",
    "/connexion/mot-de-passe-oublie/",
    "/connexion/acces-ferme/",
    "/connexion/mot-de-passe-oublie/termine/",
    "/inscription/",
]
OWN = ["/compte/appareils/", "/deconnexion/"]


@pytest.mark.parametrize("address", PUBLIC)
def test_entrance_page_opens_to_anybody(client, address):
    response = client.get(address)
    assert response.status_code == 200
    assert "3949" in response.content.decode()


@pytest.mark.parametrize("address", [*OWN, "/espace/profil/"])
def test_account_page_opens_to_a_claimant(address):
    client = people.signed_in(people.make_claimant())
    assert client.get(address).status_code == 200


@pytest.mark.parametrize("address", [*OWN, "/compte/"])
def test_account_page_opens_to_staff(address):
    client = people.signed_in(people.make_advisor())
    assert client.get(address).status_code == 200


@pytest.mark.parametrize(
    "address", ["/compte/", "/compte/appareils/", "/espace/profil/", "/compte/mot-de-passe/"]
)
def test_account_page_sends_a_stranger_to_sign_in(client, address):
    response = client.get(address)
    assert response.status_code == 302
    assert response["Location"] == f"/connexion/?next={address}"


def test_profile_answers_404_to_staff():
    assert people.signed_in(people.make_advisor()).get("/espace/profil/").status_code == 404


def test_private_pages_are_kept_out_of_caches():
    response = people.signed_in(people.make_claimant()).get("/espace/profil/")
    assert "no-store" in response["Cache-Control"]


def test_signing_out_needs_a_post():
    client = people.signed_in(people.make_claimant())
    assert client.get("/deconnexion/").status_code == 200
    assert "_auth_user_id" in client.session
    assert client.post("/deconnexion/")["Location"] == "/connexion/"
    assert "_auth_user_id" not in client.session


def test_visitor_of_a_public_page_costs_no_query(django_assert_num_queries):
    with django_assert_num_queries(0):
        Client().get("/inscription/")
