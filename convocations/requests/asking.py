"""Ask to move an appointment, to hold it in another manner, or say that the technique failed (product §4).

What a person may do without asking anybody is accepted here, at once, and the rule is named; everything
else waits for a person's answer, and the appointment is frozen meanwhile.
"""

import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.db import transaction

from accounts.models import Claimant
from accounts.people import record_accommodations
from convocations import deeds
from convocations.hours import holding
from convocations.hours.slots import needs_own_hour
from convocations.justificatifs.putting_forward import put_forward
from convocations.models import CallTask, ChangeRequest, Convocation, Modality
from convocations.models import Kind as AppointmentKind
from convocations.requests.granting import grant_by_rule
from convocations.requests.grounds import counting, proving, signing
from convocations.requests.waiting import clocks
from convocations.scheduling import displacing
from convocations.states import AHEAD, REQUEST_PENDING, ConvocationState
from messaging import outbox
from portal.core import journal, parameters
from portal.core.fingerprint import content_hash
from portal.core.french import full_datetime
from portal.core.journal import Actor
from portal.core.models import Document
from portal.core.transitions import Refusal

Kind, Channel = ChangeRequest.Kind, ChangeRequest.Channel


class TooLateToAsk(Refusal):
    sentence = (
        "L’heure de ce rendez-vous est venue\u00a0: une demande n’est plus possible ici. "
        "Appelez votre agence ou le 3949. Si une absence est notée, vous pourrez l’expliquer."
    )


class AlreadyAsked(Refusal):
    sentence = "Une demande attend déjà une réponse pour ce rendez-vous."


class NothingToChange(Refusal):
    sentence = "Ce rendez-vous n’est plus à venir. Relisez la page\u00a0: il a changé entre-temps."


class OnlyByVideoOrPhone(Refusal):
    sentence = "Un problème technique se signale pour un rendez-vous en vidéo ou par téléphone."


@dataclass(frozen=True, slots=True)
class Wish:
    """What a person asks: times aware, `motive` a code of the catalogue or empty, `signed_name` as typed."""

    kind: ChangeRequest.Kind
    motive: str = ""
    text: str = ""
    starts_at: datetime | None = None
    ends_at: datetime | None = None
    modality: str = ""
    wants_call: bool = False
    needs: Sequence[str] = ()
    document_ids: Sequence[int] = ()
    signed_name: str = ""


def ask(
    convocation_id: int,
    wish: Wish,
    *,
    form_key: uuid.UUID,
    by: Actor,
    now: datetime,
    channel: ChangeRequest.Channel = ChangeRequest.Channel.WEB,
) -> ChangeRequest:
    """Take a request; accepted at once where a rule says so, else an advisor answers in two *jours ouvrables*.

    `form_key` names the sending: the same key again gives the first request. Raises a `Refusal`.
    """
    with transaction.atomic():
        convocation = (
            Convocation.objects.select_for_update(no_key=True, of=("self",))
            .select_related("agency", "advisor__user")
            .get(pk=convocation_id)
        )
        if (earlier := ChangeRequest.objects.filter(form_key=form_key).first()) is not None:
            return earlier
        # Held after the appointment, as everywhere: two requests at once cannot both be the last free one.
        claimant = Claimant.objects.hold(convocation.claimant_id)
        _refuse(convocation, wish, now)
        rule, counted = _grounds(convocation, claimant, wish, channel, now)
        documents = list(
            Document.objects.filter(pk__in=wish.document_ids, owner_id=claimant.pk).order_by("pk")
        )
        row = _write(convocation, claimant, wish, documents, form_key, channel, counted, by=by, now=now)
        _remember_needs(claimant, wish, by=by, now=now)
        put_forward(row, documents, motive=row.motive, by=by, now=now)
        _journal(row, convocation, by=by, now=now)
        if rule:
            grant_by_rule(row, convocation, claimant, ChangeRequest.Rule(rule), by=by, now=now)
        else:
            _wait(row, convocation, wish, now)
        return row


def _refuse(convocation: Convocation, wish: Wish, now: datetime) -> None:
    """Raise where the appointment leaves nothing to ask."""
    if ChangeRequest.objects.filter(convocation=convocation, state__in=REQUEST_PENDING).exists():
        raise AlreadyAsked
    if wish.kind == Kind.INCIDENT:
        if not convocation.is_technical:
            raise OnlyByVideoOrPhone
        if convocation.state not in AHEAD | {ConvocationState.AWAITING_STATUS}:
            raise NothingToChange
    elif convocation.state not in AHEAD or not convocation.is_binding:
        raise NothingToChange
    elif convocation.starts_at <= now:
        raise TooLateToAsk
    if wish.starts_at is not None and wish.starts_at <= now:
        raise Refusal("Cette heure est déjà passée. Choisissez une autre heure.")
    if wish.kind == Kind.MODALITY and wish.modality in {"", convocation.modality} and not wish.needs:
        raise Refusal("Choisissez un autre moyen que celui qui est prévu.")


def _grounds(
    convocation: Convocation,
    claimant: Claimant,
    wish: Wish,
    channel: ChangeRequest.Channel,
    now: datetime,
) -> tuple[str, bool]:
    """Name the rule that says yes at once, if any, and whether it counts; raises where a proof is missing."""
    tolerance = counting.tolerance_of(claimant.pk, tz=convocation.agency.place.zone, now=now)
    displaced = displacing.of_appointment(convocation.pk) is not None
    rule = counting.rule_for(
        wish.kind,
        motive=wish.motive,
        modality=wish.modality,
        backed=bool(wish.document_ids or wish.signed_name),
        has_slot=wish.starts_at is not None,
        convocation=convocation,
        agency_id=claimant.agency_id,
        displaced=displaced,
        tolerance=tolerance,
    )
    proving.require(
        wish.kind,
        motive=wish.motive,
        documents=bool(wish.document_ids),
        signed=bool(wish.signed_name),
        rule=rule,
        claimant=claimant,
        tolerance=tolerance,
        channel=channel,
    )
    return rule, counting.counts(wish.kind, wish.motive, convocation, claimant.agency_id, displaced=displaced)


