"""The hours a claimant may pick: when their advisor receives, minus all that is taken, a kiosk included.

Two queries, three for a kiosk, whatever the number of slots: the hours written down, what takes them, and
the kiosks. A slot is a proposal: `holding` keeps one for a while, and the database has the last word.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from itertools import islice

from django.db import connection

from accounts.models import Advisor
from convocations.hours.spans import (
    Calendar,
    Span,
    asked,
    merged,
    open_on,
    read_calendar,
    received,
    within,
    without,
)
from convocations.models import Modality
from convocations.states import HOLDS_TIME
from portal.core import parameters
from portal.core.working_time import Territory

# How far ahead free hours are looked for: past it, somebody chooses another way.
HORIZON = timedelta(days=60)
GRID = timedelta(minutes=15)
# How far around an hour the nearest ones are first looked for.
_AROUND = timedelta(days=10)
_MANY = 10_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Search:
    """Whose hours are looked for, for whom (or anybody), for what, in which manner and for how long.

    `first` says from when, the notice floor by default. `agency_id` is the agency of the kiosk, the
    advisor's own by default. `ignoring` is an appointment that would be moved: its hour is free for its
    own person.
    """

    advisor: Advisor
    claimant_id: int | None
    kind: str
    modality: str
    minutes: int
    now: datetime
    first: datetime | None = None
    agency_id: int | None = None
    ignoring: int | None = None

    def earliest(self) -> datetime:
        """Give the instant before which nothing is offered."""
        return self.first or self.now + timedelta(hours=parameters.current().notice_floor_hours)


@dataclass(frozen=True, slots=True)
class FreeSlot:
    """One free hour: [starts_at, ends_at), and the kiosk that is free then where one is needed."""

    starts_at: datetime
    ends_at: datetime
    kiosk_id: int | None = None


@dataclass(frozen=True, slots=True)
class _Kiosks:
    """The equipped places of one agency, and the clock it follows."""

    agency_id: int
    territory: Territory
    ids: tuple[int, ...]


def free_slots(search: Search, *, until: datetime | None = None, limit: int = 60) -> list[FreeSlot]:
    """List, in order, the free hours that answer a search, at most `limit`, ending by `until` (60 days on by default).

    Slots begin on the quarter of an hour. What others hold is left out, and what any request keeps; what
    this person holds while a form is open is not. A written exchange needs no hour: none.
    """
    (slots,) = free_in_ways(search, [(search.kind, search.modality)], until=until, limit=limit)
    return slots


def free_in_ways(
    search: Search, ways: Sequence[tuple[str, str]], *, until: datetime | None = None, limit: int = 60
) -> list[list[FreeSlot]]:
    """List the same for several kinds and manners, in their order; no more queries than for one of them."""
    begin = max(search.earliest(), search.now).astimezone(UTC)
    end = (until or begin + HORIZON).astimezone(UTC)
    with_hours = [way for way in ways if way[1] != Modality.ASYNC_MESSAGE]
    if not with_hours or limit < 1 or begin >= end:
        return [[] for _ in ways]
    advisor = search.advisor
    at_kiosk = any(modality == Modality.KIOSK_VIDEO for _, modality in ways)
    kiosks = _kiosks(search.agency_id or advisor.agency_id) if at_kiosk else None
    agencies = {advisor.agency_id, *([kiosks.agency_id] if kiosks else [])}
    calendar = read_calendar(advisor.pk, agencies, begin, end)
    busy, busy_kiosks = _taken(search, kiosks, (begin, end))

    def slots(kind: str, modality: str) -> Iterator[FreeSlot]:
        places = kiosks if modality == Modality.KIOSK_VIDEO else None
        if modality == Modality.KIOSK_VIDEO and places is None:
            return iter(())
        spans: Iterator[Span] = (
            free
            for span in received(calendar, advisor, begin, end, asked(modality, kind))
            for free in without([span], _around(busy, span))
        )
        if places and places.agency_id != advisor.agency_id:
            spans = _while_open(spans, calendar, places)
        return _cut(spans, timedelta(minutes=search.minutes), places, busy_kiosks)

    return [list(islice(slots(*way), limit)) if way in with_hours else [] for way in ways]


def _while_open(spans: Iterator[Span], calendar: Calendar, kiosks: _Kiosks) -> Iterator[Span]:
    """Keep what lies in the hours of the kiosks' own agency, on its own clock."""
    zone = kiosks.territory.zone
    for span in spans:
        for day in sorted({moment.astimezone(zone).date() for moment in span}):
            yield from within([span], open_on(calendar, kiosks.agency_id, kiosks.territory, day))


def one_after_the_other(slots: Iterable[FreeSlot]) -> list[FreeSlot]:
    """Keep what people choose from: an hour, then the next one that does not overlap it, not every quarter of an hour.

    A day of ten choices is read, one of forty is not.
    """
    kept: list[FreeSlot] = []
    for slot in slots:
        if not kept or slot.starts_at >= kept[-1].ends_at:
            kept.append(slot)
    return kept


def nearest(search: Search, around: datetime, *, count: int = 3) -> list[FreeSlot]:
    """Give the free hours nearest to one that is gone, in order of time; fewer than `count` when so few are left."""
    begin = search.earliest()
    found: list[FreeSlot] = []
    # Around the hour first; when that is too little, everything up to the horizon.
    for start, end in ((max(begin, around - _AROUND), around + _AROUND), (begin, begin + HORIZON)):
        found = free_slots(replace(search, first=start), until=end, limit=_MANY)
        if len(found) >= count:
            break
    closest = sorted(found, key=lambda slot: (abs(slot.starts_at - around), slot.starts_at))[:count]
    return sorted(closest, key=lambda slot: slot.starts_at)


