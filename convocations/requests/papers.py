"""The documents that back a request: put forward, asked for, sent later; each has a review of its own."""

from collections.abc import Sequence
from datetime import datetime

from django.db import transaction

from accounts.models import Claimant
from convocations import deeds
from convocations.justificatifs.putting_forward import put_forward
from convocations.models import ChangeRequest
from convocations.requests.waiting import clocks
from convocations.states import REQUEST_PENDING, RequestState
from messaging import outbox
from portal.core import deadlines, journal, parameters
from portal.core.deadlines import Planned
from portal.core.french import full_datetime
from portal.core.journal import Actor
from portal.core.models import Document
from portal.core.transitions import Refusal
from portal.core.working_time import end_of_period


class AlreadyAnswered(Refusal):
    sentence = "Cette demande a déjà une réponse."


class NothingSent(Refusal):
    sentence = (
        "Ajoutez un fichier, ou cochez un document que vous n’avez pas encore envoyé pour cette demande."
    )


def answered_sentence(row: ChangeRequest) -> str:
    """Say what was answered before, by whom and when, to whom comes second."""
    if row.closed_at is None:
        return AlreadyAnswered.sentence
    when = full_datetime(row.closed_at, row.agency.place.zone)
    who = str(row.decided_by) if row.decided_by else "Le portail"
    return f"{who} a déjà répondu le {when}\u00a0: «\u00a0{row.get_state_display()}\u00a0»."


def ask_documents(request_id: int, *, what: str, by: Actor, now: datetime) -> ChangeRequest:
    """Ask the person for documents, with a list and a date; the clock of the answer rests meanwhile."""
    with transaction.atomic():
        row = hold(request_id)
        if row.state not in REQUEST_PENDING:
            raise AlreadyAnswered(answered_sentence(row))
        if not what.strip():
            raise Refusal("Écrivez quels documents vous attendez.")
        row.docs_asked = what.strip()
        row.docs_due_at = end_of_period(
            now, days=parameters.current().request_docs_days, territory=row.agency.place
        )
        deadlines.cancel(deeds.OF_REQUEST, [row.pk], now=now)
        if row.state == RequestState.DOCS_REQUESTED:
            row.save(update_fields=["docs_asked", "docs_due_at"])
        else:
            row.move_to(RequestState.DOCS_REQUESTED, saving=["docs_asked", "docs_due_at"])
        occurrence = int(now.timestamp())
        deadlines.schedule([Planned(deeds.DUE_REQUEST_DOCS, row.pk, row.docs_due_at, 0, occurrence)])
        journal.record(
            deeds.REQUEST_DOCS_ASKED,
            by=by,
            now=now,
            file_id=row.claimant_id,
            subject_id=row.pk,
            data={"ref": str(row.ref), "what": row.docs_asked},
        )
        outbox.enqueue([outbox.Owed(deeds.MAIL_REQUEST_DOCS, row.claimant_id, row.pk, occurrence)], now=now)
        return row


def send_documents(
    request_id: int, *, document_ids: Sequence[int], by: Actor, now: datetime
) -> ChangeRequest:
    """Take what the person sends for a request that waits; the advisor answers with a fresh delay."""
    with transaction.atomic():
        row = hold(request_id)
        if row.state not in REQUEST_PENDING:
            raise AlreadyAnswered(answered_sentence(row))
        documents = list(
            Document.objects.filter(pk__in=document_ids, owner_id=row.claimant_id)
            .exclude(justificatifs__request=row)
            .order_by("pk")
        )
        if not documents:
            raise NothingSent
        put_forward(row, documents, motive=row.motive, by=by, now=now)
        if row.state == RequestState.DOCS_REQUESTED:
            deadlines.cancel([deeds.DUE_REQUEST_DOCS], [row.pk], now=now)
            clocks.resume([row], now)
        Claimant.objects.filter(pk=row.claimant_id).update(last_contact_at=now)
        journal.record(
            deeds.REQUEST_DOCS_SENT,
            by=by,
            now=now,
            file_id=row.claimant_id,
            subject_id=row.pk,
            data={"ref": str(row.ref)},
        )
        return row


def hold(request_id: int) -> ChangeRequest:
    """Lock a request, with what its answer needs. The appointment, where one needs it, is held before."""
    return (
        ChangeRequest.objects.select_for_update(no_key=True, of=("self",))
        .select_related("agency", "decided_by")
        .get(pk=request_id)
    )
