"""Dates, counts and sentences as a French reader expects them, quickly.

Django's localized formats cost about 60 µs a date; a list of fifty rows shows a hundred. The names
below never change, so they are written out, and a date costs about one microsecond.
Hours are local to the place where the thing happens: a zone is always passed.
"""

import re
import unicodedata
from datetime import date, datetime, timedelta, tzinfo
from decimal import Decimal

NBSP = "\u00a0"
NARROW = "\u202f"

DAYS = ("lundi", "mardi", "mercredi", "jeudi", "vendredi", "samedi", "dimanche")
MONTHS = (
    "",
    "janvier",
    "février",
    "mars",
    "avril",
    "mai",
    "juin",
    "juillet",
    "août",
    "septembre",
    "octobre",
    "novembre",
    "décembre",
)
SHORT_MONTHS = (
    "",
    "janv.",
    "févr.",
    "mars",
    "avr.",
    "mai",
    "juin",
    "juil.",
    "août",
    "sept.",
    "oct.",
    "nov.",
    "déc.",
)
ZONES = {
    "Europe/Paris": "heure de Paris",
    "America/Guadeloupe": "heure de la Guadeloupe",
    "America/Martinique": "heure de la Martinique",
    "America/Cayenne": "heure de la Guyane",
    "Indian/Reunion": "heure de La Réunion",
    "Indian/Mayotte": "heure de Mayotte",
    "America/Miquelon": "heure de Saint-Pierre-et-Miquelon",
    "America/St_Barthelemy": "heure de Saint-Barthélemy",
    "America/Marigot": "heure de Saint-Martin",
    "Pacific/Noumea": "heure de Nouvelle-Calédonie",
    "Pacific/Tahiti": "heure de Tahiti",
    "Pacific/Wallis": "heure de Wallis-et-Futuna",
}


def clock_time(moment: datetime) -> str:
    """Say the hour of a moment already in its own zone: «14 h 30», «9 h», «minuit»."""
    hour, minute = moment.hour, moment.minute
    if minute:
        return f"{hour}{NBSP}h{NBSP}{minute:02d}"
    return f"{hour}{NBSP}h" if hour else "minuit"


def full_date(day: date) -> str:
    """Say a day in full: «jeudi 3 décembre 2026», «vendredi 1er janvier 2027».

    Takes a date, or a datetime already in its own zone.
    """
    number = "1er" if day.day == 1 else day.day
    return f"{DAYS[day.weekday()]} {number}{NBSP}{MONTHS[day.month]} {day.year}"


def day_span(first: date, last: date) -> str:
    """«le mardi 1er décembre 2026», or from one day to another: «du mardi … au mercredi …»."""
    return f"le {full_date(first)}" if first == last else f"du {full_date(first)} au {full_date(last)}"


def full_datetime(moment: datetime, tz: tzinfo, *, zone: bool = False) -> str:
    """Say a moment in full where it happens: «jeudi 3 décembre 2026 à 14 h 30».

    With `zone`, the place whose hour it is follows in brackets. In the hour that the clock shows twice
    in October, «(heure d’été)» or «(heure d’hiver)» says which of the two.
    """
    local = moment.astimezone(tz)
    text = f"{full_date(local)} à{NBSP}{clock_time(local)}"
    if local.hour < 4 and local.utcoffset() != local.replace(fold=1 - local.fold).utcoffset():
        text += " (heure d’hiver)" if local.fold else " (heure d’été)"
    return f"{text} ({zone_name(tz)})" if zone else text


def short_date(day: date) -> str:
    """Say a day briefly for dense lists: «3 déc. 2026»."""
    number = "1er" if day.day == 1 else day.day
    return f"{number}{NBSP}{SHORT_MONTHS[day.month]}{NBSP}{day.year}"


def short_datetime(moment: datetime, tz: tzinfo) -> str:
    """Say a moment briefly for dense lists: «jeu. 3 déc., 14 h 30»."""
    local = moment.astimezone(tz)
    number = "1er" if local.day == 1 else local.day
    return f"{DAYS[local.weekday()][:3]}. {number}{NBSP}{SHORT_MONTHS[local.month]}, {clock_time(local)}"


def zone_name(tz: tzinfo) -> str:
    """Say whose hour it is: «heure de La Réunion»."""
    key = str(tz)
    return ZONES.get(key, f"heure de {key.rpartition('/')[2].replace('_', ' ')}")


def last_day(deadline: datetime, tz: tzinfo) -> date:
    """Give the last day on which a person can still act: a deadline at midnight ends the day before."""
    return (deadline.astimezone(tz) - timedelta(microseconds=1)).date()


def full_deadline(deadline: datetime, tz: tzinfo) -> str:
    """Say until when a person can act: «jeudi 3 décembre 2026 avant 18 h», «… avant minuit»."""
    return f"{full_date(last_day(deadline, tz))} avant{NBSP}{_end_of_day(deadline.astimezone(tz))}"


