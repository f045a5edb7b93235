"""Decide an absence: a person does, with reasons; referring is only offered when due process allows it."""

import re
import uuid
from collections.abc import Collection
from datetime import datetime
from typing import Any

from django.db import transaction
from django.db.models import Max

from accounts import reassigning
from accounts.models import Advisor
from convocations import deeds
from convocations.absences import extending, handing_on
from convocations.evidence.ledger import why_not_valid
from convocations.models import Absence, Convocation, Justificatif
from convocations.scheduling.drafts import Draft
from convocations.scheduling.issuing import issue
from convocations.states import (
    ABSENCE_DECIDED,
    ABSENCE_UNDECIDED,
    AbsenceState,
    ConvocationState,
    ReviewState,
)
from messaging import outbox
from portal.core import deadlines, journal
from portal.core.french import full_date, full_datetime, full_deadline
from portal.core.journal import Actor
from portal.core.transitions import Refusal

_A = AbsenceState
# An amount, a share or a length of sanction: a referral states facts, never a figure (product §6).
_FIGURE = re.compile(r"\d\s*(?:€|%|euros?\b|pour\s?cent)|\b(?:suspen|suppr|radi)\w*.{0,40}\d", re.IGNORECASE)


class AlreadyDecided(Refusal):
    sentence = "Cette absence est déjà décidée."


class NoReasons(Refusal):
    sentence = "Écrivez vos raisons : la personne les lira."


class MayNotRefer(Refusal):
    sentence = "Cette absence ne peut pas être transmise pour le moment."


def why_not_refer(absence: Absence, now: datetime) -> list[str]:
    """Say in French what stands against referring; empty when it may be offered (product §6)."""
    reasons = why_not_valid(absence.convocation)
    if absence.state not in ABSENCE_UNDECIDED:
        reasons.append(decided_sentence(absence))
    if not absence.period_is_over(now):
        until = full_deadline(absence.explanation_due_at, absence.agency.place.zone)
        reasons.append(f"La personne peut encore s’expliquer jusqu’au {until}.")
    if Justificatif.objects.filter(absence=absence, state=ReviewState.IN_REVIEW).exists():
        reasons.append("Un justificatif attend votre examen.")
    return reasons + _time_still_theirs(absence, now)


def decide(
    absence_id: int,
    outcome: AbsenceState,
    *,
    reasons: str,
    report: str = "",
    new_appointment: Draft | None = None,
    form_key: uuid.UUID | None = None,
    by: Actor,
    now: datetime,
) -> Absence:
    """Decide an absence with reasons the person reads; a second decider is told what the first decided."""
    if outcome not in ABSENCE_DECIDED:
        raise ValueError(f"{outcome} is not a decision")
    with transaction.atomic():
        convocation, absence = _lock(absence_id)
        if absence.state not in ABSENCE_UNDECIDED:
            raise AlreadyDecided(decided_sentence(absence))
        if not reasons.strip():
            raise NoReasons
        if outcome == _A.REFERRED:
            _refuse_referral(absence, report, now)
        if outcome == _A.INVITED_TO_REGULARISE:
            if new_appointment is None:
                raise Refusal("Choisissez la date du nouveau rendez-vous.")
            absence.new_appointment = issue(
                new_appointment, form_key=form_key or uuid.uuid4(), by=by, now=now
            )
        if outcome == _A.EXCUSED:
            convocation.move_to(ConvocationState.EXCUSED)
        absence.decided_at, absence.decided_by_id = now, by.person_id
        absence.reasons, absence.report = reasons.strip(), report.strip()
        absence.move_to(outcome, saving=["decided_at", "decided_by", "reasons", "report", "new_appointment"])
        if outcome == _A.REFERRED:
            handing_on.refer(absence, by=by, now=now)
        deadlines.cancel(deeds.OF_ABSENCE, [absence.pk], now=now)
        journal.record(
            deeds.ABSENCE_DECIDED,
            by=by,
            now=now,
            **_about(absence, outcome=_A(outcome).label, reasons=absence.reasons),
        )
        outbox.enqueue([outbox.Owed(deeds.MAIL_ABSENCE_DECIDED, absence.claimant_id, absence.pk)], now=now)
        return absence


