"""The evidence ledger: what proves that a person was told, and knew, each fact dated."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

from django.db import connection, transaction
from django.db.models import Min, Q

from convocations import deeds
from convocations.models import CallTask, Convocation, DeliveryEvidence, Fact
from convocations.models.evidence import PROVES_KNOWN
from convocations.states import AHEAD, UNREAD, CallState, ConvocationState
from portal.core import journal, parameters
from portal.core.french import full_datetime
from portal.core.journal import Actor
from portal.core.transitions import Refusal


class NotToAcknowledge(Refusal):
    sentence = "Ce rendez-vous n’attend plus d’accusé de réception."


class WrongEvidenceDate(Refusal):
    sentence = (
        "Cette date ne convient pas : elle doit suivre l’envoi de la convocation et ne pas être à venir."
    )


def shown_content(convocation: Any, ref: str) -> dict[str, Any]:
    """List what the person is shown of an appointment (a row or a draft), in the order of the page."""
    return {
        "ref": ref,
        "bindingness": str(convocation.bindingness),
        "kind": str(convocation.kind),
        "modality": str(convocation.modality),
        "starts_at": convocation.starts_at.isoformat(),
        "ends_at": convocation.ends_at.isoformat(),
        "place": convocation.place,
        "purpose": convocation.purpose,
        "to_bring": convocation.to_bring,
    }


def deposit_all(convocation_ids: Sequence[int], *, now: datetime) -> None:
    """Write that these convocations stand in the personal space since `now`, in the issuing transaction."""
    with connection.cursor() as cursor:
        cursor.execute(
            """
            INSERT INTO convocations_deliveryevidence
                (convocation_id, fact, at, written_at, by_id, message_id, detail, shown_hash)
            SELECT id, 'DEPOSITED', %s, %s, NULL, 0, '', content_hash
            FROM convocations_convocation WHERE id = ANY(%s)
            """,
            [now, now, list(convocation_ids)],
        )


def consult(convocation_id: int, *, by: Actor, now: datetime) -> bool:
    """Write the first consultation, the moment from which a person is proven to know; True the first time.

    Opening the page is the act; the ledger's unique key keeps only the first, also between two tabs.
    """
    with transaction.atomic():
        convocation = Convocation.objects.select_for_update(no_key=True).get(pk=convocation_id)
        if convocation.read_at is not None:
            return False
        _write(convocation, Fact.CONSULTED, at=now, by=by, now=now)
        if convocation.state in UNREAD:
            convocation.move_to(ConvocationState.READ)
        _drop_call(convocation, CallTask.Reason.UNREAD, now)
        journal.record(deeds.CONSULTED, by=by, now=now, **_about(convocation))
        return True


def acknowledge(convocation_id: int, *, by: Actor, now: datetime) -> Convocation:
    """Take a person's word that they know of their appointment; a second click changes nothing."""
    with transaction.atomic():
        convocation = Convocation.objects.select_for_update(no_key=True).get(pk=convocation_id)
        if convocation.state == ConvocationState.ACKNOWLEDGED:
            return convocation
        if convocation.state not in AHEAD or not convocation.is_binding:
            raise NotToAcknowledge
        if convocation.read_at is None:
            _write(convocation, Fact.CONSULTED, at=now, by=by, now=now)
        _write(convocation, Fact.ACKNOWLEDGED, at=now, by=by, now=now)
        convocation.move_to(ConvocationState.ACKNOWLEDGED)
        _drop_call(convocation, CallTask.Reason.UNREAD, now)
        journal.record(deeds.ACKNOWLEDGED, by=by, now=now, **_about(convocation))
        return convocation


def note_letter(
    convocation_id: int, fact: Fact, *, at: datetime, detail: str, by: Actor, now: datetime
) -> Convocation:
    """Write that a letter was posted or delivered, on the day it happened, as the advisor read it."""
    with transaction.atomic():
        convocation = Convocation.objects.select_for_update(no_key=True).get(pk=convocation_id)
        if not convocation.issued_at - timedelta(days=1) <= at <= now:
            raise WrongEvidenceDate
        _write(convocation, fact, at=at, by=by, now=now, detail=detail)
        if fact == Fact.LETTER_DELIVERED and convocation.state == ConvocationState.ISSUED:
            convocation.move_to(ConvocationState.DELIVERED)
        about = _about(convocation)
        about["data"] |= {"fact": fact.label, "when": full_datetime(at, _zone(convocation))}
        journal.record(deeds.LETTER_NOTED, by=by, now=now, **about)
        return convocation


def confirm_by_phone(convocation: Convocation, *, by: Actor, now: datetime) -> None:
    """Write that the person confirmed by phone that they know; the caller holds the row and journals the call."""
    _write(convocation, Fact.PHONE_CONFIRMED, at=now, by=by, now=now)


def known_late(convocation: Convocation) -> bool:
    """Say whether the person knew less than the parameter's hours before (product §3): told to who decides."""
    hours = parameters.current().known_late_hours
    return convocation.known_at is not None and convocation.known_at > convocation.starts_at - timedelta(
        hours=hours
    )


def why_not_valid(convocation: Convocation) -> list[str]:
    """Say in French what the proof of notification lacks; empty when an absence could be founded on it.

    Asks the ledger itself, as the database's trigger does: the summary on the row is for lists.
    """
    facts = DeliveryEvidence.objects.filter(convocation=convocation).aggregate(
        deposited_at=Min("at", filter=Q(fact=Fact.DEPOSITED)),
        known_at=Min("at", filter=Q(fact__in=PROVES_KNOWN)),
    )
    deposited_at, known_at = facts["deposited_at"], facts["known_at"]
    reasons = []
    if not convocation.is_binding:
        reasons.append("C’est une invitation\u00a0: ne pas venir est sans conséquence.")
    if deposited_at is None or deposited_at > convocation.notice_deadline:
        reasons.append(
            "Elle n’a pas été déposée dans l’espace personnel assez longtemps avant le rendez-vous."
        )
    if known_at is None or known_at >= convocation.starts_at:
        reasons.append("Rien ne prouve que la personne en a eu connaissance avant le rendez-vous.")
    return reasons


def _write(
    convocation: Convocation,
    fact: Fact,
    *,
    at: datetime,
    by: Actor,
    now: datetime,
    detail: str = "",
    message_id: int = 0,
) -> None:
    DeliveryEvidence.objects.bulk_create(
        [
            DeliveryEvidence(
                convocation=convocation,
                fact=fact,
                at=at,
                written_at=now,
                by_id=by.user_id,
                detail=detail,
                message_id=message_id,
                shown_hash=convocation.content_hash,
            )
        ],
        ignore_conflicts=True,
    )


def _drop_call(convocation: Convocation, reason: str, now: datetime) -> None:
    CallTask.objects.filter(convocation=convocation, reason=reason, state=CallState.OPEN).move_all(
        CallState.DROPPED, closed_at=now
    )


def _zone(convocation: Convocation) -> Any:
    return convocation.agency.place.zone


def _about(convocation: Convocation) -> dict[str, Any]:
    return {
        "file_id": convocation.claimant_id,
        "subject_id": convocation.pk,
        "data": {"ref": str(convocation.ref)},
    }
