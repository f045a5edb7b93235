"""The answer to a gracious appeal reaches the person: from then on their whole time to act runs anew."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from django.db import transaction
from django.dispatch import receiver

from measures import deeds, signals
from measures.appeals.holding import hold
from measures.appeals.window import running
from measures.models import AppealCase, GraciousAppeal, ReceivedHow
from measures.states import GRACIOUS_ANSWERED
from messaging.signals import Posted, letters_delivered, letters_returned
from portal.core import deadlines, journal
from portal.core.journal import Actor
from portal.core.prepared import prepared

ANSWERS = frozenset({deeds.MAIL_GRACIOUS_ANSWER, deeds.MAIL_ANSWER_UNREAD})


def consult(appeal_id: int, *, by: Actor, now: datetime) -> bool:
    """Write that the person opened the answer, the first time; their page of the appeal calls it at each opening."""
    if not _unread(appeal_id=appeal_id, claimant_id=by.person_id):
        return False
    with transaction.atomic():
        appeal = hold(appeal_id)
        return receive_all(appeal, at=now, how=ReceivedHow.CONSULTED, by=by, now=now)


@prepared
def _unread(appeal_id: int, claimant_id: int) -> Any:
    rows = GraciousAppeal.objects.filter(appeal_id=appeal_id, appeal__case__claimant_id=claimant_id)
    return rows.filter(state__in=GRACIOUS_ANSWERED, notified_at__isnull=True).values_list("pk")[:1]


def receive_all(appeal: AppealCase, *, at: datetime, how: ReceivedHow, by: Actor, now: datetime) -> bool:
    """Take the answers of an appeal for received; the caller holds it."""
    found = list(
        GraciousAppeal.objects.filter(appeal=appeal, state__in=GRACIOUS_ANSWERED, notified_at__isnull=True)
    )
    for gracious in found:
        gracious.notified_at, gracious.notified_how = at, how
        gracious.save(update_fields=["notified_at", "notified_how"])
        deadlines.cancel([deeds.DUE_ANSWER_UNREAD], [gracious.pk], now=now)
        data = {"ref": str(appeal.ref), "how": how.label}
        journal.record(deeds.GRACIOUS_RECEIVED, by=by, now=now, **appeal.about, data=data)
        if gracious.interrupts:
            running.resume(appeal, now=now, by=by)
    if found:
        signals.drop_calls([appeal.claimant_id], now)
    return bool(found)


@receiver(letters_delivered, dispatch_uid="measures.answers_delivered")
def note_delivered(sender: Any, *, letters: Sequence[Posted], by: Actor, now: datetime, **_: Any) -> None:
    """Count a registered letter that the person signed for as the reception of the answer."""
    for letter in letters:
        if letter.kind in ANSWERS:
            appeal_id = GraciousAppeal.objects.values_list("appeal_id", flat=True).get(pk=letter.subject_id)
            receive_all(hold(appeal_id), at=letter.at, how=ReceivedHow.LETTER_DELIVERED, by=by, now=now)


@receiver(letters_returned, dispatch_uid="measures.answers_returned")
def note_returned(sender: Any, *, letters: Sequence[Posted], now: datetime, **_: Any) -> None:
    """Ask for a call where the letter came back: no time runs meanwhile."""
    of_answers = [letter.subject_id for letter in letters if letter.kind in ANSWERS]
    waiting = GraciousAppeal.objects.filter(pk__in=of_answers, notified_at__isnull=True)
    signals.ask_for_calls(waiting.values_list("appeal__case__claimant_id", flat=True), now)
