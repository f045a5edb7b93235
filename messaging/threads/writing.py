"""A person writes to the service: the answer is due from that moment, and the receipt is there at once."""

from datetime import datetime

from django.db import transaction

from accounts.models import Claimant, Leave
from messaging import deeds
from messaging.models import SUBJECT_MAX, Message, Side, Thread, Topic
from messaging.states import ThreadState
from messaging.threads import drafts
from messaging.threads.messages import Text, put, sent_before
from messaging.waiting import clocks
from portal.core import deadlines, journal
from portal.core.french import full_date, full_deadline
from portal.core.journal import PORTAL, Actor
from portal.core.transitions import Refusal


class NoSubject(Refusal):
    sentence = "Écrivez en quelques mots l’objet de votre message."


def open_thread(
    claimant_id: int, *, topic: Topic, subject: str, text: Text, by: Actor, now: datetime
) -> Message:
    """Begin a thread with who follows the person, who owes an answer from now on."""
    with transaction.atomic():
        person = Claimant.objects.hold(claimant_id)
        if (earlier := sent_before(text.form_key, by)) is not None:
            return earlier
        if not subject.strip():
            raise NoSubject
        thread = begin(person, topic=topic, subject=subject, now=now)
        message = put(thread, text, Side.CLAIMANT, by=by, now=now)
        _wait(thread, now)
        _written(thread, message, by=by, now=now)
        return message


def write(thread_id: int, text: Text, *, by: Actor, now: datetime) -> Message:
    """Write into a thread: one that rested or was resolved waits again, one that waits keeps its date."""
    with transaction.atomic():
        thread = Thread.objects.hold(thread_id)
        if (earlier := sent_before(text.form_key, by)) is not None:
            return earlier
        message = put(thread, text, Side.CLAIMANT, by=by, now=now)
        _find_owner(thread)
        if thread.state == ThreadState.RESOLVED:
            _reopened(thread, by=by, now=now)
        if thread.state == ThreadState.WAITING_CLAIMANT:
            deadlines.cancel([deeds.DUE_EXPECTED], [thread.pk], now=now)
            clocks.resume(thread, now)
            _say_who_reads(thread, now)
        elif thread.state != ThreadState.WAITING_ADVISOR:
            _wait(thread, now)
        _written(thread, message, by=by, now=now)
        return message


def begin(person: Claimant, *, topic: Topic, subject: str, now: datetime) -> Thread:
    """Make the row of a thread in which nothing is owed yet; its first message follows in the same transaction."""
    thread: Thread = Thread.objects.create(
        claimant=person,
        advisor=person.advisor,
        agency=person.agency,
        topic=topic,
        subject=" ".join(subject.split())[:SUBJECT_MAX],
        opened_at=now,
        last_at=now,
    )
    return thread


def _wait(thread: Thread, now: datetime) -> None:
    clocks.start(thread, now)
    thread.move_to(
        ThreadState.WAITING_ADVISOR,
        saving=[*clocks.FIELDS, "resolved_at", "resolved_by"],
    )
    _say_who_reads(thread, now)


def _reopened(thread: Thread, *, by: Actor, now: datetime) -> None:
    thread.resolved_at = thread.resolved_by = None
    journal.record(
        deeds.REOPENED,
        by=by,
        now=now,
        file_id=thread.claimant_id,
        subject_id=thread.pk,
        data={"ref": str(thread.ref)},
    )


def _find_owner(thread: Thread) -> None:
    """Let who follows the person today own a thread whose owner is gone, or that was put away before."""
    person = thread.claimant
    gone = not thread.advisor.user.is_active or thread.advisor.agency_id != person.agency_id
    if gone or thread.state == ThreadState.RESOLVED:
        thread.advisor_id, thread.agency_id = person.advisor_id, person.agency_id
        thread.save(update_fields=["advisor", "agency"])


def _written(thread: Thread, message: Message, *, by: Actor, now: datetime) -> None:
    """Remember the contact, forget the draft, and write it in the journal."""
    drafts.forget(by.person_id, thread.claimant_id, thread.pk if message.number > 1 else None)
    Claimant.objects.filter(pk=thread.claimant_id).update(last_contact_at=now)
    journal.record(
        deeds.WRITTEN,
        by=by,
        now=now,
        file_id=thread.claimant_id,
        subject_id=thread.pk,
        data={"ref": str(thread.ref), "number": message.number, "topic": thread.get_topic_display()},
    )


def _say_who_reads(thread: Thread, now: datetime) -> None:
    """Say by itself that the advisor is away and who reads meanwhile; the clock does not stop for it."""
    zone = thread.agency.place.zone
    leave = (
        Leave.objects.on(now.astimezone(zone).date())
        .filter(advisor_id=thread.advisor_id)
        .select_related("advisor__user", "deputy__user")
        .first()
    )
    if leave is None or thread.answer_due_at is None:
        return
    who = f"{leave.deputy} lit vos messages à sa place" if leave.deputy else "Votre agence lit vos messages"
    body = (
        f"{leave.advisor} n’est pas là jusqu’au {full_date(leave.last_day)} inclus. {who}. "
        f"Une réponse vous est due au plus tard le {full_deadline(thread.answer_due_at, zone)}."
    )
    put(thread, Text(body, None), Side.AUTOMATIC, by=PORTAL, now=now)