def days_left(deadline: datetime, now: datetime, tz: tzinfo) -> str:
    """Tell a person what time remains to act.

    «il vous reste 5 jours», «demain avant 18 h», «aujourd’hui avant 18 h», «le délai est passé».
    Days are calendar days between the two local dates.
    """
    if now >= deadline:
        return "le délai est passé"
    days = (last_day(deadline, tz) - now.astimezone(tz).date()).days
    if days > 1:
        return f"il vous reste {days}{NBSP}jours"
    return f"{'demain' if days else 'aujourd’hui'} avant{NBSP}{_end_of_day(deadline.astimezone(tz))}"


def due_in(deadline: datetime, now: datetime, tz: tzinfo) -> str:
    """Tell staff when something falls due: «dans 5 jours», «demain», «en retard de 2 jours»."""
    days = (last_day(deadline, tz) - now.astimezone(tz).date()).days
    if now >= deadline:
        return f"en retard de {plural(-days, 'jour')}" if days < 0 else "en retard d’aujourd’hui"
    if days > 1:
        return f"dans {days}{NBSP}jours"
    return "demain" if days else f"aujourd’hui avant{NBSP}{_end_of_day(deadline.astimezone(tz))}"


def urgency(deadline: datetime, now: datetime, tz: tzinfo) -> str:
    """Name how pressing a deadline is: `calm`, `soon` (within 3 days), `urgent` (today, tomorrow), `past`."""
    if now >= deadline:
        return "past"
    days = (last_day(deadline, tz) - now.astimezone(tz).date()).days
    return "urgent" if days <= 1 else "soon" if days <= 3 else "calm"


# The class of the badge that shows how pressing it is.
URGENCY_TONES = {
    "past": "tone-danger",
    "urgent": "tone-warning",
    "soon": "tone-neutral",
    "calm": "tone-neutral",
}


def duration(minutes: int) -> str:
    """Say how long something lasts: «45 minutes», «1 heure», «1 h 30», «2 heures»."""
    hours, rest = divmod(minutes, 60)
    if not hours:
        return plural(rest, "minute")
    return f"{hours}{NBSP}h{NBSP}{rest:02d}" if rest else plural(hours, "heure")


def plural(count: float, singular: str, many: str | None = None) -> str:
    """Count things the French way, where the plural begins at two: «0 jour», «1 jour», «2 jours»."""
    return f"{number(count)}{NBSP}{singular if abs(count) < 2 else many or singular + 's'}"


def number(value: float) -> str:
    """Write a number with French marks: «12 345», «1,5»."""
    text = f"{value:,}" if isinstance(value, int) else f"{value:,.2f}".rstrip("0").rstrip(".")
    return text.replace(",", NARROW).replace(".", ",")


def euros(amount: Decimal) -> str:
    """Write an amount to the cent: «473,85 €»."""
    return f"{amount:,.2f}".replace(",", NARROW).replace(".", ",") + f"{NBSP}€"


_BEFORE_HIGH = re.compile(r"[ \u00a0](?=[;!?])")
_BEFORE_COLON = re.compile(r" (?=:(?:\s|$))")
_GUILLEMETS = re.compile(r"«[ \u202f]|[ \u202f]»")
_HOURS = re.compile(r"(?<=\d) h(?: (?=\d\d\b)|(?=\W|$))")
_APOSTROPHE = re.compile(r"(?<=\w)'(?=\w)")


def of(name: object) -> str:
    """Say whose something is: «de Camille Moreau», «d’Inès Renaud». A name in h keeps «de», which is never wrong."""
    said = str(name)
    letters = unicodedata.normalize("NFD", said.casefold().replace("œ", "oe").replace("æ", "ae"))
    # A y before a vowel is a consonant: «de Yannick», but «d’Yves».
    return f"d’{said}" if re.match(r"[aeiou]|y[^aeiou]", letters) else f"de {said}"


def first_up(text: str) -> str:
    """Begin with a capital letter, as a sentence does."""
    return text[:1].upper() + text[1:]


def typographic(text: str) -> str:
    """Put a typed sentence into French typography: no-break spaces and curly apostrophes.

    Only changes spaces that were typed: addresses and code such as `a:b` stay whole.
    """
    text = _BEFORE_HIGH.sub(NARROW, text)
    text = _BEFORE_COLON.sub(NBSP, text)
    text = _GUILLEMETS.sub(lambda found: found[0].replace(" ", NBSP).replace(NARROW, NBSP), text)
    text = _HOURS.sub(lambda found: found[0].replace(" ", NBSP), text)
    return _APOSTROPHE.sub("’", text)


def _end_of_day(local: datetime) -> str:
    """Say the hour a deadline ends, where 23 h 59 means midnight too."""
    return "minuit" if (local.hour, local.minute) == (23, 59) else clock_time(local)
