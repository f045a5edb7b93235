"""Which version is in force on which days, and which days change hands. Pure: no query, no present time."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from itertools import zip_longest

from measures.models import EVERYWHERE, BaremeVersion
from portal.core.working_time import Territory

DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Days:
    """The days one version is in force: from the first to the last, both included; no last, no end."""

    code: str
    territory: str
    first: date
    last: date | None

    def cover(self, day: date) -> bool:
        """Say whether the version is in force on a day."""
        return self.first <= day and (self.last is None or day <= self.last)


@dataclass(frozen=True, slots=True)
class Handover:
    """Days on which another version will be in force than without the change; None: no version at all."""

    territories: tuple[Territory, ...]
    first: date
    last: date | None
    before: str | None
    after: str | None


def days_of(version: BaremeVersion) -> Days:
    """Give the days a version is written for."""
    return Days(version.code, version.territory, version.valid_from, version.valid_to)


def covering(timeline: Iterable[Days], day: date, territory: Territory) -> str | None:
    """Name the version in force on a day in a territory: its own, else the one for everywhere."""
    found = {days.territory: days.code for days in timeline if days.cover(day)}
    return found.get(territory, found.get(EVERYWHERE))


def handovers(before: Sequence[Days], after: Sequence[Days]) -> list[Handover]:
    """List the days that change hands between two states of the barème, territories alike together."""
    together: dict[tuple[date, date | None, str | None, str | None], list[Territory]] = {}
    for territory in Territory:
        for change in _changes(before, after, territory):
            together.setdefault(change, []).append(territory)
    changes = [Handover(tuple(where), *what) for what, where in together.items()]
    return sorted(changes, key=lambda change: (change.first, -len(change.territories)))


def _changes(
    before: Sequence[Days], after: Sequence[Days], territory: Territory
) -> list[tuple[date, date | None, str | None, str | None]]:
    found: list[tuple[date, date | None, str | None, str | None]] = []
    starts = _starts([*before, *after])
    for start, following in zip_longest(starts, starts[1:]):
        last = None if following is None else following - DAY
        old, new = covering(before, start, territory), covering(after, start, territory)
        if old == new:
            continue
        if found and found[-1][1] == start - DAY and found[-1][2:] == (old, new):
            found[-1] = (found[-1][0], last, old, new)
        else:
            found.append((start, last, old, new))
    return found


def _starts(timeline: Iterable[Days]) -> list[date]:
    """Every day on which something begins or has just ended."""
    days = {days.first for days in timeline}
    return sorted(days | {days.last + DAY for days in timeline if days.last is not None})


def uncovered(timeline: Sequence[Days], territories: Iterable[Territory], first: date, last: date) -> bool:
    """Say whether any day between two, both included, has no version somewhere."""
    marks = {first, *(start for start in _starts(timeline) if first <= start <= last)}
    return any(covering(timeline, day, territory) is None for territory in territories for day in marks)


def where(territory: str) -> list[Territory]:
    """List the territories a version is written for."""
    return list(Territory) if territory == EVERYWHERE else [Territory(territory)]


def named(territories: Sequence[Territory]) -> str:
    """Say where: «partout», «partout sauf La Réunion», «Guyane, Mayotte»."""
    left_out = [one.label for one in Territory if one not in territories]
    if not left_out:
        return "partout"
    if len(left_out) < len(territories):
        return f"partout sauf {', '.join(left_out)}"
    return ", ".join(one.label for one in territories)
