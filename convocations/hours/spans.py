"""Stretches of time: when an agency receives, when an advisor does, and what is left of it.

One engine for everything that looks for hours: the planning of many people by an advisor, the agenda,
and the free slots a claimant picks from. All spans are [start, end), in UTC.
"""

from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from typing import NamedTuple
from zoneinfo import ZoneInfo

from django.db import connection

from accounts.models import Advisor, ReceivedFor
from portal.core.working_time import Territory, day_bounds, hours_of

Span = tuple[datetime, datetime]

_DAY = timedelta(days=1)
_MINUTE = timedelta(minutes=1)


class _Opening(NamedTuple):
    weekday: int
    opens: time
    closes: time
    kind: str


class _Dated(NamedTuple):
    """Some days, whole or some hours of each."""

    first_day: date
    last_day: date
    starts: time | None
    ends: time | None

    def covers(self, day: date) -> bool:
        return self.first_day <= day <= self.last_day


@dataclass(slots=True)
class Calendar:
    """Everything written down about one advisor's hours and some agencies', for some days."""

    openings: dict[int, list[_Opening]] = field(default_factory=dict)
    closures: dict[int, list[_Dated]] = field(default_factory=dict)
    # Per weekday the stretches of the week, each with its manners and kinds; empty: the agency's hours.
    week: dict[int, list[tuple[time, time, Collection[str]]]] = field(default_factory=dict)
    extra: list[tuple[_Dated, Collection[str]]] = field(default_factory=list)
    away: list[_Dated] = field(default_factory=list)


_READ = """
    SELECT 'O', agency_id, weekday, NULL::date, NULL::date, opens, closes, kind
    FROM accounts_openinghours WHERE agency_id = ANY(%(agencies)s) AND kind = 'BY_APPOINTMENT'
    UNION ALL
    SELECT 'C', agency_id, 0, first_day, last_day, starts, ends, ''
    FROM accounts_closure
    WHERE agency_id = ANY(%(agencies)s) AND first_day <= %(last)s AND last_day >= %(first)s
    UNION ALL
    SELECT 'W', 0, weekday, NULL, NULL, starts, ends, array_to_string(modalities || kinds, ' ')
    FROM accounts_availability WHERE advisor_id = %(advisor)s
    UNION ALL
    SELECT CASE WHEN is_free THEN 'E' ELSE 'A' END, 0, 0, day, day, starts, ends,
           array_to_string(modalities || kinds, ' ')
    FROM accounts_availabilityexception WHERE advisor_id = %(advisor)s AND day BETWEEN %(first)s AND %(last)s
    UNION ALL
    SELECT 'A', 0, 0, first_day, last_day, NULL, NULL, ''
    FROM accounts_leave
    WHERE advisor_id = %(advisor)s AND first_day <= %(last)s AND last_day >= %(first)s
"""


def read_calendar(advisor_id: int, agency_ids: Collection[int], begin: datetime, until: datetime) -> Calendar:
    """Read what decides these days, in one query."""
    calendar = Calendar()
    # A day more on each side: the places' clocks differ from UTC by up to 13 hours.
    days = {"first": begin.date() - _DAY, "last": until.date() + _DAY}
    with connection.cursor() as cursor:
        cursor.execute(_READ, {"agencies": list(agency_ids), "advisor": advisor_id, **days})
        for what, agency_id, weekday, first, last, starts, ends, words in cursor.fetchall():
            if what == "O":
                calendar.openings.setdefault(agency_id, []).append(_Opening(weekday, starts, ends, words))
            elif what == "C":
                calendar.closures.setdefault(agency_id, []).append(_Dated(first, last, starts, ends))
            elif what == "W":
                calendar.week.setdefault(weekday, []).append((starts, ends, words.split()))
            elif what == "E":
                calendar.extra.append((_Dated(first, last, starts, ends), words.split()))
            else:
                calendar.away.append(_Dated(first, last, starts, ends))
    return calendar


def open_on(calendar: Calendar, agency_id: int, territory: Territory, day: date) -> list[Span]:
    """List the agency's hours by appointment of one day, closures and holidays out."""
    closures = [row for row in calendar.closures.get(agency_id, ()) if row.covers(day)]
    if any(row.starts is None for row in closures):
        return []
    stretches = hours_of(calendar.openings.get(agency_id, ()), (), day, territory)
    spans = [(one.start.astimezone(UTC), one.end.astimezone(UTC)) for one in stretches]
    return without(merged(spans), [_on(row, day, territory.zone) for row in closures])


