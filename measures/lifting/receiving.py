"""A refusal to lift reaches the person: from then on they have the time to contest it."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from django.db import transaction
from django.dispatch import receiver

from measures import deeds, signals
from measures.appeals.window import running
from measures.models import Case, LiftRequest, ReceivedHow
from measures.procedure.holding import hold
from messaging.signals import Posted, letters_delivered, letters_returned
from portal.core import deadlines, journal
from portal.core.journal import Actor

REFUSALS = frozenset({deeds.MAIL_LIFT_REFUSED, deeds.MAIL_LIFT_UNREAD})


def consult(case_id: int, *, by: Actor, now: datetime) -> bool:
    """Write that the person opened the refusal, the first time; the page of their procedure calls it."""
    waiting = LiftRequest.objects.filter(
        case=case_id, case__claimant_id=by.person_id, granted=False, notified_at__isnull=True
    )
    if not waiting.exists():
        return False
    with transaction.atomic():
        return _receive(hold(case_id), at=now, how=ReceivedHow.CONSULTED, by=by, now=now)


@receiver(letters_delivered, dispatch_uid="measures.lift_refusals_delivered")
def note_delivered(sender: Any, *, letters: Sequence[Posted], by: Actor, now: datetime, **_: Any) -> None:
    """Count a registered letter that the person signed for as the reception of the refusal."""
    for letter in letters:
        if letter.kind in REFUSALS:
            case_id = LiftRequest.objects.values_list("case_id", flat=True).get(pk=letter.subject_id)
            _receive(hold(case_id), at=letter.at, how=ReceivedHow.LETTER_DELIVERED, by=by, now=now)


@receiver(letters_returned, dispatch_uid="measures.lift_refusals_returned")
def note_returned(sender: Any, *, letters: Sequence[Posted], now: datetime, **_: Any) -> None:
    """Ask for a call where the letter came back: no time runs meanwhile."""
    of_refusals = [letter.subject_id for letter in letters if letter.kind in REFUSALS]
    waiting = LiftRequest.objects.filter(pk__in=of_refusals, notified_at__isnull=True)
    signals.ask_for_calls(waiting.values_list("case__claimant_id", flat=True), now)


def _receive(case: Case, *, at: datetime, how: ReceivedHow, by: Actor, now: datetime) -> bool:
    """Take each refusal that was not read yet for received; the caller holds the case."""
    found = list(LiftRequest.objects.filter(case=case, granted=False, notified_at__isnull=True))
    for asked in found:
        asked.notified_at, asked.notified_how = at, how
        asked.save(update_fields=["notified_at", "notified_how"])
        deadlines.cancel([deeds.DUE_LIFT_UNREAD], [asked.pk], now=now)
        data = {"ref": str(case.ref), "how": how.label}
        journal.record(deeds.LIFT_RECEIVED, by=by, now=now, **case.about, data=data)
        running.open_window(case, lift=asked, at=at, by=by)
    if found:
        signals.drop_calls([case.claimant_id], now)
    return bool(found)
