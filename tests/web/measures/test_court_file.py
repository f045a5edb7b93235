"""The file for the court and the receipts, as their person downloads them."""

import io
import uuid
from datetime import timedelta

import pikepdf
import pytest
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.core.files.uploadedfile import SimpleUploadedFile
from PIL import Image

from measures.appeals.court import chronology
from measures.models import CourtAppeal
from measures.states import CourtState
from portal.core.documents import assembling
from portal.core.documents.sandbox import caller
from portal.core.documents.sandbox.caller import RoomUnavailable
from portal.core.models import Document, JournalEntry
from portal.core.models.document import DocumentState
from tests import factories
from tests.access.conftest import PDF
from tests.measures.appeals.court_of import again, answers, asks_lift, contested, ends, mediates
from tests.measures.cast import fresh
from tests.people import signed_in

HOUR = timedelta(hours=1)
pytestmark = pytest.mark.django_db


def picture(mode: str = "RGB", form: str = "PNG") -> bytes:
    kept = io.BytesIO()
    Image.new(mode, (60, 40)).save(kept, form)
    return kept.getvalue()


def a_pdf() -> bytes:
    kept = io.BytesIO()
    with pikepdf.new() as pdf:
        pdf.add_blank_page()
        pdf.add_blank_page()
        pdf.save(kept)
    return kept.getvalue()


@pytest.fixture(autouse=True, scope="module")
def closed_room():
    """End the room that a test opened."""
    yield
    caller.close()


@pytest.fixture
def appealed(cast, person, at):
    """A decision appealed against with four documents: one is checked no more, three are there to be joined."""
    appeal = contested(cast)
    at(cast.now)
    uploads = [SimpleUploadedFile(f"{name}.pdf", PDF) for name in ("billet", "photo", "capture", "perdu")]
    fields = {"text": "Le train était supprimé.", "form_key": str(uuid.uuid4()), "uploads": uploads}
    assert "bien reçu" in person.post(f"/espace/recours/{appeal.ref}/gracieux/", fields, follow=True).text
    kept = [a_pdf(), picture(form="JPEG"), picture("RGBA")]
    for document, content in zip(Document.objects.order_by("pk"), kept, strict=False):
        key = default_storage.save(f"clean/{uuid.uuid4().hex}", ContentFile(content))
        Document.objects.filter(pk=document.pk).update(
            state=DocumentState.RECEIVED,
            clean_key=key,
            clean_size=len(content),
            clean_sha256=b"1" * 32,
            settled_at=cast.now,
            mime="application/pdf",
            scan="clean",
            pages=1,
        )
    return again(appeal)


def test_all_that_was_said_sent_and_decided_is_one_file(cast, person, at, appealed):
    url = f"/espace/recours/{appealed.ref}/dossier.pdf"
    assert url in person.get(f"/espace/recours/{appealed.ref}/").text
    assert person.head(url).status_code == 200
    assert not CourtAppeal.objects.exists()
    answer = person.get(url)
    assert answer["Content-Disposition"] == f'attachment; filename="dossier-{appealed.ref}.pdf"'
    with pikepdf.open(io.BytesIO(b"".join(answer.streaming_content))) as pdf:
        with pdf.open_outline() as outline:
            titles = [item.title for item in outline.root]
        # Each joined piece has a page that names it, then its own: two of the ticket, one of each picture.
        joined = titles[-3:]
        assert [title.split(" – ")[1] for title in joined] == ["billet", "photo", "capture"]
        assert [title.split()[2] for title in joined] == ["4", "5", "6"]
        assert len(pdf.pages) > 3 + 4
        # Pages that others made are not said to be accessible.
        assert "pdfuaid:part" not in str(pdf.open_metadata())
    assert CourtAppeal.objects.get().state == CourtState.EXPORT_READY
    b"".join(person.get(url).streaming_content)
    assert JournalEntry.objects.filter(code=363).count() == 1
    assert signed_in(factories.claimant(cast.advisor)).get(url).status_code == 404


def test_what_happened_stands_in_order_and_tells_no_answer_before_it_is_read(cast, person, at, appealed):
    cast.now += HOUR
    asks_lift(cast, fresh(appealed.case))
    filed = appealed.gracious.get()
    answers(cast, filed)
    told = [what for _, what in chronology.of(chronology.filed(appealed))]
    assert told[0] == "Convocation déposée dans l’espace personnel"
    assert told.index("Lettre d’information reçue (lue dans l’espace personnel)") < told.index(
        "Décision prise"
    )
    assert told[-2:] == ["Recours gracieux reçu", "Levée de la mesure demandée"]
    person.get(f"/espace/recours/{appealed.ref}/")
    ends(cast, mediates(cast, again(appealed)))
    told = [what for _, what in chronology.of(chronology.filed(again(appealed)))]
    assert any(what.startswith("Réponse au recours gracieux") for what in told)
    assert any(what.startswith("Médiation finie") for what in told)
    assert b"".join(person.get(f"/espace/recours/{appealed.ref}/dossier.pdf").streaming_content)


def test_a_machine_that_cannot_says_so_and_loses_nothing(cast, person, at, appealed, monkeypatch):
    def hangs(*_, **__):
        raise RoomUnavailable("away")

    monkeypatch.setattr(assembling.caller, "work", hangs)
    shown = person.get(f"/espace/recours/{appealed.ref}/dossier.pdf", follow=True)
    assert "Réessayez dans quelques minutes" in shown.text
    assert not CourtAppeal.objects.exists()


def test_a_store_that_is_silent_says_so(cast, person, at, appealed):
    Document.objects.filter(title="billet").update(clean_key="clean/nowhere")
    shown = person.get(f"/espace/recours/{appealed.ref}/dossier.pdf", follow=True)
    assert "Il est bien gardé" in shown.text


def test_a_sending_has_its_receipt(cast, person, at, appealed):
    page = person.get(f"/espace/recours/{appealed.ref}/").text
    assert f"/espace/recours/{appealed.ref}/recu-1.pdf" in page
    paper = person.get(f"/espace/recours/{appealed.ref}/recu-1.pdf")
    assert (paper["Content-Type"], paper.content[:5]) == ("application/pdf", b"%PDF-")
    assert person.get(f"/espace/recours/{appealed.ref}/recu-2.pdf").status_code == 404
    assert person.get(f"/espace/recours/{appealed.ref}/recu-0.pdf").status_code == 404
    case = fresh(appealed.case)
    asks_lift(cast, case)
    assert person.get(f"/espace/procedures/{case.ref}/levee/recu-1.pdf").content[:5] == b"%PDF-"
