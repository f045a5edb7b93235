"""Files an advisor joins: in the person's safe with the message or not at all, checked like any other."""

import threading
from html import unescape

import pytest
from django.core.files.storage import default_storage
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection

from messaging import deeds, emails
from messaging.emails import Row
from messaging.models import Attachment, Draft, OutboxMessage, Thread
from portal.core import clock, deadlines, safe
from portal.core.documents.refusals import SENTENCES
from portal.core.documents.sandbox import caller
from portal.core.models import Document, DocumentFile, DocumentReading, JournalEntry
from portal.core.models.document import DocumentState
from stack.engines import SIGNATURES
from tests import factories
from tests.core.documents.corpora.hostile_pictures import jpeg
from tests.core.documents.corpora.pdf_writer import plain
from tests.core.safe.test_checking import clamd  # noqa: F401
from tests.factories import acting
from tests.messaging.rendering import check_mail
from tests.messaging.threads.talk import answer, ask
from tests.people import signed_in
from tests.web.desk.test_messages import NEW, first, page, typed

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture(scope="module", autouse=True)
def _closed_room():
    """The warm room leaves with these tests."""
    yield
    caller.close()


@pytest.fixture(autouse=True)
def _place(settings, tmp_path):
    settings.CLAMAV_URL = "none"
    settings.MEDIA_ROOT = str(tmp_path)


@pytest.fixture
def thread(at, camille) -> Thread:
    return ask(camille)


def pdf(name: str = "Contrat.pdf") -> SimpleUploadedFile:
    return SimpleUploadedFile(name, plain(pages=1), "application/pdf")


def check() -> None:
    deadlines.work_slowly(safe.DUE_CHECK, clock.now)


def stored() -> list[str]:
    found = []
    for folder in ("quarantine", "safe"):
        try:
            kept, _ = default_storage.listdir(folder)
        except FileNotFoundError:
            continue
        found += [name for one in kept for name in default_storage.listdir(f"{folder}/{one}")[1]]
    return found


def test_a_file_is_the_persons_who_reads_whom_it_came_from(desk, at, camille, nadia, thread):
    sent = typed(thread, uploads=[pdf(), pdf("Annexe.pdf")])
    assert desk.post(page(thread), sent).status_code == 302
    first_one, second = Document.objects.order_by("pk")
    assert (first_one.owner_id, first_one.uploaded_by_id) == (camille.pk, nadia.pk)
    assert [row.document for row in Attachment.objects.filter(message__number=2)] == [first_one, second]
    assert first_one.keep_until > at.now.date()
    entry = JournalEntry.objects.filter(code=50, file_id=camille.pk).first()
    assert entry.actor_id == nadia.pk
    hers = signed_in(camille)
    there, door = f"/espace/messages/{thread.ref}/", f"/documents/{first_one.ref}/"
    assert "Vérification en cours" in hers.get(there).text
    assert hers.get(door).status_code == 409
    assert signed_in(factories.claimant(nadia)).get(door).status_code == 404
    check()
    assert f'href="{door}"' in hers.get(there).text
    opened = hers.get(door)
    assert opened.status_code == 200
    assert b"".join(opened.streaming_content).startswith(b"%PDF")
    listed = unescape(hers.get("/espace/documents/").text)
    assert "Déposé par Nadia Benali le" in listed
    # Whoever answers opens it too, and that is noted; nobody else does.
    mine = desk.get(door)
    assert mine.status_code == 200
    mine.close()
    assert DocumentReading.objects.get().reader_id == nadia.pk
    assert signed_in(factories.advisor(nadia.agency)).get(door).status_code == 404
    assert signed_in(factories.claimant()).get(door).status_code == 404


def test_a_first_message_brings_files(desk, camille):
    assert desk.post(NEW, first(camille, uploads=[pdf()])).status_code == 302
    assert Attachment.objects.get().document.owner_id == camille.pk


