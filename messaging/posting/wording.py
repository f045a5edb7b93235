"""What stands on every letter: who writes, to whom, when, how to answer; and all of it as one frozen text."""

import re
from collections.abc import Iterable, Sequence
from datetime import UTC, date, datetime, time
from itertools import groupby
from typing import Any

from accounts.models import Claimant, OpeningHours
from messaging.emails import Words
from portal.core.french import NBSP, clock_time, full_date, typographic

# What JSON in PostgreSQL refuses, or a page can't show.
_UNPRINTABLE = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\ud800-\udfff\ufffe\uffff]")
_SPAN = tuple[time, time]


def frozen(
    words: Words, person: Claimant, hours: Sequence[OpeningHours], *, ref: str, now: datetime
) -> dict[str, Any]:
    """Put a letter together as it will be printed, whenever that is: all it says but the address."""
    agency = person.agency
    day = full_date(now.astimezone(agency.place.zone))
    return _clean(
        {
            "ref": ref,
            "kind": words.kind,
            "banner": words.banner,
            "title": words.title,
            "deadline": words.deadline,
            "facts": [{"label": label, "value": value} for label, value in words.facts],
            "paragraphs": list(words.paragraphs),
            "parts": [
                {"title": title, "sentences": list(sentences)}
                for title, sentences in (
                    *words.parts,
                    ("Comment nous joindre ou nous répondre", _ways(person, hours, ref)),
                    *words.law,
                )
            ],
            "sender": [
                agency.name,
                agency.street,
                f"{agency.postcode} {agency.city}",
                f"Téléphone : {agency.phone}",
            ],
            "place_and_date": f"{agency.city}, le {day}",
            "signature": f"{person.advisor}, {agency.name}",
        }
    )


def as_text(words: dict[str, Any]) -> str:
    """Read a frozen letter out, a line a sentence: for a person's copy and for a screen."""
    lines = [words["place_and_date"], words["banner"], words["title"], words["deadline"]]
    lines += [f"{fact['label']}{NBSP}: {fact['value']}" for fact in words["facts"]]
    lines += words["paragraphs"]
    for part in words["parts"]:
        lines += [part["title"], *part["sentences"]]
    return "\n".join(line for line in [*lines, words["signature"]] if line)


def recipient(person: Claimant) -> list[str]:
    """Give the lines of a person's postal address, as the post reads them: the town in capitals, last."""
    lines = [str(person), *person.street.splitlines(), f"{person.postcode} {person.city.upper()}"]
    return [cleaned for line in lines if (cleaned := _UNPRINTABLE.sub("", line).strip())]


def open_hours(hours: Iterable[OpeningHours], kind: str) -> str:
    """Say when an agency is open: «du lundi au jeudi de 8 h 30 à 12 h 30, le vendredi de 9 h à 12 h»."""
    days: dict[int, list[_SPAN]] = {}
    for row in hours:
        if row.kind == kind:
            days.setdefault(row.weekday, []).append((row.opens, row.closes))
    told = []
    # Days that follow each other and have the same hours are told together.
    for spans, run in groupby(_runs(days), key=lambda each: each[1:]):
        names = [OpeningHours.Weekday(day).label for day, *_ in run]
        when = f"le {names[0]}" if len(names) == 1 else f"du {names[0]} au {names[-1]}"
        told.append(f"{when} {' et '.join(map(_span, spans[0]))}")
    return ", ".join(told)


def _runs(days: dict[int, list[_SPAN]]) -> list[tuple[int, list[_SPAN], int]]:
    found: list[tuple[int, list[_SPAN], int]] = []
    for day in sorted(days):
        follows = bool(found) and found[-1][0] == day - 1 and found[-1][1] == days[day]
        found.append((day, days[day], found[-1][2] if follows else day))
    return found


def _span(span: _SPAN) -> str:
    # A wall's hours: the day and the zone say nothing here.
    opens, closes = (clock_time(datetime.combine(date.min, at, UTC)) for at in span)
    return f"de {opens} à {closes}"


def _ways(person: Claimant, hours: Sequence[OpeningHours], ref: str) -> list[str]:
    """Tell every way to answer that needs no screen."""
    agency = person.agency
    walk_in = open_hours(hours, OpeningHours.Kind.WALK_IN)
    by_appointment = open_hours(hours, OpeningHours.Kind.BY_APPOINTMENT)
    at_the_desk = f"À l’accueil{NBSP}: {agency.name}, {agency.address}."
    return [
        f"Par téléphone{NBSP}: {agency.phone} (votre agence) ou 3949 (service gratuit + prix d’un appel).",
        at_the_desk
        + (f" Sans rendez-vous{NBSP}: {walk_in}." if walk_in else "")
        + (f" Sur rendez-vous{NBSP}: {by_appointment}." if by_appointment else ""),
        f"Par lettre{NBSP}: à la même adresse. Rappelez la référence {ref}.",
    ]


def _clean(value: Any) -> Any:
    """Put every text into French typography, without what no printer shows."""
    if isinstance(value, str):
        return typographic(_UNPRINTABLE.sub("", value))
    if isinstance(value, list):
        return [_clean(one) for one in value]
    if isinstance(value, dict):
        return {key: _clean(one) for key, one in value.items()}
    return value