def reassign(absence_ids: Collection[int], advisor: Advisor, *, reason: str, by: Actor, now: datetime) -> int:
    """Hand undecided absences, with their justificatifs, to another advisor of the agency."""
    with transaction.atomic():
        rows = list(
            Absence.objects.filter(
                pk__in=absence_ids, state__in=ABSENCE_UNDECIDED, agency_id=advisor.agency_id
            ).select_for_update(no_key=True)
        )
        ids = [row.pk for row in rows]
        Absence.objects.filter(pk__in=ids).update(advisor=advisor)
        Justificatif.objects.filter(absence_id__in=ids, state=ReviewState.IN_REVIEW).update(advisor=advisor)
        reassigning.record(deeds.REASSIGNED, rows, advisor, reason=reason, by=by, now=now, what="l’absence")
        return len(rows)


def decided_sentence(absence: Absence) -> str:
    """Say who decided what and when, to the second who wanted to."""
    zone = absence.agency.place.zone
    if absence.state == _A.ANNULLED and absence.annulled_at is not None:
        who = absence.annulled_by or "Un collègue"
        return f"{who} a corrigé cette absence le {full_datetime(absence.annulled_at, zone)}\u00a0: elle n’existe plus."
    when = full_datetime(absence.decided_at or absence.recorded_at, zone)
    label = absence.get_state_display()
    if absence.decided_by is None:
        return f"Cette absence s’est close d’elle-même le {when}, en faveur de la personne."
    return f"{absence.decided_by} a déjà décidé le {when}\u00a0: «\u00a0{label}\u00a0»."


def _lock(absence_id: int) -> tuple[Convocation, Absence]:
    """Take the appointment, then its absence: the one order everywhere, so that no two wait for each other."""
    convocation = Convocation.objects.select_for_update(no_key=True).get(absences__pk=absence_id)
    absence = (
        Absence.objects.select_for_update(no_key=True, of=("self",))
        .select_related("agency", "decided_by", "annulled_by")
        .get(pk=absence_id)
    )
    absence.convocation = convocation
    return convocation, absence


def _time_still_theirs(absence: Absence, now: datetime) -> list[str]:
    """Say what else leaves the person time: a document to complete, an outage whose days are not given yet."""
    zone = absence.agency.place.zone
    reasons = []
    asked = Justificatif.objects.filter(
        absence=absence, state=ReviewState.INCOMPLETE, complete_by__gte=now.astimezone(zone).date()
    )
    if (until := asked.aggregate(last=Max("complete_by"))["last"]) is not None:
        reasons.append(f"La personne peut encore compléter un justificatif jusqu’au {full_date(until)}.")
    if extending.is_owed_to(absence):
        reasons.append(
            "Le portail a été interrompu pendant le délai de la personne. Ce délai va être prolongé."
        )
    return reasons


def _refuse_referral(absence: Absence, report: str, now: datetime) -> None:
    if against := why_not_refer(absence, now):
        raise MayNotRefer(" ".join(against))
    if not report.strip():
        raise MayNotRefer(
            "Écrivez un rapport des faits : ce qui était prévu, ce qui s’est passé, ce qui a été dit."
        )
    if _FIGURE.search(report):
        raise MayNotRefer(
            "Le rapport dit les faits seulement : retirez tout montant, pourcentage ou durée de mesure."
        )


def _about(absence: Absence, **data: Any) -> dict[str, Any]:
    return {
        "file_id": absence.claimant_id,
        "subject_id": absence.pk,
        "data": {"ref": str(absence.ref), **data},
    }
