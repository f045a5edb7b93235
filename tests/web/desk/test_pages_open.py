"""Each page of the desk opens to its advisor, and to nobody else."""

import pytest

from tests import factories, people
from tests.factories import NOW
from tests.web.desk import conftest as cast

pytestmark = pytest.mark.django_db


@pytest.fixture
def addresses(nadia, camille):
    """One address of each page, over rows of Nadia's."""
    coming = factories.convocation(camille)
    absence, after = cast.absent(camille, starts_at=NOW + cast.timedelta(days=3))
    link = cast.explained(absence, after, cast.document(camille))
    alone = factories.claimant(nadia, user_fields={"email": None}, phone="06 00 00 00 00")
    call = factories.convocation(alone, starts_at=NOW + cast.timedelta(days=10)).calls.get()
    return [
        "/conseiller/",
        "/conseiller/agenda/",
        "/conseiller/portefeuille/",
        f"/conseiller/demandeurs/{camille.ref}/",
        "/conseiller/convocations/nouvelle/",
        f"/conseiller/convocations/nouvelle/?pour={camille.ref}",
        "/conseiller/convocations/nouvelle/?fichier=1",
        "/conseiller/convocations/nouvelle/modele.csv",
        *(
            f"/conseiller/convocations/{coming.ref}/{page}"
            for page in ("", "annuler/", "deplacer/", "lettre/", "telephone/", "corriger/")
        ),
        *(f"/conseiller/absences/{absence.ref}/{page}" for page in ("", "corriger/", "explications/")),
        f"/conseiller/justificatifs/{link.ref}/",
        f"/conseiller/appels/{call.ref}/",
    ]


def test_every_page_opens_to_its_advisor(desk, addresses):
    for address in addresses:
        response = desk.get(address)
        assert response.status_code == 200, address


def test_pages_of_a_file_are_not_there_for_a_colleague_or_another_agency(at, addresses, paul):
    for person in (paul, factories.advisor()):
        client = people.signed_in(person)
        for address in [addresses[3], *addresses[8:]]:
            assert client.get(address).status_code == 404, address


def test_every_page_is_not_there_for_a_claimant(at, addresses, camille):
    client = people.signed_in(camille)
    for address in addresses:
        assert client.get(address).status_code == 404, address


def test_every_file_opens_to_the_supervisor(at, addresses, helene):
    client = people.signed_in(helene)
    for address in addresses:
        assert client.get(address).status_code == 200, address


def test_reference_of_another_kind_is_not_there(desk, camille):
    row = factories.convocation(camille)
    for wrong in (
        f"/conseiller/absences/{row.ref}/",
        f"/conseiller/convocations/{camille.ref}/",
        f"/conseiller/demandeurs/{row.ref}/",
        "/conseiller/convocations/CV-0000-0000/",
    ):
        assert desk.get(wrong).status_code == 404, wrong
