"""The first page, the documents and the journal of a person."""

import re
import uuid
from datetime import date, timedelta

import pytest

from accounts import portfolios
from accounts.following import transfers
from accounts.models import Closure
from accounts.opening import Slot, in_words
from convocations.models import Bindingness
from convocations.scheduling import changing
from portal.core import journal as ground_journal
from portal.core.models import Document, DocumentReading
from portal.core.models.document import DocumentState
from portal.web.space import documents, journal
from tests import factories
from tests.factories import NOW, acting
from tests.people import signed_in

H = "\u00a0h\u00a0"
pytestmark = pytest.mark.django_db


def test_nothing_to_do_says_so(browser_of_camille):
    text = browser_of_camille.get("/espace/").text
    assert "Vous n’avez rien à faire pour le moment" in text
    assert "Aucun rendez-vous n’est prévu" in text
    assert "Dominique Le Goff" in text
    assert "Lundi au mercredi" in text
    assert "3949" in text


def test_the_most_urgent_comes_first(camille, browser_of_camille):
    later = factories.convocation(camille, starts_at=NOW + timedelta(days=12))
    sooner = factories.convocation(camille, starts_at=NOW + timedelta(days=3))
    factories.convocation(camille, bindingness=Bindingness.INVITATION, starts_at=NOW + timedelta(days=4))
    answer = browser_of_camille.get("/espace/")
    owed = answer.context["owed"]
    assert [item.url for item in owed.todo] == [
        f"/espace/convocations/{convocation.ref}/" for convocation in (sooner, later)
    ]
    assert "Vous avez 2\u00a0choses à faire" in answer.text
    assert len(owed.coming) == 3
    browser_of_camille.post(f"/espace/convocations/{sooner.ref}/accuser-reception/")
    assert len(browser_of_camille.get("/espace/").context["owed"].todo) == 1


def test_a_long_list_begins_with_the_few_that_press_most(camille, browser_of_camille):
    for n in range(6):
        factories.convocation(camille, starts_at=NOW + timedelta(days=5 + n))
    answer = browser_of_camille.get("/espace/")
    owed = answer.context["owed"]
    assert len(owed.first) == 4
    assert owed.first + owed.rest == owed.todo
    assert "Voir 2\u00a0autres choses à faire" in answer.text


def test_news_are_what_others_did_until_they_are_put_away(camille, browser_of_camille, at):
    convocation = factories.convocation(camille)
    browser_of_camille.get(f"/espace/convocations/{convocation.ref}/")
    news = browser_of_camille.get("/espace/").context["news"]
    assert [line["title"].split(" a ")[0] for line in news] == ["Dominique Le Goff"]
    assert browser_of_camille.post("/espace/nouveautes/lues/").status_code == 302
    assert browser_of_camille.get("/espace/").context["news"] == []
    later = NOW + timedelta(hours=1)
    at(later)
    changing.cancel(convocation.pk, reason="Fermeture", by=acting(camille.advisor), now=later)
    assert len(browser_of_camille.get("/espace/").context["news"]) == 1


def test_an_exceptional_closure_is_announced(camille, browser_of_camille):
    Closure.objects.create(
        agency=camille.agency,
        first_day=NOW.date() + timedelta(days=2),
        last_day=NOW.date() + timedelta(days=2),
        reason="inventaire",
    )
    assert "Fermée le mercredi 25" in browser_of_camille.get("/espace/").text


def test_hours_are_told_as_on_a_door():
    slots = [Slot("WALK_IN", day, "08:30:00", "12:30:00") for day in (4, 0, 1, 2)]
    assert in_words(slots) == [
        {
            "day": "Lundi au mercredi, vendredi",
            "hours": "8\u00a0h\u00a030 – 12\u00a0h\u00a030",
            "kind": "sans rendez-vous",
        }
    ]


def test_others_find_no_space_of_a_claimant(camille):
    advisor = signed_in(camille.advisor)
    for address in ("/espace/", "/espace/convocations/", "/espace/documents/", "/espace/journal/"):
        assert advisor.get(address).status_code == 404
    assert advisor.post("/espace/nouveautes/lues/").status_code == 404


# --- journal --------------------------------------------------------------------


def test_the_journal_addresses_its_reader_and_hides_addresses(camille, browser_of_camille):
    convocation = factories.convocation(camille)
    browser_of_camille.post(f"/espace/convocations/{convocation.ref}/accuser-reception/")
    text = browser_of_camille.get("/espace/journal/").text
    assert f"Vous avez accusé réception du rendez-vous {convocation.ref}." in text
    assert "Dominique Le Goff a fixé le rendez-vous" in text
    assert "(conseiller)" in text
    assert "127.0.0.1" not in text
    stranger = signed_in(factories.claimant())
    assert str(convocation.ref) not in stranger.get("/espace/journal/").text


