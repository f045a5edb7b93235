"""What happened in a case, in order, from the dated proofs: for a judge who never saw the portal."""

from dataclasses import dataclass
from datetime import date, datetime
from datetime import time as clock_time

from measures.models import (
    AppealCase,
    CourtAppeal,
    Decision,
    GraciousAppeal,
    Hearing,
    LiftRequest,
    Mediation,
    Notice,
    Observations,
)
from measures.told import appeals as told
from measures.told import procedure
from portal.core.french import first_up, full_date, full_datetime


@dataclass(frozen=True, slots=True)
class Filed:
    """All that was told, answered and decided in the case of an appeal, as its person has received it."""

    appeal: AppealCase
    notice: Notice | None
    hearing: Hearing | None
    decision: Decision | None
    written: list[Observations]
    lifts: list[LiftRequest]
    gracious: list[GraciousAppeal]
    mediations: list[Mediation]
    court: CourtAppeal | None


def filed(appeal: AppealCase) -> Filed:
    """Read it; the appeal comes with its case, the case's agency, barème and person."""
    case = appeal.case
    decision = (
        Decision.objects.filter(case=case, set_aside_at__isnull=True, notified_at__isnull=False)
        .select_related("author")
        .first()
    )
    one = Filed(
        appeal,
        Notice.objects.filter(case=case, received_at__isnull=False).first(),
        Hearing.objects.filter(case=case, held_at__isnull=False).first(),
        decision,
        list(Observations.objects.filter(case=case).order_by("given_at", "pk")),
        list(LiftRequest.objects.filter(case=case).order_by("asked_at", "pk")),
        list(GraciousAppeal.objects.filter(appeal=appeal).order_by("filed_at", "pk")),
        list(Mediation.objects.filter(appeal=appeal).order_by("asked_on", "pk")),
        CourtAppeal.objects.filter(appeal=appeal).first(),
    )
    for of_case in (one.notice, one.hearing, one.decision, *one.written, *one.lifts):
        if of_case is not None:
            of_case.case = case
    for row in one.gracious:
        row.appeal = appeal
    for mediation in one.mediations:
        mediation.appeal = appeal
    if one.court is not None:
        one.court.appeal = appeal
    return one


def of(one: Filed) -> list[tuple[str, str]]:
    """List (day and hour, what happened), the first first; what is only known by its day stands at its morning."""
    zone = one.appeal.case.agency.place.zone
    proven = [(datetime.fromisoformat(str(row["at"])), str(row["what"])) for row in one.appeal.case.evidence]
    dated: list[tuple[datetime, str, str]] = [
        (at, first_up(full_datetime(at, zone)), what)
        for at, what in (*proven, *_instants(one))
        if at is not None
    ]
    dated += [
        (datetime.combine(day, clock_time(), zone), first_up(full_date(day)), what)
        for day, what in _days(one)
        if day is not None
    ]
    return [(when, what) for _, when, what in sorted(dated, key=lambda line: line[0])]


def _instants(one: Filed) -> list[tuple[datetime | None, str]]:
    case, notice, hearing, decision = one.appeal.case, one.notice, one.hearing, one.decision
    steps: list[tuple[datetime | None, str]] = [(case.referred_at, "Transmission à la direction régionale")]
    if notice is not None:
        steps.append((notice.sent_at, "Lettre d’information déposée dans l’espace personnel"))
        steps.append(
            (notice.received_at, f"Lettre d’information reçue ({notice.get_received_how_display()})")
        )
        steps.append((notice.observations_until, "Fin du délai pour présenter des observations"))
    for row in one.written:
        after = ", après le délai" if row.after_period else ""
        steps.append((row.given_at, f"Observations de la personne{after}"))
    if hearing is not None:
        steps.append((hearing.asked_at, "Audition demandée"))
        steps.append((hearing.held_at, "Audition tenue"))
    if decision is not None:
        steps.append((decision.decided_at, "Décision prise"))
        steps.append((decision.notified_at, f"Décision reçue ({decision.get_notified_how_display()})"))
    for asked in one.lifts:
        steps.append((asked.asked_at, "Levée de la mesure demandée"))
        if asked.notified_at or asked.granted:
            steps.append((asked.decided_at, "Levée accordée" if asked.granted else "Levée refusée"))
            steps.append((asked.notified_at, f"Refus reçu ({asked.get_notified_how_display()})"))
    for appealed in one.gracious:
        late = ", après le délai" if appealed.late else ""
        steps.append((appealed.filed_at, f"Recours gracieux reçu{late}"))
        if appealed.notified_at:
            steps.append(
                (appealed.answered_at, f"Réponse au recours gracieux\u00a0: {told.verdict(appealed)}")
            )
            steps.append((appealed.notified_at, f"Réponse reçue ({appealed.get_notified_how_display()})"))
    return steps


def _days(one: Filed) -> list[tuple[date | None, str]]:
    steps: list[tuple[date | None, str]] = []
    for row in one.mediations:
        steps.append((row.asked_on, "Médiation demandée"))
        if row.ended_on is not None:
            steps.append((row.ended_on, f"Médiation finie\u00a0: {told.ended(row)}"))
    if one.court is not None and one.court.filed_on is not None:
        steps.append((one.court.filed_on, f"Recours déposé\u00a0: {one.court.court}"))
    return steps


def stands(one: Filed) -> list[tuple[str, str]]:
    """Give the facts at the head of the file."""
    case = one.appeal.case
    return [
        ("Personne", str(case.claimant.user)),
        *told.named(one.appeal),
        *procedure.named(case)[1:],
        ("Service", f"{case.agency.name}, {case.agency.address}"),
    ]
