"""Hear the person: an explanation, with documents or a sworn statement, at any time before the decision."""

import uuid
from collections.abc import Sequence
from datetime import datetime

from django.db import transaction

from accounts.models import Claimant
from convocations import deeds
from convocations.absences.deciding import AlreadyDecided, decided_sentence
from convocations.justificatifs.putting_forward import put_forward
from convocations.models import Absence, Explanation
from convocations.motives import Motive
from convocations.states import ABSENCE_UNDECIDED, AbsenceState
from messaging import outbox
from portal.core import journal
from portal.core.fingerprint import content_hash
from portal.core.journal import Actor
from portal.core.models import Document
from portal.core.transitions import Refusal


class NothingSaid(Refusal):
    sentence = "Écrivez quelques mots, ou joignez un document : votre conseiller a besoin de comprendre."


def explain(
    absence_id: int,
    *,
    motive: Motive,
    text: str,
    sworn: bool,
    document_ids: Sequence[int],
    form_key: uuid.UUID,
    by: Actor,
    now: datetime,
) -> Explanation:
    """Take what the person says of their absence; after the period it still counts, and is marked so.

    `form_key` names the sending: the same key again gives the first explanation and adds nothing.
    """
    with transaction.atomic():
        absence = (
            Absence.objects.select_for_update(no_key=True, of=("self",))
            .select_related("agency")
            .get(pk=absence_id)
        )
        if (earlier := Explanation.objects.filter(form_key=form_key).first()) is not None:
            return earlier
        if absence.state not in ABSENCE_UNDECIDED:
            raise AlreadyDecided(decided_sentence(absence))
        if not text.strip() and not document_ids:
            raise NothingSaid
        documents = list(
            Document.objects.filter(pk__in=document_ids, owner_id=absence.claimant_id).order_by("pk")
        )
        explanation = _keep(absence, motive, text, sworn, documents, form_key, by=by, now=now)
        if absence.state == AbsenceState.EXPLANATION_REQUESTED:
            absence.explained_at = now
            absence.move_to(AbsenceState.EXPLAINED, saving=["explained_at"])
        put_forward(absence, documents, motive=motive, explanation=explanation, by=by, now=now)
        Claimant.objects.filter(pk=absence.claimant_id).update(last_contact_at=now)
        journal.record(
            deeds.ABSENCE_EXPLAINED,
            by=by,
            now=now,
            file_id=absence.claimant_id,
            subject_id=absence.pk,
            data={
                "ref": str(absence.ref),
                "documents": [str(document.ref) for document in documents],
                "hash": explanation.content_hash.hex(),
                "after_period": explanation.after_period,
            },
        )
        outbox.enqueue(
            [outbox.Owed(deeds.MAIL_ABSENCE_EXPLAINED, absence.claimant_id, explanation.pk)], now=now
        )
        return explanation


def _keep(
    absence: Absence,
    motive: Motive,
    text: str,
    sworn: bool,
    documents: Sequence[Document],
    form_key: uuid.UUID,
    *,
    by: Actor,
    now: datetime,
) -> Explanation:
    return Explanation.objects.create(
        absence=absence,
        form_key=form_key,
        motive=motive,
        text=text,
        sworn=sworn,
        given_at=now,
        given_by_id=by.person_id,
        after_period=absence.period_is_over(now),
        content_hash=content_hash(
            {
                "absence": str(absence.ref),
                "motive": str(motive),
                "text": text,
                "sworn": sworn,
                "documents": [bytes(document.sha256).hex() for document in documents],
                "given_at": now.isoformat(),
            }
        ),
    )
