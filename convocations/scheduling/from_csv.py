"""Read a list of people to convoke from a file: each broken line says what is wrong, the others go on."""

import csv
import io
import re
import unicodedata
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, time

from portal.core.references import to_number, to_text
from portal.core.transitions import Refusal

MEGABYTE = 1024 * 1024
LARGEST = 2 * MEGABYTE
MOST_LINES = 10_000
COLUMNS = ("reference", "date", "heure", "duree", "objet", "a_apporter")
EXAMPLE = (
    "reference;date;heure;duree;objet;a_apporter\r\n"
    "DE-0000-0001;;;;;\r\n"
    "DE-0000-0002;03/12/2026;14:30;45;Point sur votre recherche d’emploi;Votre CV\r\n"
)
_LONGEST = {"objet": 240, "a_apporter": 480}
_LONGEST_LINE = 2_000
_TIME = re.compile(r"(\d{1,2})\s*(?:[:hH]\s*(\d{2})?)\Z")
_DAY = (
    re.compile(r"(?P<d>\d{1,2})[/.-](?P<m>\d{1,2})[/.-](?P<y>\d{4})\Z"),
    re.compile(r"(?P<y>\d{4})-(?P<m>\d{2})-(?P<d>\d{2})\Z"),
)


class UnreadableFile(Refusal):
    sentence = (
        "Ce fichier n’est pas un fichier CSV lisible. Exportez votre tableau au format CSV, puis recommencez."
    )


@dataclass(frozen=True, slots=True)
class Line:
    """One person of the file, and what the file says of the appointment; empty parts come from the form."""

    number: int
    ref: str
    day: date | None = None
    at: time | None = None
    minutes: int | None = None
    purpose: str = ""
    to_bring: str = ""


@dataclass(frozen=True, slots=True)
class Broken:
    """One line that could not be read, and why, in French."""

    number: int
    sentence: str


@dataclass(slots=True)
class Reading:
    """What a file held: lines understood, lines broken, columns nobody asked for."""

    lines: list[Line] = field(default_factory=list)
    broken: list[Broken] = field(default_factory=list)
    unknown_columns: list[str] = field(default_factory=list)


def read(content: bytes) -> Reading:
    """Read a file of at most 2 MB, `;` or `,` or tab, UTF-8 or Windows' own; raises `UnreadableFile`."""
    if len(content) > LARGEST:
        raise UnreadableFile("Ce fichier dépasse 2 Mo. Coupez-le en plusieurs fichiers.")
    # One physical line at a time: an unclosed quotation mark costs its own line, not the rest of the file.
    rows = [
        (number, row)
        for number, row in enumerate(_text(content).splitlines(), start=1)
        if row.strip(" ;,\t\x00")
    ]
    if not rows:
        raise UnreadableFile("Ce fichier est vide. Il faut une ligne de titres, puis une ligne par personne.")
    if len(rows) > MOST_LINES + 1:
        raise UnreadableFile("Ce fichier a plus de 10\u202f000 lignes. Coupez-le en plusieurs fichiers.")
    (_, titles), *rest = rows
    separator = max(";,\t", key=titles.count)
    names = [_plain(cell) for cell in _cells(titles, separator) or []]
    if "reference" not in names:
        raise UnreadableFile(
            "La première ligne doit porter les titres, dont «\u00a0reference\u00a0». "
            "Téléchargez le modèle pour comparer."
        )
    reading = Reading(unknown_columns=[name for name in names if name and name not in COLUMNS])
    seen: dict[tuple[object, ...], int] = {}
    for number, row in rest:
        found: Line | Broken = Broken(number, "Cette ligne est trop longue.")
        if len(row) <= _LONGEST_LINE:
            found = _line(number, _cells(row, separator), names)
        if isinstance(found, Line):
            key = (found.ref, found.day, found.at)
            if (before := seen.setdefault(key, number)) != number:
                found = Broken(number, f"Cette personne est déjà à la ligne {before}.")
        if isinstance(found, Line):
            reading.lines.append(found)
        else:
            reading.broken.append(found)
    return reading


def safe_cells(cells: Iterable[object]) -> list[str]:
    """Write cells that no spreadsheet takes for a formula (a quote before = + - @ and tabs)."""
    texts = [str(cell) for cell in cells]
    return [f"'{text}" if text[:1] in ("=", "+", "-", "@", "\t", "\r", "\n") else text for text in texts]


