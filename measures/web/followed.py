"""What followed a decision, loaded for a page: the person's own, and the delegate's."""

from dataclasses import dataclass

from django.db.models import Prefetch

from measures.models import (
    Annex,
    AppealCase,
    Case,
    CourtAppeal,
    Effect,
    GraciousAppeal,
    LiftRequest,
    Mediation,
    Stay,
)

_ANNEXES = Prefetch("annexes", queryset=Annex.objects.select_related("document").order_by("pk"))


@dataclass(frozen=True, slots=True)
class Followed:
    """One decision's time to act, with all that was done against it."""

    appeal: AppealCase
    gracious: list[GraciousAppeal]
    mediations: list[Mediation]
    court: CourtAppeal | None
    stays: list[Stay]
    effects: list[Effect]


def followed(appeal: AppealCase) -> Followed:
    """Load all that was done against a decision; seven queries."""
    gracious = list(
        GraciousAppeal.objects.filter(appeal=appeal).select_related("author").prefetch_related(_ANNEXES)
    )
    mediations = list(Mediation.objects.filter(appeal=appeal).prefetch_related(_ANNEXES))
    court = CourtAppeal.objects.filter(appeal=appeal).first()
    stays = list(Stay.objects.filter(appeal=appeal))
    effects = list(Effect.objects.filter(appeal=appeal))
    for row in (*gracious, *mediations, *stays, *((court,) if court else ())):
        row.appeal = appeal
    for effect in effects:
        effect.case = appeal.case
    return Followed(appeal, gracious, mediations, court, stays, effects)


def lifts_of(case: Case) -> list[LiftRequest]:
    """Load what was asked to end a measure early, with its documents and what is owed; three queries."""
    rows = list(LiftRequest.objects.filter(case=case).prefetch_related(_ANNEXES, "effects"))
    for row in rows:
        row.case = case
        for effect in row.effects.all():
            effect.case = case
    return rows


def appeals_of(case: Case) -> list[AppealCase]:
    """List the decisions of a case that its person may contest; one query."""
    rows = list(AppealCase.objects.filter(case=case).select_related("decision", "lift").order_by("pk"))
    for row in rows:
        row.case = case
    return rows
