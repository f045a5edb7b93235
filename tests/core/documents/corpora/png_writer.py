"""A small PNG encoder of our own, for the corners Pillow does not write: every depth, every
interlacing, chunks out of the ordinary, and lies."""

import struct
import zlib

GRAY, RGB, PALETTE, GRAY_ALPHA, RGBA = 0, 2, 3, 4, 6
SAMPLES = {GRAY: 1, RGB: 3, PALETTE: 1, GRAY_ALPHA: 2, RGBA: 4}
DEPTHS = {GRAY: (1, 2, 4, 8, 16), RGB: (8, 16), PALETTE: (1, 2, 4, 8), GRAY_ALPHA: (8, 16), RGBA: (8, 16)}
ADAM7 = ((0, 0, 8, 8), (4, 0, 8, 8), (0, 4, 4, 8), (2, 0, 4, 4), (0, 2, 2, 4), (1, 0, 2, 2), (0, 1, 1, 2))
SIGNATURE = b"\x89PNG\r\n\x1a\n"
END = b"\0\0\0\0IEND\xaeB`\x82"


def chunk(name: bytes, data: bytes = b"", *, crc: int | None = None, length: int | None = None) -> bytes:
    crc = zlib.crc32(name + data) if crc is None else crc
    return struct.pack(">I", len(data) if length is None else length) + name + data + struct.pack(">I", crc)


def header(width: int, height: int, depth: int, color: int, interlace: int = 0) -> bytes:
    return chunk(b"IHDR", struct.pack(">IIBBBBB", width, height, depth, color, 0, 0, interlace))


def _packed(values: list[int], depth: int) -> bytes:
    if depth == 16:
        return b"".join(struct.pack(">H", value) for value in values)
    if depth == 8:
        return bytes(values)
    per_byte, out = 8 // depth, bytearray()
    for at in range(0, len(values), per_byte):
        group = values[at : at + per_byte] + [0] * (per_byte - len(values[at : at + per_byte]))
        byte = 0
        for value in group:
            byte = byte << depth | value
        out.append(byte)
    return bytes(out)


def _rows(pixel, columns, rows, depth: int) -> bytes:
    return b"".join(b"\0" + _packed([v for x in columns for v in pixel(x, y)], depth) for y in rows)


def png(
    width: int,
    height: int,
    pixel,
    *,
    depth: int,
    color: int,
    interlace: bool = False,
    before: bytes = b"",
    after: bytes = b"",
    pieces: int = 1,
) -> bytes:
    """A PNG whose pixel (x, y) has the samples ``pixel(x, y)``; ``before`` and ``after`` are chunks
    round the image data, which is cut into ``pieces``."""
    passes = ADAM7 if interlace else ((0, 0, 1, 1),)
    raw = b"".join(
        _rows(pixel, range(x, width, dx), range(y, height, dy), depth)
        for x, y, dx, dy in passes
        if x < width and y < height
    )
    data = zlib.compress(raw)
    cut = max(1, -(-len(data) // pieces))
    parts = b"".join(chunk(b"IDAT", data[at : at + cut]) for at in range(0, len(data), cut))
    return SIGNATURE + header(width, height, depth, color, interlace) + before + parts + after + END
