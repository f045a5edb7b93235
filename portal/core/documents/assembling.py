"""Make one PDF of many documents of the safe, in the closed room."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from shutil import copyfileobj
from typing import BinaryIO

from .cleaning import workplace
from .limits import DEFAULT_LIMITS, Limits
from .sandbox import caller


@dataclass(frozen=True, slots=True)
class Piece:
    """One clean copy, open for reading, and the name it is found under."""

    title: str
    file: BinaryIO


def assemble(
    first: bytes, dividers: bytes, pieces: Sequence[Piece], *, limits: Limits = DEFAULT_LIMITS
) -> BinaryIO:
    """Put pieces behind a paper of ours, each after its own page of ``dividers``; the file disappears when closed.

    The pieces are read here and stay the caller's to close. Raises ``Refused`` when one cannot be read, and
    ``caller.RoomUnavailable`` when the machine cannot do it now.
    """
    with workplace() as room:
        sources = [Path(room, "first"), Path(room, "dividers")]
        sources[0].write_bytes(first)
        sources[1].write_bytes(dividers)
        size = len(first) + len(dividers)
        for number, piece in enumerate(pieces):
            sources.append(Path(room, f"piece-{number}"))
            with sources[-1].open("wb") as copy:
                copyfileobj(piece.file, copy)
            size += sources[-1].stat().st_size
        granted = replace(
            limits,
            # A picture may grow when it is drawn anew; nothing here comes from a stranger unseen.
            max_bytes=limits.max_bytes + 2 * size,
            open_files=limits.open_files + len(sources),
            cpu_seconds=limits.cpu_seconds + 2 * len(pieces),
        )
        target = Path(room, "whole")
        titles = [piece.title for piece in pieces]
        caller.work("assemble", sources, target, limits=granted, damaged="damaged_pdf", titles=titles)
        return target.open("rb")
