"""A person takes a copy of everything held about them; nobody else ever does; nothing of it is stored."""

import html
import io
import json
import re
import tracemalloc
import zipfile
from datetime import timedelta

import psycopg
import pytest
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.core.management import CommandError, call_command
from django.db import connection
from django.test import Client

from accounts import deeds
from accounts.following import modes, transfers
from accounts.models import BreakGlass, FileOpening
from convocations.evidence import call_backs
from convocations.evidence.call_backs import Asked
from convocations.models import ChangeRequest, Modality
from messaging.models import OutboxMessage
from messaging.returns.reported import Nature, Reported
from messaging.returns.taking_in import Provider, take_in
from messaging.threads import drafts, reading
from portal.core import clock, personal_data
from portal.core.models import Document, DocumentReading, JournalEntry, Outage, ParameterOverride
from portal.core.models.document import DocumentState
from portal.core.personal_data import packing
from portal.core.places import hold, let_go
from portal.web.space import own_data
from tests import factories
from tests.convocations.requests.wishes import postpone
from tests.factories import NOW, acting
from tests.measures import ended
from tests.messaging.posting import made
from tests.messaging.threads import talk
from tests.people import PASSWORD, signed_in
from tests.web.claimant import story

PAGE, COPY = "/espace/donnees/", "/espace/donnees/copie/"
pytestmark = pytest.mark.django_db


def proved(person) -> Client:
    """A browser where this person has just typed their password."""
    person.user.set_password(PASSWORD)
    person.user.save()
    client = Client()
    client.post("/connexion/", {"login": person.user.email, "password": PASSWORD})
    return client


def taken(client: Client) -> zipfile.ZipFile:
    answer = client.post(COPY)
    assert answer.status_code == 200, answer.status_code
    content = answer.getvalue()
    for close in answer._resource_closers:
        close()
    return zipfile.ZipFile(io.BytesIO(content))


def rows(archive: zipfile.ZipFile, name: str) -> list[dict]:
    return json.loads(archive.read(f"donnees/{name}.json"))


@pytest.fixture
def hers(camille, at) -> Client:
    """Camille's browser after her whole story, just signed in."""
    story.tell(camille)
    at(NOW + timedelta(days=30))
    kept = Document.objects.filter(owner=camille.user, state=DocumentState.RECEIVED)
    for document in kept:
        default_storage.save(document.clean_key, ContentFile(b"%PDF " + str(document.ref).encode()))
    kept.update(mime="application/pdf")
    BreakGlass.objects.create(
        advisor=factories.advisor(camille.agency, last_name="Lebrun"),
        claimant=camille,
        reason="Remplacement d’un collègue.",
        opened_at=NOW,
        until=NOW + timedelta(hours=9),
    )
    FileOpening.objects.create(reader=camille.advisor.user, claimant=camille, at=NOW)
    return proved(camille)


# --- what is in it ------------------------------------------------------------------------------------


def _talked(camille) -> None:
    """A message with a document, read and answered, and another one begun."""
    paper = Document.objects.filter(owner=camille.user, state=DocumentState.RECEIVED).first()
    thread = talk.ask(camille, documents=[paper.pk])
    reading.opened_by_service(thread, by=acting(camille.advisor), now=NOW)
    talk.answer(thread)
    drafts.save(camille.pk, camille.pk, thread.pk, {"body": "Merci"}, now=NOW)


def test_copy_holds_a_part_for_every_table_and_a_row_for_every_row(hers, camille):
    made.written(camille, now=NOW, starts_at=NOW + timedelta(days=60, hours=4))
    _followed(camille)
    _talked(camille)
    _judged(camille)
    archive = taken(hers)
    assert archive.testzip() is None
    for part in personal_data.parts():
        assert len(rows(archive, part.name)) == part.rows(camille.pk).count(), part.name
    filled = {part.name for part in personal_data.parts() if rows(archive, part.name)}
    empty = {part.name for part in personal_data.parts()} - filled
    # No second step, no file in verification, no outage, nobody who called in this story.
    assert empty <= {
        "adresses-e-mail",
        "deuxieme-etape",
        "fichiers-en-verification",
        "delais-prolonges",
        "appels-passes",
    }


