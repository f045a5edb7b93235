"""The clock of a place as VTIMEZONE (RFC 5545 §3.6.5): each change of the hour written out, none left to a rule.

icalendar's own description gives the onset after the change instead of before it, which is an hour wrong on
the day itself.
"""

from collections.abc import Iterator, Sequence
from datetime import UTC, datetime, timedelta
from functools import cache
from zoneinfo import ZoneInfo

from icalendar import Timezone, TimezoneDaylight, TimezoneStandard

from convocations.models import Convocation

_DAY = timedelta(days=1)


def asked(rows: Sequence[Convocation]) -> dict[str, tuple[int, int]]:
    """Name the clocks these appointments follow, each with the first and the last year it is asked about."""
    found: dict[str, tuple[int, int]] = {}
    for row in rows:
        first, last = row.starts_at.year, row.ends_at.year
        before = found.get(key := row.agency.place.zone.key, (first, last))
        found[key] = (min(first, before[0]), max(last, before[1]))
    return found


@cache
def described(key: str, first: int, last: int) -> Timezone:
    """Describe a clock from the first day of one year to the last of another; worked out once a process."""
    zone = ZoneInfo(key)
    clock = Timezone()
    clock.add("tzid", key)
    start = datetime(first, 1, 1, tzinfo=UTC)
    clock.add_component(_observance(zone, start, before=start))
    for moment in _changes(zone, start, datetime(last + 1, 1, 1, tzinfo=UTC)):
        clock.add_component(_observance(zone, moment, before=moment - timedelta(seconds=1)))
    return clock


def _observance(zone: ZoneInfo, moment: datetime, *, before: datetime) -> TimezoneStandard | TimezoneDaylight:
    """Describe what holds from an instant; its onset is told by the clock that held before."""
    here = moment.astimezone(zone)
    old = before.astimezone(zone).utcoffset() or timedelta()
    part = TimezoneDaylight() if here.dst() else TimezoneStandard()
    part.add("dtstart", (moment + old).replace(tzinfo=None))
    part.add("tzoffsetfrom", old)
    part.add("tzoffsetto", here.utcoffset())
    part.add("tzname", here.tzname())
    return part


def _changes(zone: ZoneInfo, start: datetime, end: datetime) -> Iterator[datetime]:
    """Find the instants at which a clock is put forward or back: no day has two."""
    day = start
    while day < end:
        if day.astimezone(zone).utcoffset() != (day + _DAY).astimezone(zone).utcoffset():
            yield _instant(zone, day, day + _DAY)
        day += _DAY


def _instant(zone: ZoneInfo, early: datetime, late: datetime) -> datetime:
    offset = early.astimezone(zone).utcoffset()
    while late - early > timedelta(seconds=1):
        middle = (early + (late - early) / 2).replace(microsecond=0)
        if middle.astimezone(zone).utcoffset() == offset:
            early = middle
        else:
            late = middle
    return late
