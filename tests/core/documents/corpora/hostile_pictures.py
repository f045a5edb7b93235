"""Pictures made to harm: two-faced, boundless, cut, or lying about their length."""

import io
import itertools
import re
import struct
import zlib
from collections.abc import Iterator

from PIL import PngImagePlugin

from . import heif_writer
from . import png_writer as png
from .hostile import CANARY, EICAR, Hostile, bomb, hostile
from .lies import SCRIPT, zipped
from .photos import exif, quarters, saved, segment, small_png, with_segments

PHP = b"<?php /*" + CANARY + b"*/ ?>"


def hostile_pictures() -> Iterator[Hostile]:
    yield from _two_faced()
    yield from _boundless_pngs()
    yield from _broken_pngs()
    yield from _jpegs()
    yield from _heics()


def jpeg(width: int = 96, height: int = 64, **options) -> bytes:
    return saved(quarters(width, height), "JPEG", **options)


def heic() -> bytes:
    return saved(quarters(96, 64), "HEIF", quality=60)


def _two_faced() -> Iterator[Hostile]:
    after = {
        "script": SCRIPT,
        "php": PHP,
        "zip": zipped({"x": CANARY}),
        "eicar": EICAR,
        "pdf": b"%PDF-1.7\n" + CANARY + b"\n%%EOF",
        "program": b"MZ" + CANARY,
    }
    for name, payload in after.items():
        yield hostile(f"jpeg-and-{name}", lambda p=payload: jpeg() + p, "cleaned", "photo.jpg")
        yield hostile(
            f"png-and-{name}", lambda p=payload: small_png(8, png.RGB) + p, "cleaned", "photo.php.png"
        )
        yield hostile(f"heic-and-{name}", lambda p=payload: heic() + p, "cleaned", "photo.heic")
        inside = {
            "comment": lambda p=payload: with_segments(jpeg(), segment(0xFE, p)),
            "exif": lambda p=payload: with_segments(jpeg(), segment(0xE1, b"Exif\0\0" + p)),
            "profile": lambda p=payload: jpeg(icc_profile=p),
        }
        for place, make in inside.items():
            yield hostile(f"jpeg-{place}-{name}", make, "cleaned", "photo.jpg")
        for chunk in (b"tEXt", b"prVt", b"eXIf"):
            yield hostile(
                f"png-{chunk.decode()}-{name}",
                lambda p=payload, c=chunk: small_png(8, png.RGB, before=png.chunk(c, b"Comment\0" + p)),
                "cleaned",
                "photo.png",
            )
    yield hostile("jpeg-exif-of-heic", lambda: saved(quarters(96, 64), "HEIF", exif=exif() + PHP), "cleaned")
    yield hostile("jpeg-thumbnail-of-script", lambda: with_segments(
        jpeg(), segment(0xE1, exif(6) + jpeg() + SCRIPT)
    ), "cleaned")  # fmt: skip


def _boundless_pngs() -> Iterator[Hostile]:
    for width, height in (
        (50_000, 50_000),
        (2**31 - 1, 2**31 - 1),
        (2**31 - 1, 1),
        (1, 2**31 - 1),
        (64_001, 1_000),
    ):
        head = png.SIGNATURE + png.header(width, height, 8, png.RGB)
        yield hostile(
            f"png-{width}x{height}",
            head + png.chunk(b"IDAT", zlib.compress(bytes(1000))) + png.END,
            "too_many_pixels",
        )
    true = png.SIGNATURE + png.header(60_000, 60_000, 1, png.GRAY)
    yield hostile("png-bomb-true-to-its-word", lambda: true + png.chunk(b"IDAT", bomb(450 << 20)) + png.END,
                  "too_many_pixels")  # fmt: skip
    small = png.SIGNATURE + png.header(10, 10, 8, png.RGB)
    yield hostile("png-data-beyond-its-size", lambda: small + png.chunk(b"IDAT", bomb(900 << 20)) + png.END,
                  "cleaned damaged_image")  # fmt: skip
    for name, data in (("zTXt", b"k\0\0"), ("iTXt", b"k\0\1\0\0\0"), ("iCCP", b"k\0\0")):
        yield hostile(
            f"png-{name}-bomb",
            lambda n=name, d=data: small_png(8, png.RGB, before=png.chunk(n.encode(), d + bomb(900 << 20))),
            "cleaned damaged_image too_heavy",
        )
    yield hostile("png-a-hundred-thousand-chunks", lambda: small_png(
        8, png.RGB, before=png.chunk(b"prVt", b"x") * 100_000
    ), "cleaned too_heavy")  # fmt: skip
    yield hostile("png-a-million-texts", lambda: small_png(
        8, png.RGB, before=b"".join(png.chunk(b"tEXt", b"k%d\0" % n + b"v" * 500) for n in range(25_000))
    ), "cleaned damaged_image")  # fmt: skip
    yield hostile("png-animated-without-end", lambda: small_png(
        8, png.RGB, before=png.chunk(b"acTL", struct.pack(">II", 2**31 - 1, 0))
    ), "cleaned damaged_image")  # fmt: skip


