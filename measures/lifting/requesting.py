"""«J’ai fait le nécessaire»: at any time while a measure runs, with documents, and an interview if they like."""

import uuid
from collections.abc import Sequence
from datetime import datetime

from django.db import transaction

from accounts.models import Claimant
from measures import deeds, signals
from measures.appeals import annexing
from measures.models import Case, LiftRequest
from measures.procedure.holding import ChangedMeanwhile, hold, where_it_stands
from measures.states import CASE_RUNNING, CaseState
from messaging import outbox
from portal.core import deadlines, journal, parameters
from portal.core.deadlines import Planned
from portal.core.french import full_date, full_deadline
from portal.core.journal import Actor
from portal.core.transitions import Refusal
from portal.core.working_time import end_of_period


class NothingSaid(Refusal):
    sentence = "Écrivez ce que vous avez fait : quelques mots suffisent."


class AlreadyAsked(Refusal):
    """A wish waits for its answer: says since when, and until when."""


class NotRunning(ChangedMeanwhile):
    """The measure does not run: says where the case stands, and which way stays open."""


def request_lift(
    case_id: int,
    *,
    text: str,
    wants_interview: bool,
    document_ids: Sequence[int],
    form_key: uuid.UUID,
    by: Actor,
    now: datetime,
) -> LiftRequest:
    """Ask for the early end of a measure (CT R5412-1), at any time while it runs, again after a refusal.

    `form_key` names the sending: the same key again gives the first. Raises `NotRunning`, `AlreadyAsked`,
    `NothingSaid`.
    """
    with transaction.atomic():
        case = hold(case_id)
        if (earlier := LiftRequest.objects.filter(form_key=form_key, case=case).first()) is not None:
            return earlier
        _refuse(case)
        if not text.strip():
            raise NothingSaid
        filed = _keep(case, text.strip(), wants_interview, document_ids, form_key, by=by, now=now)
        case.move_to(CaseState.LIFT_REQUESTED)
        deadlines.schedule([Planned(deeds.DUE_LIFT_ANSWER, filed.pk, filed.answer_by)])
        Claimant.objects.filter(pk=case.claimant_id).update(last_contact_at=now)
        data = {"ref": str(case.ref), "hash": filed.content_hash.hex()}
        journal.record(deeds.LIFT_ASKED, by=by, now=now, **case.about, data=data)
        outbox.enqueue([outbox.Owed(deeds.MAIL_LIFT_RECEIPT, case.claimant_id, filed.pk)], now=now)
        if wants_interview:
            signals.interview_wanted.send(
                sender=None, claimant_id=case.claimant_id, ref=str(case.ref), now=now
            )
        return filed


def runs_for(claimant_id: int) -> bool:
    """Say whether a measure runs for a person: its early end, and the interview with it, can be asked for."""
    return Case.objects.filter(claimant_id=claimant_id, state__in=CASE_RUNNING).exists()


def _refuse(case: Case) -> None:
    zone = case.agency.place.zone
    if case.state == CaseState.LIFT_REQUESTED:
        waiting = LiftRequest.objects.get(case=case, decided_at__isnull=True)
        raise AlreadyAsked(
            f"Votre demande du {full_date(waiting.asked_at.astimezone(zone))} est déjà examinée. "
            f"Une réponse est attendue jusqu’au {full_deadline(waiting.answer_by, zone)}."
        )
    if case.state not in (CaseState.IN_FORCE, CaseState.LIFT_REFUSED):
        raise NotRunning(f"{where_it_stands(case)} Vous pouvez appeler le 3949 ou écrire à votre agence.")


def _keep(
    case: Case,
    text: str,
    wants_interview: bool,
    document_ids: Sequence[int],
    form_key: uuid.UUID,
    *,
    by: Actor,
    now: datetime,
) -> LiftRequest:
    documents = annexing.documents_of(case, document_ids)
    days = parameters.current().lift_answer_days
    filed = LiftRequest.objects.create(
        case=case,
        form_key=form_key,
        text=text,
        wants_interview=wants_interview,
        asked_at=now,
        asked_by_id=by.person_id,
        content_hash=annexing.fingerprint(str(case.ref), text, documents, now),
        answer_by=end_of_period(now, days=days, territory=case.agency.place),
    )
    annexing.keep(documents, now, lift=filed)
    return filed