def _followed(camille):
    """She takes the web, asks for a call, and moves where nobody volunteers."""
    now = NOW + timedelta(days=30)
    modes.set_volunteer(camille.advisor_id, True, by=acting(camille.advisor), now=now)
    ready = modes.SelfTest(computer=True, camera=True, microphone=True, at_ease=True)
    modes.take_web(camille.pk, ready, consents=True, by=acting(camille), now=now)
    call_backs.ask(camille.pk, Asked("OTHER", "06 11 22 33 44", "ANY"), by=acting(camille), now=now)
    video = factories.convocation(
        camille, now=now, starts_at=now + timedelta(days=20), modality=Modality.VIDEO
    )
    signed = {"motive": "CONNECTIVITY", "signed_name": str(camille.user)}
    postpone(video, now=now, kind=ChangeRequest.Kind.MODALITY, modality="PHONE", **signed)
    transfers.transfer(camille.pk, factories.advisor().agency_id, by=acting(camille), now=now)
    mail = OutboxMessage.objects.filter(person=camille.user).first()
    back = Reported("e1", Nature.BOUNCED, now, row_id=mail.pk, address=camille.user.email)
    take_in([back], provider=Provider.RELAY, now=now)


def _judged(camille):
    """A procedure of hers is over, and an outage gave her days in it."""
    outage = Outage.objects.create(starts_at=NOW, ends_at=NOW + timedelta(hours=1), reason="Panne")
    with connection.cursor() as cursor:
        cursor.execute("SET session_replication_role = replica")
        ended.write(
            camille, camille.advisor.user, Document.objects.filter(owner=camille.user).first(), outage, NOW
        )
        cursor.execute("SET session_replication_role = origin")


def test_copy_reads_like_the_pages(hers, camille):
    page = html.unescape(taken(hers).read("resume.html").decode())
    words = " ".join(re.sub(r"<[^>]+>", " ", page).split())
    for expected in (
        "Camille Moreau",
        camille.user.email,
        "Remplacement d’un collègue.",
        "Dominique Le Goff",
    ):
        assert expected in words
    assert "convocation" in words, "codes are told in words"
    assert "CONVOCATION" not in words
    assert not re.search(r"<dd>\s*</dd>", page), "what is empty is left out"
    assert "<script" not in page
    assert "http" not in page.replace("http-equiv", "")


def test_copy_tells_the_items_of_a_list_in_words(hers, camille):
    type(camille).objects.filter(pk=camille.pk).update(accommodations=["SIGN_LANGUAGE", "EASY_READ"])
    page = html.unescape(taken(hers).read("resume.html").decode())
    assert "interprète en langue des signes (LSF), documents faciles à lire" in page


def test_copy_names_no_password_code_or_key(hers, camille):
    archive = taken(hers)
    everything = b"".join(archive.read(entry) for entry in archive.namelist())
    camille.user.refresh_from_db()
    for secret in (camille.user.password, hers.session.session_key):
        assert secret.encode() not in everything
    for key in Document.objects.exclude(clean_key="").values_list("clean_key", flat=True):
        assert key.encode() not in everything


def test_text_of_a_person_is_no_markup_in_the_page(hers, camille):
    BreakGlass.objects.update(reason="<script>alert(1)</script><img src=x onerror=alert(2)>")
    page = taken(hers).read("resume.html").decode()
    assert "<script" not in page
    assert "<img" not in page
    assert "&lt;script&gt;" in page


def test_documents_are_given_as_they_are_kept(hers, camille):
    archive = taken(hers)
    kept = Document.objects.filter(owner=camille.user, state=DocumentState.RECEIVED)
    names = [name for name in archive.namelist() if name.startswith("documents/")]
    assert len(names) == len(kept) > 0
    for document in kept:
        (name,) = (name for name in names if str(document.ref) in name)
        assert archive.read(name) == b"%PDF " + str(document.ref).encode()
        assert name.endswith(".pdf")
    # One's own copy is no reading by somebody else.
    assert not DocumentReading.objects.filter(reader=camille.user).exists()


def test_document_in_quarantine_is_named_and_not_given(hers, camille):
    waiting = story.document(
        camille, "Attestation", state=DocumentState.QUARANTINED, clean_key="", settled_at=None
    )
    archive = taken(hers)
    assert not [name for name in archive.namelist() if str(waiting.ref) in name]
    (told,) = (row for row in rows(archive, "documents") if row["ref"] == str(waiting.ref))
    assert told["state"] == "QUARANTINED"


def test_document_the_store_does_not_give_is_said_and_the_rest_goes_on(hers, camille):
    lost = Document.objects.filter(owner=camille.user, state=DocumentState.RECEIVED).first()
    default_storage.delete(lost.clean_key)
    archive = taken(hers)
    assert archive.testzip() is None
    assert str(lost.ref) in archive.read("documents/manquants.txt").decode()


