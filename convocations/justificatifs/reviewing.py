"""Review a justificatif: kept, to complete by a date, or not kept with a reason the person reads."""

from collections.abc import Sequence
from datetime import date, datetime
from typing import Any

from django.db import transaction

from accounts.access import sees
from accounts.hours.deputising import stands_in
from accounts.models import Advisor, Claimant
from convocations import deeds
from convocations.absences.deciding import AlreadyDecided, decided_sentence
from convocations.justificatifs.putting_forward import put_forward, review_due
from convocations.models import Absence, Justificatif
from convocations.states import ABSENCE_UNDECIDED, ReviewState
from messaging import outbox
from portal.core import journal
from portal.core.french import full_datetime
from portal.core.journal import Actor
from portal.core.models import Document
from portal.core.models.document import DocumentState
from portal.core.transitions import Refusal

_R = ReviewState


class AlreadyReviewed(Refusal):
    sentence = "Ce justificatif est déjà examiné."


class NothingToComplete(Refusal):
    sentence = "Ce justificatif n’attend plus rien de vous."


class NothingSent(Refusal):
    sentence = (
        "Ajoutez un fichier, ou cochez un document que vous n’avez pas encore envoyé pour cette absence."
    )


class NotReadable(Refusal):
    sentence = "Ce document n’est pas encore lisible : sa vérification est en cours. Revenez dans un instant."


def review(
    justificatif_id: int,
    outcome: ReviewState,
    *,
    remark: str = "",
    complete_by: date | None = None,
    by: Actor,
    now: datetime,
) -> Justificatif:
    """Say what a document is worth for its absence; a second reviewer is told what the first said."""
    if outcome == _R.IN_REVIEW:
        raise ValueError("a review ends somewhere")
    with transaction.atomic():
        row = (
            Justificatif.objects.select_for_update(no_key=True, of=("self",))
            .select_related("document", "absence__agency", "request__agency", "reviewed_by")
            .get(pk=justificatif_id)
        )
        if not row.may_move_to(outcome) or row.state == outcome:
            raise AlreadyReviewed(_reviewed_sentence(row))
        if row.document.state != DocumentState.RECEIVED:
            raise NotReadable
        if outcome in {_R.INCOMPLETE, _R.REFUSED} and not remark.strip():
            raise Refusal("Dites à la personne ce qui manque ou pourquoi ce document ne convient pas.")
        if outcome == _R.INCOMPLETE and row.request_id is not None:
            raise Refusal("Pour demander un document de plus, passez par la demande elle-même.")
        if outcome == _R.INCOMPLETE and (complete_by is None or complete_by <= now.date()):
            raise Refusal("Choisissez une date à venir pour compléter le justificatif.")
        row.remark = remark.strip()
        row.complete_by = complete_by if outcome == _R.INCOMPLETE else None
        row.reviewed_at, row.reviewed_by_id = now, by.person_id
        row.move_to(outcome, saving=["remark", "complete_by", "reviewed_at", "reviewed_by"])
        journal.record(
            deeds.REVIEWED,
            by=by,
            now=now,
            **_about(row, outcome=_R(outcome).label, remark=row.remark),
        )
        outbox.enqueue(
            [outbox.Owed(deeds.MAIL_REVIEW, row.claimant_id, row.pk, occurrence=int(now.timestamp()))],
            now=now,
        )
        return row


def complete(justificatif_id: int, *, document_ids: Sequence[int], by: Actor, now: datetime) -> Justificatif:
    """Take what the person sends for a justificatif that was incomplete, or whose file nobody could read.

    An incomplete one goes back to review beside what completes it; an unreadable file gives way to the new one.
    """
    with transaction.atomic():
        absence = (
            Absence.objects.select_for_update(no_key=True, of=("self",))
            .select_related("agency", "decided_by", "annulled_by")
            .get(justificatifs__pk=justificatif_id)
        )
        row = (
            Justificatif.objects.select_for_update(no_key=True, of=("self",))
            .select_related("document", "explanation")
            .get(pk=justificatif_id, explanation__isnull=False)
        )
        if absence.state not in ABSENCE_UNDECIDED:
            raise AlreadyDecided(decided_sentence(absence))
        unreadable = row.state == _R.IN_REVIEW and row.document.state == DocumentState.REJECTED_TECH
        if row.state != _R.INCOMPLETE and not unreadable:
            raise NothingToComplete
        documents = list(
            Document.objects.filter(pk__in=document_ids, owner_id=row.claimant_id)
            .exclude(justificatifs__absence=absence)
            .order_by("pk")
        )
        if not documents:
            raise NothingSent
        if unreadable:
            row.document = documents[0]
            row.save(update_fields=["document"])
        else:
            row.complete_by = None
            row.review_by = review_due(absence, now)
            row.move_to(_R.IN_REVIEW, saving=["complete_by", "review_by"])
        put_forward(
            absence, documents, motive=row.explanation.motive, explanation=row.explanation, by=by, now=now
        )
        Claimant.objects.filter(pk=row.claimant_id).update(last_contact_at=now)
        return row


def may_read(document: Document, advisor: Advisor, *, now: datetime) -> bool:
    """Say whether an advisor may open a document: one put forward for a review of theirs, or of their people's.

    A document of health opens to the advisor who examines it alone (product §5), or stands in for them.
    """
    reviews = Justificatif.objects.filter(document=document).select_related("claimant")
    return any(
        row.advisor_id == advisor.pk
        or (not document.is_health and sees(advisor, row.claimant, now=now))
        or stands_in(advisor, row.advisor_id, now=now)
        for row in reviews
    )


def tell_rejected(document: Document, *, now: datetime) -> None:
    """Tell a person that a file they sent could not be read, and how to send it again; in the caller's transaction."""
    owed = [
        outbox.Owed(deeds.MAIL_DOCUMENT_REJECTED, row.claimant_id, row.pk)
        for row in Justificatif.objects.filter(document=document)
    ]
    # Backing nothing yet, it is a file of their safe: they are told all the same. One that somebody else put there
    # is not theirs to send again.
    own = document.uploaded_by_id == document.owner_id
    alone = [outbox.Owed(deeds.MAIL_SAFE_DOCUMENT_REJECTED, document.owner_id, document.pk)] if own else []
    outbox.enqueue(owed or alone, now=now)


def _reviewed_sentence(row: Justificatif) -> str:
    if row.reviewed_at is None:
        return AlreadyReviewed.sentence
    when = full_datetime(row.reviewed_at, row.agency.place.zone)
    return f"{row.reviewed_by} a déjà répondu le {when}\u00a0: «\u00a0{row.get_state_display()}\u00a0»."


def _about(row: Justificatif, **data: Any) -> dict[str, Any]:
    return {
        "file_id": row.claimant_id,
        "subject_id": row.pk,
        "data": {"ref": str(row.ref), **data},
    }
