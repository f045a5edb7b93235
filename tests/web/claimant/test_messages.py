"""Camille's messages: written once, with a receipt at once; read, answered, kept when a session ends."""

import re
import uuid
from datetime import timedelta
from html import unescape

import pytest
from django.conf import settings
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from messaging import deeds
from messaging.models import Draft, Message, MessageReading, OutboxMessage, Thread
from messaging.states import ThreadState
from portal.core import clock, deadlines, safe
from portal.core.models import Document
from portal.core.models.document import DocumentState
from stack.engines import SIGNATURES
from tests import factories
from tests.core.documents.corpora.hostile_pictures import jpeg
from tests.core.safe.test_checking import clamd  # noqa: F401
from tests.factories import NOW
from tests.messaging.threads.talk import DAY, HOUR, answer, ask, fresh, many
from tests.people import signed_in
from tests.web.claimant.readability import average
from tests.web.claimant.story import document
from tests.web.claimant.test_sending import photo

pytestmark = pytest.mark.django_db

LIST, NEW = "/espace/messages/", "/espace/messages/nouveau/"


def typed(**fields) -> dict:
    return {
        "topic": "BENEFITS",
        "subject": "Mon attestation",
        "body": "Bonjour,\nmon attestation est-elle arrivée ?",
        "form_key": str(uuid.uuid4()),
    } | fields


def page(thread: Thread) -> str:
    return f"{LIST}{thread.ref}/"


def test_a_message_gives_its_receipt_at_once_and_the_date_of_the_answer(camille, browser_of_camille):
    answer_ = browser_of_camille.post(NEW, typed(), follow=True)
    thread = Thread.objects.get()
    assert answer_.redirect_chain == [(f"{page(thread)}?envoye=1", 302)]
    text = unescape(answer_.text)
    message = thread.messages.get()
    assert "Reçu de votre message" in text
    assert bytes(message.content_hash).hex() in text
    assert "mercredi 25\u00a0novembre 2026 avant\u00a0minuit" in text
    assert "mon attestation est-elle arrivée" in text
    assert "Pas encore lu" in text
    pdf = browser_of_camille.get(f"{page(thread)}recu-1.pdf")
    assert pdf.content.startswith(b"%PDF-")
    assert pdf.headers["Content-Disposition"] == f'attachment; filename="recu-{thread.ref}-1.pdf"'
    # The same data, the same paper.
    assert pdf.content == browser_of_camille.get(f"{page(thread)}recu-1.pdf").content
    # The receipt of what others wrote is theirs, and of nothing there is none.
    answer(thread, now=NOW + HOUR)
    for number in (2, 3, 0, 99_999_999):
        assert browser_of_camille.get(f"{page(thread)}recu-{number}.pdf").status_code == 404


def test_a_form_sent_twice_writes_once(browser_of_camille):
    sent = typed()
    first, second = (browser_of_camille.post(NEW, sent).headers["Location"] for _ in range(2))
    assert first == second
    more = {"body": "Je précise.", "form_key": str(uuid.uuid4())}
    here = first.partition("?")[0]
    assert len({browser_of_camille.post(here, more).headers["Location"] for _ in range(2)}) == 1
    assert Message.objects.count() == 2


@pytest.mark.parametrize(
    ("fields", "sentence"),
    [
        ({"body": ""}, "Écrivez votre message."),
        ({"body": " \r\n "}, "Écrivez votre message."),
        ({"body": "x" * 1_000_000}, "Ce message est trop long"),
        ({"subject": ""}, "Écrivez en quelques mots l’objet"),
        ({"topic": ""}, "Choisissez une réponse."),
        ({"topic": "NOTHING"}, "Ce choix n’existe plus"),
        ({"form_key": ""}, "Cette page a expiré"),
    ],
)
def test_what_is_wrong_is_said_and_what_was_typed_is_kept(browser_of_camille, fields, sentence):
    refused = browser_of_camille.post(NEW, typed(**fields))
    assert refused.status_code == 422
    assert sentence in unescape(refused.text)
    assert not Thread.objects.exists()
    if "subject" not in fields:
        assert "Mon attestation" in refused.text


def test_pasted_html_stays_text_and_only_our_own_addresses_are_links(browser_of_camille):
    ours = f"{settings.PUBLIC_URL}/aide/"
    body = f'<script>alert("x")</script>\n<b>gras</b> https://ailleurs.exemple/piege voir {ours}.\n\nFin'
    text = browser_of_camille.post(NEW, typed(body=body), follow=True).text
    shown = re.search(r'<div class="said-body">(.*?)</div>', text, re.DOTALL)[1]
    assert "&lt;script&gt;" in shown
    assert "&lt;b&gt;gras&lt;/b&gt;" in shown
    assert re.findall(r'href="([^"]+)"', shown) == [ours]
    assert re.findall(r"</?(?!p|br|a)\w+", shown) == []
    assert shown.count("<p>") == 2


