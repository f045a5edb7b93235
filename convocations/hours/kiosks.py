"""Find a free kiosk for each video appointment at an agency: booked with it, refused when none is free."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any

from accounts.models import Kiosk
from convocations.hours.spans import Span
from convocations.models import Convocation, Modality, SlotHold
from convocations.scheduling.drafts import Draft
from convocations.states import HOLDS_TIME

NO_KIOSK = (
    "Aucun espace numérique de l’agence n’est libre à cette heure. "
    "Choisissez une autre heure ou un autre moyen."
)


def place_at(kiosk: Kiosk) -> str:
    """Say where a kiosk is, as the person reads it: the agency, its address, the place's name."""
    return f"{kiosk.agency.name}, {kiosk.agency.address} – {kiosk.name}"[:240]


def with_kiosks(
    drafts: Sequence[Draft], refused: Sequence[str], agency_of: Mapping[int, int], now: datetime
) -> tuple[list[Draft], set[int]]:
    """Give each video appointment at an agency a kiosk that is free then; two queries, none without any.

    Also the places (in the list) of those for whom none is free. An agency without kiosks keeps doing
    without: its reception installs the person, as the appointment says.
    """
    wanting = [
        place
        for place, draft in enumerate(drafts)
        if draft.modality == Modality.KIOSK_VIDEO and draft.kiosk_id is None and not refused[place]
    ]
    if not wanting:
        return list(drafts), set()
    kiosks: dict[int, list[Kiosk]] = {}
    agencies = {agency_of[drafts[place].claimant_id] for place in wanting}
    for kiosk in Kiosk.objects.filter(agency_id__in=agencies, is_active=True, has_video=True).order_by("pk"):
        kiosks.setdefault(kiosk.agency_id, []).append(kiosk)
    busy = _busy(
        [kiosk.pk for rows in kiosks.values() for kiosk in rows], [drafts[place] for place in wanting]
    )
    given, full = list(drafts), set()
    for place in wanting:
        draft = drafts[place]
        choice = kiosks.get(agency_of[draft.claimant_id])
        if not choice:
            continue
        free = next((k for k in choice if not _meets(busy.get(k.pk, []), draft)), None)
        if free is None:
            full.add(place)
            continue
        busy.setdefault(free.pk, []).append((draft.starts_at, draft.ends_at))
        where = f"{draft.place} – {free.name}" if draft.place else free.name
        given[place] = replace(draft, kiosk_id=free.pk, place=where[:240])
    return given, full


def _busy(kiosk_ids: Sequence[int], drafts: Sequence[Draft]) -> dict[int, list[Span]]:
    if not kiosk_ids:
        return {}
    meanwhile: dict[str, Any] = {
        "kiosk_id__in": kiosk_ids,
        "starts_at__lt": max(draft.ends_at for draft in drafts),
        "ends_at__gt": min(draft.starts_at for draft in drafts),
    }
    span = ("kiosk_id", "starts_at", "ends_at")
    booked = Convocation.objects.filter(state__in=HOLDS_TIME, **meanwhile).values_list(*span)
    # What is kept for a request that waits ends with its hour, so nothing of it is over before it begins.
    kept = SlotHold.objects.filter(request__isnull=False, **meanwhile).values_list(*span)
    found: dict[int, list[Span]] = {}
    for kiosk_id, start, end in booked.union(kept, all=True):
        found.setdefault(kiosk_id, []).append((start, end))
    return found


def _meets(spans: Sequence[Span], draft: Draft) -> bool:
    return any(start < draft.ends_at and end > draft.starts_at for start, end in spans)
