"""Opening hours and chosen times as instants, on the clock of the place, changes of the hour included."""

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import Protocol
from zoneinfo import ZoneInfo

from portal.core.french import NBSP, clock_time, full_date
from portal.core.transitions import Refusal
from portal.core.working_time.territories import Territory, holiday_name

_DAY = timedelta(days=1)
# An agency that opens on no day of a whole year is closed for good.
_HORIZON_DAYS = 366


class OpeningTime(Protocol):
    """One weekly stretch of opening hours, as an agency declares it; Monday is 0."""

    @property
    def weekday(self) -> int: ...
    @property
    def kind(self) -> str: ...
    @property
    def opens(self) -> time: ...
    @property
    def closes(self) -> time: ...


@dataclass(frozen=True)
class Opening:
    """One stretch of one day during which the agency receives people: [start, end)."""

    start: datetime
    end: datetime
    kind: str


class NonexistentLocalTime(Refusal):
    """The chosen time does not exist there: the clock jumps over it. `sentence` says what to choose."""


def aware(instant: datetime) -> datetime:
    """Give the instant in UTC; raises ValueError for a naive datetime, which is no instant.

    In UTC because two datetimes of one zone compare and subtract by the wall, blind to a changed hour.
    """
    if instant.utcoffset() is None:
        raise ValueError("An aware datetime is needed.")
    return instant.astimezone(UTC)


def day_bounds(day: date, zone: ZoneInfo) -> tuple[datetime, datetime]:
    """Give the midnights that begin and end a day there: 23, 24 or 25 hours apart."""
    return _at(day, time(0), zone), _at(day + _DAY, time(0), zone)


def local_instant(day: date, at: time, zone: ZoneInfo) -> datetime:
    """Turn a day and a time somebody chose into an instant on that clock.

    In autumn an hour is lived twice: the first one is meant (fold 0), so that nobody is late who reads
    the time off the wall. In spring an hour is missing: raises `NonexistentLocalTime`.
    """
    wall = datetime.combine(day, at.replace(fold=0, tzinfo=None), zone)
    if wall.astimezone(UTC).astimezone(zone).replace(tzinfo=None) != wall.replace(tzinfo=None):
        before, after = _jump(wall)
        raise NonexistentLocalTime(
            f"{clock_time(wall)} n’existe pas le {full_date(day)}{NBSP}: ce jour-là, on passe "
            f"directement de {clock_time(before)} à {clock_time(after)}. Choisissez une autre heure."
        )
    return wall


def hours_of(
    openings: Iterable[OpeningTime],
    closures: Collection[date],
    day: date,
    territory: Territory,
    *,
    kind: str | None = None,
    zone: ZoneInfo | None = None,
) -> tuple[Opening, ...]:
    """List the stretches during which the agency is open that day, in order; none on a holiday.

    `kind` keeps one kind of hours (walk-in, by appointment). A limit inside the missing hour of spring
    moves to the instant of the jump's other side, like every clock does.
    """
    if day in closures or holiday_name(day, territory) is not None:
        return ()
    zone = zone or Territory(territory).zone
    stretches = (
        Opening(_at(day, row.opens, zone), _at(day, row.closes, zone), row.kind)
        for row in openings
        if row.weekday == day.weekday() and kind in (None, row.kind)
    )
    in_order = sorted(stretches, key=lambda stretch: (aware(stretch.start), aware(stretch.end), stretch.kind))
    return tuple(stretch for stretch in in_order if aware(stretch.start) < aware(stretch.end))


def next_opening(
    openings: Iterable[OpeningTime],
    closures: Collection[date],
    after: datetime,
    territory: Territory,
    *,
    kind: str | None = None,
    zone: ZoneInfo | None = None,
) -> Opening | None:
    """Give the stretch the agency is open in at `after`, or the next one; None when a year has none."""
    zone = zone or Territory(territory).zone
    openings = tuple(openings)
    after = aware(after)
    today = after.astimezone(zone).date()
    for offset in range(_HORIZON_DAYS + 1):
        day = today + timedelta(days=offset)
        for stretch in hours_of(openings, closures, day, territory, kind=kind, zone=zone):
            if aware(stretch.end) > after:
                return stretch
    return None


def _at(day: date, at: time, zone: ZoneInfo) -> datetime:
    """Put a wall time on the clock; one that is jumped over gives the same instant under its real name."""
    wall = datetime.combine(day, at.replace(fold=0, tzinfo=None), zone)
    return wall.astimezone(UTC).astimezone(zone)


def _jump(wall: datetime) -> tuple[datetime, datetime]:
    """Find what the clock shows just before and just after the jump that swallows a wall time."""
    zone = wall.tzinfo
    early, late = wall.replace(fold=1).astimezone(UTC), wall.replace(fold=0).astimezone(UTC)
    old, new = early.astimezone(zone).utcoffset(), late.astimezone(zone).utcoffset()
    assert old is not None
    assert new is not None
    while late - early > timedelta(seconds=1):
        middle = early + (late - early) // 2
        if middle.astimezone(zone).utcoffset() == old:
            early = middle
        else:
            late = middle
    jump = late.replace(microsecond=0)
    return jump.replace(tzinfo=None) + old, jump.replace(tzinfo=None) + new
