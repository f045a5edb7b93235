"""An advisor answers, asks for something by a date, notes what was said aloud, or says that it is settled."""

import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from django.db import transaction

from accounts.following import archiving
from accounts.models import Claimant
from messaging import deeds, outbox
from messaging.models import Message, Side, Thread, Topic, Via
from messaging.ready import blanks
from messaging.states import ThreadState
from messaging.threads import drafts, joined
from messaging.threads.joined import Files
from messaging.threads.messages import Expected, Text, put, sent_before
from messaging.threads.writing import NoSubject, begin
from messaging.waiting import clocks
from portal.core import journal
from portal.core.french import NBSP, full_deadline
from portal.core.journal import Actor, JournalCode
from portal.core.safe import StoreUnavailable
from portal.core.transitions import Refusal


class MovedMeanwhile(Refusal):
    """Somebody acted while the advisor was writing; the sentence says who and what."""


class NothingAsked(Refusal):
    sentence = "Dites ce que vous attendez de la personne, et jusqu’à quand."


class NotAhead(Refusal):
    sentence = "Choisissez une date à venir\u00a0: la personne a besoin d’un jour au moins."


class ClosedAccount(Refusal):
    sentence = "Le compte de cette personne est fermé. Écrivez-lui par courrier."


@dataclass(frozen=True, slots=True)
class Answer:
    """What an advisor says: the text, how it was said, what is asked for, and whether that settles it."""

    text: Text
    via: Via = Via.WEB
    expected: Expected | None = None
    settles: bool = False


def answer(thread_id: int, said: Answer, *, seen: str, by: Actor, now: datetime) -> Message:
    """Answer a thread; whoever answers second is shown first what was said meanwhile. Raises MovedMeanwhile."""
    with transaction.atomic():
        thread = Thread.objects.hold(thread_id)
        if (earlier := sent_before(said.text.form_key, by)) is not None:
            return earlier
        _refuse_unseen(thread, seen)
        _refuse_wrong(thread, said, now)
        message = _say(thread, said, by=by, now=now)
        code = deeds.NOTED if said.via != Via.WEB else deeds.EXPECTED if said.expected else deeds.ANSWERED
        _record(thread, message, code, by=by, now=now)
        return message


def open_for(
    claimant_id: int,
    said: Answer,
    *,
    topic: Topic,
    subject: str,
    by: Actor,
    now: datetime,
    alone: bool = True,
) -> Message:
    """Write to a person first; the thread is their advisor's, whoever writes. Raises ClosedAccount.

    `alone`: what its author had begun to write to this person is sent, and forgotten.
    """
    with transaction.atomic():
        person = Claimant.objects.hold(claimant_id)
        if (earlier := sent_before(said.text.form_key, by)) is not None:
            return earlier
        if not person.user.is_active:
            raise ClosedAccount
        if not subject.strip():
            raise NoSubject
        blanks.refuse_left(subject)
        thread = begin(person, topic=topic, subject=subject, now=now)
        _refuse_wrong(thread, said, now)
        message = _say(thread, said, by=by, now=now)
        _record(
            thread,
            message,
            deeds.NOTED if said.via != Via.WEB else deeds.OPENED_BY_ADVISOR,
            by=by,
            now=now,
        )
        if alone:
            drafts.forget(by.person_id, thread.claimant_id, None)
        return message


@dataclass(frozen=True, slots=True)
class Sent:
    """What became of a message to one of several people."""

    claimant: Claimant
    ref: str
    refused: str


def open_for_each(
    people: Sequence[Claimant],
    said: Answer,
    *,
    topic: Topic,
    subject: str,
    by: Actor,
    now: datetime,
    bodies: Mapping[int, str] | None = None,
    files: Files | None = None,
) -> list[Sent]:
    """Write to several people, each in a thread of their own; one refused costs the others nothing.

    `bodies`: the text as it reads for each, where its blanks are filled; else it is the same for all. Of `files` each
    gets a copy of their own. Raises NotAllTaken for what is bad for all, StoreUnavailable when nobody got anything.
    """
    files = files or Files()
    files.refuse_bad(len(people))
    results: list[Sent] = []
    full: StoreUnavailable | None = None
    for person in people:
        key = said.text.form_key and uuid.uuid5(said.text.form_key, str(person.pk))
        body = bodies[person.pk] if bodies else said.text.body
        own = replace(said, text=replace(said.text, body=body, form_key=key))

        def write(documents: Sequence[int], person: Claimant = person, own: Answer = own) -> Message:
            own = replace(own, text=replace(own.text, document_ids=documents))
            return open_for(person.pk, own, topic=topic, subject=subject, by=by, now=now, alone=False)

        try:
            if full is not None:
                raise full
            message = joined.sent(files, person, key, write, by=by, now=now)
        except Refusal as refusal:
            # A store that took nothing for one is not asked again for the others: each would wait for it.
            full = refusal if isinstance(refusal, StoreUnavailable) else full
            results.append(Sent(person, "", refusal.sentence))
        else:
            results.append(Sent(person, str(message.thread.ref), ""))
    if full is not None and not any(one.ref for one in results):
        raise full
    return results


