"""What belongs to a case and what followed its decision, loaded for a page: the person's own, and the delegate's."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.db.models import Exists, OuterRef, Prefetch, QuerySet, prefetch_related_objects

from measures.models import (
    Annex,
    AppealCase,
    Case,
    CourtAppeal,
    Decision,
    Effect,
    GraciousAppeal,
    Hearing,
    LiftRequest,
    Mediation,
    Notice,
    Observations,
    PeriodExtension,
    Piece,
    Stay,
)
from portal.core.prepared import Prepared, prepared

_ANNEXES = Prefetch("annexes", queryset=Annex.objects.select_related("document").order_by("pk"))


# Most cases and appeals have few of these. The query that loads one says which it has: the rest is not asked for.
_OF_CASE = {
    "has_notice": Notice,
    "has_hearing": Hearing,
    "has_decision": Decision,
    "has_written": Observations,
    "has_pieces": Piece,
    "has_extensions": PeriodExtension,
    "has_lifts": LiftRequest,
    "has_appeals": AppealCase,
}
_OF_APPEAL = {
    "has_gracious": GraciousAppeal,
    "has_mediations": Mediation,
    "has_court": CourtAppeal,
    "has_stays": Stay,
    "has_effects": Effect,
}


def with_its_kinds(rows: QuerySet[Any]) -> QuerySet[Any]:
    """Let a query of cases, or of appeals, say what belongs to each."""
    kinds, column = (_OF_CASE, "case") if rows.model is Case else (_OF_APPEAL, "appeal")
    there = {
        name: Exists(kind._default_manager.filter(**{column: OuterRef("pk")}).order_by())
        for name, kind in kinds.items()
    }
    return rows.annotate(**there)


def kept(row: Case | AppealCase, name: str, ask: Prepared) -> list[Any]:
    """Ask for what belongs to a row, unless the row is known to have none."""
    if not getattr(row, f"has_{name}", True):
        return []
    return ask(case_id=row.pk) if isinstance(row, Case) else ask(appeal_id=row.pk)


def kept_one(row: Case | AppealCase, name: str, ask: Prepared) -> Any:
    """Ask for the one row that belongs to another, as `kept`; None where there is none."""
    return next(iter(kept(row, name, ask)), None)


@dataclass(frozen=True, slots=True)
class Followed:
    """One decision's time to act, with all that was done against it."""

    appeal: AppealCase
    gracious: list[GraciousAppeal]
    mediations: list[Mediation]
    court: CourtAppeal | None
    stays: list[Stay]
    effects: list[Effect]


@prepared
def _gracious(appeal_id: int) -> Any:
    return GraciousAppeal.objects.filter(appeal_id=appeal_id).select_related("author")


@prepared
def _mediations(appeal_id: int) -> Any:
    return Mediation.objects.filter(appeal_id=appeal_id)


@prepared
def _court(appeal_id: int) -> Any:
    return CourtAppeal.objects.filter(appeal_id=appeal_id)


@prepared
def _stays(appeal_id: int) -> Any:
    return Stay.objects.filter(appeal_id=appeal_id)


@prepared
def _effects(appeal_id: int) -> Any:
    return Effect.objects.filter(appeal_id=appeal_id)


def followed(appeal: AppealCase) -> Followed:
    """Load all that was done against a decision; at most seven queries."""
    gracious: list[GraciousAppeal] = kept(appeal, "gracious", _gracious)
    mediations: list[Mediation] = kept(appeal, "mediations", _mediations)
    for sent in (gracious, mediations):
        prefetch_related_objects(sent, _ANNEXES)
    court: CourtAppeal | None = kept_one(appeal, "court", _court)
    stays: list[Stay] = kept(appeal, "stays", _stays)
    effects: list[Effect] = kept(appeal, "effects", _effects)
    for row in (*gracious, *mediations, *stays, *((court,) if court else ())):
        row.appeal = appeal
    for effect in effects:
        effect.case = appeal.case
    return Followed(appeal, gracious, mediations, court, stays, effects)


@prepared
def _lifts(case_id: int) -> Any:
    return LiftRequest.objects.filter(case_id=case_id)


def lifts_of(case: Case) -> list[LiftRequest]:
    """Load what was asked to end a measure early, with its documents and what is owed; three queries."""
    rows: list[LiftRequest] = kept(case, "lifts", _lifts)
    prefetch_related_objects(rows, _ANNEXES, "effects")
    for row in rows:
        row.case = case
        for effect in row.effects.all():
            effect.case = case
    return rows


@prepared
def _appeals(case_id: int) -> Any:
    return AppealCase.objects.filter(case_id=case_id).select_related("decision", "lift").order_by("pk")


def appeals_of(case: Case) -> list[AppealCase]:
    """List the decisions of a case that its person may contest; one query."""
    rows: list[AppealCase] = kept(case, "appeals", _appeals)
    for row in rows:
        row.case = case
    return rows


@prepared
def _pieces(case_id: int) -> Any:
    return Piece.objects.filter(case_id=case_id).select_related("document").order_by("pk")


def pieces_of(case: Case) -> Sequence[Piece]:
    """List the documents of a case, referred or sent with observations; one query."""
    rows: list[Piece] = kept(case, "pieces", _pieces)
    return rows


@prepared
def _extensions(case_id: int) -> Any:
    rows = PeriodExtension.objects.filter(case_id=case_id).select_related("outage")
    return rows.order_by("given_at", "id")


def extensions_of(case: Case) -> Sequence[PeriodExtension]:
    """List what outages of the portal gave the person to answer; one query."""
    rows: list[PeriodExtension] = kept(case, "extensions", _extensions)
    return rows