def test_the_journal_says_why_somebody_else_follows_the_person_now(camille, browser_of_camille):
    boss, new = (factories.advisor(camille.agency, is_supervisor=n == 0) for n in range(2))
    portfolios.assign(camille.pk, new.pk, by=acting(boss), now=NOW, reason="Nadia part à mi-temps.")
    far = factories.advisor(factories.agency(name="Agence de la Rade"))
    transfers.transfer(camille.pk, far.agency_id, by=acting(boss), now=NOW, reason="Vous habitez Brest.")
    text = browser_of_camille.get("/espace/journal/").text.replace("\u00a0", " ")
    assert f"Conseiller référent : {far}. Vous habitez Brest." in text
    assert f"le conseiller référent : {new}. Nadia part à mi-temps." in text


def test_the_journal_steps_through_pages(camille, browser_of_camille, monkeypatch):
    monkeypatch.setattr(journal, "PAGE", 2)
    for n in range(5):
        factories.convocation(camille, starts_at=NOW + timedelta(days=5 + n))
    seen, address = [], "/espace/journal/"
    while address:
        answer = browser_of_camille.get(address)
        seen += [line["title"] for line in answer.context["lines"]]
        address = answer.context["next_url"]
    assert sum("a fixé le rendez-vous" in title for title in seen) == 5
    assert len(seen) == len(set(seen))


def test_every_deed_a_person_can_do_is_told_in_the_second_person():
    for code in ground_journal.codes().values():
        told = journal.addressed(code.sentence.replace("{actor}", journal._READER))
        assert not re.match(r"Vous (a|est|s’est) ", told), code.name
        assert not re.search(r"[^.] Vous", told), code.name
        assert journal._READER not in told, code.name


@pytest.mark.parametrize("key", ["x", "-1", "9" * 30, "٣", "1.2"])
def test_a_rewritten_address_gives_a_page(browser_of_camille, key):
    for address in ("/espace/journal/?avant=", "/espace/documents/?apres="):
        assert browser_of_camille.get(address + key).status_code == 200


# --- documents ------------------------------------------------------------------


def sent(camille, minutes=0, **fields):
    return Document.objects.create(
        **{
            "owner_id": camille.pk,
            "uploaded_by_id": camille.pk,
            "title": "Attestation",
            "state": DocumentState.RECEIVED,
            "uploaded_at": NOW - timedelta(minutes=minutes),
            "settled_at": NOW,
            "sha256": b"\x01" * 32,
            "size": 1_240_000,
            "clean_key": uuid.uuid4().hex,
            "scan": "sain",
            "pages": 2,
            "keep_until": date(2028, 1, 1),
        }
        | fields
    )


def test_documents_say_where_they_stand_and_how_long_they_are_kept(camille, browser_of_camille):
    kept = sent(camille, is_health=True)
    sent(camille, state=DocumentState.QUARANTINED, clean_key="", title="Photo")
    sent(camille, state=DocumentState.REJECTED_TECH, rejection="Ce fichier est abîmé.", clean_key="")
    sent(factories.claimant(), title="Secret d’un autre")
    DocumentReading.objects.create(document=kept, reader_id=camille.advisor_id, at=NOW)
    text = browser_of_camille.get("/espace/documents/").text
    assert "Vérification en cours" in text
    assert "Ce fichier est abîmé." in text
    assert "1,2\u00a0Mo · 2\u00a0pages" in text
    assert "Conservé jusqu’au samedi 1er\u00a0janvier 2028" in text
    assert "Lu par Dominique Le Goff" in text
    assert "Secret d’un autre" not in text


def test_documents_step_through_pages(camille, browser_of_camille, monkeypatch):
    monkeypatch.setattr(documents, "PAGE", 2)
    for n in range(5):
        sent(camille, n, title=f"Document {n}")
    seen, address = [], "/espace/documents/"
    while address:
        answer = browser_of_camille.get(address)
        seen += [row["title"] for row in answer.context["rows"]]
        address = answer.context["next_url"]
    assert seen == [f"Document {n}" for n in range(5)]


@pytest.mark.parametrize("rows", [1, 3])
def test_the_pages_keep_their_query_budget(camille, browser_of_camille, django_assert_max_num_queries, rows):
    for n in range(rows):
        sent(camille, n)
        factories.convocation(camille, starts_at=NOW + timedelta(days=5 + n))
    browser_of_camille.get("/espace/")
    for address in ("/espace/documents/", "/espace/journal/", "/espace/"):
        with django_assert_max_num_queries(8):
            assert browser_of_camille.get(address).status_code == 200
