"""What became of letters: posted, handed over, come back; a spoilt print goes into the next batch."""

from datetime import date, datetime, time
from typing import Any

from django.db import transaction

from messaging import deeds, emails
from messaging.models import Letter, LetterBatch
from messaging.models.letter import NUMBER_MAX
from messaging.signals import Posted, letters_delivered, letters_posted, letters_returned
from messaging.states import BatchState, LetterState
from portal.core import journal
from portal.core.french import full_date, plural
from portal.core.journal import Actor, Line
from portal.core.transitions import Refusal
from portal.core.working_time import day_bounds


class NotToPost(Refusal):
    sentence = "Ce lot n’est pas à poster : il est déjà posté, ou son fichier n’est pas encore prêt."


class WrongDay(Refusal):
    sentence = "Cette date ne convient pas : elle doit suivre la fermeture du lot et ne pas être à venir."


class NotInBatch(Refusal):
    sentence = "Cette lettre n’est plus dans un lot à poster. Relisez la page."


class NotRegistered(Refusal):
    sentence = "Une remise ne se prouve que par l’avis de réception d’une lettre recommandée."


class NumberTooLate(Refusal):
    sentence = "Cette lettre est déjà remise ou revenue : son numéro ne change plus."


@transaction.atomic
def set_aside(letter_id: int, reason: str, *, by: Actor, now: datetime) -> Letter:
    """Take a spoilt print out of its batch: the letter waits for the next one, the reason stays with it."""
    batch, letter = _hold(letter_id)
    if batch is None or batch.state != BatchState.PRINTED or letter.state != LetterState.BATCHED:
        raise NotInBatch
    letter.batch, letter.pages, letter.set_aside = None, None, reason
    letter.move_to(LetterState.WAITING, saving=["batch", "pages", "set_aside"])
    if not Letter.objects.filter(batch=batch).exists():
        batch.move_to(BatchState.EMPTIED)
    journal.record(deeds.LETTER_SET_ASIDE, by=by, now=now, **_about(letter, reason=reason))
    return letter


@transaction.atomic
def register(letter_id: int, number: str, *, by: Actor, now: datetime) -> Letter:
    """Note that a letter goes as a registered one, under which number of the post."""
    _, letter = _hold(letter_id)
    if letter.state in (LetterState.DELIVERED, LetterState.RETURNED):
        raise NumberTooLate
    letter.is_registered, letter.registered_number = True, number.strip()[:NUMBER_MAX]
    letter.save(update_fields=["is_registered", "registered_number"])
    journal.record(deeds.LETTER_REGISTERED, by=by, now=now, **_about(letter, number=letter.registered_number))
    return letter


@transaction.atomic
def post(batch_id: int, day: date, *, by: Actor, now: datetime) -> LetterBatch:
    """Write that a batch was handed to the post on a day: all that is still in it; each letter becomes evidence."""
    batch = LetterBatch.objects.select_for_update(no_key=True).select_related("agency").get(pk=batch_id)
    if batch.state != BatchState.PRINTED:
        raise NotToPost
    at = _instant(batch, day, not_before=batch.day, now=now)
    letters = list(
        Letter.objects.select_for_update(no_key=True)
        .filter(batch=batch, state=LetterState.BATCHED)
        .defer("words", "recipient")
        .order_by("id")
    )
    batch.posted_at, batch.posted_by_id = at, by.person_id
    batch.move_to(BatchState.POSTED, saving=["posted_at", "posted_by"])
    Letter.objects.filter(batch=batch).move_all(LetterState.POSTED, posted_at=at)
    when = full_date(day)
    lines = [Line(deeds.LETTER_POSTED, **_about(letter, what=_what(letter), when=when)) for letter in letters]
    count = plural(len(letters), "lettre")
    batch_line = Line(deeds.BATCH_POSTED, subject_id=batch.pk, data={"ref": str(batch.ref), "count": count})
    journal.record_all([*lines, batch_line], by=by, now=now)
    letters_posted.send(
        Letter, letters=[_posted(letter, at, letter.registered_number) for letter in letters], by=by, now=now
    )
    return batch


@transaction.atomic
def deliver(letter_id: int, day: date, *, by: Actor, now: datetime) -> Letter:
    """Write the day on which the person signed for a registered letter, as its notice says."""
    batch, letter = _hold(letter_id)
    if not letter.is_registered:
        raise NotRegistered
    letter.delivered_at = at = _after_posting(batch, letter, day, now)
    letter.move_to(LetterState.DELIVERED, saving=["delivered_at"])
    journal.record(deeds.LETTER_DELIVERED, by=by, now=now, **_about(letter, when=full_date(day)))
    letters_delivered.send(Letter, letters=[_posted(letter, at, letter.registered_number)], by=by, now=now)
    return letter


@transaction.atomic
def come_back(letter_id: int, day: date, reason: str, *, by: Actor, now: datetime) -> Letter:
    """Write that a letter came back, and why: it proves nothing, and nothing is held against the person."""
    batch, letter = _hold(letter_id)
    letter.returned_at = at = _after_posting(batch, letter, day, now)
    letter.return_reason = reason
    letter.move_to(LetterState.RETURNED, saving=["returned_at", "return_reason"])
    journal.record(
        deeds.LETTER_RETURNED, by=by, now=now, **_about(letter, when=full_date(day), reason=reason)
    )
    letters_returned.send(Letter, letters=[_posted(letter, at, reason)], by=by, now=now)
    return letter


def _hold(letter_id: int) -> tuple[LetterBatch | None, Letter]:
    """Lock a letter's batch, then the letter: the order of posting."""
    batch_id = Letter.objects.values_list("batch_id", flat=True).get(pk=letter_id)
    batch = (
        LetterBatch.objects.select_for_update(no_key=True)
        .select_related("agency")
        .filter(pk=batch_id)
        .first()
    )
    letter: Letter = Letter.objects.select_for_update(no_key=True).get(pk=letter_id)
    return (batch if letter.batch_id == batch_id else None), letter


def _after_posting(batch: LetterBatch | None, letter: Letter, day: date, now: datetime) -> datetime:
    if batch is None or letter.posted_at is None:
        raise NotInBatch("Cette lettre n’est pas encore postée.")
    posted_on = letter.posted_at.astimezone(batch.agency.place.zone).date()
    return _instant(batch, day, not_before=posted_on, now=now)


def _instant(batch: LetterBatch, day: date, *, not_before: date, now: datetime) -> datetime:
    """Of a day whose hour nobody knows, take its last instant that is not to come: never earlier than the truth."""
    zone = batch.agency.place.zone
    if not not_before <= day <= now.astimezone(zone).date():
        raise WrongDay
    midnight = day_bounds(day, zone)[1]
    return min(now, datetime.combine(day, time(23, 59), zone) if now >= midnight else now)


def _posted(letter: Letter, at: datetime, detail: str) -> Posted:
    return Posted(
        letter.pk,
        str(letter.ref),
        letter.message_id,
        letter.kind,
        letter.claimant_id,
        letter.subject_id,
        bytes(letter.content_hash),
        at,
        detail,
    )


def _what(letter: Letter) -> str:
    kind = emails.kind(letter.kind)
    return kind.label if kind else "lettre"


def _about(letter: Letter, **data: str) -> dict[str, Any]:
    return {
        "file_id": letter.claimant_id,
        "subject_id": letter.pk,
        "data": {"ref": str(letter.ref), **data},
    }
