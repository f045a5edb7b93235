"""Working days counted, and the instant at which a period is over.

Working days. A *jour ouvrable* is Monday to Saturday, a *jour ouvré* Monday to Friday, both without
public holidays and without the closed days the caller adds (an agency's exceptional closures).

Periods. Counted as in civil procedure (code de procédure civile, art. 641 and 642): the first day does
not count, months run date to date, the period ends on its last day at twenty-four hours, and a calendar
period that would end on a Saturday, a Sunday or a holiday runs to the next working day.

**A deadline is the local midnight that ends its last day.** It is an exclusive bound: what arrives at
`t` is in time when `t < end`. Never show that instant to a person: `last_day(end, …)` is what they read.
"""

from collections.abc import Callable, Collection, Iterable
from datetime import UTC, date, datetime, timedelta
from typing import Protocol
from zoneinfo import ZoneInfo

from portal.core.working_time.hours import aware, day_bounds
from portal.core.working_time.territories import Territory, holiday_name

_DAY = timedelta(days=1)
_SATURDAY, _SUNDAY = 5, 6


class ClosedTime(Protocol):
    """Days on which a place is exceptionally closed, the first and the last included."""

    @property
    def first_day(self) -> date: ...
    @property
    def last_day(self) -> date: ...


class OutageTime(Protocol):
    """A time when people could not use the portal: [starts_at, ends_at)."""

    @property
    def starts_at(self) -> datetime: ...
    @property
    def ends_at(self) -> datetime: ...


# --- working days -------------------------------------------------------------
def is_jour_ouvrable(day: date, territory: Territory, *, closed: Collection[date] = ()) -> bool:
    """Say whether that day is a Monday to Saturday without holiday there."""
    return day.weekday() != _SUNDAY and day not in closed and holiday_name(day, territory) is None


def is_jour_ouvre(day: date, territory: Territory, *, closed: Collection[date] = ()) -> bool:
    """Say whether that day is a Monday to Friday without holiday there."""
    return day.weekday() != _SATURDAY and is_jour_ouvrable(day, territory, closed=closed)


def add_jours_ouvrables(day: date, n: int, territory: Territory, *, closed: Collection[date] = ()) -> date:
    """Give the nth *jour ouvrable* after that day, which does not count itself.

    `n` = 0 gives the day itself when it is one, else the next one. «48 heures ouvrables» is n = 2.
    """
    return _nth(day, n, lambda candidate: is_jour_ouvrable(candidate, territory, closed=closed))


def add_jours_ouvres(day: date, n: int, territory: Territory, *, closed: Collection[date] = ()) -> date:
    """Give the nth *jour ouvré* after that day, which does not count itself (`n` = 0 as above)."""
    return _nth(day, n, lambda candidate: is_jour_ouvre(candidate, territory, closed=closed))


def count_jours_ouvrables(
    start: date, end: date, territory: Territory, *, closed: Collection[date] = ()
) -> int:
    """Count the *jours ouvrables* after `start` up to and with `end`; 0 when `end` is not later."""
    return sum(is_jour_ouvrable(day, territory, closed=closed) for day in _days_after(start, end))


def count_jours_ouvres(start: date, end: date, territory: Territory, *, closed: Collection[date] = ()) -> int:
    """Count the *jours ouvrés* after `start` up to and with `end`; 0 when `end` is not later."""
    return sum(is_jour_ouvre(day, territory, closed=closed) for day in _days_after(start, end))


def closed_days(closures: Iterable[ClosedTime]) -> frozenset[date]:
    """List the days an agency's exceptional closures cover, as every `closed` here wants them."""
    return frozenset(
        row.first_day + timedelta(days=offset)
        for row in closures
        for offset in range((row.last_day - row.first_day).days + 1)
    )


def _nth(day: date, n: int, counts: Callable[[date], bool]) -> date:
    if n < 0:
        raise ValueError("A number of working days is never negative.")
    while n:
        day += _DAY
        n -= counts(day)
    while not counts(day):
        day += _DAY
    return day


def _days_after(start: date, end: date) -> Iterable[date]:
    return (start + timedelta(days=offset) for offset in range(1, (end - start).days + 1))


# --- periods ------------------------------------------------------------------
def end_of_period(
    start: datetime,
    *,
    territory: Territory,
    days: int | None = None,
    months: int | None = None,
    jours_ouvres: int | None = None,
    jours_ouvrables: int | None = None,
    closed: Collection[date] = (),
    zone: ZoneInfo | None = None,
) -> datetime:
    """Say when a period is over that begins with an act at `start`: the midnight that ends its last day.

    Give `months`, `days`, or both (the months count first, CPC art. 641): calendar periods, moved to the
    next working day when they end on a Saturday, Sunday or holiday (CPC art. 642). Or give
    `jours_ouvres` or `jours_ouvrables` alone: these end on a working day by nature, a Saturday included
    for *jours ouvrables*. The day of `start` is the one on the wall of the territory, or of `zone` for a
    place whose clock differs from it. Raises ValueError for a naive `start` or an unclear length.
    """
    zone = zone or Territory(territory).zone
    lengths = {"calendar": days if months is None else months, "o": jours_ouvres, "a": jours_ouvrables}
    if sum(length is not None for length in lengths.values()) != 1:
        raise ValueError("Give months and days, or jours_ouvres, or jours_ouvrables.")
    if any(length is not None and length < 0 for length in (months, days, jours_ouvres, jours_ouvrables)):
        raise ValueError("A period never has a negative length.")
    first = aware(start).astimezone(zone).date()
    if jours_ouvres is not None:
        last = add_jours_ouvres(first, jours_ouvres, territory, closed=closed)
    elif jours_ouvrables is not None:
        last = add_jours_ouvrables(first, jours_ouvrables, territory, closed=closed)
    else:
        last = same_date(first, months or 0) + timedelta(days=days or 0)
        last = add_jours_ouvres(last, 0, territory, closed=closed)
    return day_bounds(last, zone)[1]