def test_name_of_a_document_makes_no_path(hers, camille):
    key = default_storage.save("safe/aa/evil", ContentFile(b"x"))
    story.document(camille, "../../etc/passwd", clean_key=key)
    story.document(camille, 'a\\b:c*?"<>|', clean_key=key)
    for name in taken(hers).namelist():
        assert name.count("/") <= 1
        assert not set('\\:*?"<>|') & set(name)
        assert ".." not in name.split("/")


def test_where_others_acted_from_stays_theirs(hers, camille):
    JournalEntry.objects.create(
        at=NOW,
        code=deeds.ACCOUNT_EDITED.number,
        actor=camille.advisor.user,
        actor_role="ADVISOR",
        file_id=camille.pk,
        ip="203.0.113.7",
    )
    archive = taken(hers)
    lines = rows(archive, "journal")
    assert "203.0.113.7" not in json.dumps(lines)
    assert [line["ip"] for line in lines if line["ip"]], "one's own acts say where from"


# --- who gets it ----------------------------------------------------------------------------------------


def test_copy_is_of_nobody_else(hers, camille):
    other = factories.claimant(camille.advisor, user_fields={"first_name": "Sacha", "last_name": "Autrui"})
    factories.convocation(other, purpose="Secret d’autrui", starts_at=NOW + timedelta(days=60))
    key = default_storage.save("safe/aa/autrui", ContentFile(b"document d'autrui"))
    story.document(other, "Document d’autrui", clean_key=key)
    archive = taken(hers)
    everything = (
        b"".join(archive.read(entry) for entry in archive.namelist()) + "".join(archive.namelist()).encode()
    )
    assert b"utrui" not in everything


def test_copy_asks_again_who_it_is_and_leads_back_to_the_page(camille):
    answer = signed_in(camille).post(COPY)
    assert answer.status_code == 302
    assert answer["Location"].endswith("?next=%2Fespace%2Fdonnees%2F")
    assert not JournalEntry.objects.filter(code=deeds.COPY_TAKEN.number).exists()


def test_copy_is_not_taken_by_an_address_alone(hers):
    assert hers.get(COPY).status_code == 405
    # Not even of somebody who would have to prove themselves: the question may sign them out.
    assert signed_in(factories.claimant()).get(COPY).status_code == 405
    strict = Client(enforce_csrf_checks=True)
    strict.cookies = hers.cookies
    assert strict.post(COPY).status_code in (302, 403)
    assert not JournalEntry.objects.filter(code=deeds.COPY_TAKEN.number).exists()


def test_advisor_takes_no_copy(camille):
    assert signed_in(camille.advisor).post(COPY).status_code == 404
    assert signed_in(camille.advisor).get(PAGE).status_code == 404


def test_copy_is_written_in_the_journal_and_told_by_mail(hers, camille):
    taken(hers)
    line = JournalEntry.objects.get(code=deeds.COPY_TAKEN.number)
    assert (line.file_id, line.actor_id) == (camille.pk, camille.pk)
    assert (
        OutboxMessage.objects.filter(person=camille.user, payload__about="account/email/copy_taken").count()
        == 1
    )
    assert "Vous avez téléchargé une copie" in hers.get("/espace/journal/").text


def test_copy_is_kept_by_nobody(hers):
    answer = hers.post(COPY)
    assert answer["Cache-Control"] == "private, no-store"
    assert answer["Content-Disposition"].startswith("attachment")
    assert answer["X-Content-Type-Options"] == "nosniff"
    answer.getvalue()
    folders, _ = default_storage.listdir("")
    assert not [name for name in folders if "don" in name or "cop" in name]


# --- not too often, not for long, not in memory -----------------------------------------------------------


def test_copies_of_a_day_are_counted(hers, at, camille):
    for _ in range(5):
        taken(hers)
    answer = hers.post(COPY)
    assert answer.status_code == 429
    assert "demain" in answer.text
    assert JournalEntry.objects.filter(code=deeds.COPY_TAKEN.number).count() == 5
    at(NOW + timedelta(days=31, minutes=1))
    taken(proved(camille))


def test_number_of_copies_is_a_parameter(hers):
    from portal.core import parameters

    ParameterOverride.objects.create(key="copies_per_day", value=1)
    parameters.forget()
    taken(hers)
    assert hers.post(COPY).status_code == 429
    ParameterOverride.objects.all().delete()
    parameters.forget()


def test_all_places_taken_is_said_and_costs_nothing(hers, database_url):
    with psycopg.connect(database_url, autocommit=True) as other:
        for place in range(own_data.PLACES):
            other.execute("SELECT pg_advisory_lock(hashtext(%s), %s)", [own_data._PLACE, place])
        answer = hers.post(COPY)
        assert answer.status_code == 429
        assert "dans quelques minutes" in answer.text
        assert not JournalEntry.objects.filter(code=deeds.COPY_TAKEN.number).exists()
    taken(hers)


