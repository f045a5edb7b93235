"""Look for hours and hold one as a claimant's page does, named in one line."""

from datetime import datetime
from typing import Any

from convocations.hours import free, holding
from convocations.hours.free import FreeSlot, Search
from convocations.models import Kind, SlotHold


def free_slots(
    *, kind: str = Kind.INTERVIEW, until: datetime | None = None, limit: int = 60, **wanted: Any
) -> list[FreeSlot]:
    return free.free_slots(Search(kind=kind, **wanted), until=until, limit=limit)


def nearest(*, around: datetime, count: int = 3, **wanted: Any) -> list[FreeSlot]:
    return free.nearest(Search(kind=Kind.INTERVIEW, **wanted), around, count=count)


def hold(claimant_id: int, *, starts_at: datetime, **wanted: Any) -> SlotHold:
    return holding.hold(Search(claimant_id=claimant_id, kind=Kind.INTERVIEW, **wanted), starts_at)
