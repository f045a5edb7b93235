"""What is decided: the barème, the procedure, decisions, appeals."""

from measures.models.answer import Hearing, Observations
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
    "BaremeRule",
    "BaremeVersion",
    "Breach",
    "Case",
    "Decision",
    "Hearing",
    "Notice",
    "Observations",
    "Origin",
    "Outcome",
    "PeriodExtension",
    "Piece",
    "ReceivedHow",
    "Situation",
    "Unit",
]
