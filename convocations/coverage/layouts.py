"""The published files that can be read, and what each line of them must be (docs/coverage.md).

A layout is known by its header, and names its columns: their order may change from one edition to the next.
"""

import re
import unicodedata
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from typing import Any

from convocations.coverage import names
from convocations.models import CoverageEdition

Source = CoverageEdition.Source
Line = Mapping[str, str]

_INSEE = re.compile(r"[0-9][0-9AB][0-9]{3}")
_POSTCODE = re.compile(r"[0-9]{5}")
_OPERATOR = re.compile(r"[0-9]{5,6}")
_DATE = re.compile(r"([0-9]{4})-(03-31|06-30|09-30|12-31)")
_TECHNOLOGIES = frozenset({"2G", "2G3G", "3G", "4G", "5G"})
_NOTHING = frozenset({"", "NA"})
_QUARTERS = {"03-31": "T1", "06-30": "T2", "09-30": "T3", "12-31": "T4"}


class BadLine(ValueError):
    """One line is not what the layout says; its text is for people."""


@dataclass(frozen=True)
class Layout:
    """One published file: its columns, the rows of the staging table a line gives, and their key."""

    source: CoverageEdition.Source
    needs: frozenset[str]
    columns: tuple[tuple[str, str], ...]
    # What two lines may not both say; none where saying it twice is the file's own way.
    key: tuple[str, ...]
    rows: Callable[[Line], Iterator[tuple[Any, ...]]]
    quarter: Callable[[Line], str] = lambda line: ""


def column(title: str) -> str:
    """Spell a column's title: La Poste writes `#Code_commune_INSEE`, or accents that its encoding loses."""
    plain = unicodedata.normalize("NFKD", title.strip().lstrip("#")).encode("ascii", "ignore").decode()
    return plain.lower()


def of_header(titles: Sequence[str]) -> Layout | None:
    """Find the layout with these columns."""
    return next((layout for layout in LAYOUTS if layout.needs <= set(titles)), None)


# --- La Poste, «Base officielle des codes postaux» --------------------------------


def _commune(line: Line) -> Iterator[tuple[Any, ...]]:
    insee, postcode = _code(line["code_commune_insee"]), line["code_postal"]
    if not _POSTCODE.fullmatch(postcode):
        raise BadLine(f"code postal « {postcode[:20]} » : cinq chiffres attendus")
    name = line["nom_de_la_commune"]
    if not names.key(name):
        raise BadLine("nom de commune vide")
    written = (name, line.get("libelle_d_acheminement", ""), line.get("ligne_5", ""))
    for key in dict.fromkeys(names.key(one) for one in written):
        if key:
            yield insee, name[:80], postcode, key


# --- Arcep, «Mon réseau mobile» --------------------------------------------------


def _mobile(line: Line) -> Iterator[tuple[Any, ...]]:
    insee, operator, technology = _code(line["commune"]), line["mcc_mnc"], line["techno"]
    if not _OPERATOR.fullmatch(operator):
        raise BadLine(f"opérateur « {operator[:20]} » : cinq ou six chiffres attendus")
    if technology not in _TECHNOLOGIES:
        raise BadLine(f"technologie « {technology[:20]} » inconnue")
    none = _percent(line["pop_nc"])
    levels = [line[f"pop_{level}"] for level in ("cl", "bc", "tbc")]
    if all(level in _NOTHING for level in levels):
        # Covered, and the level is not published: the least is believed.
        limited, good, very_good = 100 - none, Decimal(0), Decimal(0)
    else:
        limited, good, very_good = (_percent("0" if level in _NOTHING else level) for level in levels)
    if not 99 <= (whole := none + limited + good + very_good) <= 101:
        raise BadLine(f"les parts d’habitants font {whole} et non cent")
    yield insee, int(operator), technology, none, limited, good, very_good


# --- Arcep, «Ma connexion internet» ----------------------------------------------

_SPEEDS = ("elig_hd3", "elig_bhd8", "elig_thd30", "elig_thd100")


def _fixed(line: Line) -> Iterator[tuple[Any, ...]]:
    if line["type"] != "all":
        return
    counts = [_count(line[name]) for name in ("nbr", *_SPEEDS)]
    if counts != sorted(counts, reverse=True):
        raise BadLine("un débit plus élevé y atteint plus de locaux qu’un débit plus bas")
    yield (_code(line["code_insee"]), *counts)


def _quarter_of_date(line: Line) -> str:
    found = _DATE.fullmatch(line["date"])
    if found is None:
        raise BadLine(f"date « {line['date'][:20]} » : fin de trimestre attendue")
    return found[1] + _QUARTERS[found[2]]


# --- what they share -------------------------------------------------------------


def _code(text: str) -> str:
    if not _INSEE.fullmatch(text):
        raise BadLine(f"code commune « {text[:20]} » : code INSEE attendu")
    return text


def _percent(text: str) -> Decimal:
    try:
        share = Decimal(text.replace(",", "."))
    except InvalidOperation:
        raise BadLine(f"part « {text[:20]} » : nombre attendu") from None
    if not (share.is_finite() and 0 <= share <= 100):
        raise BadLine(f"part « {text[:20]} » : entre 0 et 100 attendu")
    return share.quantize(Decimal("0.01"))


def _count(text: str) -> int:
    if not (text.isascii() and text.isdigit() and len(text) < 10):
        raise BadLine(f"nombre « {text[:20]} » : nombre entier attendu")
    return int(text)


LAYOUTS = (
    Layout(
        Source.COMMUNES,
        frozenset({"code_commune_insee", "nom_de_la_commune", "code_postal"}),
        (("insee", "text"), ("name", "text"), ("postcode", "text"), ("key", "text")),
        (),
        _commune,
    ),
    Layout(
        Source.MOBILE,
        frozenset({"techno", "mcc_mnc", "commune", "pop_nc", "pop_cl", "pop_bc", "pop_tbc"}),
        (
            ("insee", "text"),
            ("operator", "integer"),
            ("technology", "text"),
            ("people_none", "numeric"),
            ("people_limited", "numeric"),
            ("people_good", "numeric"),
            ("people_very_good", "numeric"),
        ),
        ("insee", "operator", "technology"),
        _mobile,
    ),
    Layout(
        Source.FIXED,
        frozenset({"code_insee", "nbr", "type", "date", *_SPEEDS}),
        (
            ("insee", "text"),
            ("premises", "integer"),
            ("wired_3", "integer"),
            ("wired_8", "integer"),
            ("wired_30", "integer"),
            ("wired_100", "integer"),
        ),
        ("insee",),
        _fixed,
        _quarter_of_date,
    ),
)