def _cut(
    spans: Iterator[Span], length: timedelta, kiosks: _Kiosks | None, busy: dict[int, list[Span]]
) -> Iterator[FreeSlot]:
    """Cut free hours into slots on the quarter, each with the first kiosk free for all of it."""
    for start, end in spans:
        behind = timedelta(minutes=start.minute % 15, seconds=start.second, microseconds=start.microsecond)
        at = start + (GRID - behind if behind else timedelta())
        while at + length <= end:
            if kiosks is None:
                yield FreeSlot(at, at + length)
            else:
                kiosk = next((pk for pk in kiosks.ids if not _meets(busy.get(pk, ()), at, at + length)), None)
                if kiosk is not None:
                    yield FreeSlot(at, at + length, kiosk)
            at += GRID


def _meets(spans: Sequence[Span], start: datetime, end: datetime) -> bool:
    return any(taken_start < end and taken_end > start for taken_start, taken_end in spans)


def _around(busy: Sequence[Span], span: Span) -> list[Span]:
    return [taken for taken in busy if taken[0] < span[1] and taken[1] > span[0]]


def _kiosks(agency_id: int) -> _Kiosks | None:
    """Read the agency's kiosks that are in service and equipped for video; None when it has none."""
    with connection.cursor() as cursor:
        cursor.execute(
            """
            SELECT agency.territory, array_agg(kiosk.id ORDER BY kiosk.id)
            FROM accounts_kiosk AS kiosk JOIN accounts_agency AS agency ON agency.id = kiosk.agency_id
            WHERE kiosk.agency_id = %s AND kiosk.is_active AND kiosk.has_video
            GROUP BY agency.territory
            """,
            [agency_id],
        )
        row = cursor.fetchone()
    return _Kiosks(agency_id, Territory(row[0]), tuple(row[1])) if row else None


# The conditions are those of the exclusion constraints, word for word, so that their indexes answer.
_HELD = f"""
    state IN ({", ".join(f"'{state}'" for state in sorted(HOLDS_TIME))})
    AND NOT (modality = 'ASYNC_MESSAGE' AND modality IS NOT NULL)
    AND tstzrange(starts_at, ends_at, '[)') && tstzrange(%(begin)s, %(end)s)
"""
_TAKEN = f"""
    SELECT NULL::bigint AS kiosk_id, starts_at, ends_at FROM convocations_convocation
    WHERE advisor_id = %(advisor)s AND kind NOT IN ('WORKSHOP', 'SERVICE') AND id <> %(ignoring)s AND {_HELD}
    UNION ALL
    SELECT NULL, starts_at, ends_at FROM convocations_convocation
    WHERE claimant_id = %(claimant)s AND id <> %(ignoring)s AND {_HELD}
    UNION ALL
    SELECT NULL, starts_at, ends_at FROM convocations_slothold
    WHERE advisor_id = %(advisor)s AND (claimant_id <> %(claimant)s OR request_id IS NOT NULL)
      AND expires_at > %(now)s AND tstzrange(starts_at, ends_at, '[)') && tstzrange(%(begin)s, %(end)s)
    UNION ALL
    SELECT NULL, starts_at, ends_at FROM convocations_slothold
    WHERE claimant_id = %(claimant)s AND request_id IS NOT NULL
      AND expires_at > %(now)s AND tstzrange(starts_at, ends_at, '[)') && tstzrange(%(begin)s, %(end)s)
"""
_TAKEN_KIOSKS = f"""
    UNION ALL
    SELECT kiosk_id, starts_at, ends_at FROM convocations_convocation
    WHERE kiosk_id = ANY(%(kiosks)s) AND kiosk_id IS NOT NULL AND id <> %(ignoring)s AND {_HELD}
    UNION ALL
    SELECT kiosk_id, starts_at, ends_at FROM convocations_slothold
    WHERE kiosk_id = ANY(%(kiosks)s) AND kiosk_id IS NOT NULL
      AND (claimant_id <> %(claimant)s OR request_id IS NOT NULL)
      AND expires_at > %(now)s AND tstzrange(starts_at, ends_at, '[)') && tstzrange(%(begin)s, %(end)s)
"""


def _taken(search: Search, kiosks: _Kiosks | None, between: Span) -> tuple[list[Span], dict[int, list[Span]]]:
    """Give what takes the advisor's and the person's hours, and each kiosk's; one query."""
    with connection.cursor() as cursor:
        cursor.execute(
            _TAKEN + (_TAKEN_KIOSKS if kiosks else ""),
            {
                "advisor": search.advisor.pk,
                "claimant": search.claimant_id or 0,
                "kiosks": list(kiosks.ids) if kiosks else [],
                "begin": between[0],
                "end": between[1],
                "now": search.now,
                "ignoring": search.ignoring or 0,
            },
        )
        rows = cursor.fetchall()
    by_kiosk: dict[int, list[Span]] = {}
    for kiosk_id, start, end in rows:
        if kiosk_id is not None:
            by_kiosk.setdefault(kiosk_id, []).append((start, end))
    return merged((start, end) for kiosk_id, start, end in rows if kiosk_id is None), by_kiosk
