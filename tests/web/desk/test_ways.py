"""How a person wants to be told, noted at the counter: kept, confirmed in writing, read by the person."""

import pytest

from accounts.models import Claimant, NoticeGroup
from messaging import deeds
from messaging.models import OutboxMessage
from portal.core.models import JournalEntry
from tests.people import signed_in

pytestmark = pytest.mark.django_db


def address(person: Claimant) -> str:
    return f"/conseiller/demandeurs/{person.ref}/avis/"


def test_noting_a_choice_keeps_it_confirms_it_and_shows_it(desk, nadia, camille):
    answers = dict.fromkeys(NoticeGroup.values, "EMAIL") | {"answers_by": "LETTER", "messages_by": "SPACE"}
    assert desk.post(address(camille), answers).status_code == 302
    camille.refresh_from_db()
    assert (camille.answers_by, camille.messages_by, camille.appointments_by) == ("LETTER", "SPACE", "EMAIL")
    entry = JournalEntry.objects.get(code=17)
    assert (entry.actor_id, entry.file_id) == (nadia.pk, camille.pk)
    assert OutboxMessage.objects.get(person=camille.user, kind=deeds.MAIL_WAYS)
    file = desk.get(f"/conseiller/demandeurs/{camille.ref}/").content.decode()
    assert "demandes, absences, documents et procédures par lettre" in file
    # Without a postal address it cannot work, and both sides read what happens instead.
    for page in (desk.get(address(camille)), signed_in(camille).get("/espace/profil/")):
        assert "un e-mail part à la place" in page.content.decode()


@pytest.mark.parametrize(
    "answers", [{"appointments_by": "SPACE"}, {"reminders_by": "LETTER"}, {"answers_by": "x"}]
)
def test_what_may_not_be_chosen_is_refused(desk, camille, answers):
    page = desk.post(address(camille), answers)
    assert page.status_code == 422
    assert "Ce choix n’existe plus" in page.content.decode()
    assert not JournalEntry.objects.filter(code=17).exists()


def test_the_person_chooses_on_the_profile_and_reads_why_some_cannot_stop(camille):
    browser = signed_in(camille)
    page = browser.get("/espace/profil/").content.decode()
    assert page.count('value="SPACE"') == 2, "only messages and reminders may stay in the space"
    assert "la loi nous demande de vous prévenir" in page
    answers = dict.fromkeys(NoticeGroup.values, "EMAIL") | {"reminders_by": "SPACE"}
    assert browser.post("/espace/profil/", answers).status_code == 302
    camille.refresh_from_db()
    assert camille.reminders_by == "SPACE"
    assert not OutboxMessage.objects.filter(kind=deeds.MAIL_WAYS).exists()
