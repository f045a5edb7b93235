"""The hours a claimant may pick: when their advisor receives, minus all that is taken, a kiosk included.

Two queries, three for a kiosk, whatever the number of slots: the hours written down, what takes them, and
the kiosks. A slot is a proposal: `holding` keeps one for a while, and the database has the last word.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from django.db import connection

from accounts.models import Advisor
from convocations.models import Modality
from convocations.scheduling.spans import Span, merged, open_on, read_calendar, received, within, without
from convocations.states import HOLDS_TIME
from portal.core import parameters
from portal.core.working_time import Territory

# How far ahead free hours are looked for: past it, somebody chooses another way.
HORIZON = timedelta(days=60)
GRID = timedelta(minutes=15)
# How far around an hour the nearest ones are first looked for.
_AROUND = timedelta(days=10)
_MANY = 10_000


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


def free_slots(
    *,
    advisor: Advisor,
    claimant_id: int | None,
    modality: str,
    minutes: int,
    now: datetime,
    first: datetime | None = None,
    until: datetime | None = None,
    limit: int = 60,
    agency_id: int | None = None,
    ignoring: int | None = None,
) -> list[FreeSlot]:
    """List, in order, the free hours of an advisor for one person (or anybody), at most `limit`.

    Slots begin on the quarter of an hour, after the notice floor unless `first` says from when, and end by
    `until` (60 days on by default). What others hold is left out, and what any request
    keeps; what this person holds while a form is open is not.
    `agency_id` is the agency of the kiosk, the advisor's own by default. `ignoring` is an appointment
    that would be moved: its hour is free for its own person. A written exchange needs no hour: none.
    """
    if modality == Modality.ASYNC_MESSAGE or limit < 1:
        return []
    begin = first or now + timedelta(hours=parameters.current().notice_floor_hours)
    begin = max(begin, now).astimezone(UTC)
    end = (until or begin + HORIZON).astimezone(UTC)
    if begin >= end:
        return []
    kiosks = None
    if modality == Modality.KIOSK_VIDEO:
        kiosks = _kiosks(agency_id or advisor.agency_id)
        if kiosks is None:
            return []
    agencies = {advisor.agency_id, *([kiosks.agency_id] if kiosks else [])}
    calendar = read_calendar(advisor.pk, agencies, begin, end)
    busy, busy_kiosks = _taken(advisor.pk, claimant_id, kiosks, (begin, end), now, ignoring)
    spans: Iterator[Span] = (
        free
        for span in received(calendar, advisor, begin, end, modality)
        for free in without([span], _around(busy, span))
    )
    if kiosks and kiosks.agency_id != advisor.agency_id:
        spans = (
            both
            for span in spans
            for day in sorted({moment.astimezone(kiosks.territory.zone).date() for moment in span})
            for both in within([span], open_on(calendar, kiosks.agency_id, kiosks.territory, day))
        )
    slots: list[FreeSlot] = []
    for slot in _cut(spans, timedelta(minutes=minutes), kiosks, busy_kiosks):
        slots.append(slot)
        if len(slots) == limit:
            break
    return slots


def nearest(
    *,
    around: datetime,
    advisor: Advisor,
    claimant_id: int | None,
    modality: str,
    minutes: int,
    now: datetime,
    count: int = 3,
    first: datetime | None = None,
    agency_id: int | None = None,
    ignoring: int | None = None,
) -> list[FreeSlot]:
    """Give the free hours nearest to one that is gone, in order of time; fewer than `count` when so few are left."""
    begin = first or now + timedelta(hours=parameters.current().notice_floor_hours)
    found: list[FreeSlot] = []
    # Around the hour first; when that is too little, everything up to the horizon.
    for start, end in ((max(begin, around - _AROUND), around + _AROUND), (begin, begin + HORIZON)):
        found = free_slots(
            advisor=advisor,
            claimant_id=claimant_id,
            modality=modality,
            minutes=minutes,
            now=now,
            first=start,
            until=end,
            limit=_MANY,
            agency_id=agency_id,
            ignoring=ignoring,
        )
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


def _taken(
    advisor_id: int,
    claimant_id: int | None,
    kiosks: _Kiosks | None,
    between: Span,
    now: datetime,
    ignoring: int | None,
) -> tuple[list[Span], dict[int, list[Span]]]:
    """Give what takes the advisor's and the person's hours, and each kiosk's; one query."""
    with connection.cursor() as cursor:
        cursor.execute(
            _TAKEN + (_TAKEN_KIOSKS if kiosks else ""),
            {
                "advisor": advisor_id,
                "claimant": claimant_id or 0,
                "kiosks": list(kiosks.ids) if kiosks else [],
                "begin": between[0],
                "end": between[1],
                "now": now,
                "ignoring": ignoring or 0,
            },
        )
        rows = cursor.fetchall()
    by_kiosk: dict[int, list[Span]] = {}
    for kiosk_id, start, end in rows:
        if kiosk_id is not None:
            by_kiosk.setdefault(kiosk_id, []).append((start, end))
    return merged((start, end) for kiosk_id, start, end in rows if kiosk_id is None), by_kiosk
