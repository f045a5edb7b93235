"""What the regulator says of the networks where a person lives; shown to advisors, never a reason against anybody."""

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal

from accounts.models import Claimant
from convocations.coverage import names
from convocations.models import CommuneName, CoverageEdition, FixedCoverage, MobileCoverage

Source = CoverageEdition.Source

OPERATORS: Mapping[int, str] = {
    20801: "Orange",
    20810: "SFR",
    20815: "Free Mobile",
    20820: "Bouygues Telecom",
    34001: "Orange Caraïbe",
    34002: "SFR Caraïbe",
    34020: "Digicel",
    64700: "Orange Réunion",
    64703: "Free Réunion",
    64710: "SFR Réunion",
}
_ORDINALS = {"1": "1er", "2": "2e", "3": "3e", "4": "4e"}


@dataclass(frozen=True)
class Mobile:
    """One operator's technology in a commune: inhabitants by level, in percent."""

    operator: str
    technology: str
    none: Decimal
    limited: Decimal
    good: Decimal
    very_good: Decimal


@dataclass(frozen=True)
class Fixed:
    """The wired lines of a commune: premises in all, and those that a line of so many Mbit/s reaches."""

    premises: int
    reached: tuple[tuple[int, int], ...]


@dataclass(frozen=True)
class Coverage:
    """The networks of a person's commune, or the sentence that says why nothing is shown."""

    commune: str = ""
    why_not: str = ""
    mobile: tuple[Mobile, ...] = ()
    mobile_when: str = ""
    fixed: Fixed | None = None
    fixed_when: str = ""
    is_sample: bool = False


def coverage_of(claimant: Claimant) -> Coverage:
    """Find the networks where a person lives, from the postcode and the town of their file; four queries at most."""
    editions = {edition.source: edition for edition in CoverageEdition.objects.all()}
    if not editions.keys() & {Source.MOBILE, Source.FIXED}:
        return Coverage(why_not="Aucune donnée de couverture n’est chargée dans le portail.")
    found = _commune(claimant.postcode.strip(), claimant.city)
    if isinstance(found, str):
        return Coverage(why_not=found)
    insee, published = found
    # Published in capitals: where the file writes the same town, it is read as the file writes it.
    name = claimant.city if names.key(claimant.city) == names.key(published) else published.title()
    codes = [insee, names.whole(insee)]
    mobile, fixed = _mobile(codes), _fixed(codes)
    if not mobile and fixed is None:
        return Coverage(name, f"Aucune donnée n’est publiée pour cette commune\u00a0: {name}.")
    return Coverage(
        commune=name,
        mobile=mobile,
        mobile_when=_when(editions.get(Source.MOBILE)),
        fixed=fixed,
        fixed_when=_when(editions.get(Source.FIXED)),
        is_sample=any(edition.is_sample for edition in editions.values()),
    )


def _commune(postcode: str, city: str) -> tuple[str, str] | str:
    """Find the commune that a postcode and a town name; else the sentence that says why not."""
    if not postcode:
        return "Le dossier n’a pas de code postal\u00a0: demandez l’adresse à la personne."
    rows = list(
        CommuneName.objects.filter(postcode=postcode).values_list("commune_id", "commune__name", "key")
    )
    if not rows:
        return f"Le code postal {postcode} n’est celui d’aucune commune connue."
    spelt = names.key(city)
    named = {insee: name for insee, name, key in rows if key == spelt}
    every = {insee: name for insee, name, _ in rows}
    chosen = named or every
    if len(chosen) > 1:
        listed = ", ".join(sorted(every.values()))
        return (
            f"Plusieurs communes ont le code postal {postcode} ({listed}), "
            "et la ville du dossier ne dit pas laquelle."
        )
    return next(iter(chosen.items()))


def _mobile(codes: list[str]) -> tuple[Mobile, ...]:
    rows = list(MobileCoverage.objects.filter(insee__in=codes).order_by("technology", "operator"))
    # A district's own figures, where they are published; else the whole commune's.
    own = [row for row in rows if row.insee == codes[0]] or rows
    return tuple(
        Mobile(
            OPERATORS.get(row.operator, f"Opérateur {row.operator}"),
            row.technology,
            row.people_none,
            row.people_limited,
            row.people_good,
            row.people_very_good,
        )
        for row in own
    )


def _fixed(codes: list[str]) -> Fixed | None:
    rows = {row.insee: row for row in FixedCoverage.objects.filter(insee__in=codes)}
    row = rows.get(codes[0]) or rows.get(codes[1])
    if row is None or not row.premises:
        return None
    reached = ((3, row.wired_3), (8, row.wired_8), (30, row.wired_30), (100, row.wired_100))
    return Fixed(row.premises, reached)


def _when(edition: CoverageEdition | None) -> str:
    if edition is None or not edition.quarter:
        return ""
    year, _, quarter = edition.quarter.partition("T")
    return f"{_ORDINALS[quarter]}\u00a0trimestre {year}"
