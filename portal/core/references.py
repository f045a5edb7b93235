"""References people read aloud: short, human, unguessable («CV-7K3M-92QD»).

Stored as a 40-bit integer, because a unique index of integers costs half of one of text.
"""

import re
import secrets
from typing import Any

from django.db import models
from django.db.models.functions import Cast
from django.urls import register_converter

# Crockford's base 32: no I, L, O, U, so that a reference survives a telephone.
ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
BITS = 40
_PATTERN = re.compile(rf"([A-Z]{{2}})-([{ALPHABET}]{{4}})-([{ALPHABET}]{{4}})\Z")
_READ_ALOUD = str.maketrans({"O": "0", "I": "1", "L": "1"})


def draw() -> int:
    """Draw a new reference: 40 random bits."""
    return secrets.randbits(BITS)


def draw_free(model: type[models.Model], count: int) -> list[int]:
    """Draw several new references that no row of this model bears, for rows written at once.

    Among 5,000,000 rows one draw in 220,000 meets a reference already given: rare for one row, one batch
    of 10,000 in twenty.
    """
    drawn: set[int] = set()
    while len(drawn) < count:
        more = {draw() for _ in range(count - len(drawn))} - drawn
        # In the database it is a number; as a number it is asked for and compared.
        taken = model._default_manager.filter(ref__in=more).annotate(
            number=Cast("ref", models.BigIntegerField())
        )
        drawn |= more - set(taken.values_list("number", flat=True))
    return list(drawn)


def to_text(prefix: str, number: int) -> str:
    """Write a number as people read it."""
    digits = []
    for _ in range(8):
        number, digit = divmod(number, 32)
        digits.append(ALPHABET[digit])
    text = "".join(reversed(digits))
    return f"{prefix}-{text[:4]}-{text[4:]}"


def to_number(prefix: str, text: str) -> int:
    """Read a reference back; forgives case and O/0, I/1, L/1. Raises ValueError."""
    text = text.strip().upper()
    match = _PATTERN.match(text[:3] + text[3:].translate(_READ_ALOUD))
    if match is None or match.group(1) != prefix:
        raise ValueError("not a reference")
    number = 0
    for character in match.group(2) + match.group(3):
        number = number * 32 + ALPHABET.index(character)
    return number


class ReferenceField(models.BigIntegerField):  # type: ignore[type-arg]  # not subscriptable at run time
    """A unique reference, an integer in the database and «XX-0000-0000» in Python."""

    def __init__(self, prefix: str = "XX", **kwargs: Any) -> None:
        self.prefix = prefix
        kwargs.setdefault("unique", True)
        kwargs.setdefault("default", draw)
        kwargs.setdefault("editable", False)
        super().__init__(**kwargs)

    def deconstruct(self) -> Any:
        # A migration only needs to know that it is a unique integer.
        name, _, args, kwargs = super().deconstruct()
        kwargs.pop("default", None)
        return name, "django.db.models.BigIntegerField", args, kwargs

    def from_db_value(self, value: int | None, *_: Any) -> str | None:
        return None if value is None else to_text(self.prefix, value)

    def to_python(self, value: Any) -> str | None:
        return to_text(self.prefix, value) if isinstance(value, int) else value

    def get_prep_value(self, value: Any) -> int | None:
        if value is None or isinstance(value, int):
            return value
        return to_number(self.prefix, str(value))

    def pre_save(self, model_instance: models.Model, add: bool) -> Any:
        value = super().pre_save(model_instance, add)
        if isinstance(value, int):
            setattr(model_instance, self.attname, to_text(self.prefix, value))
        return value


class ReferenceConverter:
    """A reference in an address; anything else is simply not an address of ours (404)."""

    regex = r"[A-Za-z]{2}-[0-9A-Za-z]{4}-[0-9A-Za-z]{4}"

    def to_python(self, value: str) -> str:
        prefix = value[:2].upper()
        return to_text(prefix, to_number(prefix, value))

    def to_url(self, value: str) -> str:
        return value


# Here, once: `path("convocations/<ref:ref>/", …)` works wherever a model with a reference was imported.
register_converter(ReferenceConverter, "ref")
