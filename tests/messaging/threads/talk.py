"""Writing and answering in one line, for tests about something else."""

import uuid
from datetime import timedelta

from accounts.models import Claimant
from messaging.models import Message, OutboxMessage, Thread, Topic, Via
from messaging.states import ThreadState
from messaging.threads import answering, writing
from messaging.threads.answering import Answer
from messaging.threads.messages import Expected, Text
from portal.core import deadlines
from tests.factories import NOW, acting

QUESTION = "Bonjour,\n\nMon attestation est-elle arrivée ?"


def text(body: str = QUESTION, *documents: int) -> Text:
    return Text(body, uuid.uuid4(), documents)


def ask(
    person: Claimant,
    body: str = QUESTION,
    *,
    topic: Topic = Topic.BENEFITS,
    now=NOW,
    documents=(),
    subject=None,
) -> Thread:
    """A person opens a thread."""
    message = writing.open_thread(
        person.pk,
        topic=topic,
        subject=subject or "Mon attestation",
        text=text(body, *documents),
        by=acting(person),
        now=now,
    )
    return fresh(message.thread)


def many(person: Claimant, number: int, subject: str = "Objet", *, owed: bool = False) -> list[Thread]:
    """As many threads, an hour apart, the last one the latest; what is owed, by the instant of its last word."""
    return Thread.objects.bulk_create(
        Thread(
            claimant=person,
            advisor_id=person.advisor_id,
            agency_id=person.agency_id,
            topic=Topic.OTHER,
            subject=f"{subject} {n}",
            state=ThreadState.WAITING_ADVISOR if owed else ThreadState.ANSWERED,
            opened_at=NOW,
            last_at=NOW + n * HOUR,
            waiting_since=NOW if owed else None,
            answer_due_at=NOW + n * HOUR if owed else None,
        )
        for n in range(number)
    )


def write(thread: Thread, body: str = "Encore une chose.", *documents: int, now) -> Message:
    return writing.write(thread.pk, text(body, *documents), by=acting(thread.claimant), now=now)


def answer(
    thread: Thread,
    body: str = "Elle est bien arrivée.",
    *,
    by=None,
    now=NOW,
    expected=None,
    via=Via.WEB,
    **how,
) -> Message:
    """The thread's owner answers what stands there now."""
    thread = fresh(thread)
    if expected is not None:
        expected = Expected("Une photo lisible", expected)
    return answering.answer(
        thread.pk,
        Answer(text(body), via=via, expected=expected, **how),
        seen=thread.as_seen,
        by=by or acting(thread.advisor),
        now=now,
    )


def fresh(thread: Thread) -> Thread:
    return Thread.objects.select_related("claimant__user", "advisor__user", "agency").get(pk=thread.pk)


def tick(now) -> None:
    deadlines.work(lambda: now)


def owed(kind: int) -> int:
    return OutboxMessage.objects.filter(kind=kind).count()


HOUR = timedelta(hours=1)
DAY = timedelta(days=1)
