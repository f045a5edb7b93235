"""A small HEIF container writer: one real tile, shown as often as one likes. A phone's full sensor
without a minute of encoding, and pictures that promise more than memory holds."""

import io
import struct

import pillow_heif
from PIL import Image

pillow_heif.register_heif_opener()


def box(name: bytes, *parts: bytes) -> bytes:
    data = b"".join(parts)
    return struct.pack(">I", len(data) + 8) + name + data


def full(name: bytes, *parts: bytes, version: int = 0, flags: int = 0) -> bytes:
    return box(name, struct.pack(">I", version << 24 | flags), *parts)


def _find(data: bytes, *path: bytes) -> bytes:
    for name in path:
        at = 0
        while data[at + 4 : at + 8] != name:
            at += struct.unpack_from(">I", data, at)[0]
        data = data[at + 8 : at + struct.unpack_from(">I", data, at)[0]]
        data = data[4:] if name == b"meta" else data
    return data


def tile(color: tuple[int, int, int], side: int) -> tuple[bytes, bytes]:
    """The decoder's configuration and the coded data of one square of one colour."""
    file = io.BytesIO()
    Image.new("RGB", (side, side), color).save(file, "HEIF", quality=60)
    content = file.getvalue()
    return _find(content, b"meta", b"iprp", b"ipco", b"hvcC"), _find(content, b"mdat")


def grid(
    columns: int, rows: int, *, side: int = 512, promised: tuple[int, int] | None = None, turn: int = 0
) -> bytes:
    """A picture of ``columns`` × ``rows`` tiles; ``promised`` is what it says it measures, and ``turn``
    the quarters it is to be turned."""
    width, height = columns * side, rows * side
    shown = promised or (width, height)
    configuration, data = tile((60, 140, 90), side)
    layout = struct.pack(">BBBBII", 0, 1, rows - 1, columns - 1, width, height)
    infos = [(1, b"grid", 0), (2, b"hvc1", 1)]
    properties = box(
        b"ipco",
        box(b"hvcC", configuration),
        full(b"ispe", struct.pack(">II", side, side)),
        full(b"ispe", struct.pack(">II", *shown)),
        box(b"irot", bytes([turn])),
    )
    association = full(b"ipma", struct.pack(">IHBBBHBBB", 2, 1, 2, 3, 0x84, 2, 2, 0x81, 2))
    tiles = columns * rows
    reference = box(b"dimg", struct.pack(">HH", 1, tiles), struct.pack(">H", 2) * tiles)

    def meta(offset: int) -> bytes:
        places = b"".join(
            struct.pack(">HHHHII", item, method, 0, 1, start, length)
            for item, method, start, length in ((1, 1, 0, len(layout)), (2, 0, offset, len(data)))
        )
        return full(
            b"meta",
            full(b"hdlr", b"\0\0\0\0pict", bytes(13)),
            full(b"pitm", struct.pack(">H", 1)),
            full(b"iloc", struct.pack(">HH", 0x4400, 2), places, version=1),
            full(
                b"iinf",
                struct.pack(">H", 2),
                *(
                    full(b"infe", struct.pack(">HH", item, 0), kind, b"\0", version=2, flags=hidden)
                    for item, kind, hidden in infos
                ),
            ),
            full(b"iref", reference),
            box(b"iprp", properties, association),
            box(b"idat", layout),
        )

    start = box(b"ftyp", b"heic\0\0\0\0mif1heic")
    return start + meta(len(start) + len(meta(0)) + 8) + box(b"mdat", data)
