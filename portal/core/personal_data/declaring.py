"""Each table says what it holds about a claimant: a part of their copy, or why it is no part of it.

Every app declares its own tables in its `personal_data.py`, which its `apps.py` imports. A test walks all
models and all their columns: one that nobody declared fails it.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.db.models import F, Model, QuerySet, Value
from django.db.models.functions import Concat, NullIf

Row = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Column:
    """One fact of a row: its key for programs, its French label, where it comes from."""

    key: str
    label: str
    # The model's own field that it gives.
    field: str
    source: Any


def column(path: str, label: str) -> Column:
    """Give a field, or one of a row it points to (`convocation__ref`)."""
    return Column(path, label, path.partition("__")[0], F(path))


def who(path: str, label: str) -> Column:
    """Give the full name of the account at the end of a path."""
    # Where nobody is, what is left is the space between no names.
    name = NullIf(Concat(F(f"{path}__first_name"), Value(" "), F(f"{path}__last_name")), Value(" "))
    return Column(path.partition("__")[0], label, path.partition("__")[0], name)


@dataclass(frozen=True, slots=True)
class Part:
    """One part of a person's copy: the rows of one table."""

    model: type[Model]
    # The name of its file; ASCII, as it stands in an archive.
    name: str
    title: str
    rows: Callable[[int], QuerySet[Any]]
    columns: Sequence[Column]
    left_out: Mapping[str, str]
    # What the database cannot say in French by itself: a row as read becomes the row that is shown.
    told: Callable[[Row, int], Row] | None
    labels: Mapping[str, str]


_parts: dict[type[Model], Part] = {}
_kept_out: dict[type[Model], str] = {}
_nobodys: set[type[Model]] = set()


def held(
    model: type[Model],
    name: str,
    title: str,
    rows: Callable[[int], QuerySet[Any]],
    columns: Sequence[Column],
    *,
    left_out: Mapping[str, str],
    told: Callable[[Row, int], Row] | None = None,
    told_labels: Mapping[str, str] | None = None,
) -> None:
    """Declare what a person's copy holds of one table: `rows(person)` are theirs, in the order shown.

    `left_out` gives the reason for each column that is not in it; `told_labels` the words for the keys that
    `told` adds.
    """
    _require_new(model)
    labels = {column.key: column.label for column in columns} | dict(told_labels or {})
    _parts[model] = Part(model, name, title, rows, tuple(columns), dict(left_out), told, labels)


def kept_out(reason: str, *models: type[Model]) -> None:
    """Declare tables that touch a person and are no part of their copy, and why."""
    for model in models:
        _require_new(model)
        _kept_out[model] = reason


def nobodys(*models: type[Model]) -> None:
    """Declare tables that hold nothing about any claimant: places, numbers, how the portal does."""
    for model in models:
        _require_new(model)
        _nobodys.add(model)


def _require_new(model: type[Model]) -> None:
    if model in declared():
        raise ValueError(f"{model.__name__} is declared twice")


def parts() -> list[Part]:
    """Every part of a person's copy, in the order the apps declared them."""
    return list(_parts.values())


def declared() -> dict[type[Model], str]:
    """Every table anybody spoke for, and how: held, kept out, or nobody's."""
    said = dict.fromkeys(_parts, "held") | dict.fromkeys(_kept_out, "kept out")
    return said | dict.fromkeys(_nobodys, "nobody's")


def reasons() -> dict[type[Model], str]:
    """Why each table that is kept out is."""
    return dict(_kept_out)
