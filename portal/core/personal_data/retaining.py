"""How long each kind of data is kept, and letting go of it: one report, one nightly job, one command."""

import logging
from collections.abc import Callable, Collection
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import transaction
from django.db.models import QuerySet

from portal.core import parameters
from portal.core.french import plural

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of one kind: erased (or due to be), and beyond its time but still there."""

    erased: int = 0
    held_back: int = 0


AT_ONCE = 5_000

# (now, dry_run) -> what was erased, or would be.
LetGo = Callable[[datetime, bool], Outcome]


@dataclass(frozen=True, slots=True)
class Kept:
    """One kind of data: what people call it, for how long it is kept (in words) and why."""

    name: str
    label: str
    why: str
    how_long: Callable[[], str]
    let_go: LetGo


_kinds: dict[str, Kept] = {}


def retained(name: str, label: str, *, why: str, how_long: Callable[[], str]) -> Callable[[LetGo], LetGo]:
    """Declare one kind of data and how it is let go; several small transactions, safe to run twice.

    `label`, `why` and `how_long` are read by the public on « Vos données ».
    """

    def declare(let_go: LetGo) -> LetGo:
        if name in _kinds:
            raise ValueError(f"the kind {name} is taken: {_kinds[name].label}")
        _kinds[name] = Kept(name, label, why, how_long, let_go)
        return let_go

    return declare


def kinds() -> list[Kept]:
    """Every declared kind, in the order the apps declared them."""
    return list(_kinds.values())


def let_go(now: datetime, *, dry_run: bool = False, only: Collection[str] = ()) -> dict[str, Outcome | None]:
    """Let go of what is beyond its time, kind by kind; None for a kind that failed, which stops no other.

    With `dry_run` only count.
    """
    found: dict[str, Outcome | None] = {}
    for kind in kinds():
        if only and kind.name not in only:
            continue
        try:
            found[kind.name] = kind.let_go(now, dry_run)
        except Exception:
            log.exception("what is beyond its time of kind %s stays until the next night", kind.name)
            found[kind.name] = None
    return found


def erase(over: QuerySet[Any, Any], *, dry_run: bool) -> int:
    """Delete the rows that are beyond their time, some thousand a transaction; with `dry_run` count them."""
    if dry_run:
        return over.count()
    erased = 0
    while True:
        with transaction.atomic():
            rows = over.model._base_manager.filter(pk__in=list(over.values_list("pk", flat=True)[:AT_ONCE]))
            count, _ = rows.delete()
        erased += count
        if count < AT_ONCE:
            return erased


def days(parameter: str) -> str:
    """Say a parameter counted in days as people do: «2 ans», «180 jours»."""
    number: int = getattr(parameters.current(), parameter)
    years, rest = divmod(number, 365)
    return plural(years, "an") if years and not rest else plural(number, "jour")
