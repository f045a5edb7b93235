"""What a PDF may unfold to: its streams are counted before anybody's reader has to open them."""

from __future__ import annotations

import zlib
from collections.abc import Iterator
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
MOST_FILTERS = 8
PIECE_BYTES = 256 * 1024


def set_reader_bounds(limits: Limits) -> None:
    """Bound what the reader itself may unfold or nest; for this process only, which serves one file."""
    pikepdf.settings.set_qpdf_limits(
        flate_max_memory=limits.max_stream_bytes,
        run_length_max_memory=limits.max_stream_bytes,
        png_max_memory=limits.max_stream_bytes,
        tiff_max_memory=limits.max_stream_bytes,
        max_stream_filters=MOST_FILTERS,
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
    if len(filters) > MOST_FILTERS:
        raise Refused("too_heavy")
    if not filters:
        return 0
    if all(name in FLATE for name in filters):
        return _inflated(stream.read_raw_bytes(), len(filters), bound)
    if all(name in TEXTUAL for name in filters):
        return _read(stream, bound)
    if filters[-1] in PICTURES:
        return _photo(stream, filters, limits)
    return 0


def _pixels(stream: Stream) -> int:
    width, height = stream.get("/Width"), stream.get("/Height")
    if not isinstance(width, int) or not isinstance(height, int):
        return 0
    return max(0, width) * max(0, height)


def _filters(stream: Stream) -> list[str]:
    found = stream.get("/Filter")
    return [str(name) for name in found] if isinstance(found, Array) else [str(found)] if found else []


def _inflated(raw: bytes, times: int, bound: int) -> int:
    """The length of a stream folded ``times`` times over, never holding more than a piece of it."""
    total = 0
    try:
        for piece in _pieces(raw, times):
            total += len(piece)
            if total > bound:
                raise Refused("too_heavy")
    except zlib.error:
        # Damage ends the count, as it ends a reader's.
        return total
    return total


def _pieces(raw: bytes, times: int) -> Iterator[bytes]:
    if times == 0:
        yield raw
        return
    unfolder = zlib.decompressobj()
    for folded in _pieces(raw, times - 1):
        piece = unfolder.decompress(folded, PIECE_BYTES)
        while piece:
            yield piece
            piece = unfolder.decompress(unfolder.unconsumed_tail, PIECE_BYTES)


def _read(stream: Stream, bound: int) -> int:
    """The length of a stream in several encodings; the reader stops by itself beyond its bounds."""
    try:
        total = len(stream.read_bytes(pikepdf.StreamDecodeLevel.specialized))
    except pikepdf.PdfError as error:
        if "limit exceeded" in str(error):
            raise Refused("too_heavy") from None
        return 0
    if total > bound:
        raise Refused("too_heavy")
    return total


def _photo(stream: Stream, filters: list[str], limits: Limits) -> int:
    """The picture's own header decides: what the PDF says of its size may be a lie."""
    raw = stream.read_raw_bytes()
    if len(filters) > 1:
        raw = _unwrapped(raw, filters[:-1], limits)
    try:
        with Image.open(BytesIO(raw), formats=[PICTURES[filters[-1]]]) as image:
            width, height = image.size
    except (OSError, SyntaxError, ValueError, KeyError, IndexError):
        return 0
    if width * height > limits.max_pixels:
        raise Refused("too_many_pixels")
    return len(raw)


def _unwrapped(raw: bytes, filters: list[str], limits: Limits) -> bytes:
    """A photo under other encodings, its beginning at least."""
    with pikepdf.new() as scratch:
        names = Array([Name(name) for name in filters])
        wrapped = Stream(scratch, raw, Filter=names)
        try:
            return wrapped.read_bytes(pikepdf.StreamDecodeLevel.specialized)
        except pikepdf.PdfError:
            raise Refused("too_heavy") from None
