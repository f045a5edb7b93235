"""The door to a document's content: each kind of person, each state, and what the answer lets a browser do."""

from datetime import timedelta
from urllib.parse import quote

import pytest
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.test import Client

from accounts.models import ReadingAlert
from accounts.oversight import break_glass
from convocations.models import Justificatif
from convocations.motives import Motive
from portal.core import parameters
from portal.core.models import Document, DocumentReading, JournalEntry
from portal.core.safe.delivery import READ
from tests import factories, people
from tests.people import signed_in
from tests.web.desk import conftest as cast
from tests.web.desk.conftest import agency, at, camille, helene, nadia, paul  # noqa: F401

pytestmark = pytest.mark.django_db
CONTENT = b"%PDF-1.4 <script>alert(1)</script>"


@pytest.fixture
def paper(at, camille) -> Document:  # noqa: F811
    """A checked document, backing nothing yet."""
    key = default_storage.save("safe/ab/x", ContentFile(CONTENT))
    return cast.document(camille, clean_key=key, mime="application/pdf", clean_size=len(CONTENT))


@pytest.fixture
def review(at, camille, paper) -> Justificatif:  # noqa: F811
    """The same document put forward for an absence, which Nadia examines."""
    absence, at.now = cast.absent(camille)
    return cast.explained(absence, at.now, paper)


def url(document: Document) -> str:
    return f"/documents/{document.ref}/"


def opened(person, document: Document) -> int:
    response = signed_in(person).get(url(document))
    if response.status_code == 200:
        assert b"".join(response.streaming_content) == CONTENT
    return response.status_code


# --- who -------------------------------------------------------------------------------


def test_owner_opens_their_document_and_nobody_notes_it(camille, paper):  # noqa: F811
    assert opened(camille, paper) == 200
    assert not DocumentReading.objects.exists()


def test_document_that_backs_nothing_opens_to_its_owner_alone(paper, nadia, helene, paul):  # noqa: F811
    assert [opened(person, paper) for person in (nadia, helene, paul)] == [404, 404, 404]


def test_document_opens_to_its_examiner_and_the_supervisor(review, paper, nadia, helene, paul):  # noqa: F811
    assert [opened(person, paper) for person in (nadia, helene, paul)] == [200, 200, 404]
    assert set(DocumentReading.objects.values_list("reader_id", flat=True)) == {nadia.pk, helene.pk}
    assert JournalEntry.objects.filter(code=READ.number, file_id=paper.owner_id).count() == 2


def test_colleague_opens_it_after_giving_a_reason(at, review, paper, camille, paul):  # noqa: F811
    break_glass(paul.pk, camille.pk, "Je remplace Nadia aujourd’hui.", by=factories.acting(paul), now=at.now)
    assert opened(paul, paper) == 200


def test_document_of_health_opens_to_its_examiner_alone(at, review, paper, camille, nadia, helene, paul):  # noqa: F811
    cast.explained(review.absence, at.now, paper, motive=Motive.HEALTH_SELF)
    break_glass(paul.pk, camille.pk, "Je remplace Nadia aujourd’hui.", by=factories.acting(paul), now=at.now)
    assert [opened(person, paper) for person in (camille, nadia, helene, paul)] == [200, 200, 404, 404]


def test_document_is_there_for_nobody_else(review, paper):
    strangers = [
        factories.claimant(),
        factories.advisor(),
        factories.advisor(is_supervisor=True),
        people.make_admin(),
        people.make_decision_maker(),
        people.make_controller(),
        people.make_partner(),
    ]
    missing = Document(ref="DO-0000-0000", title="x")
    for person in strangers:
        assert opened(person, paper) == opened(person, missing) == 404, person
    assert not DocumentReading.objects.exists()


def test_visitor_is_asked_to_sign_in_and_learns_nothing(paper):
    missing = Document(ref="DO-0000-0000", title="x")
    answers = [Client().get(url(document)) for document in (paper, missing)]
    assert [answer.status_code for answer in answers] == [302, 302]


