"""Files sent from a person's pages: kept when they are good, named when they are not, the form never lost."""

import uuid
from datetime import timedelta

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from convocations.models import Explanation, Justificatif
from convocations.states import ReviewState
from portal.core.models import Document
from portal.core.models.document import DocumentState
from tests.core.documents.corpora.hostile_pictures import jpeg
from tests.factories import NOW
from tests.web.claimant import story

pytestmark = pytest.mark.django_db


@pytest.fixture
def absence(camille, at):
    return story.missed(camille, NOW - timedelta(days=3))


def photo(name="IMG_0001.jpg"):
    return SimpleUploadedFile(name, jpeg(), "image/jpeg")


def pdf(name="contrat.pdf"):
    return SimpleUploadedFile(name, b"%PDF-1.7\n1 0 obj\n<<>>\nendobj\n%%EOF\n", "application/pdf")


def program(name="certificat.pdf"):
    return SimpleUploadedFile(name, b"MZ\x90\x00" + b"\x00" * 200, "application/pdf")


def answers(**changed):
    return {"motive": "WORK", "text": "Je travaillais.", "form_key": str(uuid.uuid4())} | changed


def page(absence):
    return f"/espace/absences/{absence.ref}/"


def test_files_sent_with_an_explanation_are_put_forward(browser_of_camille, absence):
    answer = browser_of_camille.post(page(absence), answers(uploads=[photo(), pdf()]), follow=True)
    assert answer.redirect_chain == [(page(absence) + "envois/1/", 302)]
    assert "contrat" in answer.text
    rows = Justificatif.objects.select_related("document").order_by("document_id")
    assert [(row.state, row.document.state) for row in rows] == [
        (ReviewState.IN_REVIEW, DocumentState.QUARANTINED)
    ] * 2
    text = browser_of_camille.get(page(absence)).text
    assert text.count("Vérification en cours") == 2


def test_a_wrong_file_is_named_and_the_good_ones_stay_ticked(browser_of_camille, absence):
    answer = browser_of_camille.post(page(absence), answers(uploads=[photo(), program()]))
    assert answer.status_code == 422
    assert "«\u00a0certificat\u00a0»" in answer.text
    assert "Je travaillais." in answer.text
    assert not Explanation.objects.exists()
    kept = Document.objects.get()
    assert answer.context["form"]["documents"].value() == [str(kept.ref)]
    assert f'value="{kept.ref}"' in answer.text
    sent = answers(documents=[str(kept.ref)])
    browser_of_camille.post(page(absence), sent)
    assert Justificatif.objects.get().document_id == kept.pk


def test_good_files_stay_when_something_else_must_be_corrected(browser_of_camille, absence):
    answer = browser_of_camille.post(page(absence), answers(motive="", uploads=[photo()]))
    assert answer.status_code == 422
    kept = Document.objects.get()
    assert answer.context["form"]["documents"].value() == [str(kept.ref)]


def test_one_file_too_many_is_named_and_ten_are_kept(browser_of_camille, absence):
    files = [photo(f"page{n}.jpg") for n in range(11)]
    answer = browser_of_camille.post(page(absence), answers(uploads=files))
    assert answer.status_code == 422
    assert "«\u00a0page10\u00a0»" in answer.text
    assert Document.objects.count() == 10
    assert len(answer.context["form"]["documents"].value()) == 10


def test_a_file_too_large_says_how_large_it_may_be(browser_of_camille, absence):
    large = SimpleUploadedFile("gros.jpg", jpeg() + b"\x00" * (15 * 1024 * 1024), "image/jpeg")
    answer = browser_of_camille.post(page(absence), answers(uploads=[large]))
    assert answer.status_code == 422
    assert "15\u00a0Mo" in answer.text
    assert not Document.objects.exists()


def test_several_photos_make_one_document(browser_of_camille, absence):
    browser_of_camille.post(page(absence), answers(uploads=[photo("a.jpg"), photo("b.jpg")], as_one="on"))
    assert Document.objects.get().files.count() == 2
    assert Justificatif.objects.count() == 1


def test_a_double_click_with_files_keeps_them_once(browser_of_camille, absence):
    key = str(uuid.uuid4())
    for _ in range(2):
        browser_of_camille.post(page(absence), answers(form_key=key, uploads=[photo()]))
    assert Document.objects.count() == Justificatif.objects.count() == 1


def test_a_health_reason_makes_its_documents_health_documents(browser_of_camille, absence):
    browser_of_camille.post(page(absence), answers(motive="HEALTH_SELF", uploads=[photo()]))
    kept = Document.objects.get()
    assert kept.is_health
    assert kept.keep_until == (NOW + timedelta(days=180)).date()


def test_a_store_that_takes_nothing_keeps_the_form(browser_of_camille, absence, settings):
    settings.MEDIA_ROOT = "/dev/null/nowhere"
    answer = browser_of_camille.post(page(absence), answers(uploads=[photo()]))
    assert answer.status_code == 409
    assert "pas de votre fait" in answer.text
    assert "Je travaillais." in answer.text
    assert not Document.objects.exists()


# --- the safe -------------------------------------------------------------------


def test_documents_are_added_to_the_safe(browser_of_camille, camille):
    answer = browser_of_camille.post(
        "/espace/documents/",
        {"uploads": [photo()], "title": "Mon diplôme", "form_key": str(uuid.uuid4())},
        follow=True,
    )
    assert "1\u00a0document est envoyé" in answer.text
    assert "Mon diplôme" in answer.text
    assert "Vérification en cours" in answer.text
    assert Document.objects.get().owner_id == camille.pk


def test_a_wrong_file_for_the_safe_is_named(browser_of_camille):
    answer = browser_of_camille.post(
        "/espace/documents/", {"uploads": [program(), photo()], "form_key": str(uuid.uuid4())}
    )
    assert answer.status_code == 422
    assert "«\u00a0certificat\u00a0»" in answer.text
    assert Document.objects.count() == 1


def test_nothing_chosen_says_what_to_do(browser_of_camille):
    answer = browser_of_camille.post("/espace/documents/", {"form_key": str(uuid.uuid4())})
    assert answer.status_code == 422
    assert "Choisissez au moins un fichier." in answer.text
