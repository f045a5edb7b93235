"""The pages everyone may read, signed in or not."""

import html

import pytest
from django.test import Client

from convocations.motives import NOT_COUNTED, RULES, TO_CHANGE_MODALITY, TO_EXPLAIN, TO_RESCHEDULE, Motive
from portal.core import parameters
from portal.core.french import NBSP
from portal.core.models import ParameterOverride
from tests import factories
from tests.people import make_admin, signed_in

pytestmark = pytest.mark.django_db
PAGES = ["/", "/aide/", "/motifs/", "/vos-donnees/", "/accessibilite/", "/chiffres/"]


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
        for document in RULES[motive].documents:
            assert document in text
    assert "jamais de diagnostic" in text
    assert f"Sur 12{NBSP}mois, vous pouvez demander 2{NBSP}reports sans donner de raison" in html.unescape(
        text
    )
    assert text.count("ce report ne compte pas") == len(NOT_COUNTED)
    assert text.count("reporter, changer la manière") == len(TO_CHANGE_MODALITY)
    assert text.count("ne sert pas à reporter") == len(set(Motive) - set(TO_RESCHEDULE))


def test_the_catalogue_keeps_the_decisions():
    assert {Motive.JOB_INTERVIEW, Motive.WORK, Motive.TRAINING, Motive.AGENCY_ERROR} == NOT_COUNTED
    assert {Motive.EQUIPMENT, Motive.CONNECTIVITY, Motive.DISABILITY, Motive.WORK} <= set(TO_CHANGE_MODALITY)
    assert set(TO_CHANGE_MODALITY) <= set(TO_RESCHEDULE)  # the page's words rely on it
    assert set(TO_EXPLAIN) == set(Motive)
    for motive in Motive:
        # What needs a document says which.
        assert RULES[motive].documents or RULES[motive].sworn_is_enough
    assert Motive.OTHER in set(TO_RESCHEDULE) & set(TO_CHANGE_MODALITY)


def test_the_catalogue_follows_the_parameters():
    ParameterOverride.objects.create(key="free_reschedules", value=0)
    parameters.forget()
    text = html.unescape(Client().get("/motifs/").text)
    assert "Pour chaque report, votre conseiller regarde" in text
    assert "sans donner de raison" not in text
    parameters.forget()


@pytest.mark.parametrize("address", ["/aide/", "/motifs/", "/vos-donnees/", "/accessibilite/"])
def test_who_is_signed_in_reads_it_too(address):
    assert signed_in(factories.claimant()).get(address).status_code == 200
