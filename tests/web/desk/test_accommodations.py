"""What a person needs to take part: noted by their advisor, seen when convoking, read by the person."""

import pytest

from accounts import deeds
from accounts.models import Claimant
from portal.core.models import JournalEntry
from tests.people import signed_in

pytestmark = pytest.mark.django_db


def address(person: Claimant) -> str:
    return f"/conseiller/demandeurs/{person.ref}/amenagements/"


@pytest.fixture
def noted(desk, camille):
    answers = {"needs": ["SIGN_LANGUAGE", "INTERPRETER"], "detail": "Portugais"}
    assert desk.post(address(camille), answers).status_code == 302
    camille.refresh_from_db()
    return camille


def test_noting_keeps_the_list_its_order_and_a_journal_line(noted, nadia):
    assert noted.accommodations == ["INTERPRETER", "SIGN_LANGUAGE"]
    entry = JournalEntry.objects.get(code=deeds.ACCOMMODATIONS_CHANGED.number)
    assert (entry.actor_id, entry.file_id) == (nadia.pk, noted.pk)
    assert entry.data["before"] == []
    assert entry.data["after"][-1] == "Portugais"


def test_noting_the_same_again_writes_nothing(noted, desk):
    desk.post(address(noted), {"needs": ["INTERPRETER", "SIGN_LANGUAGE"], "detail": " Portugais "})
    assert JournalEntry.objects.filter(code=deeds.ACCOMMODATIONS_CHANGED.number).count() == 1


def test_the_advisor_sees_them_when_convoking_and_on_the_file(noted, desk):
    for page in (
        f"/conseiller/convocations/nouvelle/?pour={noted.ref}",
        f"/conseiller/demandeurs/{noted.ref}/",
    ):
        text = desk.get(page).content.decode()
        assert "interprète en langue des signes (lsf)" in text.lower()
        assert "Portugais" in text


def test_the_person_reads_them_with_the_way_to_correct_them_and_in_the_journal(noted):
    browser = signed_in(noted)
    text = browser.get("/espace/profil/").content.decode()
    assert "Interprète en langue des signes (LSF)" in text
    assert noted.agency.phone in text
    assert "a noté vos aménagements" in browser.get("/espace/journal/").content.decode()


def test_a_person_without_any_is_told_what_to_say(desk, camille):
    assert "Aucun n’est noté" in signed_in(camille).get("/espace/profil/").content.decode()
    assert "Aucun n’est connu" in desk.get(f"/conseiller/demandeurs/{camille.ref}/").content.decode()


@pytest.mark.parametrize(
    ("answers", "sentence"),
    [({"needs": ["MALADIE"], "detail": "x"}, "choix"), ({"detail": "x" * 121}, "120")],
)
def test_what_is_not_of_the_list_is_refused_and_the_form_kept(desk, camille, answers, sentence):
    page = desk.post(address(camille), answers)
    assert page.status_code == 422
    assert sentence in page.content.decode()
    assert answers["detail"] in page.content.decode()
    camille.refresh_from_db()
    assert camille.accommodations == []