# --- to several ---------------------------------------------------------------------------


@pytest.fixture
def people(nadia, camille) -> tuple:
    named = [{"first_name": "Hugo", "last_name": "Petit"}, {"first_name": "Lise", "last_name": "Roux"}]
    return (camille, *(factories.claimant(nadia, user_fields=fields) for fields in named))


def test_each_of_several_gets_a_copy_of_their_own(desk, camille, people):
    form = desk.post(NEW, {"pour": [str(one.ref) for one in people]})
    assert "Chaque personne reçoit sa propre copie" in form.text
    people[1].user.is_active = False
    people[1].user.save()
    sent = first(*people)
    for _ in range(2):  # a double click
        done = desk.post(NEW, {**sent, "uploads": [pdf(), pdf("Annexe.pdf")]})
        text = unescape(done.text)
        assert "2\u00a0messages envoyés" in text
        assert "Le compte de cette personne est fermé" in text
        # Who got nothing may still be told: the text is there.
        assert "L’atelier est ouvert à tous." in text
    assert {one.owner_id for one in Document.objects.all()} == {camille.pk, people[2].pk}
    assert Document.objects.count() == Attachment.objects.count() == 4
    for row in Attachment.objects.select_related("message__thread", "document"):
        assert row.document.owner_id == row.message.thread.claimant_id
    assert len(set(DocumentFile.objects.values_list("key", flat=True))) == 4
    assert len(stored()) == 4
    check()
    hers, his = (signed_in(one) for one in (camille, people[2]))
    door = f"/documents/{Document.objects.get(owner_id=camille.pk, title='Contrat').ref}/"
    opened = hers.get(door)
    assert opened.status_code == 200
    opened.close()
    assert his.get(door).status_code == 404


@pytest.mark.parametrize(
    ("files", "sentence"),
    [
        (lambda: [pdf(), SimpleUploadedFile("Note.docx", b"PK\x03\x04word/")], "Note"),
        (lambda: [pdf(f"{n}.pdf") for n in range(11)], "10 fichiers au plus"),
        (
            lambda: [SimpleUploadedFile("Lourd.pdf", b"%PDF-1.7" + b"0" * 400)],
            "À 3\u00a0personnes, vos fichiers pèsent",
        ),
    ],
    ids=["a bad file", "too many", "too much for so many"],
)
def test_what_is_bad_for_all_is_said_before_anybody_got_anything(desk, people, files, sentence, monkeypatch):
    if "pèsent" in sentence:
        monkeypatch.setattr("messaging.threads.joined.COPIES_MAX", 3 * 400)
    refused = desk.post(NEW, first(*people, uploads=files()))
    text = unescape(refused.text)
    assert refused.status_code == 422
    assert sentence in text
    assert "Choisissez à nouveau vos fichiers" in text
    assert refused.context["form"]["body"].value() == "L’atelier est ouvert à tous."
    assert not Thread.objects.exists()
    assert not Document.objects.exists()
    assert stored() == []


def test_a_store_that_fills_up_between_two_people_says_who_got_nothing(desk, people, monkeypatch):
    keep, asked = default_storage.save, []

    def filling(*args, **more):
        asked.append(args)
        if len(asked) > 1:
            raise OSError("full")
        return keep(*args, **more)

    monkeypatch.setattr(default_storage, "save", filling)
    done = desk.post(NEW, first(*people, uploads=[pdf()]))
    text = unescape(done.text)
    assert "1\u00a0message envoyé" in text
    assert text.count("Nous ne pouvons pas enregistrer de fichier") == 2
    assert Thread.objects.get().claimant_id == Document.objects.get().owner_id == people[0].pk
    # The third was not tried: a store far away and silent would make everybody wait once more.
    assert len(asked) == 2