def written(rows: Iterable[Iterable[object]]) -> bytes:
    """Write rows as a file that a French spreadsheet opens as it is."""
    text = io.StringIO()
    csv.writer(text, delimiter=";", lineterminator="\r\n").writerows(safe_cells(row) for row in rows)
    # The mark tells a spreadsheet that the file is UTF-8.
    return text.getvalue().encode("utf-8-sig")


def _text(content: bytes) -> str:
    if content.startswith((b"\xff\xfe", b"\xfe\xff")):
        return content.decode("utf-16", "replace")
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError:
        # What a French spreadsheet writes; the five bytes it leaves open are kept as they are.
        return content.decode("cp1252", "replace")


def _cells(row: str, separator: str) -> list[str] | None:
    """Cut one line; None when its quotation marks do not close."""
    try:
        (cells,) = csv.reader([row], delimiter=separator, strict=True)
    except (csv.Error, ValueError):
        return None
    return [cell.strip() for cell in cells]


def _line(number: int, cells: Sequence[str] | None, names: Sequence[str]) -> Line | Broken:
    if cells is None:
        return Broken(number, "Un guillemet n’est pas refermé.")
    if any("\x00" in cell or "\ufffd" in cell for cell in cells):
        return Broken(number, "Cette ligne contient un caractère illisible.")
    if len(cells) > len(names) and any(cells[len(names) :]):
        return Broken(number, f"Il y a {len(cells)} cases pour {len(names)} titres.")
    values = {name: cell for name, cell in zip(names, cells, strict=False) if name in COLUMNS}
    try:
        return Line(
            number,
            _ref(values.get("reference", "")),
            _day(values.get("date", "")),
            _time(values.get("heure", "")),
            _minutes(values.get("duree", "")),
            _short(values, "objet"),
            _short(values, "a_apporter"),
        )
    except _Wrong as wrong:
        return Broken(number, str(wrong))


class _Wrong(ValueError):
    """One cell that is not understood; carries the sentence."""


def _ref(cell: str) -> str:
    if not cell:
        raise _Wrong("La référence manque.")
    try:
        return to_text("DE", to_number("DE", cell))
    except ValueError:
        raise _Wrong(
            f"La référence «\u00a0{_cut(cell)}\u00a0» n’est pas reconnue. Exemple\u00a0: DE-7K3M-92QD."
        ) from None


def _day(cell: str) -> date | None:
    if not cell:
        return None
    for pattern in _DAY:
        if match := pattern.match(cell):
            try:
                return date(int(match["y"]), int(match["m"]), int(match["d"]))
            except ValueError:
                break
    raise _Wrong(f"La date «\u00a0{_cut(cell)}\u00a0» n’est pas reconnue. Exemple\u00a0: 03/12/2026.")


def _time(cell: str) -> time | None:
    if not cell:
        return None
    match = _TIME.match(cell)
    try:
        if match:
            return datetime.strptime(f"{match[1]}:{match[2] or '00'}", "%H:%M").time()  # noqa: DTZ007
    except ValueError:
        pass
    raise _Wrong(f"L’heure «\u00a0{_cut(cell)}\u00a0» n’est pas reconnue. Exemple\u00a0: 14:30.")


def _minutes(cell: str) -> int | None:
    if not cell:
        return None
    if not (cell.isascii() and cell.isdigit() and len(cell) <= 3 and 5 <= int(cell) <= 480):
        raise _Wrong(
            f"La durée «\u00a0{_cut(cell)}\u00a0» n’est pas reconnue. Écrivez des minutes, de 5 à 480."
        )
    return int(cell)


def _short(values: dict[str, str], name: str) -> str:
    text = values.get(name, "")
    if len(text) > _LONGEST[name]:
        raise _Wrong(f"La case «\u00a0{name}\u00a0» dépasse {_LONGEST[name]} caractères.")
    return text


def _cut(text: str) -> str:
    return text if len(text) <= 40 else f"{text[:39]}…"


def _plain(title: str) -> str:
    """Read a title without its accents, capitals and spaces: «Référence» is reference."""
    bare = "".join(c for c in unicodedata.normalize("NFKD", title.lower()) if not unicodedata.combining(c))
    return re.sub(r"[^a-z]+", "_", bare).strip("_")
