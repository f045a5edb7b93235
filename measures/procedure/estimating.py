"""What a measure would take, in euros: an estimate, said to be one, never a figure that anybody is held to."""

from decimal import ROUND_HALF_UP, Decimal

from measures.procedure.calendar import days_of

_CENT = Decimal("0.01")


def estimate(daily_allowance: Decimal | None, *, share: int, length: int, unit: str) -> Decimal | None:
    """Multiply the daily allowance by the days and the share; euros to the cent, half a cent counted up.

    Nothing where the allowance is not known, or nothing of it is taken.
    """
    if daily_allowance is None or share == 0:
        return None
    whole = daily_allowance * days_of(length, unit) * share / 100
    return whole.quantize(_CENT, rounding=ROUND_HALF_UP)