def received_on(
    calendar: Calendar, agency_id: int, territory: Territory, day: date, wanted: Collection[str] = ()
) -> list[Span]:
    """List when the advisor receives on one day: the week and its exceptions, within the agency's hours.

    `wanted` keeps what is open to all of it: a manner, a kind (see `asked`). Without a week of their own,
    an advisor receives during all the agency's hours by appointment.
    """
    spans = open_on(calendar, agency_id, territory, day)
    if not spans:
        return []
    zone = territory.zone
    if calendar.week:
        own = [
            wall_span(day, starts, ends, zone)
            for starts, ends, open_to in calendar.week.get(day.weekday(), ())
            if all(one in open_to for one in wanted)
        ]
        own += [
            _on(row, day, zone)
            for row, open_to in calendar.extra
            if row.covers(day) and all(one in open_to for one in wanted)
        ]
        spans = within(spans, merged(own))
    return without(spans, [_on(row, day, zone) for row in calendar.away if row.covers(day)])


def asked(modality: str | None, kind: str | None) -> list[str]:
    """Say what an hour must be open to: this manner, and this kind where hours are reserved by kind."""
    return [*([modality] if modality else []), *([kind] if kind in ReceivedFor.values else [])]


def received(
    calendar: Calendar, advisor: Advisor, begin: datetime, until: datetime, wanted: Collection[str] = ()
) -> Iterator[Span]:
    """Walk through the hours in which the advisor receives, day after day, from `begin` to `until`."""
    territory = advisor.agency.place
    for day in local_days(begin, until, territory.zone):
        yield from within(received_on(calendar, advisor.agency_id, territory, day, wanted), [(begin, until)])


def local_days(begin: datetime, until: datetime, zone: ZoneInfo) -> Iterator[date]:
    """List the days of that place between two instants, both included."""
    day, last = begin.astimezone(zone).date(), until.astimezone(zone).date()
    while day <= last:
        yield day
        day += _DAY


def open_spans(
    advisor: Advisor, begin: datetime, until: datetime, wanted: Collection[str] = ()
) -> list[Span]:
    """List when the advisor receives between two instants; one query."""
    begin, until = begin.astimezone(UTC), until.astimezone(UTC)
    calendar = read_calendar(advisor.pk, [advisor.agency_id], begin, until)
    return list(received(calendar, advisor, begin, until, wanted))


# --- the wall clock -----------------------------------------------------------


def wall_span(day: date, starts: time, ends: time, zone: ZoneInfo) -> Span:
    """Give the instants at which the wall first shows (or has passed) two times of one day.

    In spring, a limit inside the missing hour is the instant of the jump. In autumn, the first of the
    two equal times is meant. So no minute counts whose time on the wall is outside what was written.
    """
    return _first_shown(day, starts, zone), _first_shown(day, ends, zone)


def _first_shown(day: date, at: time, zone: ZoneInfo) -> datetime:
    wall = datetime.combine(day, at.replace(fold=0, tzinfo=None), zone)
    instant = wall.astimezone(UTC)
    if instant.astimezone(zone).replace(tzinfo=None) == wall.replace(tzinfo=None):
        return instant
    # Jumped over: read with the offsets of both sides, it brackets the jump.
    early = wall.replace(fold=1).astimezone(UTC).replace(second=0, microsecond=0)
    old = early.astimezone(zone).utcoffset()
    while early.astimezone(zone).utcoffset() == old:
        early += _MINUTE
    return early


def _on(row: _Dated, day: date, zone: ZoneInfo) -> Span:
    if row.starts is None or row.ends is None:
        begin, end = day_bounds(day, zone)
        return begin.astimezone(UTC), end.astimezone(UTC)
    return wall_span(day, row.starts, row.ends, zone)


# --- arithmetic ---------------------------------------------------------------


def merged(spans: Iterable[Span]) -> list[Span]:
    """Put spans in order and join those that touch; empty ones go."""
    joined: list[Span] = []
    for start, end in sorted(span for span in spans if span[0] < span[1]):
        if joined and start <= joined[-1][1]:
            joined[-1] = (joined[-1][0], max(joined[-1][1], end))
        else:
            joined.append((start, end))
    return joined


def within(spans: Sequence[Span], others: Sequence[Span]) -> list[Span]:
    """Keep of these spans what lies in the others; both in order, none overlapping its neighbour."""
    kept: list[Span] = []
    for start, end in spans:
        for other_start, other_end in others:
            begin, until = max(start, other_start), min(end, other_end)
            if begin < until:
                kept.append((begin, until))
    return kept


def without(spans: Sequence[Span], taken: Iterable[Span]) -> list[Span]:
    """Take hours out of these spans; what is taken may overlap and come in any order."""
    busy = merged(taken)
    if not busy:
        return list(spans)
    left: list[Span] = []
    for start, end in spans:
        for busy_start, busy_end in busy:
            if busy_end > start and busy_start < end:
                if busy_start > start:
                    left.append((start, busy_start))
                start = max(start, busy_end)
        if start < end:
            left.append((start, end))
    return left
