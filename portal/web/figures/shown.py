"""A year's figures in the words and bars that the page takes, and in the lines of the file."""

from typing import Any

from measures.indicators import small
from measures.indicators.counting import Cell, Figures
from portal.core.french import NBSP, first_up, number, plural

HIDDEN = f"moins de{NBSP}{small.STEP}"
_SAME = f"Chiffres arrondis à {small.STEP} près."
_REFERRED = ("Procédures transmises", f"Une personne les examine : rien n’est décidé à l’avance. {_SAME}")
_OUTCOMES = (
    "Ce qu’elles sont devenues",
    f"À ce jour. Une mesure compte quand la personne a reçu la décision. {_SAME}",
)
_APPEALS = (
    "Recours et demandes de levée",
    f"Ce que les personnes ont demandé après une décision, et ce qui leur a été répondu. {_SAME}",
)
_PACES = (
    "Durée des étapes",
    "La moitié des procédures va plus vite, l’autre moitié moins vite.",
)
Line = dict[str, Any]


def plots(found: Figures) -> list[Line]:
    """Give the plots of a year, in order; one without a bar says that nothing is known yet."""
    paces = [
        {"label": pace.label, "value": pace.days, "note": plural(pace.days, "jour")}
        for pace in found.paces
        if pace.days is not None
    ]
    return [
        _plot(_REFERRED, [_bar(cell) for cell in found.referred]),
        _plot(_OUTCOMES, [_bar(cell) for cell in found.outcomes]),
        _plot(_APPEALS, [_bar(cell) for cell in found.appeals]),
        _plot(_PACES, paces),
    ]


def lines(found: Figures) -> list[list[object]]:
    """Give the same figures as the lines of a file."""
    counted = [(_REFERRED, found.referred), (_OUTCOMES, found.outcomes), (_APPEALS, found.appeals)]
    rows: list[list[object]] = [["Indicateur", "Détail", "Nombre", "Jours (médiane)"]]
    rows += [
        [title, first_up(cell.label), HIDDEN if cell.count is None else cell.count, ""]
        for (title, _), cells in counted
        for cell in cells
    ]
    rows += [[_PACES[0], pace.label, "", "" if pace.days is None else pace.days] for pace in found.paces]
    return rows


def _plot(words: tuple[str, str], rows: list[Line]) -> Line:
    title, note = words
    return {"title": title, "note": note, "rows": rows}


def _bar(cell: Cell) -> Line:
    note = HIDDEN if cell.count is None else number(cell.count)
    return {"label": first_up(cell.label), "value": cell.count or 0, "note": note}
