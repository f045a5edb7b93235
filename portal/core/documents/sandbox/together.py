"""One PDF of many clean copies: a paper of ours, then each piece behind a page that names it."""

from __future__ import annotations

import contextlib
import io
from pathlib import Path
from typing import Any

import pikepdf
from pikepdf import OutlineItem, Pdf
from PIL import Image, ImageOps

from ..limits import Limits
from ..refusals import Refused
from ..sniffing import HEAD_BYTES, Kind, kind_of
from .pdfs import bind

QUALITY = 90


def assemble(sources: list[Path], target: Path, limits: Limits, *, titles: list[str]) -> dict[str, Any]:
    """Write ``sources[0]``, then for each further piece its page of ``sources[1]`` and the piece itself.

    ``titles`` names the pieces, for the reader's table of contents. Pictures become A4 pages.
    """
    first, dividers, *pieces = sources
    with contextlib.ExitStack() as opened:
        whole = opened.enter_context(Pdf.open(first))
        names = opened.enter_context(Pdf.open(dividers)) if pieces else None
        begins: list[int] = []
        for number, piece in enumerate(pieces):
            assert names is not None
            begins.append(len(whole.pages))
            whole.pages.append(names.pages[number])
            whole.pages.extend(opened.enter_context(Pdf.open(_as_pdf(piece, target, limits))).pages)
        with whole.open_outline() as outline:
            outline.root.extend(OutlineItem(title, page) for title, page in zip(titles, begins, strict=True))
        if pieces:
            _claim_no_more(whole)
        whole.save(target, object_stream_mode=pikepdf.ObjectStreamMode.generate, deterministic_id=True)
        pages = len(whole.pages)
    if target.stat().st_size > limits.max_bytes:
        raise Refused("too_large", max_megabytes=limits.max_bytes // 2**20)
    return {"kind": Kind.PDF.value, "pages": pages}


def _claim_no_more(whole: Pdf) -> None:
    """Take back what the first paper says of itself: pages that others made are not all accessible (PDF/UA)."""
    with whole.open_metadata(set_pikepdf_as_editor=False, update_docinfo=False) as metadata:
        for claim in [key for key in metadata if "pdfua" in key.lower()]:
            del metadata[claim]


def _as_pdf(piece: Path, target: Path, limits: Limits) -> Path:
    if kind_of(piece.read_bytes()[:HEAD_BYTES]) is Kind.PDF:
        return piece
    sheet = target.with_name(f"{piece.name}.jpg")
    with Image.open(piece) as image:
        plain = ImageOps.exif_transpose(image)
        if plain.mode not in ("L", "RGB"):
            # What is seen through is white, as on paper.
            flat = Image.new("RGB", plain.size, "white")
            seen = plain.convert("RGBA")
            flat.paste(seen, mask=seen.getchannel("A"))
            plain = flat
        kept = io.BytesIO()
        plain.save(kept, "JPEG", quality=QUALITY)
    sheet.write_bytes(kept.getvalue())
    bound = target.with_name(f"{piece.name}.pdf")
    bind([sheet], bound, limits)
    return bound
