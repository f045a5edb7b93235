"""What is held about a person: declared once per table, read out for them, let go in time (docs/personal-data.md)."""

from portal.core.personal_data.declaring import (
    Column,
    Part,
    column,
    held,
    kept_out,
    nobodys,
    parts,
    who,
)
from portal.core.personal_data.erasing import erase_rows, goes_with_the_file
from portal.core.personal_data.retaining import Kept, Outcome, days, erase, kinds, let_go, retained

__all__ = [
    "Column",
    "Kept",
    "Outcome",
    "Part",
    "column",
    "days",
    "erase",
    "erase_rows",
    "goes_with_the_file",
    "held",
    "kept_out",
    "kinds",
    "let_go",
    "nobodys",
    "parts",
    "retained",
    "who",
]
