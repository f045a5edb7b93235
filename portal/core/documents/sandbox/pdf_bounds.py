"""What a PDF may unfold to: its streams are counted before anybody's reader has to open them."""

from __future__ import annotations

import zlib
from io import BytesIO

import pikepdf
from pikepdf import Array, Name, Pdf, Stream
from PIL import Image

from ..limits import MEGABYTE, Limits
from ..refusals import Refused


def names(text: str) -> frozenset[str]:
    """PDF names written one after the other, as a set."""
    return frozenset(text.split())


FLATE = frozenset(("/FlateDecode", "/Fl"))
TEXTUAL = names(
    "/FlateDecode /Fl /LZWDecode /LZW /RunLengthDecode /RL /ASCII85Decode /A85 /ASCIIHexDecode /AHx"
)
PICTURES = {"/DCTDecode": "JPEG", "/DCT": "JPEG", "/JPXDecode": "JPEG2000"}
# Four colours of sixteen bits: more than a picture honestly needs.
BYTES_PER_PIXEL = 8


def set_reader_bounds(limits: Limits) -> None:
    """Bound what the reader itself may unfold or nest; for this process only, which serves one file."""
    pikepdf.settings.set_qpdf_limits(
        flate_max_memory=limits.max_stream_bytes,
        run_length_max_memory=limits.max_stream_bytes,
        png_max_memory=limits.max_stream_bytes,
        tiff_max_memory=limits.max_stream_bytes,
        max_stream_filters=8,
        parser_max_nesting=100,
        parser_max_container_size=limits.max_objects,
        doc_max_warnings=2000,
    )


def refuse_bombs(pdf: Pdf, limits: Limits) -> None:
    """Refuse a PDF whose pictures or streams are too big once unfolded, one by one or together."""
    left = limits.max_unfolded_bytes
    for thing in pdf.objects:
        if isinstance(thing, Stream):
            left -= _unfolded(thing, limits, left)


def _unfolded(stream: Stream, limits: Limits, left: int) -> int:
    bound = min(left, limits.max_stream_bytes)
    if stream.get("/Subtype") == Name.Image:
        pixels = _pixels(stream)
        if pixels > limits.max_pixels:
            raise Refused("too_many_pixels")
        bound = min(left, pixels * BYTES_PER_PIXEL + MEGABYTE)
    filters = _filters(stream)
    if not filters:
        return 0
    if filters[0] in FLATE and len(filters) == 1:
        return _inflated(stream.read_raw_bytes(), bound)
    if all(name in TEXTUAL for name in filters):
        return _read_by_qpdf(stream, bound)
    if filters[0] in PICTURES:
        _refuse_large_picture(stream.read_raw_bytes(), PICTURES[filters[0]], limits)
        return 0
    if filters[0] in FLATE and len(filters) == 2 and filters[1] in PICTURES:
        raw = zlib.decompressobj().decompress(stream.read_raw_bytes(), limits.max_bytes * 2)
        _refuse_large_picture(raw, PICTURES[filters[1]], limits)
        return len(raw)
    return 0


def _pixels(stream: Stream) -> int:
    width, height = stream.get("/Width"), stream.get("/Height")
    if not isinstance(width, int) or not isinstance(height, int):
        return 0
    return max(0, width) * max(0, height)


def _filters(stream: Stream) -> list[str]:
    found = stream.get("/Filter")
    return [str(name) for name in found] if isinstance(found, Array) else [str(found)] if found else []


def _inflated(raw: bytes, bound: int) -> int:
    """The length of a Flate stream, a megabyte at a time; damage ends the count, as it ends a reader's."""
    unfolder, total = zlib.decompressobj(), 0
    try:
        part = unfolder.decompress(raw, MEGABYTE)
        while part:
            total += len(part)
            if total > bound:
                raise Refused("too_heavy")
            part = unfolder.decompress(unfolder.unconsumed_tail, MEGABYTE)
    except zlib.error:
        return total
    return total


def _read_by_qpdf(stream: Stream, bound: int) -> int:
    before = pikepdf.settings.qpdf_limit_errors()
    try:
        total = len(stream.read_bytes())
    except pikepdf.PdfError:
        total = 0
    if total > bound or pikepdf.settings.qpdf_limit_errors() > before:
        raise Refused("too_heavy")
    return total


def _refuse_large_picture(raw: bytes, form: str, limits: Limits) -> None:
    """The picture's own header decides: what the PDF says of it may be a lie."""
    try:
        with Image.open(BytesIO(raw), formats=[form]) as image:
            width, height = image.size
    except (OSError, SyntaxError, ValueError, KeyError, IndexError):
        return
    if width * height > limits.max_pixels:
        raise Refused("too_many_pixels")
