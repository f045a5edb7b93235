"""The free hours a person may pick, in words, and what was picked, read back."""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from itertools import groupby
from typing import Any

from accounts.models import Claimant
from convocations.hours.free import FreeSlot, Search, free_slots, one_after_the_other
from convocations.hours.slots import needs_own_hour
from convocations.models import Convocation, Kind, Modality
from portal.core.french import clock_time, first_up, full_date, full_datetime

# Enough days to choose from on a telephone; later ones are a link away.
DAYS_SHOWN = 6
# So many quarters of an hour are looked through: they are thinned out before anybody reads them.
_LOOKED_THROUGH = 400


def of(
    convocation: Convocation,
    claimant: Claimant,
    *,
    now: datetime,
    modality: str = "",
    first: datetime | None = None,
) -> list[FreeSlot]:
    """List the hours that are free for the person and whom they are to meet; none for what gathers many people."""
    modality = modality or convocation.modality
    if not needs_own_hour(Kind(convocation.kind), Modality(modality)):
        return []
    found = looked_through(search(convocation, claimant, now=now, modality=modality, first=first))
    # Its own hour is free for its own person, and no other date.
    same_manner = modality == convocation.modality
    return one_after_the_other(
        slot for slot in found if not (same_manner and slot.starts_at == convocation.starts_at)
    )


def looked_through(wanted: Search) -> list[FreeSlot]:
    """List the free hours that answer a search, every quarter of an hour."""
    return free_slots(wanted, limit=_LOOKED_THROUGH)


def search(
    convocation: Convocation,
    claimant: Claimant,
    *,
    now: datetime,
    modality: str = "",
    first: datetime | None = None,
) -> Search:
    """Say what is looked for when this appointment is moved: its own hour is free for its own person."""
    return Search(
        advisor=whom(convocation, claimant),
        claimant_id=claimant.pk,
        kind=convocation.kind,
        modality=modality or convocation.modality,
        minutes=minutes_of(convocation),
        now=now,
        first=first,
        ignoring=convocation.pk,
    )


def minutes_of(convocation: Convocation) -> int:
    """Give how long the appointment lasts; a written exchange, with days for hours, becomes an ordinary one."""
    return convocation.minutes if convocation.modality != Modality.ASYNC_MESSAGE else 45


def by_day(slots: Sequence[FreeSlot], tz: Any) -> list[dict[str, Any]]:
    """Group free hours under their days, for the page."""
    days = groupby(slots, key=lambda slot: slot.starts_at.astimezone(tz).date())
    return [
        {
            "day": first_up(full_date(day)),
            "hours": [
                {"value": key_of(slot), "label": clock_time(slot.starts_at.astimezone(tz))} for slot in group
            ],
        }
        for day, group in days
    ]


def choices(slots: Sequence[FreeSlot], tz: Any) -> list[tuple[str, str]]:
    """Give free hours as the choices of a form."""
    return [(key_of(slot), first_up(full_datetime(slot.starts_at, tz))) for slot in slots]


def key_of(slot: FreeSlot) -> str:
    """Name a free hour in a form: its epoch seconds. Which kiosk comes with it is found when it is taken."""
    return str(int(slot.starts_at.timestamp()))


def read_hour(key: str) -> datetime | None:
    """Read the name of an hour back; None for anything else."""
    if not (key.isascii() and key.isdigit() and len(key) < 12):
        return None
    return datetime.fromtimestamp(int(key), UTC)


def read(key: str, convocation: Convocation) -> FreeSlot | None:
    """Read the name of a free hour of this appointment back; None for anything else."""
    starts_at = read_hour(key)
    if starts_at is None:
        return None
    return FreeSlot(starts_at, starts_at + timedelta(minutes=minutes_of(convocation)))


def whom(convocation: Convocation, claimant: Claimant) -> Any:
    """Say whose hours are asked: the advisor the person was told of, or the new one once the file has moved."""
    moved = convocation.agency_id != claimant.agency_id
    return claimant.advisor if moved else convocation.advisor
