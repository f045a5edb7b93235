"""A person writes: once a sending, bounded, fingerprinted, with what they joined; and it reopens what was put away."""

import hashlib
import threading
import uuid
from datetime import date

import pytest
from django.db import connection

from accounts.following import transfers
from accounts.models import Claimant, Leave
from messaging import deeds
from messaging.models import Attachment, Draft, Message, Side, Thread, Topic
from messaging.states import ThreadState
from messaging.threads import answering, drafts, messages, writing
from messaging.threads.messages import Text
from portal.core.models import JournalEntry
from portal.core.models.document import DocumentState
from portal.core.transitions import Refusal
from tests import factories
from tests.factories import NOW, acting
from tests.messaging.threads.talk import DAY, HOUR, QUESTION, answer, ask, fresh, owed, text, write
from tests.web.claimant.story import document

pytestmark = pytest.mark.django_db


@pytest.fixture
def person() -> Claimant:
    return factories.claimant()


def test_a_message_opens_a_thread_that_somebody_owes_an_answer(person):
    thread = ask(person)
    assert thread.state == ThreadState.WAITING_ADVISOR
    assert (thread.advisor, thread.agency) == (person.advisor, person.agency)
    message = thread.messages.get()
    assert (message.number, message.side, message.author, message.body) == (
        1,
        Side.CLAIMANT,
        person.user,
        QUESTION,
    )
    assert len(bytes(message.content_hash)) == hashlib.sha256().digest_size
    assert thread.advisor_unread == 1
    person.refresh_from_db()
    assert person.last_contact_at == NOW
    entry = JournalEntry.objects.get(code=deeds.WRITTEN.number)
    assert entry.file_id == person.pk
    assert QUESTION not in str(entry.data)
    # A receipt on the page is enough: no mail repeats what the person has just done.
    assert owed(deeds.MAIL_MESSAGE) == 0


def test_a_form_sent_twice_writes_once(person):
    said = text()
    sent = [
        writing.open_thread(
            person.pk, topic=Topic.OTHER, subject="Question", text=said, by=acting(person), now=NOW
        )
        for _ in range(2)
    ]
    assert sent[0] == sent[1]
    again = text("Je précise.")
    more = [writing.write(sent[0].thread_id, again, by=acting(person), now=NOW + HOUR) for _ in range(2)]
    assert more[0] == more[1]
    assert Message.objects.count() == 2


@pytest.mark.parametrize(
    "body", ["", "  \r\n ", "x" * 10_001, "x" * 1_000_000], ids=["", "blank", "long", "1 MB"]
)
def test_an_empty_or_endless_message_is_refused_in_words(person, body):
    with pytest.raises(Refusal) as refused:
        ask(person, body)
    assert refused.value.sentence in {messages.NothingWritten().sentence, messages.TooLong().sentence}
    assert not Thread.objects.exists()


def test_a_thread_needs_a_subject(person):
    with pytest.raises(writing.NoSubject):
        writing.open_thread(
            person.pk, topic=Topic.OTHER, subject="  ", text=text(), by=acting(person), now=NOW
        )


def test_pasted_html_stays_text(person):
    pasted = '<script>alert("x")</script>\r\n<b>Bonjour</b>'
    assert ask(person, pasted).messages.get().body == pasted.replace("\r\n", "\n")


def test_a_second_message_keeps_the_date_of_the_first(person):
    thread = ask(person)
    write(thread, now=NOW + DAY)
    again = fresh(thread)
    assert (again.answer_due_at, again.waiting_since) == (thread.answer_due_at, NOW)
    assert again.last_number == 2


def test_writing_into_a_resolved_thread_opens_it_again_with_who_follows_the_person_now(person):
    thread = ask(person)
    answer(thread, settles=True, now=NOW + HOUR)
    other = factories.advisor(person.agency)
    Claimant.objects.filter(pk=person.pk).update(advisor=other)
    write(thread, now=NOW + 3 * DAY)
    again = fresh(thread)
    assert (again.state, again.advisor, again.resolved_at) == (ThreadState.WAITING_ADVISOR, other, None)
    assert again.answer_due_at > NOW + 3 * DAY
    assert JournalEntry.objects.filter(code=deeds.REOPENED.number).count() == 1


def test_a_message_to_an_advisor_whose_account_is_closed_goes_to_who_follows_now(person):
    thread = ask(person)
    thread.advisor.user.is_active = False
    thread.advisor.user.save()
    other = factories.advisor(person.agency)
    Claimant.objects.filter(pk=person.pk).update(advisor=other)
    write(thread, now=NOW + HOUR)
    assert fresh(thread).advisor == other


def test_an_automatic_reply_says_who_reads_and_stops_no_clock(person):
    deputy = factories.advisor(person.agency, first_name="Hélène", last_name="Roy")
    Leave.objects.create(
        advisor=person.advisor, first_day=date(2026, 11, 20), last_day=date(2026, 11, 27), deputy=deputy
    )
    thread = ask(person)
    automatic = thread.messages.get(side=Side.AUTOMATIC)
    assert automatic.author is None
    assert "vendredi 27" in automatic.body
    assert "Hélène Roy" in automatic.body
    assert thread.state == ThreadState.WAITING_ADVISOR
    # Said once: a second message changes nothing to it.
    write(thread, now=NOW + HOUR)
    assert thread.messages.filter(side=Side.AUTOMATIC).count() == 1


# --- what is joined -----------------------------------------------------------------


