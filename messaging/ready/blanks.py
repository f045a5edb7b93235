"""The words between braces that a ready text leaves open, and what fills them for each person.

A closed list: each blank is declared once, by the room that knows its value, and fills a whole list of people in one
question or none. Nothing of the service leaves with a blank in it.
"""

import re
import unicodedata
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from accounts.models import Advisor, Claimant, OpeningHours
from accounts.opening import Slot, in_words
from portal.core.french import NBSP
from portal.core.transitions import Refusal

# Gives, by person, what stands in the blank; a person who has nothing there is left out.
Values = Callable[[Sequence[Claimant], Advisor, datetime], dict[int, str]]
# What stands between braces on one line. Longer, it is somebody's own sentence.
_BRACES = re.compile(r"\{([^{}\n]{0,60})\}")


@dataclass(frozen=True, slots=True)
class Blank:
    """One blank: its name between braces, what it becomes, and what to say of a person who has nothing there."""

    name: str
    becomes: str
    lacking: str
    values: Values

    @property
    def written(self) -> str:
        """Give it as it stands in a text."""
        return f"{{{self.name}}}"


@dataclass(frozen=True, slots=True)
class Filled:
    """A text for one person: the blanks that stayed open stand in it as they were, each with why."""

    text: str
    open: tuple[str, ...]


class BlankLeft(Refusal):
    """A text with something between braces is not sent: nobody reads «{date}» in a message of the service."""

    def __init__(self, written: Sequence[str]) -> None:
        super().__init__(
            f"{_listed(written)}{NBSP}: écrivez vos propres mots à la place, accolades comprises, puis envoyez. "
            "Rien n’est parti, votre texte est gardé."
        )


class UnknownBlank(Refusal):
    """A ready text names a blank that nobody fills."""

    def __init__(self, written: Sequence[str]) -> None:
        super().__init__(
            f"{_listed(written)}{NBSP}: ce champ n’existe pas. Prenez un champ de la liste, ou écrivez sans accolades."
        )


_known: dict[str, Blank] = {}


def fills(name: str, becomes: str, lacking: str = "") -> Callable[[Values], Values]:
    """Declare who knows what stands in a blank; its name is for ever, texts are full of it."""

    def declare(values: Values) -> Values:
        if _folded(name) in _known:
            raise ValueError(f"{name} is declared twice")
        _known[_folded(name)] = Blank(name, becomes, lacking, values)
        return values

    return declare


def every() -> list[Blank]:
    """List the blanks, as the page explains them."""
    return list(_known.values())


def left_in(*texts: str) -> list[str]:
    """Give what still stands between braces, once each, as it is written."""
    return list(dict.fromkeys(found.group() for text in texts for found in _BRACES.finditer(text)))


def refuse_left(*texts: str) -> None:
    """Refuse to send what still has a blank in it. Raises BlankLeft."""
    if left := left_in(*texts):
        raise BlankLeft(left)


def refuse_unknown(text: str) -> None:
    """Refuse to keep a text with a blank that nobody fills. Raises UnknownBlank."""
    if unknown := [written for written in left_in(text) if _named(written) is None]:
        raise UnknownBlank(unknown)


def fill(text: str, people: Sequence[Claimant], writer: Advisor, now: datetime) -> dict[int, Filled]:
    """Fill a text for each of these people (with account and agency); one question a blank, whatever their number."""
    asked = {written: _named(written) for written in left_in(text)}
    known = {blank.name: blank for blank in asked.values() if blank is not None}
    values = {name: blank.values(people, writer, now) for name, blank in known.items()}
    return {
        one.pk: _filled(text, asked, {name: of.get(one.pk, "") for name, of in values.items()})
        for one in people
    }


def _filled(text: str, asked: dict[str, Blank | None], values: dict[str, str]) -> Filled:
    def written(found: re.Match[str]) -> str:
        blank = asked[found.group()]
        return values[blank.name] or found.group() if blank else found.group()

    still = [
        f"{name} ({blank.lacking})" if blank else f"{name} (ce champ n’existe pas)"
        for name, blank in asked.items()
        if blank is None or not values[blank.name]
    ]
    return Filled(_BRACES.sub(written, text), tuple(still))


def _named(written: str) -> Blank | None:
    return _known.get(_folded(written[1:-1]))


def _folded(name: str) -> str:
    """Forgive capitals, accents and blanks: «{Prénom }» and «{prenom}» are the same."""
    apart = unicodedata.normalize("NFKD", name)
    return " ".join("".join(one for one in apart if not unicodedata.combining(one)).casefold().split())


def _listed(written: Iterable[str]) -> str:
    return ", ".join(f"«{NBSP}{one}{NBSP}»" for one in list(written)[:5])


# --- what the people and their agency give ---------------------------------------------


@fills("prénom", "le prénom de la personne", "le prénom manque au dossier")
def _first_name(people: Sequence[Claimant], writer: Advisor, now: datetime) -> dict[int, str]:
    return {one.pk: one.user.first_name for one in people}


@fills("nom", "le nom de la personne", "le nom manque au dossier")
def _last_name(people: Sequence[Claimant], writer: Advisor, now: datetime) -> dict[int, str]:
    return {one.pk: one.user.last_name for one in people}


@fills("conseiller", "le nom du conseiller qui suit la personne")
def _advisor(people: Sequence[Claimant], writer: Advisor, now: datetime) -> dict[int, str]:
    who = _followed_by(people)
    return {one.pk: str(who[one.advisor_id]) for one in people}


@fills("signataire", "votre nom, à vous qui écrivez")
def _writer(people: Sequence[Claimant], writer: Advisor, now: datetime) -> dict[int, str]:
    return {one.pk: str(writer) for one in people}


@fills(
    "téléphone",
    "le numéro du conseiller qui suit la personne, sinon celui de l’agence",
    "aucun numéro n’est noté",
)
def _phone(people: Sequence[Claimant], writer: Advisor, now: datetime) -> dict[int, str]:
    who = _followed_by(people)
    return {one.pk: who[one.advisor_id].phone or one.agency.phone for one in people}


@fills("agence", "le nom de l’agence de la personne")
def _agency(people: Sequence[Claimant], writer: Advisor, now: datetime) -> dict[int, str]:
    return {one.pk: one.agency.name for one in people}


@fills("adresse", "l’adresse de l’agence de la personne")
def _address(people: Sequence[Claimant], writer: Advisor, now: datetime) -> dict[int, str]:
    return {one.pk: one.agency.address for one in people}


@fills(
    "horaires", "les horaires d’ouverture de l’agence de la personne", "l’agence n’a pas saisi ses horaires"
)
def _hours(people: Sequence[Claimant], writer: Advisor, now: datetime) -> dict[int, str]:
    slots: dict[int, list[Slot]] = {}
    for row in OpeningHours.objects.filter(agency_id__in={one.agency_id for one in people}):
        slot = Slot(row.kind, row.weekday, f"{row.opens:%H:%M}", f"{row.closes:%H:%M}")
        slots.setdefault(row.agency_id, []).append(slot)
    said = {
        agency_id: f"{NBSP}; ".join(
            f"{line['day'].lower()}, {line['hours']} ({line['kind']})" for line in in_words(found)
        )
        for agency_id, found in slots.items()
    }
    return {one.pk: said.get(one.agency_id, "") for one in people}


def _followed_by(people: Sequence[Claimant]) -> dict[int, Advisor]:
    return Advisor.objects.select_related("user").in_bulk({one.advisor_id for one in people})
