"""Take a published file in as a whole, or not at all: read as a stream, staged by COPY, swapped in one transaction."""

import csv
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any

from django.db import connection, transaction
from django.db.backends.utils import CursorWrapper

from convocations.coverage.layouts import BadLine, Layout, Source, column, of_header
from convocations.models import CoverageEdition
from portal.core.transitions import Refusal

# Made up by the project, in the published layouts, and marked so: what the demo shows.
SAMPLES = Path(__file__).parent / "samples"
# A line longer than this is no line of these files.
LONGEST = 4_000
# How many faults are told one by one; the others are counted.
TOLD = 50
_IN_NAME = re.compile(r"((?:19|20)\d\d)_?T([1-4])", re.IGNORECASE)
QUARTER = re.compile(r"(?:19|20)\d\dT[1-4]")


class NotImported(Refusal):
    """Nothing was taken in; `faults` says which lines are at fault."""

    def __init__(self, sentence: str, faults: "Faults | None" = None) -> None:
        super().__init__(sentence)
        self.faults = faults or Faults()


@dataclass
class Faults:
    """The lines that are not what they should be: the first ones in words, all of them counted."""

    count: int = 0
    told: list[tuple[int, str]] = field(default_factory=list)

    def add(self, line: int, sentence: str) -> None:
        """Note one line."""
        self.count += 1
        if len(self.told) < TOLD:
            self.told.append((line, sentence))


def import_file(
    path: Path, *, quarter: str = "", is_sample: bool = False, keep_good: bool = False, now: datetime
) -> tuple[CoverageEdition, Faults]:
    """Replace what a source said by what this file says; the same file again changes nothing.

    With a line at fault nothing is taken in, unless `keep_good` leaves those lines out. `quarter` («2026T2») is
    for a file whose name does not say it. Raises NotImported.
    """
    with path.open("rb") as stream, transaction.atomic(), connection.cursor() as cursor:
        titles, layout = _header(stream, path.name)
        cursor.execute("SELECT pg_advisory_xact_lock(hashtext('coverage'), hashtext(%s))", [layout.source])
        faults = Faults()
        lines, dated = _stage(cursor, stream, titles, layout, faults)
        _drop_doubles(cursor, layout, faults)
        if faults.count and not keep_good:
            raise NotImported("Rien n’est importé\u00a0: des lignes sont à corriger.", faults)
        if lines == 0:
            raise NotImported("Rien n’est importé\u00a0: le fichier n’a aucune ligne utilisable.", faults)
        edition = CoverageEdition(
            source=layout.source,
            quarter=_quarter(layout, dated, quarter, path.name),
            is_sample=is_sample,
            file_name=path.name[:120],
            lines=lines,
            left_out=faults.count,
            imported_at=now,
        )
        _refuse_older(edition)
        for statement in _SWAP[layout.source]:
            cursor.execute(statement)
        CoverageEdition.objects.filter(source=layout.source).delete()
        edition.save(force_insert=True)
        return edition, faults


# --- reading --------------------------------------------------------------------


def _header(stream: Any, name: str) -> tuple[list[str], Layout]:
    try:
        titles = [column(cell) for cell in _cells(stream.readline(LONGEST).removeprefix(b"\xef\xbb\xbf"))]
    except (BadLine, csv.Error):
        titles = []
    layout = of_header(titles)
    if layout is None:
        raise NotImported("Ce fichier n’a pas les colonnes d’une source connue (voir docs/coverage.md).")
    if layout.source == Source.FIXED and "filaire" not in name:
        # The same columns with satellite and fixed 4G in them: everywhere looks well served.
        raise NotImported("Prenez commune_debit_filaire.csv\u00a0: les autres comptent aussi le satellite.")
    return titles, layout


def _cells(raw: bytes) -> list[str]:
    """Part one line; the sources publish in UTF-8 and in Windows-1252."""
    try:
        text = raw.decode()
    except UnicodeDecodeError:
        text = raw.decode("cp1252", "replace")
    if "\0" in text:
        raise BadLine("caractère nul")
    return [cell.strip() for cell in next(csv.reader([text.rstrip("\r\n")], delimiter=";"), [])]


