"""A file that carries a virus, sent through the form: said calmly, replaced easily, nothing else lost."""

import uuid

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from convocations.models import Explanation, Justificatif
from portal.core import clock, deadlines, safe
from portal.core.models.document import DocumentState
from stack.engines import SIGNATURES
from tests.core.documents.corpora.hostile_pictures import jpeg
from tests.core.safe.test_checking import clamd  # noqa: F401
from tests.web.claimant.test_sending import absence, answers, page, photo  # noqa: F401

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.clamav]


@pytest.mark.parametrize("signature", SIGNATURES)
def test_an_infected_file_keeps_the_explanation_and_says_how_to_send_another(
    clamd,  # noqa: F811
    browser_of_camille,
    absence,  # noqa: F811
    signature,
):
    infected = SimpleUploadedFile("photo.jpg", jpeg() + SIGNATURES[signature], "image/jpeg")
    answer = browser_of_camille.post(page(absence), answers(uploads=[infected]), follow=True)
    assert answer.redirect_chain == [(page(absence) + "envois/1/", 302)]
    deadlines.work_slowly(safe.DUE_CHECK, clock.now)
    row = Justificatif.objects.select_related("document").get()
    assert row.document.state == DocumentState.REJECTED_TECH
    text = browser_of_camille.get(page(absence)).text
    assert "Fichier illisible" in text
    assert "sans que vous y soyez pour rien" in text
    assert "Envoyer ce qui manque" in text
    assert "Je travaillais." in text
    assert browser_of_camille.get(f"/documents/{row.document.ref}/").status_code == 410
    again = f"{page(absence)}justificatifs/{row.ref}/"
    sent = {"uploads": [photo()], "form_key": str(uuid.uuid4())}
    assert browser_of_camille.post(again, sent).status_code == 302
    deadlines.work_slowly(safe.DUE_CHECK, clock.now)
    row.refresh_from_db()
    assert row.document.state == DocumentState.RECEIVED
    assert Explanation.objects.count() == 1
