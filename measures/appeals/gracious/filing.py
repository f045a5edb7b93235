"""Take a gracious appeal: at any time, with its receipt at once and the day on which silence would be a refusal."""

import uuid
from collections.abc import Sequence
from datetime import datetime, timedelta

from django.db import transaction

from accounts.models import Claimant
from measures import deeds
from measures.appeals import annexing
from measures.appeals.holding import hold, require_effect
from measures.appeals.window import counting, running
from measures.models import AppealCase, GraciousAppeal, Mediation
from measures.states import WindowState
from messaging import outbox
from portal.core import deadlines, journal, parameters
from portal.core.deadlines import Planned
from portal.core.french import full_date, full_deadline
from portal.core.journal import Actor
from portal.core.transitions import Refusal


class NothingSaid(Refusal):
    sentence = "Écrivez ce que vous demandez, et pourquoi."


class AlreadyWaiting(Refusal):
    """A gracious appeal waits for its answer: says since when, and until when."""


def file_gracious(
    appeal_id: int,
    *,
    text: str,
    document_ids: Sequence[int],
    form_key: uuid.UUID,
    by: Actor,
    now: datetime,
) -> GraciousAppeal:
    """Ask the director to look again (CRPA L411-2): the time to act stops, and starts anew at the answer.

    Not so for one that comes late, a second time or after a mediation: it is taken and answered all the same.
    `form_key` names the sending: the same key again gives the first and adds nothing. Raises `NothingLeft`,
    `AlreadyWaiting`, `NothingSaid`.
    """
    with transaction.atomic():
        appeal = hold(appeal_id)
        if (earlier := GraciousAppeal.objects.filter(form_key=form_key, appeal=appeal).first()) is not None:
            return earlier
        require_effect(appeal)
        _refuse_second(appeal)
        if not text.strip():
            raise NothingSaid
        filed = _keep(appeal, text.strip(), document_ids, form_key, by=by, now=now)
        if filed.interrupts:
            running.interrupt(appeal, now=now)
        _plan(filed, now)
        Claimant.objects.filter(pk=appeal.claimant_id).update(last_contact_at=now)
        data = {"ref": str(appeal.ref), "hash": filed.content_hash.hex(), "note": _note(filed)}
        journal.record(deeds.GRACIOUS_FILED, by=by, now=now, **appeal.about, data=data)
        outbox.enqueue([outbox.Owed(deeds.MAIL_GRACIOUS_RECEIPT, appeal.claimant_id, filed.pk)], now=now)
        return filed


def _refuse_second(appeal: AppealCase) -> None:
    waiting = GraciousAppeal.objects.live().filter(appeal=appeal).first()
    if waiting is not None:
        zone = appeal.case.agency.place.zone
        raise AlreadyWaiting(
            f"Votre recours du {full_date(waiting.filed_at.astimezone(zone))} est déjà examiné. "
            f"Une réponse est attendue jusqu’au {full_deadline(waiting.implicit_at, zone)}."
        )


def _keep(
    appeal: AppealCase,
    text: str,
    document_ids: Sequence[int],
    form_key: uuid.UUID,
    *,
    by: Actor,
    now: datetime,
) -> GraciousAppeal:
    documents = annexing.documents_of(appeal.case, document_ids)
    before = GraciousAppeal.objects.filter(appeal=appeal, interrupts=True).exists()
    mediated = Mediation.objects.filter(appeal=appeal).exists()
    late = appeal.is_late(now)
    filed = GraciousAppeal.objects.create(
        appeal=appeal,
        form_key=form_key,
        text=text,
        filed_at=now,
        filed_by_id=by.person_id,
        content_hash=annexing.fingerprint(str(appeal.ref), text, documents, now),
        late=late,
        interrupts=appeal.state == WindowState.RUNNING and not (late or before or mediated),
        implicit_at=counting.silence_end(now, appeal.case.agency.place),
    )
    annexing.keep(documents, now, gracious=filed)
    return filed


def _plan(filed: GraciousAppeal, now: datetime) -> None:
    before = timedelta(days=parameters.current().appeal_reminder_days)
    deadlines.schedule(
        [
            Planned(deeds.DUE_IMPLICIT, filed.pk, filed.implicit_at),
            Planned(deeds.DUE_ANSWER_SOON, filed.pk, max(now, filed.implicit_at - before)),
        ]
    )


def _note(filed: GraciousAppeal) -> str:
    if filed.late:
        return "Il arrive après le délai."
    return "Le délai pour agir est interrompu." if filed.interrupts else "Le délai pour agir ne change pas."
