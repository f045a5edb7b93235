"""The agency's mailroom, clicked through: printed, listed, posted, and what came of each letter."""

import csv
import io

import pikepdf
import pytest

from messaging import deeds
from messaging.models import Letter, LetterBatch
from messaging.states import BatchState, LetterState
from portal.core.models import JournalEntry
from tests import factories
from tests.factories import NOW, acting
from tests.messaging.posting import made
from tests.people import signed_in
from tests.web.desk.conftest import agency, at, helene, nadia  # noqa: F401

pytestmark = pytest.mark.django_db
HOME = "/agence/courrier/"


@pytest.fixture
def office(at, helene):  # noqa: F811
    return signed_in(helene)


@pytest.fixture
def lot(at, nadia, helene) -> LetterBatch:  # noqa: F811
    return made.some(nadia, by=acting(helene), now=NOW)[0]


def letter_in(lot) -> Letter:
    return Letter.objects.get(batch=lot)


def test_the_mailroom_shows_batches_and_what_waits(office, lot):
    page = office.get(HOME).content.decode()
    assert str(lot.ref) in page
    waiting = Letter.objects.get(state=LetterState.WAITING)
    assert str(waiting.ref) in page
    assert str(letter_in(lot).ref) not in page


def test_an_empty_mailroom_says_so(office):
    page = office.get(HOME).content.decode()
    assert "Aucun lot pour le moment" in page
    assert "Aucune lettre n’attend" in page


def test_the_file_is_given_whole_and_written_down(office, lot):
    answer = office.get(f"{HOME}lots/{lot.ref}/lettres.pdf")
    content = b"".join(answer.streaming_content)
    assert len(content) == lot.pdf_size
    with pikepdf.open(io.BytesIO(content)) as pdf:
        assert len(pdf.pages) % 2 == 0
    assert "attachment" in answer["Content-Disposition"]
    assert JournalEntry.objects.filter(code=deeds.BATCH_TAKEN.number, subject_id=lot.pk).count() == 1


def test_the_manifest_lists_each_letter_and_no_cell_is_a_formula(office, lot):
    letter = letter_in(lot)
    Letter.objects.filter(pk=letter.pk).update(recipient=["=HYPERLINK(1)", "rue", "35200 RENNES"])
    answer = office.get(f"{HOME}lots/{lot.ref}/manifeste.csv")
    rows = list(csv.reader(io.StringIO(answer.content.decode("utf-8-sig")), delimiter=";"))
    assert rows[0] == ["Référence", "Nom", "Code postal", "Pages", "Recommandé"]
    assert rows[1] == [str(letter.ref), "'=HYPERLINK(1)", "35200", str(letter.pages), ""]


def test_posting_from_the_page(office, lot):
    answer = office.post(f"{HOME}lots/{lot.ref}/", {"day": NOW.date().isoformat()})
    assert answer.status_code == 302
    lot.refresh_from_db()
    assert lot.state == BatchState.POSTED
    again = office.post(f"{HOME}lots/{lot.ref}/", {"day": NOW.date().isoformat()})
    assert again.status_code == 409


@pytest.mark.parametrize(
    ("day", "status"), [("", 422), ("demain", 422), ("2026-11-30", 409), ("0001-01-01", 409)]
)
def test_posting_on_a_wrong_day_says_why(office, lot, day, status):
    answer = office.post(f"{HOME}lots/{lot.ref}/", {"day": day})
    assert answer.status_code == status
    lot.refresh_from_db()
    assert lot.state == BatchState.PRINTED


def test_a_letters_page_reads_it_out_and_gives_it_alone(office, lot):
    letter = letter_in(lot)
    page = office.get(f"{HOME}lettres/{letter.ref}/").content.decode()
    assert "votre présence est attendue" in page
    answer = office.get(f"{HOME}lettres/{letter.ref}/lettre.pdf")
    assert answer.content.startswith(b"%PDF-")


def test_each_act_on_a_letter(office, lot):
    letter = letter_in(lot)
    address = f"{HOME}lettres/{letter.ref}/"
    assert office.post(f"{address}remise/", {"day": NOW.date().isoformat()}).status_code == 409
    assert office.post(f"{address}recommande/", {"number": "1A 234"}).status_code == 302
    office.post(f"{HOME}lots/{lot.ref}/", {"day": NOW.date().isoformat()})
    page = office.get(address).content.decode()
    assert "Noter la remise" in page
    assert "Écarter" not in page
    assert office.post(f"{address}remise/", {"day": NOW.date().isoformat()}).status_code == 302
    letter.refresh_from_db()
    assert letter.state == LetterState.DELIVERED
    assert (
        office.post(f"{address}retour/", {"day": NOW.date().isoformat(), "reason": "Parti"}).status_code
        == 409
    )


def test_a_spoilt_print_and_a_return(office, lot):
    letter = letter_in(lot)
    assert office.post(f"{HOME}lettres/{letter.ref}/ecarter/", {"reason": ""}).status_code == 422
    assert office.post(f"{HOME}lettres/{letter.ref}/ecarter/", {"reason": "Froissée"}).status_code == 302
    assert "Froissée" in office.get(HOME).content.decode()
    posted = Letter.objects.get(state=LetterState.POSTED)
    sent_back = {"day": NOW.date().isoformat(), "reason": "Inconnu à l’adresse"}
    assert office.post(f"{HOME}lettres/{posted.ref}/retour/", sent_back).status_code == 302
    posted.refresh_from_db()
    assert posted.return_reason == "Inconnu à l’adresse"


def test_another_agency_finds_nothing(lot, at):  # noqa: F811
    stranger = signed_in(factories.advisor(is_supervisor=True))
    letter = letter_in(lot)
    for address in (
        f"lots/{lot.ref}/",
        f"lots/{lot.ref}/lettres.pdf",
        f"lettres/{letter.ref}/",
        "lots/CV-0000-0000/",
    ):
        assert stranger.get(HOME + address).status_code == 404


def test_the_pages_cost_as_many_queries_with_many_letters(office, nadia, lot, django_assert_max_num_queries):  # noqa: F811
    for number in range(5):
        made.written(
            made.by_post(nadia), now=NOW, starts_at=NOW.replace(hour=11 + number % 5, day=10, month=12)
        )
    with django_assert_max_num_queries(12):
        office.get(HOME)
    with django_assert_max_num_queries(12):
        office.get(f"{HOME}lots/{lot.ref}/")
