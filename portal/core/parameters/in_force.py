"""The numbers in force: the defaults, and over them what this deployment changed."""

import logging
import time
from collections.abc import Mapping
from dataclasses import Field, replace
from typing import Any

from django.core.exceptions import ValidationError

from portal.core.parameters.declared import DEFAULTS, FIELDS, IN_ORDER, Parameters

logger = logging.getLogger(__name__)

# How long a value once read is believed, in seconds.
_BELIEVED = 10.0

_read: tuple[float, Parameters] | None = None


def current() -> Parameters:
    """Give the parameters in force; at most ten seconds old, one small query when older."""
    global _read
    asked_at = time.monotonic()
    read = _read
    if read is not None and 0 <= asked_at - read[0] < _BELIEVED:
        return read[1]
    # Two threads may ask at once: both read the same rows, and neither waits for the other.
    in_force = merged(load_overrides())
    _read = (asked_at, in_force)
    return in_force


def forget() -> None:
    """Read the overrides anew at the next question."""
    global _read
    _read = None


def load_overrides() -> dict[str, object]:
    """Read what this deployment changed."""
    from portal.core.models import ParameterOverride

    return dict(ParameterOverride.objects.values_list("key", "value"))


def merged(overrides: Mapping[str, object]) -> Parameters:
    """Put overrides over the defaults; one that no longer fits is left out and said in the log.

    A release may drop a parameter or narrow its bounds: the portal must not stop for it.
    """
    valid: dict[str, Any] = {}
    for key, value in overrides.items():
        try:
            valid[key] = checked(key, value)
        except ValidationError as refused:
            logger.error("Parameter override %s ignored: %s", key, " ".join(refused.messages))
    return replace(DEFAULTS, **valid)


# --- what may be changed to what ------------------------------------------------
def checked(key: str, value: object) -> int | tuple[int, ...]:
    """Give the typed value of an override, or raise a ValidationError with the French sentence."""
    declared = FIELDS.get(key)
    if declared is None:
        raise ValidationError(f"Le paramètre «\u00a0{key}\u00a0» n’existe pas.")
    if isinstance(declared.default, tuple):
        return _checked_steps(declared, value)
    return _checked_number(declared, value)


def check_override(key: str, value: object) -> int | tuple[int, ...]:
    """Give the typed value, or refuse one that is mistyped, out of bounds, or at odds with the others."""
    typed = checked(key, value)
    change: dict[str, Any] = {key: typed}
    proposed = replace(merged(load_overrides()), **change)
    for smaller, larger in IN_ORDER:
        if key in (smaller, larger) and getattr(proposed, smaller) > getattr(proposed, larger):
            raise ValidationError(
                f"«\u00a0{FIELDS[smaller].metadata['label']}\u00a0» ne peut pas dépasser "
                f"«\u00a0{FIELDS[larger].metadata['label']}\u00a0»."
            )
    return typed


def _checked_number(declared: Field[Any], value: object) -> int:
    low, high, unit = (declared.metadata[name] for name in ("min", "max", "unit"))
    # bool is an int to Python and no number to anybody else.
    if not isinstance(value, int) or isinstance(value, bool):
        raise ValidationError(f"{declared.metadata['label']}\u00a0: indiquez un nombre entier.")
    if not low <= value <= high:
        raise ValidationError(
            f"{declared.metadata['label']}\u00a0: indiquez un nombre entre {low} et {high} ({unit})."
        )
    return value


def _checked_steps(declared: Field[Any], value: object) -> tuple[int, ...]:
    label = declared.metadata["label"]
    if not isinstance(value, list | tuple) or not 1 <= len(value) <= 6:
        raise ValidationError(f"{label}\u00a0: indiquez une liste de un à six nombres.")
    steps = tuple(_checked_number(declared, step) for step in value)
    if list(steps) != sorted(set(steps), reverse=True):
        raise ValidationError(f"{label}\u00a0: indiquez des nombres différents, du plus grand au plus petit.")
    return steps
