"""Cancel or move an appointment, and answer an invitation: each told to the person at once."""

import uuid
from datetime import datetime
from typing import Any

from django.db import transaction
from django.db.models import F

from convocations import deeds
from convocations.following import owed
from convocations.hours.conflicts import in_turn
from convocations.models import CallTask, Convocation
from convocations.requests import ending
from convocations.scheduling.drafts import Draft
from convocations.scheduling.issuing import issue
from convocations.states import HOLDS_TIME, CallState, ConvocationState, RequestState
from messaging import outbox
from portal.core import deadlines, journal
from portal.core.journal import Actor
from portal.core.transitions import Refusal

_ANSWERS = {ConvocationState.ACCEPTED: "acceptée", ConvocationState.DECLINED: "déclinée"}


class NoLongerAhead(Refusal):
    sentence = "Ce rendez-vous n’est plus à venir. Relisez la page : il a changé entre-temps."


class NotAnInvitation(Refusal):
    sentence = "Ce rendez-vous est une convocation : on n’y répond pas comme à une invitation."


def cancel(convocation_id: int, *, reason: str, by: Actor, now: datetime) -> Convocation:
    """Cancel a coming appointment; the person is told why and owes nothing for it."""
    with transaction.atomic():
        convocation = _lock_ahead(convocation_id, now)
        ending.end_pending(convocation, RequestState.MOOT, by=by, now=now)
        convocation.note = reason
        convocation.sequence += 1
        convocation.move_to(ConvocationState.CANCELLED, saving=["note", "sequence"])
        stop_waiting(convocation, now)
        journal.record(deeds.CANCELLED, by=by, now=now, **_about(convocation, reason=reason))
        outbox.enqueue([outbox.Owed(deeds.MAIL_CANCELLED, convocation.claimant_id, convocation.pk)], now=now)
        return convocation


def move(
    convocation_id: int, draft: Draft, *, reason: str, form_key: uuid.UUID, by: Actor, now: datetime
) -> Convocation:
    """Move a coming appointment: a successor is issued with its own proof, reminders and calendar entry."""
    with transaction.atomic():
        convocation = _lock_ahead(convocation_id, now)
        ending.end_pending(convocation, RequestState.MOOT, by=by, now=now)
        successor = succeed(convocation, draft, reason=reason, form_key=form_key, by=by, now=now)
        outbox.enqueue([outbox.Owed(deeds.MAIL_MOVED, convocation.claimant_id, convocation.pk)], now=now)
        return successor


def succeed(
    convocation: Convocation, draft: Draft, *, reason: str, form_key: uuid.UUID, by: Actor, now: datetime
) -> Convocation:
    """Put a new appointment in the place of this one, which the caller holds; telling the person is theirs."""
    in_turn({convocation.agency_id}, advisor_ids={draft.advisor_id}, claimant_ids={draft.claimant_id})
    convocation.note = reason
    convocation.sequence += 1
    # First away with the old hour, or the new one could be refused for overlapping it.
    convocation.move_to(ConvocationState.SUPERSEDED, saving=["note", "sequence"])
    successor = issue(draft, form_key=form_key, by=by, now=now)
    # The person's calendar follows one event: same identity, a later sequence.
    Convocation.objects.filter(pk=successor.pk).update(sequence=F("sequence") + convocation.sequence)
    convocation.successor = successor
    convocation.save(update_fields=["successor"])
    owed.appointment_moved(convocation, successor, now=now)
    stop_waiting(convocation, now)
    journal.record(
        deeds.MOVED, by=by, now=now, **_about(convocation, successor=str(successor.ref), reason=reason)
    )
    return successor


def answer_invitation(
    convocation_id: int, answer: ConvocationState, *, by: Actor, now: datetime
) -> Convocation:
    """Take a person's yes or no to an offer; nothing follows from a no, and both can be changed before the start."""
    with transaction.atomic():
        convocation = Convocation.objects.select_for_update(no_key=True).get(pk=convocation_id)
        if convocation.is_binding:
            raise NotAnInvitation
        if convocation.state == answer:
            return convocation
        if convocation.starts_at <= now:
            raise NoLongerAhead
        convocation.move_to(answer)
        journal.record(deeds.ANSWERED, by=by, now=now, **_about(convocation, answer=_ANSWERS[answer]))
        return convocation


def stop_waiting(convocation: Convocation, now: datetime) -> None:
    """Cancel everything that waited for this appointment: deadlines, open calls, proposals."""
    deadlines.cancel(deeds.BEFORE_START, [convocation.pk], now=now)
    deadlines.cancel([deeds.DUE_RECORD], [convocation.pk], now=now)
    # Who asked to be called back about it is called all the same.
    CallTask.objects.filter(convocation=convocation, state=CallState.OPEN).exclude(
        reason=CallTask.Reason.CALL_BACK
    ).move_all(CallState.DROPPED, closed_at=now)
    owed.appointment_over(convocation, now=now)


def _lock_ahead(convocation_id: int, now: datetime) -> Convocation:
    convocation = Convocation.objects.select_for_update(no_key=True).get(pk=convocation_id)
    still_ahead = convocation.state in HOLDS_TIME
    if not still_ahead or convocation.starts_at <= now:
        raise NoLongerAhead
    return convocation


def _about(convocation: Convocation, **data: Any) -> dict[str, Any]:
    return {
        "file_id": convocation.claimant_id,
        "subject_id": convocation.pk,
        "data": {"ref": str(convocation.ref), **data},
    }