def test_a_store_that_takes_nothing_for_anybody_gives_the_form_back(desk, people, monkeypatch):
    monkeypatch.setattr(default_storage, "save", lambda *_args, **_more: 1 / 0)
    refused = desk.post(NEW, first(*people, uploads=[pdf()]))
    assert refused.status_code == 409
    assert refused.context["form"]["body"].value() == "L’atelier est ouvert à tous."
    assert not Thread.objects.exists()


def test_files_of_what_is_shown_first_are_chosen_again_before_it_leaves(desk, people):
    sent = first(*people, body="Bonjour {prénom}")
    shown = desk.post(NEW, {**sent, "uploads": [pdf()]})
    assert not Document.objects.exists()
    assert 'href="#div_id_uploads"' in shown.text
    seen = {"vu": shown.context["preview"]["name"], "avec": "1"}
    forgot = desk.post(NEW, {**sent, **seen})
    assert "Vos fichiers n’étaient pas joints" in unescape(forgot.text)
    assert 'name="avec"' not in forgot.text
    assert not Thread.objects.exists()
    desk.post(NEW, {**sent, **seen, "uploads": [pdf()]})
    assert Document.objects.count() == Thread.objects.count() == 3


@pytest.mark.clamav
def test_one_file_sent_to_several_and_not_kept_is_told_once(clamd, desk, people):  # noqa: F811
    infected = SimpleUploadedFile("photo.jpg", jpeg() + next(iter(SIGNATURES.values())), "image/jpeg")
    desk.post(NEW, first(*people, uploads=[infected]))
    check()
    assert {one.state for one in Document.objects.all()} == {DocumentState.REJECTED_TECH}
    assert Document.objects.count() == 3
    assert OutboxMessage.objects.filter(kind=deeds.MAIL_JOINED_REJECTED).count() == 1


# --- once, or not at all ------------------------------------------------------------------


def test_a_form_sent_twice_keeps_its_file_once(desk, thread):
    sent = typed(thread)
    for _ in range(2):
        assert desk.post(page(thread), {**sent, "uploads": [pdf()]}).status_code == 302
    assert Document.objects.count() == 1
    assert len(stored()) == 1


def test_two_clicks_at_once_keep_one_file(at, nadia, thread):
    sent, ready, statuses = typed(thread), threading.Barrier(2), []
    browsers = [signed_in(nadia), signed_in(nadia)]

    def click(browser) -> None:
        try:
            ready.wait(timeout=20)
            statuses.append(browser.post(page(thread), {**sent, "uploads": [pdf()]}).status_code)
        finally:
            connection.close()

    clicks = [threading.Thread(target=click, args=(browser,)) for browser in browsers]
    for one in clicks:
        one.start()
    for one in clicks:
        one.join(timeout=60)
    assert statuses == [302, 302]
    assert (Document.objects.count(), thread.messages.count(), len(stored())) == (1, 2, 1)


@pytest.mark.parametrize(
    ("fields", "status", "sentence"),
    [
        ({"body": ""}, 422, "Écrivez votre message."),
        ({"body": "Bonjour {prénom}"}, 409, "écrivez vos propres mots"),
        ({"uploads": [pdf(), SimpleUploadedFile("Note.docx", b"PK\x03\x04word/")]}, 422, "Note"),
        ({"uploads": [pdf(), SimpleUploadedFile("vide.pdf", b"")]}, 422, "Ce fichier est vide"),
        ({"uploads": [pdf(f"{n}.pdf") for n in range(11)]}, 422, "10 fichiers au plus"),
    ],
    ids=["no text", "a blank", "a bad file", "an empty file", "too many"],
)
def test_nothing_is_put_into_a_safe_without_the_message(desk, thread, fields, status, sentence):
    refused = desk.post(page(thread), typed(thread, **{"uploads": [pdf()]} | fields))
    assert refused.status_code == status
    text = unescape(refused.text)
    assert sentence in text
    assert "Choisissez à nouveau vos fichiers" in text
    assert refused.context["form"]["body"].value() == fields.get("body", "Oui, elle est arrivée.")
    assert thread.messages.count() == 1
    assert not Document.objects.exists()
    assert not DocumentFile.objects.exists()
    assert stored() == []


