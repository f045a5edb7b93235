"""Hear the person in writing, as often as they like until the decision, with documents."""

import uuid
from collections.abc import Sequence
from datetime import datetime

from django.db import transaction

from accounts.models import Claimant
from measures import deeds
from measures.models import Case, Notice, Observations, Piece
from measures.procedure.contradiction.receiving import receive_answered
from measures.procedure.holding import ChangedMeanwhile, hold, where_it_stands
from measures.states import CASE_HEARS, CaseState
from messaging import outbox
from portal.core import journal
from portal.core.fingerprint import content_hash
from portal.core.journal import Actor
from portal.core.models import Document
from portal.core.safe import retention
from portal.core.transitions import Refusal


class NothingSaid(Refusal):
    sentence = "Écrivez quelques mots, ou joignez un document."


class TooLateToBeRead(ChangedMeanwhile):
    """The case is decided or over: says so, and which way stays open."""


def file_observations(
    case_id: int,
    *,
    text: str,
    document_ids: Sequence[int],
    form_key: uuid.UUID,
    by: Actor,
    now: datetime,
) -> Observations:
    """Take what the person writes (CT R5412-7); after the ten days it still counts, and is marked so.

    `form_key` names the sending: the same key again gives the first observations and adds nothing. `document_ids` are
    the person's own.
    """
    with transaction.atomic():
        case = hold(case_id)
        if (earlier := Observations.objects.filter(form_key=form_key, case=case).first()) is not None:
            return earlier
        if case.state not in CASE_HEARS:
            raise TooLateToBeRead(
                f"{where_it_stands(case)} Vous pouvez appeler le 3949 ou écrire à votre agence."
            )
        if not text.strip() and not document_ids:
            raise NothingSaid
        receive_answered(case, by=by, now=now)
        documents = list(
            Document.objects.filter(pk__in=document_ids, owner_id=case.claimant_id).order_by("pk")
        )
        filed = _keep(case, text.strip(), documents, form_key, by=by, now=now)
        if case.state == CaseState.NOTICE_RECEIVED:
            case.move_to(CaseState.OBSERVATIONS_FILED)
        Claimant.objects.filter(pk=case.claimant_id).update(last_contact_at=now)
        data = {
            "ref": str(case.ref),
            "documents": [str(document.ref) for document in documents],
            "hash": filed.content_hash.hex(),
            "after_period": filed.after_period,
        }
        journal.record(deeds.OBSERVED, by=by, now=now, **case.about, data=data)
        outbox.enqueue([outbox.Owed(deeds.MAIL_OBSERVATIONS, case.claimant_id, filed.pk)], now=now)
        return filed


def _keep(
    case: Case, text: str, documents: Sequence[Document], form_key: uuid.UUID, *, by: Actor, now: datetime
) -> Observations:
    notice = Notice.objects.get(case=case)
    filed = Observations.objects.create(
        case=case,
        form_key=form_key,
        text=text,
        given_at=now,
        given_by_id=by.person_id,
        after_period=notice.period_is_over(now),
        content_hash=content_hash(
            {
                "case": str(case.ref),
                "text": text,
                "documents": [bytes(document.sha256).hex() for document in documents],
                "given_at": now.isoformat(),
            }
        ),
    )
    Piece.objects.bulk_create(
        (Piece(case=case, document=document, observations=filed, added_at=now) for document in documents),
        ignore_conflicts=True,
    )
    retention.keep_longer([document.pk for document in documents], is_health=False, now=now)
    return filed