@pytest.mark.parametrize("ref", ["CV-0000-0000", "DO-0000", "x" * 300, "..%2f..%2fetc", "DO-0000-0000%00"])
def test_reference_of_nothing_is_not_there(at, camille, ref):  # noqa: F811
    assert signed_in(camille).get(f"/documents/{ref}/").status_code in (400, 404)


# --- what the answer is ------------------------------------------------------------------


def test_document_is_a_file_to_keep_and_never_a_page(camille, paper):  # noqa: F811
    Document.objects.filter(pk=paper.pk).update(title="Contrat «à» 10 %\r\nX: 1.html")
    response = signed_in(camille).get(url(paper))
    assert response["Content-Disposition"].startswith("attachment; filename*=UTF-8''")
    assert response["Content-Disposition"].endswith(".pdf")
    assert quote("Contrat «à» 10 %\r\nX: 1") in response["Content-Disposition"]
    assert response["X-Content-Type-Options"] == "nosniff"
    assert response["Content-Security-Policy"] == "default-src 'none'; sandbox; frame-ancestors 'none'"
    assert "no-store" in response["Cache-Control"]
    assert response["Content-Type"] == "application/pdf"
    assert int(response["Content-Length"]) == len(b"".join(response.streaming_content)) == len(CONTENT)


def test_head_says_what_it_weighs_and_is_no_reading(review, paper, nadia):  # noqa: F811
    response = signed_in(nadia).head(url(paper))
    assert (response.status_code, response.content) == (200, b"")
    assert int(response["Content-Length"]) == len(CONTENT)
    assert response["Content-Disposition"].startswith("attachment")
    assert not DocumentReading.objects.exists()


def test_part_of_a_document_asked_for_is_the_whole_once(review, paper, nadia):  # noqa: F811
    response = signed_in(nadia).get(url(paper), headers={"Range": "bytes=0-3"})
    assert response.status_code == 200
    assert b"".join(response.streaming_content) == CONTENT
    assert response["Accept-Ranges"] == "none"
    assert DocumentReading.objects.count() == 1


def test_post_is_not_a_way_in(camille, paper):  # noqa: F811
    assert signed_in(camille).post(url(paper)).status_code == 405


@pytest.mark.parametrize(
    ("fields", "status", "words"),
    [
        ({"state": "QUARANTINED"}, 409, "sa vérification est en cours"),
        ({"state": "REJECTED_TECH", "rejection": "Ce PDF est protégé."}, 410, "Ce PDF est protégé."),
        ({"state": "PURGED", "clean_key": "", "purged_at": factories.NOW}, 410, "a été effacé"),
    ],
)
def test_document_that_cannot_be_read_says_why_calmly(camille, paper, fields, status, words):  # noqa: F811
    Document.objects.filter(pk=paper.pk).update(**fields)
    response = signed_in(camille).get(url(paper))
    assert response.status_code == status
    assert words in response.content.decode()
    assert "/espace/documents/" in response.content.decode()


def test_document_the_store_does_not_give_is_out_of_reach_and_not_read(review, paper, nadia):  # noqa: F811
    default_storage.delete(paper.clean_key)
    response = signed_in(nadia).get(url(paper))
    assert response.status_code == 409
    assert "Il est bien gardé" in response.content.decode()
    assert not DocumentReading.objects.exists()


def test_list_of_documents_opens_those_that_were_checked(camille, paper):  # noqa: F811
    waiting = cast.document(camille, state="QUARANTINED", clean_key="")
    page = signed_in(camille).get("/espace/documents/").content.decode()
    assert url(paper) in page
    assert url(waiting) not in page


def test_reading_in_bulk_is_noticed_once(at, review, paper, nadia):  # noqa: F811
    most = parameters.current().mass_reading_per_hour
    DocumentReading.objects.bulk_create(
        DocumentReading(document=paper, reader_id=nadia.pk, at=at.now - timedelta(minutes=5))
        for _ in range(most - 1)
    )
    assert opened(nadia, paper) == 200
    assert not ReadingAlert.objects.exists()
    assert opened(nadia, paper) == opened(nadia, paper) == 200
    assert ReadingAlert.objects.get().reader_id == nadia.pk
