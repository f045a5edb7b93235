"""PostgreSQL refuses what must never be in a thread: each guard is attacked."""

import uuid

import pytest
from django.db import DatabaseError, IntegrityError, connection, transaction

from messaging.models import Attachment, Draft, Message, MessageReading, Thread
from messaging.threads import reading
from tests import factories
from tests.factories import NOW, acting
from tests.messaging.threads.talk import DAY, answer, ask
from tests.web.claimant.story import document

pytestmark = pytest.mark.django_db


@pytest.fixture
def thread() -> Thread:
    return ask(factories.claimant())


def refused(thread: Thread, name: str, **columns) -> None:
    with pytest.raises(IntegrityError, match=name), transaction.atomic():
        Thread.objects.filter(pk=thread.pk).update(**columns)


def test_a_waiting_thread_has_an_owner_and_a_date(thread):
    refused(thread, "thread_is_due_while_it_waits", answer_due_at=None)
    refused(thread, "thread_is_due_while_it_waits", waiting_since=None)
    with pytest.raises(IntegrityError, match="advisor_id"), transaction.atomic():
        Thread.objects.filter(pk=thread.pk).update(advisor_id=None)


def test_nothing_is_due_in_a_thread_that_does_not_wait(thread):
    answer(thread)
    refused(thread, "thread_is_due_while_it_waits", answer_due_at=NOW)
    answer(thread, settles=True)
    refused(thread, "thread_is_due_while_it_waits", answer_due_at=NOW)
    refused(thread, "thread_is_late_only_while_it_waits", escalated_at=NOW)
    refused(thread, "thread_is_resolved_by_somebody", resolved_by=None)


def test_what_is_asked_for_has_words_and_a_date(thread):
    answer(thread, expected=NOW + 8 * DAY)
    refused(thread, "thread_asks_for_something_by_a_date", expected_by=None)
    refused(thread, "thread_asks_for_something_by_a_date", expected="")
    refused(thread, "thread_has_days_left_or_none", days_left=-1)
    other = ask(thread.claimant)
    refused(other, "thread_asks_for_something_by_a_date", expected="Un papier")
    refused(other, "thread_asks_for_something_by_a_date", days_left=2)


def test_a_thread_counts_from_zero_and_has_a_subject(thread):
    refused(thread, "thread_counts_from_zero", advisor_unread=-1)
    with pytest.raises(IntegrityError, match="thread_has_a_subject"), transaction.atomic():
        Thread.objects.create(
            claimant=thread.claimant,
            advisor=thread.advisor,
            agency=thread.agency,
            topic="OTHER",
            subject="",
            opened_at=NOW,
            last_at=NOW,
        )


@pytest.mark.parametrize("what", ["claimant", "subject", "topic", "opened_at", "ref"])
def test_a_thread_stays_its_persons(thread, what):
    other = {
        "claimant": factories.claimant(thread.advisor),
        "subject": "Autre",
        "topic": "OTHER",
        "opened_at": NOW - DAY,
        "ref": "MS-0000-0001",
    }[what]
    refused(thread, "stays with its person", **{what: other})


def test_a_message_is_never_changed_or_deleted(thread):
    for statement in (
        "UPDATE messaging_message SET body = 'autre'",
        "UPDATE messaging_message SET sent_at = now()",
        "DELETE FROM messaging_message",
        "TRUNCATE messaging_message CASCADE",
    ):
        with pytest.raises(DatabaseError), transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(statement)
    assert thread.messages.count() == 1


def test_what_was_joined_and_read_is_never_changed_or_deleted(thread):
    paper = document(thread.claimant, "Attestation")
    with_paper = ask(thread.claimant, documents=[paper.pk])
    reading.opened_by_service(with_paper, by=acting(thread.advisor), now=NOW)
    for table in ("messaging_attachment", "messaging_messagereading"):
        for statement in (f"UPDATE {table} SET id = id + 1", f"DELETE FROM {table}", f"TRUNCATE {table}"):
            with pytest.raises(DatabaseError), transaction.atomic(), connection.cursor() as cursor:
                cursor.execute(statement)
    with pytest.raises(IntegrityError), transaction.atomic():
        MessageReading.objects.create(message=with_paper.messages.get(), reader=thread.advisor.user, at=NOW)


def test_a_thread_with_messages_is_never_deleted(thread):
    with connection.cursor() as cursor, pytest.raises(IntegrityError, match="foreign key"):
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE; DELETE FROM messaging_thread")


def written(thread: Thread, **fields) -> Message:
    with transaction.atomic():
        return Message.objects.create(
            **{
                "thread": thread,
                "number": 2,
                "side": "CLAIMANT",
                "author": thread.claimant.user,
                "body": "Bonjour",
                "sent_at": NOW,
                "form_key": uuid.uuid4(),
                "content_hash": b"\0" * 32,
            }
            | fields
        )


def test_a_right_message_passes(thread):
    assert written(thread).pk


@pytest.mark.parametrize(
    ("fields", "name"),
    [
        ({"content_hash": b"short"}, "message_hash_is_sha256"),
        ({"content_hash": b"\0" * 31}, "message_hash_is_sha256"),
        ({"body": ""}, "message_says_something_bounded"),
        ({"body": "x" * 10_001}, "message_says_something_bounded"),
        ({"number": 1}, "does not come next"),
        ({"number": 3}, "does not come next"),
        ({"id": 1}, "does not come next"),
        ({"author": None}, "other side"),
        ({"side": "SERVICE"}, "other side"),
        ({"side": "AUTOMATIC", "author": None}, "message_is_somebodys_or_automatic"),
        ({"form_key": None}, "message_is_somebodys_or_automatic"),
        ({"via": "PHONE"}, "message_of_a_talk_is_noted_by_the_service"),
        ({"expected": "Un papier"}, "message_asks_for_something_by_a_date"),
        ({"expected": "Un papier", "expected_by": NOW}, "message_asks_for_something_by_a_date"),
    ],
)
def test_a_wrong_message_is_refused(thread, fields, name):
    with pytest.raises(IntegrityError, match=name):
        written(thread, **fields)


def test_nobody_speaks_for_the_person(thread):
    with pytest.raises(IntegrityError, match="other side"):
        written(thread, author=thread.advisor.user)


def test_only_the_persons_documents_are_joined_few_and_once(thread):
    message = written(thread)
    theirs = document(factories.claimant(thread.advisor), "Pas à elle")
    mine = [document(thread.claimant, f"Page {n}") for n in range(2)]
    for fields, name in (
        ({"document": theirs, "position": 0}, "not of the person"),
        ({"document": mine[0], "position": 12}, "attachments_are_few"),
        ({"document": mine[0], "position": -1}, "attachments_are_few"),
    ):
        with pytest.raises(IntegrityError, match=name), transaction.atomic():
            Attachment.objects.create(message=message, **fields)
    Attachment.objects.create(message=message, document=mine[0], position=0)
    for document_, position in ((mine[0], 1), (mine[1], 0)):
        with pytest.raises(IntegrityError, match="attachment_"), transaction.atomic():
            Attachment.objects.create(message=message, document=document_, position=position)


def test_an_author_has_one_draft_a_thread_and_one_for_a_new_one(thread):
    for of in (thread, None):
        columns = {"author": thread.claimant.user, "claimant": thread.claimant, "thread": of, "saved_at": NOW}
        Draft.objects.create(**columns)
        with pytest.raises(IntegrityError, match="one_draft_per_author"), transaction.atomic():
            Draft.objects.create(**columns)
