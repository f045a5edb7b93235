"""The pages everyone may read, signed in or not."""

import pytest
from django.test import Client

from convocations.motives import Motive
from tests import factories
from tests.people import make_admin, signed_in

pytestmark = pytest.mark.django_db
PAGES = ["/", "/aide/", "/motifs/", "/vos-donnees/", "/accessibilite/"]


@pytest.mark.parametrize("address", PAGES)
def test_a_visitor_reads_it_without_an_account_or_a_query(address, django_assert_num_queries):
    Client().get(address)  # the parameters are read once in a while
    with django_assert_num_queries(0):
        answer = Client().get(address)
    assert answer.status_code == 200
    assert answer.text.count("<h1") == 1
    assert "3949" in answer.text


def test_the_door_brings_each_person_to_their_work():
    assert signed_in(factories.claimant()).get("/").headers["Location"] == "/espace/"
    assert signed_in(factories.advisor()).get("/").headers["Location"] == "/conseiller/"
    assert signed_in(make_admin()).get("/").headers["Location"] == "/admin/"


def test_the_catalogue_shows_every_motive():
    text = Client().get("/motifs/").text
    for motive in Motive:
        assert motive.label in text
    assert "jamais de diagnostic" in text


@pytest.mark.parametrize("address", ["/aide/", "/motifs/", "/vos-donnees/", "/accessibilite/"])
def test_who_is_signed_in_reads_it_too(address):
    assert signed_in(factories.claimant()).get(address).status_code == 200