def test_documents_of_the_safe_are_joined_in_order_and_nobody_elses(person):
    mine = [document(person, f"Page {n}") for n in range(3)]
    theirs = document(factories.claimant(person.advisor), "Pas à moi")
    thread = ask(person, documents=[mine[2].pk, theirs.pk, mine[0].pk])
    joined = Attachment.objects.filter(message__thread=thread)
    assert [row.document for row in joined] == [mine[2], mine[0]]


def test_an_eleventh_document_is_refused_in_words(person):
    ids = [document(person, f"Page {n}").pk for n in range(11)]
    with pytest.raises(Refusal, match="10 documents au plus"):
        ask(person, documents=ids)
    assert len(ask(person, documents=ids[:10]).messages.get().attachments.all()) == 10


def test_a_document_found_infected_after_sending_leaves_the_message_as_it_was(person):
    paper = document(person, "Attestation")
    thread = ask(person, documents=[paper.pk])
    before = thread.messages.get()
    paper.rejection = "Le fichier contient un virus."
    paper.move_to(DocumentState.REJECTED_TECH, saving=["rejection"])
    after = thread.messages.get()
    assert (after.body, bytes(after.content_hash)) == (before.body, bytes(before.content_hash))
    assert after.attachments.get().document.state == DocumentState.REJECTED_TECH


# --- drafts --------------------------------------------------------------------------


def test_a_draft_is_kept_replaced_and_gone_once_sent(person):
    by = person.user_id
    drafts.save(by, person.pk, None, {"subject": "Début", "body": "Bonj", "topic": "n’importe"}, now=NOW)
    drafts.save(
        by, person.pk, None, {"subject": "Début", "body": "Bonjour"}, documents=["DO-0000-0001"], now=NOW
    )
    draft = Draft.objects.get()
    assert (draft.topic, draft.body, draft.documents) == ("", "Bonjour", ["DO-0000-0001"])
    thread = ask(person)
    assert drafts.of(by, person.pk, None) is None
    drafts.save(by, person.pk, thread.pk, {"body": "Suite"}, now=NOW)
    write(thread, now=NOW + HOUR)
    assert not Draft.objects.exists()


def test_drafts_nobody_came_back_to_are_let_go(person):
    drafts.save(person.user_id, person.pk, None, {"body": "Vieux"}, now=NOW)
    assert drafts.let_go(NOW + 29 * DAY, dry_run=False) == 0
    assert drafts.let_go(NOW + 31 * DAY, dry_run=True) == 1
    assert drafts.let_go(NOW + 31 * DAY, dry_run=False) == 1
    assert not Draft.objects.exists()


# --- a race ---------------------------------------------------------------------------


@pytest.mark.django_db(transaction=True)
def test_two_clicks_at_once_send_once_and_numbers_have_no_hole():
    person = factories.claimant()
    thread = ask(person)
    said = Text("En même temps", uuid.uuid4())
    others = [Text(f"Autre {n}", uuid.uuid4()) for n in range(3)]
    gate = threading.Barrier(5)
    trouble = []

    def send(one: Text) -> None:
        gate.wait()
        try:
            writing.write(thread.pk, one, by=acting(person), now=NOW + HOUR)
        except Exception as error:  # noqa: BLE001 - told by the assertion
            trouble.append(error)
        finally:
            connection.close()

    crowd = [threading.Thread(target=send, args=[one]) for one in (said, said, *others)]
    for one in crowd:
        one.start()
    for one in crowd:
        one.join()
    assert trouble == []
    rows = list(Message.objects.filter(thread=thread).order_by("number").values_list("number", "pk"))
    assert [number for number, _ in rows] == [1, 2, 3, 4, 5]
    assert [pk for _, pk in rows] == sorted(pk for _, pk in rows)
    assert fresh(thread).last_number == 5


@pytest.mark.django_db(transaction=True)
def test_writing_while_the_file_moves_meets_no_deadlock_and_the_thread_follows():
    here, there = factories.advisor(), factories.advisor()
    person = factories.claimant(here)
    thread = ask(person)
    trouble, rounds = [], 8

    def run(deed) -> None:
        try:
            for n in range(rounds):
                deed(n)
        except Exception as error:  # noqa: BLE001 - told by the assertion
            trouble.append(error)
        finally:
            connection.close()

    def move(n: int) -> None:
        to = (there, here)[n % 2].agency_id
        transfers.transfer(person.pk, to, by=acting(person), now=NOW + HOUR + n * HOUR)

    def say(n: int) -> None:
        writing.write(thread.pk, text(f"Message {n}"), by=acting(person), now=NOW + HOUR + n * HOUR)

    crowd = [threading.Thread(target=run, args=[deed]) for deed in (move, say, say)]
    for one in crowd:
        one.start()
    for one in crowd:
        one.join()
    assert trouble == []
    again = fresh(thread)
    person.refresh_from_db()
    assert (again.last_number, again.agency_id, again.advisor_id) == (
        1 + 2 * rounds,
        person.agency_id,
        person.advisor_id,
    )


def test_an_advisor_writes_first_and_nothing_is_owed(person):
    said = answering.Answer(text("Avez-vous reçu votre contrat ?"))
    message = answering.open_for(
        person.pk, said, topic=Topic.JOB_SEARCH, subject="Votre contrat", by=acting(person.advisor), now=NOW
    )
    thread = fresh(message.thread)
    assert (thread.state, thread.answer_due_at, thread.claimant_unread) == (ThreadState.ANSWERED, None, 1)
    assert owed(deeds.MAIL_MESSAGE) == 1
