"""The person's own words after a request: they take it back, or correct what was noted of their call."""

from datetime import datetime

from django.db import transaction

from accounts.models import Claimant
from convocations import deeds
from convocations.attendance import await_record
from convocations.models import ChangeRequest, Convocation
from convocations.requests.answering import thaw
from convocations.requests.ending import end
from convocations.requests.papers import AlreadyAnswered, answered_sentence, hold
from convocations.requests.waiting import clocks
from convocations.states import REQUEST_PENDING, ConvocationState, RequestState
from messaging import outbox
from portal.core import journal
from portal.core.journal import Actor
from portal.core.transitions import Refusal


class NothingNoted(Refusal):
    sentence = "Cette demande a été écrite par vous\u00a0: retirez-la, puis faites-en une autre."


def withdraw(request_id: int, *, by: Actor, now: datetime) -> ChangeRequest:
    """Take a request back while it waits; the appointment stands again as before."""
    with transaction.atomic():
        convocation = (
            Convocation.objects.select_for_update(no_key=True, of=("self",))
            .select_related("agency")
            .get(requests__pk=request_id)
        )
        row = hold(request_id)
        if row.state == RequestState.WITHDRAWN:
            return row
        if row.state not in REQUEST_PENDING:
            raise AlreadyAnswered(answered_sentence(row))
        end(row, RequestState.WITHDRAWN, by=by, now=now)
        if (
            row.submitted_at >= convocation.starts_at
            and convocation.state == ConvocationState.RESCHEDULE_PENDING
        ):
            # A technical problem told after the start: who came is recorded as if nothing had been said.
            await_record(convocation, now=now)
        else:
            thaw(convocation, row, now=now)
        journal.record(
            deeds.REQUEST_ENDED,
            by=by,
            now=now,
            file_id=row.claimant_id,
            subject_id=row.pk,
            data={"ref": str(row.ref), "outcome": RequestState.WITHDRAWN.label},
        )
        return row


def correct(request_id: int, *, text: str, by: Actor, now: datetime) -> ChangeRequest:
    """Take the person's correction of what was noted aloud; their advisor reads it, with a delay of its own."""
    with transaction.atomic():
        row = hold(request_id)
        if row.channel == ChangeRequest.Channel.WEB:
            raise NothingNoted
        if not text.strip():
            raise Refusal("Écrivez ce qui n’est pas juste.")
        row.correction, row.corrected_at, row.correction_open = text.strip(), now, True
        row.save(update_fields=["correction", "corrected_at", "correction_open"])
        if row.state not in REQUEST_PENDING:
            # The answer was given on something else than was meant: it is read again, with a delay of its own.
            row.decide_by, row.escalated_at = clocks.answer_due(now, row.agency.place), None
            row.save(update_fields=["decide_by", "escalated_at"])
            clocks.start([row], now)
        Claimant.objects.filter(pk=row.claimant_id).update(last_contact_at=now)
        journal.record(
            deeds.REQUEST_CORRECTED,
            by=by,
            now=now,
            file_id=row.claimant_id,
            subject_id=row.pk,
            data={"ref": str(row.ref), "correction": row.correction},
        )
        return row


def answer_correction(request_id: int, *, answer: str, by: Actor, now: datetime) -> ChangeRequest:
    """Note that the advisor has read a correction and what they make of it; the person is told."""
    with transaction.atomic():
        row = hold(request_id)
        if not row.correction_open:
            raise AlreadyAnswered("Cette correction a déjà une réponse.")
        if not answer.strip():
            raise Refusal("Écrivez ce que vous avez fait de cette correction\u00a0: la personne le lit.")
        row.correction_open = False
        row.reasons = f"{row.reasons}\n\n{answer.strip()}".strip()
        row.save(update_fields=["correction_open", "reasons"])
        journal.record(
            deeds.REQUEST_DECIDED,
            by=by,
            now=now,
            file_id=row.claimant_id,
            subject_id=row.pk,
            data={"ref": str(row.ref), "outcome": "correction lue", "reasons": answer.strip()},
        )
        outbox.enqueue(
            [outbox.Owed(deeds.MAIL_REQUEST_CORRECTED, row.claimant_id, row.pk, int(now.timestamp()))],
            now=now,
        )
        return row
