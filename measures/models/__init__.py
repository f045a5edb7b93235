"""What is decided: the barème, the procedure, decisions, appeals."""

from measures.models.bareme import (
    EVERYWHERE,
    BaremeRule,
    BaremeVersion,
    Breach,
    Outcome,
    Situation,
    Unit,
)

__all__ = ["EVERYWHERE", "BaremeRule", "BaremeVersion", "Breach", "Outcome", "Situation", "Unit"]