def test_an_address_of_a_look_alike_is_no_link(browser_of_camille):
    look_alike = f"{settings.PUBLIC_URL}.exemple/aide/"
    text = browser_of_camille.post(NEW, typed(body=f"Voir {look_alike}"), follow=True).text
    assert f'href="{look_alike}' not in text


# --- documents ------------------------------------------------------------------------


def test_documents_of_the_safe_and_new_files_are_joined(camille, browser_of_camille):
    old = document(camille, "Attestation")
    sent = typed(documents=[str(old.ref)], uploads=[photo()])
    text = browser_of_camille.post(NEW, sent, follow=True).text
    joined = list(Message.objects.get().attachments.values_list("document__state", flat=True))
    assert joined == [DocumentState.RECEIVED, DocumentState.QUARANTINED]
    assert "Vérification en cours" in text
    assert f"/documents/{old.ref}/" in text


def test_an_eleventh_file_is_refused_and_the_ten_stay_ticked(camille, browser_of_camille):
    refs = [str(document(camille, f"Page {n}").ref) for n in range(11)]
    refused = browser_of_camille.post(NEW, typed(documents=refs))
    assert refused.status_code == 409
    assert "10\u202fdocuments au plus" in refused.text or "10 documents au plus" in refused.text
    assert len(refused.context["form"]["documents"].value()) == 11
    uploads = [photo() for _ in range(11)]
    refused = browser_of_camille.post(NEW, typed(uploads=uploads))
    assert refused.status_code == 422
    assert Document.objects.filter(state=DocumentState.QUARANTINED).count() == 10
    assert not Thread.objects.exists()


@pytest.mark.clamav
@pytest.mark.django_db(transaction=True)
def test_a_file_found_infected_after_sending_is_said_and_the_message_stands(clamd, browser_of_camille):  # noqa: F811
    signature = next(iter(SIGNATURES.values()))
    infected = SimpleUploadedFile("photo.jpg", jpeg() + signature, "image/jpeg")
    browser_of_camille.post(NEW, typed(uploads=[infected]))
    deadlines.work_slowly(safe.DUE_CHECK, clock.now)
    thread = Thread.objects.get()
    text = browser_of_camille.get(page(thread)).text
    assert "Ce fichier n’a pas passé le contrôle de sécurité" in text
    assert "mon attestation est-elle arrivée" in text
    assert thread.state == ThreadState.WAITING_ADVISOR
    assert browser_of_camille.get(f"/documents/{Document.objects.get().ref}/").status_code == 410


# --- reading ---------------------------------------------------------------------------


def test_opening_reads_what_was_written_and_the_menu_forgets_it(camille, browser_of_camille, at):
    thread = ask(camille)
    answer(thread, now=NOW + HOUR)
    at(NOW + 2 * HOUR)
    listed = browser_of_camille.get(LIST).text
    assert "1\u00a0nouveau" in listed
    assert re.search(r"Mes messages <span class=\"count\">1<", listed)
    # HEAD shows nothing, so nobody read.
    browser_of_camille.head(page(thread))
    assert not MessageReading.objects.exists()
    text = browser_of_camille.get(page(thread)).text
    assert "Nouveau</span>" in text
    assert re.search(r"Mes messages</a>", text)
    read = MessageReading.objects.get()
    assert (read.message.number, read.reader, read.at) == (2, camille.user, NOW + 2 * HOUR)
    at(NOW + 3 * HOUR)
    assert "Nouveau</span>" not in browser_of_camille.get(page(thread)).text
    read.refresh_from_db()
    assert read.at == NOW + 2 * HOUR


def test_home_says_what_waits_and_counts_it_once(camille, browser_of_camille, django_assert_max_num_queries):
    thread = ask(camille)
    answer(thread, now=NOW)
    home = browser_of_camille.get("/espace/").text
    assert "Un message vous attend" in home
    assert 'class="count">1<' in home
    answer(thread, expected=NOW + 8 * DAY, now=NOW)
    with django_assert_max_num_queries(8):
        home = browser_of_camille.get("/espace/").text
    assert "Votre conseiller attend un élément de vous" in home
    assert "Mardi 1er\u00a0décembre 2026" in home


def test_what_is_asked_for_stands_above_with_its_date(camille, browser_of_camille):
    thread = ask(camille)
    answer(thread, expected=NOW + 8 * DAY, now=NOW)
    text = browser_of_camille.get(page(thread)).text
    assert "Ce que votre conseiller attend" in text
    assert "Une photo lisible" in text
    assert "Rien ne vous est reproché" in text
    browser_of_camille.post(page(thread), {"body": "La voici.", "form_key": str(uuid.uuid4())})
    assert fresh(thread).state == ThreadState.WAITING_ADVISOR


def test_a_late_answer_is_owned_up_to_with_the_offer_of_a_call(camille, at):
    thread = ask(camille)
    at(thread.answer_due_at + HOUR)
    text = signed_in(camille).get(page(thread)).text
    assert "excuses" in text
    assert 'href="/espace/rappel/"' in text


