"""An advisor answers a request: yes, yes at another hour, documents first, or no with reasons."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import transaction

from accounts import reassigning
from accounts.models import Advisor, Claimant
from convocations import deeds
from convocations.hours import holding
from convocations.models import ChangeRequest, Convocation, Justificatif
from convocations.requests.ending import end
from convocations.requests.granting import replace
from convocations.requests.papers import AlreadyAnswered, answered_sentence, hold
from convocations.scheduling.changing import stop_waiting
from convocations.states import (
    REQUEST_PENDING,
    REQUEST_WAITS_FOR_ADVISOR,
    ConvocationState,
    RequestState,
    ReviewState,
)
from messaging import outbox
from portal.core import journal
from portal.core.journal import Actor
from portal.core.models.document import DocumentState
from portal.core.transitions import Refusal

Kind = ChangeRequest.Kind


class HourNeeded(Refusal):
    sentence = "Choisissez le jour et l’heure du nouveau rendez-vous."


class NotRefused(Refusal):
    sentence = (
        "Un problème technique signalé par la personne ne se refuse pas\u00a0: il ne compte pour rien. "
        "Proposez une nouvelle date, ou notez l’incident sur le rendez-vous."
    )


@dataclass(frozen=True, slots=True)
class Offer:
    """The hour and manner an advisor gives instead of what was wished; empty fields keep the wish."""

    starts_at: datetime | None = None
    ends_at: datetime | None = None
    modality: str = ""
    place: str = ""


def open_request(request_id: int, *, by: Actor, now: datetime) -> bool:
    """Note that the advisor has read a request, which its person then sees; True the first time."""
    with transaction.atomic():
        row = hold(request_id)
        if row.state != RequestState.SUBMITTED:
            return False
        row.opened_at = now
        row.move_to(RequestState.UNDER_REVIEW, saving=["opened_at"])
        journal.record(
            deeds.REQUEST_READ,
            by=by,
            now=now,
            file_id=row.claimant_id,
            subject_id=row.pk,
            data={"ref": str(row.ref)},
        )
        return True


def accept(request_id: int, offer: Offer, *, reasons: str = "", by: Actor, now: datetime) -> ChangeRequest:
    """Say yes: the new appointment is issued as wished, or as offered, and the old one makes way."""
    with transaction.atomic():
        convocation, row = _both(request_id)
        claimant = Claimant.objects.select_related("user", "agency").get(pk=row.claimant_id)
        starts_at, ends_at = _hours(row, convocation, offer, now)
        replace(
            row,
            convocation,
            claimant,
            starts_at=starts_at,
            ends_at=ends_at,
            modality=offer.modality,
            place=offer.place,
            offered=True,
            by=by,
            now=now,
        )
        row.decided_by_id, row.reasons = by.person_id, reasons.strip()
        _accept_papers(row, by=by, now=now)
        state = RequestState.ACCEPTED_OTHER_SLOT if _is_another(row, offer) else RequestState.ACCEPTED
        end(row, state, by=by, now=now, saving=("decided_by", "reasons"))
        _say(row, by=by, now=now)
        return row


def refuse(request_id: int, *, reasons: str, by: Actor, now: datetime) -> ChangeRequest:
    """Say no, with reasons; in time the appointment stands as before, once its hour has come it counts for nothing."""
    with transaction.atomic():
        convocation, row = _both(request_id)
        if row.kind == Kind.INCIDENT:
            raise NotRefused
        if not reasons.strip():
            raise Refusal("Écrivez vos raisons\u00a0: la personne les lit, avec ses recours.")
        if _unread_papers(row).exists():
            raise Refusal("Un justificatif de cette demande attend votre examen. Lisez-le d’abord.")
        row.decided_by_id, row.reasons = by.person_id, reasons.strip()
        end(row, RequestState.REFUSED, by=by, now=now, saving=("decided_by", "reasons"))
        thaw(convocation, row, now=now)
        _say(row, by=by, now=now)
        return row


def reassign(request_ids: Collection[int], advisor: Advisor, *, reason: str, by: Actor, now: datetime) -> int:
    """Hand requests that wait, with their justificatifs, to another advisor of the agency."""
    with transaction.atomic():
        rows = list(
            ChangeRequest.objects.filter(
                pk__in=request_ids, state__in=REQUEST_WAITS_FOR_ADVISOR, agency_id=advisor.agency_id
            ).select_for_update(no_key=True)
        )
        ids = [row.pk for row in rows]
        waiting = ChangeRequest.objects.filter(pk__in=ids)
        waiting.update(advisor=advisor)
        holding.hand_over(waiting, advisor.pk, now=now)
        Justificatif.objects.filter(request_id__in=ids, state=ReviewState.IN_REVIEW).update(advisor=advisor)
        reassigning.record(deeds.REASSIGNED, rows, advisor, reason=reason, by=by, now=now, what="la demande")
        return len(rows)


def thaw(convocation: Convocation, row: ChangeRequest, *, now: datetime) -> None:
    """Let an appointment stand again as it did; one whose hour came meanwhile is cancelled and counts for nothing."""
    if convocation.state != ConvocationState.RESCHEDULE_PENDING:
        return
    if convocation.starts_at > now:
        read = (
            row.state_before in {ConvocationState.ISSUED, ConvocationState.DELIVERED} and convocation.read_at
        )
        convocation.move_to(ConvocationState.READ if read else ConvocationState(row.state_before))
        return
    convocation.note = (
        "La demande n’avait pas de réponse à l’heure du rendez-vous\u00a0: il ne compte pas. "
        "Une autre date vous sera proposée."
    )
    convocation.sequence += 1
    convocation.move_to(ConvocationState.CANCELLED, saving=["note", "sequence"])
    stop_waiting(convocation, now)


def _both(request_id: int) -> tuple[Convocation, ChangeRequest]:
    """Lock the appointment, then its request, in the order every process keeps."""
    convocation = (
        Convocation.objects.select_for_update(no_key=True, of=("self",))
        .select_related("agency", "advisor__user")
        .get(requests__pk=request_id)
    )
    row = hold(request_id)
    if row.state not in REQUEST_PENDING:
        raise AlreadyAnswered(answered_sentence(row))
    return convocation, row


def _hours(
    row: ChangeRequest, convocation: Convocation, offer: Offer, now: datetime
) -> tuple[datetime, datetime]:
    """Give the hours of the new appointment: offered, wished, or for another manner the ones it had."""
    if offer.starts_at is not None and offer.ends_at is not None:
        return offer.starts_at, offer.ends_at
    if row.wished_start is not None and row.wished_end is not None and row.wished_start > now:
        return row.wished_start, row.wished_end
    if row.kind == Kind.MODALITY and convocation.starts_at > now:
        return convocation.starts_at, convocation.ends_at
    raise HourNeeded


def _is_another(row: ChangeRequest, offer: Offer) -> bool:
    """Say whether the person gets something else than they wished: another hour, or another manner."""
    hour = offer.starts_at is not None and row.wished_start not in {None, offer.starts_at}
    return hour or bool(offer.modality and row.wished_modality and offer.modality != row.wished_modality)


def _unread_papers(row: ChangeRequest) -> Any:
    return Justificatif.objects.filter(
        request=row, state=ReviewState.IN_REVIEW, document__state=DocumentState.RECEIVED
    )


def _accept_papers(row: ChangeRequest, *, by: Actor, now: datetime) -> None:
    """Take what was sent as good: who grants the request has seen enough."""
    _unread_papers(row).move_all(ReviewState.ACCEPTED, reviewed_at=now, reviewed_by_id=by.person_id)


def _say(row: ChangeRequest, *, by: Actor, now: datetime) -> None:
    journal.record(
        deeds.REQUEST_DECIDED,
        by=by,
        now=now,
        file_id=row.claimant_id,
        subject_id=row.pk,
        data={"ref": str(row.ref), "outcome": RequestState(row.state).label, "reasons": row.reasons},
    )
    outbox.enqueue([outbox.Owed(deeds.MAIL_REQUEST_DECIDED, row.claimant_id, row.pk)], now=now)
