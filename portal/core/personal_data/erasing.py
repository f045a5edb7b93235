"""Erasing everything of one person's file: each table that holds something of theirs, children before parents.

What a person's copy holds goes with their file, as it was declared (`held`); what no copy shows and yet touches
them says so with `goes_with_the_file`. The journal is emptied, not deleted (portal/core/journal/erasing.py); the
account and the file's own row are their room's to end.
"""

from collections.abc import Callable, Collection
from graphlib import TopologicalSorter
from typing import Any

from django.db.models import Model, QuerySet

from portal.core.models import JournalEntry
from portal.core.personal_data.declaring import parts

Rows = Callable[[int], QuerySet[Any]]

_more: dict[type[Model], Rows] = {}
_before: dict[type[Model], type[Model]] = {}


def goes_with_the_file(model: type[Model], rows: Rows, *, before: type[Model] | None = None) -> None:
    """Declare what of a table goes when a file is erased, where no copy shows it, or not all of it.

    `before` is the table its rows are found by, where no foreign key says so.
    """
    if model in _more:
        raise ValueError(f"{model.__name__} says twice what goes with a file")
    _more[model] = rows
    if before is not None:
        _before[model] = before


def erase_rows(person_id: int, *, but: Collection[type[Model]]) -> dict[str, int]:
    """Delete a person's rows of every table but these and the journal: table by table, how many.

    In the caller's transaction; the tables that a guard protects give way to the owner alone.
    """
    rows = {part.model: part.rows for part in parts()} | _more
    rows = {model: theirs for model, theirs in rows.items() if model not in {JournalEntry, *but}}
    counts: dict[str, int] = {}
    for model in _children_first(rows):
        # Straight to the table: what hangs on a row is in this list too, and the database refuses what is not.
        found = model._base_manager.filter(pk__in=rows[model](person_id).order_by().values("pk"))
        if gone := found._raw_delete("default"):
            counts[model._meta.db_table] = gone
    return counts


def _children_first(models: Collection[type[Model]]) -> list[type[Model]]:
    order: TopologicalSorter[type[Model]] = TopologicalSorter({model: set() for model in models})
    for model, parent in _before.items():
        order.add(parent, model)
    for model in models:
        for field in model._meta.concrete_fields:
            target = field.related_model
            if isinstance(target, type) and target in models and target is not model:
                order.add(target, model)
    return list(order.static_order())