def part_of_period(
    start: datetime,
    percent: int,
    *,
    jours_ouvrables: int,
    territory: Territory,
    closed: Collection[date] = (),
    zone: ZoneInfo | None = None,
) -> datetime:
    """Say when that part of a period in *jours ouvrables* is spent; 100 is `end_of_period` itself.

    Only its working days pass: 75 % of two days is noon of the second, whatever Sundays and holidays lie
    between. A day of 23 or 25 hours is shared out as it is.
    """
    zone = zone or Territory(territory).zone
    whole, rest = divmod(percent * jours_ouvrables, 100)
    first = aware(start).astimezone(zone).date()
    if rest == 0:
        day = add_jours_ouvrables(first, whole, territory, closed=closed) if whole else first
        return day_bounds(day, zone)[1]
    day = add_jours_ouvrables(first, whole + 1, territory, closed=closed)
    opens, closes = (bound.astimezone(UTC) for bound in day_bounds(day, zone))
    return opens + (closes - opens) * rest / 100


def last_day(end: datetime, territory: Territory, *, zone: ZoneInfo | None = None) -> date:
    """Give the last day on which a person can still act: the date to print for a deadline `end`."""
    return (aware(end) - timedelta(microseconds=1)).astimezone(zone or Territory(territory).zone).date()


def days_left(now: datetime, end: datetime, territory: Territory, *, zone: ZoneInfo | None = None) -> int:
    """Count the nights before the last day: 0 is «c’est le dernier jour», negative is over."""
    today = aware(now).astimezone(zone or Territory(territory).zone).date()
    return (last_day(end, territory, zone=zone) - today).days


def same_date(day: date, months: int) -> date:
    """Go months ahead, or back, date to date; a month without that date gives its own last day (CPC art. 641)."""
    year, month = divmod(day.year * 12 + day.month - 1 + months, 12)
    following = date(year + (month + 1) // 12, (month + 1) % 12 + 1, 1)
    return min(date(year, month + 1, 1) + timedelta(days=day.day - 1), following - _DAY)


# --- outages ------------------------------------------------------------------
def extend_for_outages(
    start: datetime,
    end: datetime,
    outages: Iterable[OutageTime],
    *,
    territory: Territory,
    closed: Collection[date] = (),
    zone: ZoneInfo | None = None,
) -> datetime:
    """Give back what outages of the portal took from a period: its new end, never an earlier one.

    - The portal was down at any moment of the last day: the period runs to the end of the first working
      day after its return (as CPC art. 748-7 rules for a court's electronic filing).
    - It was down for whole days earlier in the period: after its return there are at least as many days
      left as it took.

    An outage in the time added is seen too. Asking again with the answer as `end` gives the same answer,
    so a job may run twice; an outage that lasts is passed with its end at the present instant.
    """
    zone = zone or Territory(territory).zone
    spans = _merged((aware(outage.starts_at), aware(outage.ends_at)) for outage in outages)
    first, last = aware(start).astimezone(zone).date(), last_day(end, territory, zone=zone)
    extended = last
    while True:
        # The true end bounds the first look; each day added is open to its midnight.
        until = end if extended == last else day_bounds(extended, zone)[1]
        owed = [_last_day_owed(first, extended, span, zone) for span in spans if _overlap(span, start, until)]
        longer = max([extended, *(add_jours_ouvres(*due, territory, closed=closed) for due in owed)])
        if longer == extended:
            return end if extended == last else day_bounds(extended, zone)[1]
        extended = longer


Span = tuple[datetime, datetime]


def _overlap(span: Span, start: datetime, end: datetime) -> bool:
    return span[0] < aware(end) and span[1] > aware(start)


def _last_day_owed(first: date, last: date, span: Span, zone: ZoneInfo) -> tuple[date, int]:
    """Say what one outage leaves due, as (day, working days to add to it)."""
    back = (span[1] - timedelta(microseconds=1)).astimezone(zone).date()
    if span[1] > day_bounds(last, zone)[0].astimezone(UTC):
        return back, 1
    lost, day = 0, max(span[0].astimezone(zone).date(), first + _DAY)
    while day <= back:
        opens, closes = (bound.astimezone(UTC) for bound in day_bounds(day, zone))
        lost += span[0] <= opens and closes <= span[1]
        day += _DAY
    return back + timedelta(days=lost), 0


def _merged(spans: Iterable[Span]) -> list[Span]:
    """Join outages that touch, so that a day lost to two of them in turn is lost."""
    joined: list[Span] = []
    for since, until in sorted(spans):
        if joined and since <= joined[-1][1]:
            joined[-1] = (joined[-1][0], max(until, joined[-1][1]))
        else:
            joined.append((since, until))
    return joined