def test_a_strangers_thread_is_not_there(camille, browser_of_camille):
    theirs = ask(factories.claimant(camille.advisor))
    for address in (
        page(theirs),
        f"{page(theirs)}recu-1.pdf",
        f"{LIST}MS-0000-0001/",
        f"{LIST}CV-0000-0001/",
    ):
        assert browser_of_camille.get(address).status_code == 404
    sent = {"body": "Coucou", "form_key": str(uuid.uuid4())}
    assert browser_of_camille.post(page(theirs), sent).status_code == 404
    assert theirs.messages.count() == 1


# --- kept -------------------------------------------------------------------------------


def test_a_draft_is_kept_shown_and_gone_once_sent(camille, browser_of_camille):
    paper = document(camille, "Attestation")
    kept = typed(brouillon="1", subject="Dé", body="", topic="", documents=[str(paper.ref)])
    assert browser_of_camille.post(NEW, kept).headers["Location"] == LIST
    assert not Thread.objects.exists()
    assert "Un brouillon vous attend" in browser_of_camille.get(LIST).text
    form = browser_of_camille.get(NEW).context["form"]
    assert form["subject"].value() == "Dé"
    assert form["documents"].value() == [str(paper.ref)]
    browser_of_camille.post(NEW, typed())
    assert not Draft.objects.exists()
    thread = Thread.objects.get()
    browser_of_camille.post(page(thread), {"body": "La sui", "brouillon": "1"})
    assert "La sui" in browser_of_camille.get(page(thread)).text
    assert thread.messages.count() == 1


def test_a_session_ended_in_mid_message_gives_the_words_back(camille, at):
    thread = ask(camille)
    for address in (NEW, page(thread)):
        owner = re.search(r'name="form_owner" value="([^"]+)"', signed_in(camille).get(address).text)[1]
        browser = Client()
        refused = browser.post(address, typed(form_owner=owner, body="Un long message."))
        assert refused.headers["Location"].startswith("/connexion/")
        back = signed_in(camille, browser).get(address)
        assert back.context["form"]["body"].value() == "Un long message."
        assert "Votre session avait pris fin" in back.text
    assert Message.objects.count() == 1


# --- the list ----------------------------------------------------------------------------


def test_long_lists_and_long_threads_go_page_by_page(camille, browser_of_camille):
    many(camille, 102)
    # Two of the same instant, where a page ends.
    Thread.objects.filter(subject="Objet 51").update(last_at=NOW + 52 * HOUR)
    many(factories.claimant(camille.advisor), 3)
    address, pages = LIST, []
    while address:
        response = browser_of_camille.get(address)
        pages.append([row["title"] for row in response.context["rows"]])
        assert response.context["first_url"] == (LIST if len(pages) > 1 else "")
        address = response.context["next_url"]
    assert [len(rows) for rows in pages] == [50, 50, 2]
    assert sum(pages, []) == [f"Objet {n}" for n in range(101, -1, -1)]
    thread = ask(camille, now=NOW)
    for n in range(101):
        answer(thread, f"Réponse {n}", now=NOW + n * HOUR)
    address, shown = page(thread), []
    while address:
        response = browser_of_camille.get(address)
        shown.insert(0, [row["number"] for row in response.context["messages_shown"]])
        address = response.context["earlier_url"]
    assert [len(rows) for rows in shown] == [2, 50, 50]
    assert sum(shown, []) == list(range(1, 103))


@pytest.mark.parametrize("number", ["99999", "32768", "0", "-1", "x"])
def test_a_page_of_a_thread_before_no_message_is_still_a_page(camille, browser_of_camille, number):
    thread = ask(camille)
    response = browser_of_camille.get(f"{page(thread)}?avant={number}")
    assert [row["number"] for row in response.context["messages_shown"]] == ([] if number == "0" else [1])


@pytest.mark.parametrize("rows", [1, 3])
def test_the_pages_ask_few_questions(camille, browser_of_camille, django_assert_max_num_queries, rows):
    for n in range(rows):
        thread = ask(camille, subject=f"Objet {n}", documents=[document(camille, f"Page {n}").pk])
        for m in range(rows):
            answer(thread, now=NOW + m * HOUR)
    browser_of_camille.get(page(thread))
    with django_assert_max_num_queries(4):
        browser_of_camille.get(LIST)
    with django_assert_max_num_queries(6):
        browser_of_camille.get(page(thread))
    with django_assert_max_num_queries(3):
        assert "<mark>" in browser_of_camille.get(f"{LIST}chercher/?q=attestation").text


def test_sentences_are_short(camille, browser_of_camille):
    thread = ask(camille)
    answer(thread, expected=NOW + 8 * DAY, now=NOW)
    for address in (LIST, NEW, page(thread)):
        assert average(browser_of_camille.get(address).text) <= 18


def test_no_mail_holds_what_was_written(camille, browser_of_camille):
    thread = ask(camille)
    answer(thread, "Très confidentiel", now=NOW + timedelta(minutes=5))
    row = OutboxMessage.objects.get(kind=deeds.MAIL_MESSAGE)
    assert row.payload is None
