"""A second, naive calendar to hold the real one against: tables typed by hand, one day at a time.

It shares nothing with the code under test but the names of territories and of clocks: Easter by the
Gregorian computus, no library of holidays, no division, no conversion of a wall time into an instant.
"""

from datetime import UTC, date, datetime, timedelta
from functools import cache
from zoneinfo import ZoneInfo

FIRST_YEAR, LAST_YEAR = 2024, 2032

CLOCKS = {
    "METROPOLE": "Europe/Paris",
    "ALSACE_MOSELLE": "Europe/Paris",
    "GUADELOUPE": "America/Guadeloupe",
    "MARTINIQUE": "America/Martinique",
    "GUYANE": "America/Cayenne",
    "REUNION": "Indian/Reunion",
    "MAYOTTE": "Indian/Mayotte",
    "SAINT_PIERRE_ET_MIQUELON": "America/Miquelon",
    "SAINT_BARTHELEMY": "America/St_Barthelemy",
    "SAINT_MARTIN": "America/Marigot",
    "WALLIS_ET_FUTUNA": "Pacific/Wallis",
    "POLYNESIE": "Pacific/Tahiti",
    "NOUVELLE_CALEDONIE": "Pacific/Noumea",
}

# Code du travail L3133-1, without those that follow Easter.
EVERYWHERE = {(1, 1), (5, 1), (5, 8), (7, 14), (8, 15), (11, 1), (11, 11), (12, 25)}
# Days after Easter Sunday: Easter Monday, Ascension, Whit Monday.
EVERYWHERE_AFTER_EASTER = {1, 39, 50}
GOOD_FRIDAY = -2

LOCAL = {
    "ALSACE_MOSELLE": {(12, 26)},
    "GUADELOUPE": {(5, 27)},
    "MARTINIQUE": {(5, 22)},
    "GUYANE": {(6, 10)},
    "REUNION": {(12, 20)},
    "MAYOTTE": {(4, 27)},
    "SAINT_BARTHELEMY": {(10, 9)},
    "SAINT_MARTIN": {(5, 28)},
    "WALLIS_ET_FUTUNA": {(4, 28), (6, 29), (7, 29)},
    "POLYNESIE": {(3, 5)},
    "NOUVELLE_CALEDONIE": {(9, 24)},
}
GOOD_FRIDAY_IN = {"ALSACE_MOSELLE", "POLYNESIE"}


@cache
def easter(year: int) -> date:
    """The anonymous Gregorian computus."""
    a, b, c = year % 19, year // 100, year % 100
    d, e = b // 4, b % 4
    g = (8 * b + 13) // 25
    h = (19 * a + b - d - g + 15) % 30
    i, k = c // 4, c % 4
    length = (32 + 2 * e + 2 * i - h - k) % 7
    m = (a + 11 * h + 19 * length) // 433
    month = (h + length - 7 * m + 90) // 25
    return date(year, month, (h + length - 7 * m + 33 * month + 19) % 32)


def is_holiday(day: date, territory: str) -> bool:
    after_easter = (day - easter(day.year)).days
    if (day.month, day.day) in EVERYWHERE or after_easter in EVERYWHERE_AFTER_EASTER:
        return True
    if (day.month, day.day) in LOCAL.get(territory, set()):
        return True
    if territory == "POLYNESIE" and (day.month, day.day) == ((6, 29) if day.year < 2025 else (11, 20)):
        return True
    return territory in GOOD_FRIDAY_IN and after_easter == GOOD_FRIDAY


def is_ouvrable(day: date, territory: str, closed: frozenset[date] = frozenset()) -> bool:
    return day.isoweekday() <= 6 and not is_holiday(day, territory) and day not in closed


def is_ouvre(day: date, territory: str, closed: frozenset[date] = frozenset()) -> bool:
    return day.isoweekday() <= 5 and not is_holiday(day, territory) and day not in closed


def days_from(day: date) -> "list[date]":
    """That day and the 800 after it."""
    return [day + timedelta(days=n) for n in range(801)]


def nth_after(day: date, n: int, works: "list[bool]") -> date:
    """The nth working day among the days after `day`; `works` says for each of `days_from(day)`."""
    seen = 0
    for candidate, working in list(zip(days_from(day), works, strict=True))[1:]:
        seen += working
        if seen == n:
            return candidate
    raise AssertionError("The oracle looked 800 days ahead and found too few working days.")


def date_to_date(day: date, months: int) -> date:
    """Walk day by day into the month wanted, then in it as far as the same number or its last day."""
    walked = day.replace(day=1)
    for _ in range(months):
        left = walked.month
        while walked.month == left:
            walked += timedelta(days=1)
    reached = walked
    while walked.month == reached.month and walked.day <= day.day:
        reached = walked
        walked += timedelta(days=1)
    return reached


def wall_date(instant: datetime, clock: str) -> date:
    return instant.astimezone(ZoneInfo(clock)).date()


def midnight_after(day: date, clock: str) -> datetime:
    """The first quarter of an hour, walked in UTC, at which the wall shows a later day."""
    instant = datetime(day.year, day.month, day.day, tzinfo=UTC) - timedelta(hours=15)
    while wall_date(instant, clock) <= day:
        instant += timedelta(minutes=15)
    return instant


def instants_showing(wall: datetime, clock: str) -> "list[datetime]":
    """Every instant at which that clock shows this naive wall time, earliest first."""
    zone = ZoneInfo(clock)
    around = wall.replace(tzinfo=UTC)
    offsets = {(around + timedelta(hours=hours)).astimezone(zone).utcoffset() for hours in range(-30, 31)} - {
        None
    }
    candidates = sorted(around - offset for offset in offsets)
    return [instant for instant in candidates if instant.astimezone(zone).replace(tzinfo=None) == wall]
