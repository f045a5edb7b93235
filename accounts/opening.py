"""Say when an agency is open, as a sign on its door would."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from itertools import groupby

from accounts.models import OpeningHours
from portal.core.french import DAYS, NBSP, full_date

_KINDS = {
    OpeningHours.Kind.WALK_IN: "sans rendez-vous",
    OpeningHours.Kind.BY_APPOINTMENT: "sur rendez-vous",
}


@dataclass(frozen=True, slots=True)
class Slot:
    """One weekly opening: kind, weekday (0 is Monday), opening and closing as «08:30»."""

    kind: str
    weekday: int
    opens: str
    closes: str


def in_words(slots: Iterable[Slot]) -> list[dict[str, str]]:
    """Give lines {day, hours, kind}, days with the same hours together: «Lundi au vendredi, 8 h 30 – 12 h 30»."""
    same: dict[tuple[str, str, str], list[int]] = {}
    for slot in sorted(slots, key=lambda slot: (slot.weekday, slot.opens)):
        same.setdefault((slot.kind, slot.opens, slot.closes), []).append(slot.weekday)
    return [
        {
            "day": _days(weekdays),
            "hours": f"{_hour(opens)} – {_hour(closes)}",
            "kind": _KINDS[OpeningHours.Kind(kind)],
        }
        for (kind, opens, closes), weekdays in same.items()
    ]


def closed_in_words(first_day: date, last_day: date, reason: str) -> str:
    """Say an exceptional closure: «Fermée du lundi 4 au …: inventaire»."""
    if first_day == last_day:
        return f"Fermée le {full_date(first_day)}{NBSP}: {reason}."
    return f"Fermée du {full_date(first_day)} au {full_date(last_day)}{NBSP}: {reason}."


def _days(weekdays: Sequence[int]) -> str:
    """Say «Lundi au mercredi, vendredi»."""
    runs = []
    for _, run in groupby(enumerate(weekdays), key=lambda pair: pair[1] - pair[0]):
        days = [DAYS[day] for _, day in run]
        runs.append(f"{days[0]} au {days[-1]}" if len(days) > 2 else ", ".join(days))
    text = ", ".join(runs)
    return text[:1].upper() + text[1:]


def _hour(text: str) -> str:
    hour, minute = text[:2].lstrip("0") or "0", text[3:5]
    return f"{hour}{NBSP}h{NBSP}{minute}" if minute != "00" else f"{hour}{NBSP}h"