def _broken_pngs() -> Iterator[Hostile]:
    whole = small_png(8, png.RGB)
    body = zlib.compress(bytes(24 * 97))
    damaged = "damaged_image"
    for cut in (9, 20, 33, 40, 60, len(whole) // 2, len(whole) - 30):
        yield hostile(f"png-cut-at-{cut}", whole[:cut], damaged, "photo.png")
    head = png.header(32, 24, 8, png.RGB)
    for name, parts in {
        "no-header": png.chunk(b"IDAT", body),
        "no-data": head,
        "zero-wide": png.header(0, 24, 8, png.RGB) + png.chunk(b"IDAT", body),
        "depth-3": png.header(32, 24, 3, png.GRAY) + png.chunk(b"IDAT", body),
        "color-7": png.header(32, 24, 8, 7) + png.chunk(b"IDAT", body),
        "not-deflated": head + png.chunk(b"IDAT", CANARY * 10),
        "wrong-sum-of-header": png.chunk(b"IHDR", head[8:21], crc=1) + png.chunk(b"IDAT", body),
        "length-short": head + png.chunk(b"IDAT", body, length=5),
        "header-short": png.chunk(b"IHDR", head[8:15]) + png.chunk(b"IDAT", body),
        "filter-9": head + png.chunk(b"IDAT", zlib.compress((b"\x09" + bytes(96)) * 24)),
    }.items():
        yield hostile(f"png-{name}", png.SIGNATURE + parts + png.END, damaged, "photo.png")
    # What is missing stays black: the picture is poorer, and nothing more.
    for name, parts in {
        "few-rows": head + png.chunk(b"IDAT", zlib.compress(bytes(97 * 3))),
        "wrong-sum": head + png.chunk(b"IDAT", body, crc=1),
        "length-beyond": head + png.chunk(b"IDAT", body, length=2**31 - 1),
        "length-negative": head + png.chunk(b"IDAT", body, length=2**32 - 1),
        "two-headers": head + png.header(50_000, 50_000, 8, png.RGB) + png.chunk(b"IDAT", body),
        "palette-missing": png.header(97, 24, 8, png.PALETTE)
        + png.chunk(b"IDAT", zlib.compress(bytes(98 * 24))),
        "palette-beyond": png.header(97, 24, 8, png.PALETTE)
        + png.chunk(b"PLTE", bytes(3))
        + png.chunk(b"IDAT", zlib.compress((b"\0" + b"\xff" * 97) * 24)),
    }.items():
        yield hostile(
            f"png-{name}",
            png.SIGNATURE + parts + png.END,
            f"cleaned too_heavy too_many_pixels {damaged}",
            "photo.png",
        )
    info = PngImagePlugin.PngInfo()
    info.add_text("a", "b" * 3_000_000, zip=True)
    yield hostile("png-text-of-three-megabytes", lambda: saved(quarters(9, 9), "PNG", pnginfo=info),
                  "cleaned damaged_image")  # fmt: skip


def _sized(data: bytes, width: int, height: int) -> bytes:
    """The same JPEG, promising another size."""
    at = next(i for i in range(len(data)) if data[i] == 0xFF and data[i + 1] in {0xC0, 0xC2})
    return data[: at + 5] + struct.pack(">HH", height, width) + data[at + 9 :]


def repeated_scans(data: bytes, times: int) -> bytes:
    """The cheapest scan of a progressive JPEG over and over: a few bytes that cost a whole pass each."""
    starts = [match.start() for match in re.finditer(b"\xff\xc4|\xff\xda", data)]
    scans = [data[a:b] for a, b in itertools.pairwise(starts) if data[a + 1] == 0xDA]
    cheapest = min(scans[1:], key=len)
    at = data.index(cheapest) + len(cheapest)
    return data[:at] + cheapest * times + data[at:]


def _jpegs() -> Iterator[Hostile]:
    whole, damaged = jpeg(400, 300), "damaged_image"
    for width, height in ((65_500, 65_500), (65_535, 65_535), (60_001, 10), (9_000, 9_000)):
        yield hostile(f"jpeg-{width}x{height}", _sized(whole, width, height), "too_many_pixels", "photo.jpg")
    yield hostile("jpeg-larger-than-its-data", _sized(whole, 700, 700), f"cleaned {damaged}", "photo.jpg")
    yield hostile("jpeg-zero-wide", _sized(whole, 0, 300), damaged, "photo.jpg")
    yield hostile("jpeg-zero-high", _sized(whole, 400, 0), damaged, "photo.jpg")
    for part in (0.01, 0.1, 0.3, 0.5, 0.8, 0.97):
        yield hostile(f"jpeg-cut-at-{part}", whole[: int(len(whole) * part)], damaged, "photo.jpg")
    slow = jpeg(400, 300, progressive=True)
    for part in (0.3, 0.6, 0.9):
        yield hostile(f"jpeg-progressive-cut-at-{part}", slow[: int(len(slow) * part)], damaged, "photo.jpg")
    scans = lambda: repeated_scans(jpeg(600, 600, progressive=True, quality=5), 1000)  # noqa: E731
    yield hostile("jpeg-a-thousand-scans", scans, "too_heavy cleaned", "photo.jpg")
    tables = whole.index(b"\xff\xdb")
    for name, data in {
        "no-tables": whole[:tables] + whole[whole.index(b"\xff\xc0") :],
        "marks-only": b"\xff\xd8\xff\xd9",
        "start-thrice": b"\xff\xd8\xff\xd8\xff\xd8",
        "segment-of-no-length": whole[:2] + b"\xff\xfe\0\0" + whole[2:],
        "segment-beyond": b"\xff\xd8\xff\xe1\xff\xff" + CANARY,
        "huffman-nonsense": whole[:2] + segment(0xC4, b"\0" + b"\xff" * 16) + whole[2:],
        "noise-after-mark": b"\xff\xd8\xff\xe0" + bytes(range(256)) * 20,
    }.items():
        yield hostile(
            f"jpeg-{name}", data, f"cleaned {damaged}" if "segment-of" in name else damaged, "photo.jpg"
        )
    lossless = whole.replace(b"\xff\xc0", b"\xff\xc3", 1)
    yield hostile("jpeg-lossless", lossless, damaged, "photo.jpg")
    at = whole.index(b"\xff\xc0")
    yield hostile("jpeg-twelve-bits", whole[: at + 4] + b"\x0c" + whole[at + 5 :], damaged, "photo.jpg")
    yield hostile("jpeg-nine-components", whole[: at + 9] + b"\x09" + whole[at + 10 :], damaged, "photo.jpg")
    file = io.BytesIO()
    quarters(96, 64).save(file, "MPO", save_all=True, append_images=[quarters(96, 64)] * 2)
    mpo = file.getvalue()
    yield hostile("jpeg-mpo-pointing-away", mpo.replace(b"MPF\0II*\0\x08\0\0\0", b"MPF\0II*\0\xff\xff\xff\x7f"),
                  "cleaned damaged_image", "photo.jpg")  # fmt: skip
    yield hostile("jpeg-mpo-cut", mpo[: len(mpo) // 2], "cleaned damaged_image", "photo.jpg")


def _heics() -> Iterator[Hostile]:
    whole, damaged = heic(), "damaged_image"
    for name, data in {
        "grid-255x255": lambda: heif_writer.grid(255, 255),
        "grid-64x64": lambda: heif_writer.grid(64, 64),
        "promising-65535": lambda: heif_writer.grid(2, 2, promised=(65_535, 65_535)),
        "promising-two-billion": lambda: heif_writer.grid(2, 2, promised=(2**31 - 1, 2**31 - 1)),
    }.items():
        yield hostile(f"heic-{name}", data, f"too_many_pixels {damaged}", "photo.heic")
    hidden = lambda: heif_writer.grid(64, 64, promised=(100, 100))  # noqa: E731
    yield hostile("heic-hiding-a-gigapixel", hidden, f"too_many_pixels too_heavy {damaged}", "photo.heic")
    for part in (0.05, 0.2, 0.5, 0.8, 0.95):
        yield hostile(f"heic-cut-at-{part}", whole[: int(len(whole) * part)], damaged, "photo.heic")
    ftyp = whole[: struct.unpack(">I", whole[:4])[0]]
    rest = whole[len(ftyp) :]
    meta = whole.index(b"meta") - 4
    for name, data in {
        "mark-only": ftyp,
        "meta-empty": ftyp + heif_writer.full(b"meta"),
        "box-of-no-length": ftyp + b"\0\0\0\x01" + rest[4:],
        "box-beyond": ftyp + b"\x7f\xff\xff\xff" + rest[4:],
        "boxes-in-boxes": ftyp + _nested(2000),
        "items-elsewhere": whole.replace(b"iloc\x01", b"iloc\x09").replace(b"iloc\0", b"iloc\x09"),
        "no-decoder": whole.replace(b"hvcC", b"xxxx"),
        "other-codec": whole.replace(b"hvc1", b"av01"),
        "data-of-noise": whole[: whole.index(b"mdat") + 4] + bytes(range(256)) * 8,
        "no-meta": whole[:meta] + whole[meta:].replace(b"meta", b"free"),
    }.items():
        yield hostile(f"heic-{name}", data, damaged, "photo.heic")
    looped = lambda: _self_made(heif_writer.grid(2, 2))  # noqa: E731
    yield hostile("heic-made-of-itself", looped, damaged, "photo.heic")


def _nested(depth: int) -> bytes:
    data = b""
    for _ in range(depth):
        data = heif_writer.box(b"meta", bytes(4), data)
    return data


def _self_made(data: bytes) -> bytes:
    """A grid whose tiles are the grid."""
    at = data.index(b"dimg") + 8
    tiles = struct.pack(">H", 2) * 4
    return data[:at] + data[at:].replace(tiles, struct.pack(">H", 1) * 4, 1)
