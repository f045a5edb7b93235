"""Review a justificatif, open its document, log a call."""

import pytest
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage

from convocations.models import CallTask
from convocations.motives import Motive
from convocations.states import CallState, ReviewState
from tests import factories
from tests.convocations.requests.wishes import Kind, postpone
from tests.factories import NOW
from tests.people import signed_in
from tests.web.desk import conftest as cast
from tests.web.desk.conftest import timedelta

pytestmark = pytest.mark.django_db


@pytest.fixture
def link(at, camille):
    """One justificatif to review, its clean copy in the store."""
    absence, at.now = cast.absent(camille)
    key = default_storage.save("propres/essai", ContentFile(b"%PDF-1.4 essai"))
    paper = cast.document(camille, clean_key=key, mime="application/pdf", clean_size=14)
    return cast.explained(absence, at.now, paper)


def url(link):
    return f"/conseiller/justificatifs/{link.ref}/"


def door(link):
    """Where the document itself is handed over (tests/web/test_documents.py tries that door)."""
    return f"/documents/{link.document.ref}/"


def test_review_accepts(desk, link):
    response = desk.post(url(link), {"outcome": "ACCEPTED"})
    link.refresh_from_db()
    assert link.state == ReviewState.ACCEPTED
    assert response["Location"] == f"/conseiller/absences/{link.absence.ref}/"


@pytest.mark.parametrize(
    ("posted", "status", "sentence"),
    [
        ({"outcome": ""}, 422, "Choisissez une réponse"),
        ({"outcome": "REFUSED"}, 422, "Dites à la personne ce qui manque"),
        ({"outcome": "INCOMPLETE", "remark": "La page 2 manque."}, 422, "Indiquez une date"),
        (
            {"outcome": "INCOMPLETE", "remark": "La page 2 manque.", "complete_by": "2026-11-01"},
            409,
            "date à venir",
        ),
        (
            {"outcome": "INCOMPLETE", "remark": "La page 2 manque.", "complete_by": "demain"},
            422,
            "n’est pas reconnue",
        ),
    ],
)
def test_review_without_its_words_is_refused(desk, link, posted, status, sentence):
    response = desk.post(url(link), posted)
    assert response.status_code == status
    assert sentence in response.content.decode()
    if "remark" in posted:
        assert "La page 2 manque." in response.content.decode()
    link.refresh_from_db()
    assert link.state == ReviewState.IN_REVIEW


def test_review_asks_for_what_is_missing(desk, link):
    desk.post(
        url(link), {"outcome": "INCOMPLETE", "remark": "La page 2 manque.", "complete_by": "2026-12-20"}
    )
    link.refresh_from_db()
    assert (link.state, str(link.complete_by)) == (ReviewState.INCOMPLETE, "2026-12-20")


def test_second_reviewer_reads_what_the_first_said(desk, link, helene):
    signed_in(helene).post(url(link), {"outcome": "ACCEPTED"})
    response = desk.post(url(link), {"outcome": "REFUSED", "remark": "Illisible selon moi."})
    assert response.status_code == 409
    assert "Hélène Roy a déjà répondu" in response.content.decode()
    assert "Illisible selon moi." in response.content.decode()


def test_document_under_check_cannot_be_opened_nor_reviewed(desk, link):
    type(link.document).objects.filter(pk=link.document_id).update(state="QUARANTINED")
    page = desk.get(url(link)).content.decode()
    assert "Vérification en cours" in page
    assert door(link) not in page
    assert desk.post(url(link), {"outcome": "ACCEPTED"}).status_code == 409


def test_document_opens_from_the_page_of_its_review(desk, link):
    assert f'href="{door(link)}"' in desk.get(url(link)).content.decode()
    response = desk.get(door(link))
    assert b"".join(response.streaming_content) == b"%PDF-1.4 essai"


def test_health_document_is_offered_to_its_reviewer_alone(desk, at, helene, link):
    cast.explained(link.absence, at.now, link.document, motive=Motive.HEALTH_SELF)
    page = signed_in(helene).get(url(link)).content.decode()
    assert "ne s’ouvre qu’à la personne qui l’examine" in page
    assert door(link) not in page
    assert door(link) in desk.get(url(link)).content.decode()


# --- calls --------------------------------------------------------------------------


@pytest.fixture
def task(at, nadia):
    """A call to make: no e-mail reaches this person."""
    person = factories.claimant(nadia, user_fields={"email": None}, phone="06 55 55 55 55")
    return factories.convocation(person).calls.get()


def call(task):
    return f"/conseiller/appels/{task.ref}/"


def test_person_reached_knows_and_the_call_closes(desk, task):
    desk.post(call(task), {"reached": "oui", "note": "Elle viendra."})
    task.refresh_from_db()
    task.convocation.refresh_from_db()
    assert task.state == CallState.REACHED
    assert task.convocation.known_at is not None


def test_three_tries_in_vain_close_the_call_and_hold_nothing_against_anyone(desk, task):
    for left in ("Encore 2", "Encore 1"):
        desk.post(call(task), {"reached": "non"})
        assert left in desk.get(call(task)).content.decode()
    desk.post(call(task), {"reached": "non"})
    task.refresh_from_db()
    assert task.state == CallState.UNREACHED
    fourth = desk.post(call(task), {"reached": "oui"})
    assert fourth.status_code == 409
    assert "Cet appel est déjà clos" in fourth.content.decode()


def test_call_without_an_answer_asks_for_it(desk, task):
    response = desk.post(call(task), {"note": "Message laissé."})
    assert response.status_code == 422
    assert "Message laissé." in response.content.decode()


def test_call_after_an_incident_leads_to_a_new_date(desk, at, camille):
    row, at.now = cast.past(camille)
    cast.attendance.record(row.pk, "TECH_INCIDENT", by=factories.acting(camille.advisor), now=at.now)
    task = CallTask.objects.get()
    assert f"/conseiller/convocations/nouvelle/?pour={camille.ref}" in desk.get(call(task)).content.decode()


def test_call_about_a_request_that_waits_leads_to_its_answer(desk, at, camille):
    row = factories.convocation(camille, modality="PHONE")
    asked = postpone(row, kind=Kind.INCIDENT, wants_call=True, now=NOW)
    page = desk.get(call(CallTask.objects.get())).content.decode()
    assert f"/conseiller/demandes/{asked.ref}/" in page
    assert "puis répondez à sa demande" in page
    assert "/convocations/nouvelle/" not in page.partition("<main")[2]


def test_call_of_somebody_without_a_number_says_what_to_do(desk, at, nadia):
    person = factories.claimant(nadia, user_fields={"email": None})
    task = factories.convocation(person, starts_at=NOW + timedelta(days=15)).calls.get()
    assert "Envoyez une lettre" in desk.get(call(task)).content.decode()