def resolve(thread_id: int, *, seen: str, by: Actor, now: datetime) -> Thread:
    """Say without a word more that a thread is settled; nothing is owed in it any more. Raises MovedMeanwhile."""
    with transaction.atomic():
        thread = Thread.objects.hold(thread_id)
        if thread.state == ThreadState.RESOLVED:
            return thread
        _refuse_unseen(thread, seen)
        clocks.stop(thread, now)
        _settle(thread, by=by, now=now)
        return thread


def _say(thread: Thread, said: Answer, *, by: Actor, now: datetime) -> Message:
    """Write the message, let the clock stop or rest, and owe the person a mail that says nothing of it.

    Who is written to is followed again: a file in the archive, opened with a reason, comes out of it.
    Raises BlankLeft.
    """
    blanks.refuse_left(said.text.body, said.expected.what if said.expected else "")
    message = put(thread, said.text, Side.SERVICE, by=by, now=now, via=said.via, expected=said.expected)
    if thread.claimant.archived_at is not None:  # read under the lock of the person
        archiving.reopen([thread.claimant_id], by=by, now=now)
    waited = thread.state == ThreadState.WAITING_ADVISOR
    # Asked twice, the person owes the second; what was left to the advisor stays what it was.
    rests = thread.state == ThreadState.WAITING_CLAIMANT
    left = clocks.remaining(thread, now) if waited else thread.days_left
    since = thread.waiting_since if waited or rests else None
    clocks.stop(thread, now)
    thread.resolved_at = thread.resolved_by = None
    saving = [*clocks.FIELDS, "resolved_at", "resolved_by"]
    if said.expected:
        thread.expected, thread.expected_by = said.expected.what, said.expected.until
        thread.waiting_since, thread.days_left = since, left
        clocks.expect(thread, said.expected.until, now)
        _go(thread, ThreadState.WAITING_CLAIMANT, saving)
    elif said.settles:
        _settle(thread, by=by, now=now)
    else:
        _go(thread, ThreadState.ANSWERED, saving)
    if message.number > 1:
        drafts.forget(by.person_id, thread.claimant_id, thread.pk)
    mail = deeds.MAIL_EXPECTED if said.expected else deeds.MAIL_MESSAGE
    outbox.enqueue([outbox.Owed(mail, thread.claimant_id, thread.pk, occurrence=message.number)], now=now)
    if said.via != Via.WEB:
        Claimant.objects.filter(pk=thread.claimant_id).update(last_contact_at=now)
    return message


def _go(thread: Thread, state: ThreadState, saving: Sequence[str]) -> None:
    if thread.state == state:
        thread.save(update_fields=list(saving))
    else:
        thread.move_to(state, saving=saving)


def _settle(thread: Thread, *, by: Actor, now: datetime) -> None:
    thread.resolved_at, thread.resolved_by_id = now, by.person_id
    _go(thread, ThreadState.RESOLVED, [*clocks.FIELDS, "resolved_at", "resolved_by"])
    journal.record(
        deeds.RESOLVED,
        by=by,
        now=now,
        file_id=thread.claimant_id,
        subject_id=thread.pk,
        data={"ref": str(thread.ref)},
    )


def _record(thread: Thread, message: Message, code: JournalCode, *, by: Actor, now: datetime) -> None:
    data = {"ref": str(thread.ref), "number": message.number, "how": message.get_via_display()}
    if message.expected_by is not None:
        data["until"] = full_deadline(message.expected_by, thread.agency.place.zone)
    journal.record(code, by=by, now=now, file_id=thread.claimant_id, subject_id=thread.pk, data=data)


def _refuse_wrong(thread: Thread, said: Answer, now: datetime) -> None:
    if said.expected is None:
        return
    if not said.expected.what.strip():
        raise NothingAsked
    today = now.astimezone(thread.agency.place.zone).date()
    if said.expected.until.astimezone(thread.agency.place.zone).date() <= today:
        raise NotAhead


def _refuse_unseen(thread: Thread, seen: str) -> None:
    """Refuse what was written before another message, another owner or another state of the thread."""
    if seen == thread.as_seen:
        return
    number, _, rest = seen.partition("-")
    state, _, owner = rest.partition("-")
    if number != str(thread.last_number):
        last = thread.messages.select_related("author").order_by("-number")[0]
        who = str(last.author) if last.author else "Le portail"
        raise MovedMeanwhile(
            f"{who} a écrit dans cet échange pendant que vous rédigiez. "
            "Lisez son message, puis envoyez le vôtre s’il convient encore. Votre texte est gardé."
        )
    if owner != str(thread.advisor_id):
        raise MovedMeanwhile(
            f"Cet échange a été confié à {thread.advisor} pendant que vous rédigiez. "
            "Envoyez votre texte s’il convient encore\u00a0: il est gardé."
        )
    if state != thread.state and thread.state == ThreadState.RESOLVED:
        raise MovedMeanwhile(
            f"{thread.resolved_by} a marqué cet échange comme réglé pendant que vous rédigiez. "
            "Envoyez votre texte pour le rouvrir\u00a0: il est gardé."
        )
    raise MovedMeanwhile(
        f"Cet échange a changé pendant que vous rédigiez{NBSP}: relisez-le, puis envoyez. Votre texte est gardé."
    )
