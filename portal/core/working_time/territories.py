"""Where a place is: its clock, and the days the law makes holidays there."""

from collections.abc import Mapping
from datetime import date
from functools import cache
from types import MappingProxyType
from zoneinfo import ZoneInfo

from django.db import models
from holidays import country_holidays


class Territory(models.TextChoices):
    """A part of the country with holidays or a clock of its own; an agency stands in one of them."""

    METROPOLE = "METROPOLE", "France métropolitaine"
    ALSACE_MOSELLE = "ALSACE_MOSELLE", "Alsace et Moselle"
    GUADELOUPE = "GUADELOUPE", "Guadeloupe"
    MARTINIQUE = "MARTINIQUE", "Martinique"
    GUYANE = "GUYANE", "Guyane"
    REUNION = "REUNION", "La Réunion"
    MAYOTTE = "MAYOTTE", "Mayotte"
    SAINT_PIERRE_ET_MIQUELON = "SAINT_PIERRE_ET_MIQUELON", "Saint-Pierre-et-Miquelon"
    SAINT_BARTHELEMY = "SAINT_BARTHELEMY", "Saint-Barthélemy"
    SAINT_MARTIN = "SAINT_MARTIN", "Saint-Martin"
    WALLIS_ET_FUTUNA = "WALLIS_ET_FUTUNA", "Wallis-et-Futuna"
    POLYNESIE = "POLYNESIE", "Polynésie française"
    NOUVELLE_CALEDONIE = "NOUVELLE_CALEDONIE", "Nouvelle-Calédonie"

    @property
    def zone(self) -> ZoneInfo:
        """The clock on the wall there."""
        return ZoneInfo(_ZONES[self])


_ZONES: Mapping[Territory, str] = {
    Territory.METROPOLE: "Europe/Paris",
    Territory.ALSACE_MOSELLE: "Europe/Paris",
    Territory.GUADELOUPE: "America/Guadeloupe",
    Territory.MARTINIQUE: "America/Martinique",
    Territory.GUYANE: "America/Cayenne",
    Territory.REUNION: "Indian/Reunion",
    Territory.MAYOTTE: "Indian/Mayotte",
    Territory.SAINT_PIERRE_ET_MIQUELON: "America/Miquelon",
    Territory.SAINT_BARTHELEMY: "America/St_Barthelemy",
    Territory.SAINT_MARTIN: "America/Marigot",
    Territory.WALLIS_ET_FUTUNA: "Pacific/Wallis",
    Territory.POLYNESIE: "Pacific/Tahiti",
    Territory.NOUVELLE_CALEDONIE: "Pacific/Noumea",
}

# The library's own keys. It has one for Moselle (57) and one for both Alsatian departments (6AE), and
# answers an unknown key such as 67 with an error.
_LIBRARY_KEYS: Mapping[Territory, str | None] = {
    Territory.METROPOLE: None,
    Territory.ALSACE_MOSELLE: "6AE",
    Territory.GUADELOUPE: "971",
    Territory.MARTINIQUE: "972",
    Territory.GUYANE: "973",
    Territory.REUNION: "974",
    Territory.MAYOTTE: "976",
    Territory.SAINT_PIERRE_ET_MIQUELON: "PM",
    Territory.SAINT_BARTHELEMY: "BL",
    Territory.SAINT_MARTIN: "MF",
    Territory.WALLIS_ET_FUTUNA: "WF",
    Territory.POLYNESIE: "PF",
    Territory.NOUVELLE_CALEDONIE: "NC",
}

# Days the library lists though they are custom and not law: the code du travail (L3133-1, and L3422-2
# overseas) has neither. Agencies that close then say so as an exceptional closure, which counts too.
_CUSTOM_ONLY: Mapping[Territory, frozenset[str]] = {
    Territory.GUADELOUPE: frozenset({"Vendredi saint", "Mi-Carême", "Fête de Victor Schoelcher"}),
    Territory.MARTINIQUE: frozenset({"Fête de Victor Schoelcher"}),
    Territory.SAINT_MARTIN: frozenset({"Fête de Victor Schoelcher"}),
}

# Legal days the library lacks: (month, day, name), each with its source beside it. None today.
_ADDED: Mapping[Territory, tuple[tuple[int, int, str], ...]] = {}

_BY_DEPARTMENT: Mapping[str, Territory] = {
    "57": Territory.ALSACE_MOSELLE,
    "67": Territory.ALSACE_MOSELLE,
    "68": Territory.ALSACE_MOSELLE,
    "971": Territory.GUADELOUPE,
    "972": Territory.MARTINIQUE,
    "973": Territory.GUYANE,
    "974": Territory.REUNION,
    "975": Territory.SAINT_PIERRE_ET_MIQUELON,
    "976": Territory.MAYOTTE,
    "977": Territory.SAINT_BARTHELEMY,
    "978": Territory.SAINT_MARTIN,
    "986": Territory.WALLIS_ET_FUTUNA,
    "987": Territory.POLYNESIE,
    "988": Territory.NOUVELLE_CALEDONIE,
}


def territory_of(postcode: str) -> Territory:
    """Say in which territory a French postcode or department number lies; METROPOLE by default.

    Saint-Barthélemy (97133) and Saint-Martin (97150) still carry Guadeloupe's postcodes.
    """
    if postcode == "97133":
        return Territory.SAINT_BARTHELEMY
    if postcode == "97150":
        return Territory.SAINT_MARTIN
    return _BY_DEPARTMENT.get(postcode[:3], _BY_DEPARTMENT.get(postcode[:2], Territory.METROPOLE))


@cache
def public_holidays(territory: Territory, year: int) -> Mapping[date, str]:
    """List the legal holidays of one year there, with their French names."""
    listed = country_holidays("FR", subdiv=_LIBRARY_KEYS[territory], years=year, language="fr")
    custom = _CUSTOM_ONLY.get(territory, frozenset())
    # Two holidays may share a day (1 May and Ascension in 2008): each keeps its name.
    kept = {
        day: [name for name in listed.get_list(day) if name not in custom]
        for day in sorted(listed)
        if day.year == year
    }
    for month, day_of_month, name in _ADDED.get(territory, ()):
        kept.setdefault(date(year, month, day_of_month), []).append(name)
    named = {day: " et ".join(names).replace("'", "’") for day, names in sorted(kept.items()) if names}
    return MappingProxyType(named)


def holiday_name(day: date, territory: Territory) -> str | None:
    """Name the legal holiday of that day there, or None on an ordinary day."""
    return public_holidays(Territory(territory), day.year).get(day)