def _write(
    convocation: Convocation,
    claimant: Claimant,
    wish: Wish,
    documents: Sequence[Document],
    form_key: uuid.UUID,
    channel: ChangeRequest.Channel,
    counted: bool,
    *,
    by: Actor,
    now: datetime,
) -> ChangeRequest:
    lead = timedelta(hours=parameters.current().request_lead_hours)
    row = ChangeRequest.objects.create(
        convocation=convocation,
        claimant=claimant,
        advisor_id=_owner(convocation, claimant),
        agency=claimant.agency,
        kind=wish.kind,
        channel=channel,
        form_key=form_key,
        motive=wish.motive,
        text=wish.text.strip(),
        wished_start=wish.starts_at,
        wished_end=wish.ends_at,
        wished_modality=wish.modality or (convocation.modality if wish.kind == Kind.MODALITY else ""),
        wants_call=wish.wants_call,
        needs=list(wish.needs),
        state_before=convocation.state,
        submitted_at=now,
        submitted_by_id=by.person_id,
        is_late=wish.kind != Kind.INCIDENT and convocation.starts_at - now < lead,
        counts=counted,
        content_hash=content_hash(_asked(convocation, wish, documents, now)),
        decide_by=clocks.answer_due(now, claimant.agency.place),
    )
    if wish.signed_name:
        signing.sign(row, claimant, wish.signed_name, by=by, now=now)
    return row


def _owner(convocation: Convocation, claimant: Claimant) -> int:
    """Say who answers: the advisor who was to meet the person, or the new one once the file has moved away."""
    moved = convocation.agency_id != claimant.agency_id
    return claimant.advisor_id if moved else convocation.advisor_id


def _asked(
    convocation: Convocation, wish: Wish, documents: Sequence[Document], now: datetime
) -> dict[str, Any]:
    return {
        "convocation": str(convocation.ref),
        "kind": str(wish.kind),
        "motive": wish.motive,
        "text": wish.text.strip(),
        "wished_start": wish.starts_at.isoformat() if wish.starts_at else "",
        "wished_modality": wish.modality,
        "wants_call": wish.wants_call,
        "needs": list(wish.needs),
        "signed_name": wish.signed_name,
        "documents": [bytes(document.sha256).hex() for document in documents],
        "submitted_at": now.isoformat(),
    }


def _remember_needs(claimant: Claimant, wish: Wish, *, by: Actor, now: datetime) -> None:
    """Keep what the person needs to take part, so that it is proposed next time without a document."""
    if new := [need for need in wish.needs if need not in claimant.accommodations]:
        record_accommodations(
            claimant.pk, [*claimant.accommodations, *new], claimant.accommodation_detail, by=by, now=now
        )


def _wait(row: ChangeRequest, convocation: Convocation, wish: Wish, now: datetime) -> None:
    """Keep the wished hour, freeze the appointment, start the clock of the answer, acknowledge receipt."""
    # Before the appointment changes hands: hours are taken in turn, and nobody waits for us meanwhile.
    _keep_hour(row, convocation, now)
    convocation.move_to(ConvocationState.RESCHEDULE_PENDING)
    clocks.start([row], now)
    if wish.kind == Kind.INCIDENT:
        # The person sits before a dark picture: the advisor is asked to call now, not in two days.
        CallTask.objects.bulk_create(
            [
                CallTask(
                    convocation=convocation,
                    claimant_id=row.claimant_id,
                    advisor_id=row.advisor_id,
                    reason=CallTask.Reason.TECH_INCIDENT,
                    opened_at=now,
                    due_at=now,
                )
            ],
            ignore_conflicts=True,
        )
    outbox.enqueue([outbox.Owed(deeds.MAIL_REQUEST_RECEIVED, row.claimant_id, row.pk)], now=now)


def _keep_hour(row: ChangeRequest, convocation: Convocation, now: datetime) -> None:
    """Keep the hour (and the kiosk) a person picked until the answer; one noted of a call only where it is free."""
    modality = row.wished_modality or convocation.modality
    alone = needs_own_hour(AppointmentKind(convocation.kind), Modality(modality))
    if row.wished_start is None or not alone:
        # No hour suited: the one that was kept while they read is anybody's at once.
        holding.release(row.claimant_id, now=now)
        return
    try:
        holding.keep(row, convocation, now=now)
    except holding.SlotGone:
        if row.channel == Channel.WEB:
            raise


def _journal(row: ChangeRequest, convocation: Convocation, *, by: Actor, now: datetime) -> None:
    data = {
        "ref": str(row.ref),
        "appointment": str(convocation.ref),
        "what": _WHAT[row.kind],
        "hash": bytes(row.content_hash).hex(),
        "counts": row.counts,
    }
    if row.wished_start:
        data["wished"] = full_datetime(row.wished_start, convocation.agency.place.zone)
    if row.channel == Channel.WEB:
        code = deeds.REQUESTED
    else:
        code = deeds.REQUEST_NOTED
        data["channel"] = Channel(row.channel).label
    journal.record(code, by=by, now=now, file_id=row.claimant_id, subject_id=row.pk, data=data)
    Claimant.objects.filter(pk=row.claimant_id).update(last_contact_at=now)


_WHAT: dict[str, str] = {
    Kind.RESCHEDULE: "une autre date",
    Kind.MODALITY: "un autre moyen",
    Kind.INCIDENT: "une solution à un problème technique",
}
