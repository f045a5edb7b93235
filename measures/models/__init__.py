"""What is decided: the barème, the procedure, decisions, appeals."""

from measures.models.answer import Hearing, Observations
from measures.models.appeals.case import AppealCase, AppealExtension, Residence
from measures.models.appeals.effect import Annex, Effect, EffectKind, HeldBy, Stay
from measures.models.appeals.gracious import GraciousAppeal
from measures.models.appeals.lifting import LiftRequest
from measures.models.appeals.mediation import CourtAppeal, Mediation
from measures.models.bareme import (
    EVERYWHERE,
    BaremeRule,
    BaremeVersion,
    Breach,
    Outcome,
    Situation,
    Unit,
)
from measures.models.case import Case, Origin, Piece
from measures.models.decision import Decision
from measures.models.notice import Notice, PeriodExtension, ReceivedHow

__all__ = [
    "EVERYWHERE",
    "Annex",
    "AppealCase",
    "AppealExtension",
    "BaremeRule",
    "BaremeVersion",
    "Breach",
    "Case",
    "CourtAppeal",
    "Decision",
    "Effect",
    "EffectKind",
    "GraciousAppeal",
    "Hearing",
    "HeldBy",
    "LiftRequest",
    "Mediation",
    "Notice",
    "Observations",
    "Origin",
    "Outcome",
    "PeriodExtension",
    "Piece",
    "ReceivedHow",
    "Residence",
    "Situation",
    "Stay",
    "Unit",
]