def test_whoever_answers_second_puts_nothing_into_the_safe(desk, helene, at, thread):
    sent = typed(thread, uploads=[pdf()])
    answer(thread, by=acting(helene), now=at.now)
    assert desk.post(page(thread), sent).status_code == 409
    assert not Document.objects.exists()
    assert stored() == []


def test_a_draft_and_an_added_text_put_nothing_into_the_safe(desk, camille, thread):
    kept = desk.post(page(thread), typed(thread, brouillon="1", uploads=[pdf()]), follow=True)
    assert "Vos fichiers ne sont pas gardés avec lui" in unescape(kept.text)
    desk.post(NEW, first(camille, brouillon="1", uploads=[pdf()]))
    assert Draft.objects.count() == 2
    added = desk.post(page(thread), typed(thread, inserer="1", uploads=[pdf()]))
    assert "Choisissez à nouveau vos fichiers" in unescape(added.text)
    assert not Document.objects.exists()


def test_a_store_that_takes_nothing_sends_nothing_and_says_so(desk, thread, monkeypatch):
    def broken(*_args, **_more):
        raise OSError("read-only")

    monkeypatch.setattr(default_storage, "save", broken)
    refused = desk.post(page(thread), typed(thread, uploads=[pdf()]))
    assert refused.status_code == 409
    assert thread.messages.count() == 1
    assert refused.context["form"]["body"].value() == "Oui, elle est arrivée."


@pytest.mark.clamav
def test_a_file_found_infected_says_so_in_its_place_and_its_sender_is_told(
    clamd,  # noqa: F811
    desk,
    camille,
    nadia,
    thread,
):
    infected = SimpleUploadedFile("photo.jpg", jpeg() + next(iter(SIGNATURES.values())), "image/jpeg")
    assert desk.post(page(thread), typed(thread, uploads=[infected])).status_code == 302
    OutboxMessage.objects.all().delete()
    check()
    document = Document.objects.get()
    assert document.state == DocumentState.REJECTED_TECH
    hers = unescape(signed_in(camille).get(f"/espace/messages/{thread.ref}/").text)
    assert "Ce fichier n’a pas passé la vérification. Il n’a pas été gardé." in hers
    assert "Vérification en cours" not in hers
    assert SENTENCES["infected"][:50] in unescape(desk.get(page(thread)).text)
    safe_page = unescape(signed_in(camille).get("/espace/documents/").text)
    assert "Vous n’avez rien à faire." in safe_page
    assert "demandez un nouveau fichier" not in safe_page
    assert signed_in(camille).get(f"/documents/{document.ref}/").status_code == 410
    # Its sender, once; not the person, who has nothing to send again.
    (owed,) = OutboxMessage.objects.all()
    assert (owed.kind, owed.person_id, owed.subject_id) == (deeds.MAIL_JOINED_REJECTED, nadia.pk, thread.pk)
    row = Row(owed.pk, owed.person_id, owed.subject_id, owed.occurrence, owed.step, owed.payload)
    mail = emails.kind(owed.kind).compose([row], clock.now())[owed.pk]
    check_mail(mail, facts=[])
    assert f"/conseiller/messages/{thread.ref}/" in mail.context["action_url"]
    assert "Camille" not in str(mail)


def test_a_letter_names_what_was_joined(desk, thread):
    desk.post(page(thread), typed(thread, uploads=[pdf()]))
    owed = OutboxMessage.objects.get(kind=deeds.MAIL_MESSAGE)
    row = Row(owed.pk, owed.person_id, owed.subject_id, owed.occurrence, owed.step, owed.payload)
    mail = emails.kind(owed.kind).compose([row], clock.now())[owed.pk]
    parts = dict(mail.letter().parts)
    assert parts["Documents joints au message"][0] == "Contrat"