def test_place_is_free_again_when_the_person_goes_away(hers, database_url):
    answer = hers.post(COPY)
    next(iter(answer.streaming_content))
    with psycopg.connect(database_url, autocommit=True) as other:

        def free() -> bool:
            asked = "SELECT pg_try_advisory_lock(hashtext(%s), 0)"
            return other.execute(asked, [own_data._PLACE]).fetchone()[0]

        assert not free()
        for close in answer._resource_closers:
            close()
        assert free()
    assert hold(own_data._PLACE, 1)
    let_go(own_data._PLACE, 1)


def test_copy_that_takes_too_long_is_cut_and_does_not_pass_for_whole(hers, monkeypatch):
    monkeypatch.setattr(own_data, "LONGEST_SECONDS", -1)
    answer = hers.post(COPY)
    with pytest.raises(TimeoutError):
        answer.getvalue()
    for close in answer._resource_closers:
        close()


def test_cut_copy_does_not_open(hers, monkeypatch):
    monkeypatch.setattr(packing, "WORTH_SENDING", 1)
    answer = hers.post(COPY)
    pieces = list(answer.streaming_content)
    for close in answer._resource_closers:
        close()
    with pytest.raises(zipfile.BadZipFile):
        zipfile.ZipFile(io.BytesIO(b"".join(pieces[:-1])))


def test_large_file_is_never_whole_in_memory(camille, at):
    """Sixty megabytes of documents and five thousand lines, in a few of memory."""
    key = default_storage.save("safe/aa/large", ContentFile(b"\x07" * 6_000_000))
    for number in range(10):
        story.document(camille, f"Grand {number}", clean_key=key)
    JournalEntry.objects.bulk_create(
        JournalEntry(
            at=NOW, code=deeds.SIGNED_IN.number, actor=camille.user, actor_role="CLAIMANT", file_id=camille.pk
        )
        for _ in range(5_000)
    )
    tracemalloc.start()
    size = sum(
        len(piece)
        for piece in packing.pack(camille.pk, name="C", tz=camille.agency.place.zone, now=clock.now())
    )
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert size > 60_000_000
    assert peak < 8_000_000, f"{peak / 1e6:.1f} MB"


def test_questions_do_not_grow_with_the_file(camille, at, django_assert_max_num_queries):
    for number in range(3):
        factories.convocation(camille, starts_at=NOW + timedelta(days=10 + number))
    # Each part twice, for the page and for programs, and the documents.
    with django_assert_max_num_queries(2 * len(personal_data.parts()) + 1):
        for _ in packing.pack(camille.pk, name="C", tz=camille.agency.place.zone, now=clock.now()):
            pass


def test_who_asks_at_the_counter_gets_the_same_copy(hers, camille, tmp_path):
    file = tmp_path / "copie.zip"
    call_command("personal_copy", str(camille.ref), str(file))
    assert oct(file.stat().st_mode & 0o777) == "0o600"
    with zipfile.ZipFile(file) as archive:
        assert archive.testzip() is None
        assert len(rows(archive, "rendez-vous")) > 3
    line = JournalEntry.objects.get(code=deeds.COPY_TAKEN.number)
    assert (line.file_id, line.actor_id) == (camille.pk, None)
    with pytest.raises(CommandError):
        call_command("personal_copy", str(camille.ref), str(file))
    with pytest.raises(CommandError, match="no such file"):
        call_command("personal_copy", "DE-0000-0001", str(tmp_path / "autre.zip"))


@pytest.mark.django_db(transaction=True)
def test_copy_comes_down_in_a_browser_and_may_be_asked_for_again(camille, live_server, page):
    camille.user.set_password(PASSWORD)
    camille.user.save()
    page.goto(f"{live_server.url}/connexion/?next={PAGE}")
    page.get_by_label("Adresse e-mail").fill(camille.user.email)
    page.get_by_label("Mot de passe", exact=True).fill(PASSWORD)
    page.get_by_role("button", name="Me connecter").click()
    button = page.get_by_role("button", name="Télécharger mes données")
    for _ in range(2):
        with page.expect_download() as coming:
            button.click()
        with zipfile.ZipFile(coming.value.path()) as archive:
            assert archive.testzip() is None
            assert "resume.html" in archive.namelist()
        # The page stayed, and its button is free again.
        page.locator("form[data-sent]").wait_for(state="detached")
    assert JournalEntry.objects.filter(code=deeds.COPY_TAKEN.number).count() == 2