def _lines(stream: Any, titles: list[str], faults: Faults) -> Iterator[tuple[int, dict[str, str]]]:
    number = 1
    while raw := stream.readline(LONGEST + 1):
        number += 1
        if len(raw) > LONGEST:
            faults.add(number, "ligne trop longue")
            while raw and not raw.endswith(b"\n"):
                raw = stream.readline(LONGEST + 1)
            continue
        if not raw.strip():
            continue
        try:
            cells = _cells(raw)
        except (BadLine, csv.Error) as error:
            faults.add(number, str(error) if isinstance(error, BadLine) else "guillemets mal fermés")
            continue
        if len(cells) != len(titles):
            faults.add(number, f"{len(cells)} colonnes au lieu de {len(titles)}")
            continue
        yield number, dict(zip(titles, cells, strict=True))


def _stage(
    cursor: CursorWrapper, stream: Any, titles: list[str], layout: Layout, faults: Faults
) -> tuple[int, str]:
    """Put the good lines into a table of this transaction's own; give how many, and the quarter they tell."""
    columns = ", ".join(f"{name} {kind}" for name, kind in layout.columns)
    cursor.execute("DROP TABLE IF EXISTS incoming")
    cursor.execute(f"CREATE TEMPORARY TABLE incoming (line integer, {columns}) ON COMMIT DROP")
    lines, quarter = 0, ""
    with cursor.copy("COPY incoming FROM STDIN") as copy:
        for number, line in _lines(stream, titles, faults):
            try:
                told = layout.quarter(line)
                if quarter and told != quarter:
                    raise BadLine(f"trimestre {told} au milieu de {quarter}")
                rows = list(layout.rows(line))
            except BadLine as error:
                faults.add(number, str(error))
                continue
            quarter = told
            for row in rows:
                copy.write_row((number, *row))
            lines += bool(rows)
    return lines, quarter


def _drop_doubles(cursor: CursorWrapper, layout: Layout, faults: Faults) -> None:
    if not layout.key:
        return
    key = ", ".join(layout.key)
    cursor.execute(
        f"DELETE FROM incoming WHERE line IN (SELECT line FROM (SELECT line, row_number() OVER"
        f" (PARTITION BY {key} ORDER BY line) AS rank FROM incoming) AS ranked WHERE rank > 1) RETURNING line"
    )
    for (line,) in sorted(cursor.fetchall()):
        faults.add(line, "déjà dit plus haut dans le fichier")


# --- which edition --------------------------------------------------------------


def _quarter(layout: Layout, dated: str, asked: str, name: str) -> str:
    if layout.source == Source.COMMUNES:
        return ""
    in_name = _IN_NAME.search(name)
    quarter = dated or asked.upper() or (f"{in_name[1]}T{in_name[2]}" if in_name else "")
    if not QUARTER.fullmatch(quarter):
        raise NotImported("Dites de quel trimestre est ce fichier\u00a0: --quarter 2026T2.")
    return quarter


def _refuse_older(edition: CoverageEdition) -> None:
    there = CoverageEdition.objects.filter(source=edition.source).first()
    if there is None or (there.is_sample and not edition.is_sample):
        return
    if edition.is_sample and not there.is_sample:
        raise NotImported("Des données officielles sont déjà là\u00a0: un échantillon ne les remplace pas.")
    if edition.quarter < there.quarter:
        raise NotImported(f"L’édition {there.quarter} est déjà là\u00a0: celle-ci est plus ancienne.")


_SWAP: dict[str, tuple[str, ...]] = {
    Source.COMMUNES: (
        "DELETE FROM convocations_communename",
        "DELETE FROM convocations_commune",
        "INSERT INTO convocations_commune (insee, name)"
        " SELECT DISTINCT ON (insee) insee, name FROM incoming ORDER BY insee, line",
        "INSERT INTO convocations_communename (commune_id, postcode, key)"
        " SELECT DISTINCT insee, postcode, key FROM incoming",
    ),
    Source.MOBILE: (
        "DELETE FROM convocations_mobilecoverage",
        "INSERT INTO convocations_mobilecoverage (insee, operator, technology, people_none, people_limited,"
        " people_good, people_very_good) SELECT insee, operator, technology, people_none, people_limited,"
        " people_good, people_very_good FROM incoming",
    ),
    Source.FIXED: (
        "DELETE FROM convocations_fixedcoverage",
        "INSERT INTO convocations_fixedcoverage (insee, premises, wired_3, wired_8, wired_30, wired_100)"
        " SELECT insee, premises, wired_3, wired_8, wired_30, wired_100 FROM incoming",
    ),
}
