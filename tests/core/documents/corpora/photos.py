"""Honest pictures, at least a hundred of each kind: what phones, scanners and screens really produce.

Every picture shows the same four quarters (see ``LEVELS``), so that a test can tell whether the copy
shows what the original showed, the right way up.
"""

import io
import struct
import zlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass

import pillow_heif
from PIL import Image, ImageCms, PngImagePlugin

from . import heif_writer
from . import png_writer as png

pillow_heif.register_heif_opener()

# Upper left, upper right, lower left, lower right.
COLORS = ((200, 40, 40), (40, 160, 60), (40, 60, 200), (230, 230, 220))
LEVELS = (40, 100, 170, 240)
UNTURNED = {
    1: None,
    2: Image.Transpose.FLIP_LEFT_RIGHT,
    3: Image.Transpose.ROTATE_180,
    4: Image.Transpose.FLIP_TOP_BOTTOM,
    5: Image.Transpose.TRANSPOSE,
    6: Image.Transpose.ROTATE_90,
    7: Image.Transpose.TRANSVERSE,
    8: Image.Transpose.ROTATE_270,
}
ORIENTATION, MAKE, MODEL, GPS = 0x0112, 0x010F, 0x0110, 0x8825
PRIVATE = "48.8566 Renée Dupont"


@dataclass(frozen=True)
class Honest:
    """A file to accept; ``size`` is what the copy must measure, ``quarters`` its colours if told."""

    name: str
    make: Callable[[], bytes]
    size: tuple[int, int] | None = None
    quarters: tuple | None = COLORS


def quarters(width: int, height: int, mode: str = "RGB") -> Image.Image:
    gray = mode in {"L", "1", "LA", "I;16"}
    image = Image.new("L" if gray else "RGB", (width, height))
    x, y = width // 2, height // 2
    boxes = ((0, 0, x, y), (x, 0, width, y), (0, y, x, height), (x, y, width, height))
    for box, value in zip(boxes, LEVELS if gray else COLORS, strict=True):
        image.paste(value, box)
    return image if image.mode == mode or mode == "I;16" else image.convert(mode)


def saved(image: Image.Image, form: str, **options) -> bytes:
    file = io.BytesIO()
    image.save(file, form, **options)
    return file.getvalue()


def exif(orientation: int | None = 1, *, endian: str = "<", size: int = 0, gps: bool = False) -> bytes:
    data = Image.Exif()
    data.endian = endian
    if orientation is not None:
        data[ORIENTATION] = orientation
    data[MAKE], data[MODEL] = "Fabricant", "Téléphone 9 de " + PRIVATE
    if gps:
        data.get_ifd(GPS).update({1: "N", 2: (48.0, 51.0, 24.0), 3: "E", 4: (2.0, 21.0, 8.0)})
    if size:
        data.get_ifd(0x8769)[0x927C] = PRIVATE.encode() + b"\xa5" * size
    return data.tobytes()


def turned(orientation: int, width: int, height: int) -> Image.Image:
    """The picture as the sensor wrote it, to be turned by its orientation."""
    image = quarters(width, height)
    turn = UNTURNED[orientation]
    return image if turn is None else image.transpose(turn)


def icc() -> bytes:
    return ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()


def segment(marker: int, data: bytes) -> bytes:
    return struct.pack(">BBH", 0xFF, marker, len(data) + 2) + data


def with_segments(jpeg: bytes, *segments: bytes) -> bytes:
    return jpeg[:2] + b"".join(segments) + jpeg[2:]


def jpegs() -> Iterator[Honest]:
    for orientation in range(1, 9):
        for progressive in (False, True):
            for subsampling in (0, 2):
                yield Honest(
                    f"turned-{orientation}-{'progressive' if progressive else 'baseline'}-{subsampling}",
                    lambda o=orientation, p=progressive, s=subsampling: saved(
                        turned(o, 96, 64),
                        "JPEG",
                        progressive=p,
                        subsampling=s,
                        exif=exif(o, endian="<>"[o % 2], gps=True),
                    ),
                    (96, 64),
                )
    for mode in ("L", "RGB", "CMYK", "YCbCr"):
        for quality in (30, 75, 95):
            yield Honest(
                f"mode-{mode}-{quality}",
                lambda m=mode, q=quality: saved(quarters(80, 60, m), "JPEG", quality=q),
                (80, 60),
                LEVELS if mode == "L" else COLORS,
            )
    for width, height in (
        (1, 1), (2, 2), (7, 9), (8, 8), (17, 33), (1, 900), (900, 1), (15, 16), (255, 257), (640, 480),
        (1080, 2400), (2400, 1080), (300, 9000), (9000, 300), (1654, 2339), (2480, 3508), (2592, 1944),
    ):  # fmt: skip
        yield Honest(
            f"size-{width}x{height}",
            lambda w=width, h=height: saved(quarters(w, h), "JPEG"),
            (width, height),
            COLORS if min(width, height) > 32 else None,
        )
    small = saved(quarters(96, 64), "JPEG")
    for name, options in {
        "optimized": {"optimize": True},
        "dpi-300": {"dpi": (300, 300)},
        "restart-rows": {"restart_marker_rows": 1},
        "restart-blocks": {"restart_marker_blocks": 2},
        "comment": {"comment": PRIVATE.encode()},
        "rgb-kept": {"keep_rgb": True},
        "profile": {"icc_profile": icc()},
        "profile-in-pieces": {"icc_profile": icc() + bytes(150_000)},
        "profile-broken": {"icc_profile": b"not a profile"},
        "xmp": {"xmp": f"<x:xmpmeta>{PRIVATE}</x:xmpmeta>".encode()},
        "exif-huge": {"exif": exif(1, size=60_000)},
        "exif-no-orientation": {"exif": exif(None)},
        "exif-orientation-0": {"exif": exif(0)},
        "exif-orientation-9": {"exif": exif(9)},
        "exif-empty": {"exif": b"Exif\0\0"},
        "exif-garbage": {"exif": b"Exif\0\0MM\0\x2a\xff\xff\xff\xff" + bytes(40)},
        "exif-cut": {"exif": exif(1, gps=True)[:40]},
        "gray-411-quality-1": {"quality": 1},
        "quality-100": {"quality": 100},
        "streamtype-tables-apart": {"qtables": "web_high"},
    }.items():
        told = None if name == "gray-411-quality-1" else COLORS
        make = lambda o=options: saved(quarters(96, 64), "JPEG", **o)  # noqa: E731
        yield Honest(name, make, (96, 64), told)
    for name, data in {
        "fill-bytes": small[:2] + b"\xff\xff\xff" + small[2:],
        "photoshop-block": with_segments(small, segment(0xED, b"Photoshop 3.0\0" + PRIVATE.encode())),
        "two-exif": with_segments(small, segment(0xE1, exif(1)), segment(0xE1, exif(1))),
        "xmp-first": with_segments(small, segment(0xE1, b"http://ns.adobe.com/xap/1.0/\0<x/>")),
        "xmp-extended": with_segments(
            small, *[segment(0xE1, b"http://ns.adobe.com/xmp/extension/\0" + bytes(60_000))] * 5
        ),
        "jfxx-thumbnail": with_segments(small, segment(0xE0, b"JFXX\0\x10" + small[:600])),
        "app-segments-unknown": with_segments(small, *[segment(0xE0 + n, b"own data") for n in range(3, 16)]),
        "motion-photo": small + b"\0\0\0\x18ftypmp42" + bytes(5000),
        "panorama-trailer": small + b"SEFT" + bytes(200),
        "zeros-after": small + bytes(4096),
        "comment-64k": with_segments(small, segment(0xFE, b"c" * 65_000)),
        "thumbnail-inside": with_segments(small, segment(0xE1, exif(1) + small)),
    }.items():
        yield Honest(name, lambda d=data: d, (96, 64))
    for frames in (2, 3, 5):
        for orientation in (1, 3, 6, 8):
            yield Honest(
                f"mpo-{frames}-turned-{orientation}",
                lambda f=frames, o=orientation: saved(
                    turned(o, 96, 64),
                    "MPO",
                    save_all=True,
                    append_images=[Image.new("RGB", (40, 30))] * (f - 1),
                    exif=exif(o),
                ),
                (96, 64),
            )
    yield Honest("phone-12-megapixels", lambda: phone(4032, 3024, 6), (3024, 4032))
    yield Honest("phone-16-megapixels", lambda: phone(4608, 3456, 1, progressive=True), (4608, 3456))
    yield Honest("phone-48-megapixels", lambda: phone(8064, 6048, 6), (3024, 4032))
    yield Honest("phone-64-megapixels", lambda: phone(9248, 6920, 8), (3460, 4624))
    yield Honest(
        "phone-48-megapixels-progressive", lambda: phone(8000, 6000, 1, progressive=True), (4000, 3000)
    )


def phone(width: int, height: int, orientation: int, **options) -> bytes:
    """A photo of a phone's full sensor, in the size the sensor writes."""
    upright = (height, width) if orientation >= 5 else (width, height)
    image = turned(orientation, *(side // 8 for side in upright)).resize(
        (width, height), Image.Resampling.NEAREST
    )
    return saved(image, "JPEG", quality=60, exif=exif(orientation, gps=True, size=20_000), **options)


def _sample(depth: int, color: int):
    top, half = 2**depth - 1, (16, 12)
    tones = [round(level * top / 255) for level in LEVELS]

    def pixel(x: int, y: int) -> tuple[int, ...]:
        quarter = (x >= half[0]) + 2 * (y >= half[1])
        solid = tuple(value * top // 255 for value in COLORS[quarter])
        return {
            png.GRAY: (tones[quarter],),
            png.GRAY_ALPHA: (tones[quarter], top),
            png.PALETTE: (quarter % (top + 1),),
            png.RGB: solid,
            png.RGBA: (*solid, top),
        }[color]

    return pixel


PALETTE = png.chunk(b"PLTE", bytes(value for color in COLORS for value in color))
PALETTE_OF_TWO = png.chunk(b"PLTE", bytes(value for color in COLORS[:2] for value in color))


def _told(depth: int, color: int) -> tuple | None:
    if color in (png.GRAY, png.GRAY_ALPHA):
        return LEVELS if depth >= 8 else None
    return None if color == png.PALETTE and depth == 1 else COLORS


def small_png(depth: int, color: int, **options) -> bytes:
    palette = (PALETTE_OF_TWO if depth == 1 else PALETTE) if color == png.PALETTE else b""
    before = options.pop("before", b"") + palette
    return png.png(32, 24, _sample(depth, color), depth=depth, color=color, before=before, **options)


def pngs() -> Iterator[Honest]:
    for color, depths in png.DEPTHS.items():
        for depth in depths:
            for interlace in (False, True):
                for pieces in (1, 4):
                    yield Honest(
                        f"color-{color}-depth-{depth}-{'interlaced' if interlace else 'plain'}-{pieces}",
                        lambda d=depth, c=color, i=interlace, p=pieces: small_png(
                            d, c, interlace=i, pieces=p
                        ),
                        (32, 24),
                        _told(depth, color),
                    )
    for name, before in {
        "profile": png.chunk(b"iCCP", b"own\0\0" + zlib.compress(icc())),
        "profile-broken": png.chunk(b"iCCP", b"own\0\0nothing"),
        "srgb": png.chunk(b"sRGB", b"\0"),
        "gamma": png.chunk(b"gAMA", struct.pack(">I", 45455)),
        "resolution": png.chunk(b"pHYs", struct.pack(">IIB", 11811, 11811, 1)),
        "text": png.chunk(b"tEXt", b"Author\0" + PRIVATE.encode("latin-1")),
        "text-compressed": png.chunk(b"zTXt", b"Author\0\0" + zlib.compress(PRIVATE.encode())),
        "text-international": png.chunk(b"iTXt", b"XML:com.adobe.xmp\0\0\0\0\0" + PRIVATE.encode()),
        "time": png.chunk(b"tIME", bytes((7, 234, 11, 23, 8, 30, 0))),
        "exif": png.chunk(b"eXIf", exif(1, gps=True)[6:]),
        "exif-huge": png.chunk(b"eXIf", exif(1, size=60_000)[6:]),
        "exif-garbage": png.chunk(b"eXIf", b"nothing"),
        "screenshot-of-a-mac": png.chunk(b"iDOT", bytes(28)),
        "animated": png.chunk(b"acTL", struct.pack(">II", 1, 0)),
        "unknown-chunk": png.chunk(b"prVt", PRIVATE.encode()),
        "background": png.chunk(b"bKGD", struct.pack(">HHH", 0, 0, 0)),
        "many-texts": b"".join(png.chunk(b"tEXt", b"k%d\0v" % n) for n in range(200)),
        "empty-data-first": png.chunk(b"IDAT", b""),
    }.items():
        make = lambda b=before: small_png(8, png.RGB, before=b)  # noqa: E731
        yield Honest(f"chunk-{name}", make, (32, 24))
    for orientation in range(1, 9):
        yield Honest(
            f"turned-{orientation}",
            lambda o=orientation: saved(turned(o, 96, 64), "PNG", exif=exif(o)),
            (96, 64),
        )
    for width, height in (
        (1, 1), (3, 5), (1, 500), (500, 1), (1170, 2532), (2532, 1170), (1080, 8000), (2480, 3508),
        (3840, 2160),
    ):  # fmt: skip
        yield Honest(
            f"screen-{width}x{height}",
            lambda w=width, h=height: saved(quarters(w, h), "PNG", compress_level=1),
            (width, height),
            COLORS if min(width, height) > 32 else None,
        )
    for name, make in {
        "palette-by-pillow": lambda: saved(quarters(96, 64).quantize(16), "PNG"),
        "palette-transparent": lambda: saved(quarters(96, 64).quantize(16), "PNG", transparency=15),
        "palette-alpha-table": lambda: saved(
            quarters(96, 64).quantize(4), "PNG", transparency=b"\xff\xff\xff\xff"
        ),
        "rgb-transparent-color": lambda: saved(quarters(96, 64), "PNG", transparency=(1, 2, 3)),
        "alpha-opaque": lambda: saved(quarters(96, 64, "RGBA"), "PNG"),
        "trailing-bytes": lambda: saved(quarters(96, 64), "PNG") + b"saved by an old program",
        "animated-by-pillow": lambda: saved(
            quarters(96, 64), "PNG", save_all=True, append_images=[Image.new("RGB", (96, 64))] * 3
        ),
        "info-of-pillow": lambda: saved(
            quarters(96, 64), "PNG", pnginfo=_info(), dpi=(72, 72), icc_profile=icc()
        ),
        "best-compression": lambda: saved(quarters(96, 64), "PNG", optimize=True),
        "not-compressed": lambda: saved(quarters(96, 64), "PNG", compress_level=0),
        "profile-gray-cmyk": lambda: saved(quarters(96, 64), "PNG", icc_profile=b"CMYK profile"),
    }.items():
        yield Honest(name, make, (96, 64))
    for name, mode in {"one-bit": "1", "gray": "L", "gray-alpha": "LA"}.items():
        make = lambda m=mode: saved(quarters(96, 64, "L").convert(m), "PNG")  # noqa: E731
        yield Honest(f"gray-{name}", make, (96, 64), None if mode == "1" else LEVELS)
    yield Honest("scan-35-megapixels-one-bit", lambda: large_png(4960, 7016, "1"), (2480, 3508), None)
    yield Honest("screen-33-megapixels", lambda: large_png(7680, 4320, "RGB"), (3840, 2160))
    yield Honest("photo-48-megapixels", lambda: large_png(8000, 6000, "L"), (4000, 3000), LEVELS)


def large_png(width: int, height: int, mode: str) -> bytes:
    image = quarters(width // 8, height // 8, "L" if mode == "1" else mode)
    image = image.resize((width, height), Image.Resampling.NEAREST).convert(mode)
    return saved(image, "PNG", compress_level=1)


def _info() -> PngImagePlugin.PngInfo:
    info = PngImagePlugin.PngInfo()
    info.add_text("Description", PRIVATE)
    info.add_itxt("Titre", PRIVATE, "fr", "Titre", zip=True)
    return info


def heics() -> Iterator[Honest]:
    for orientation in range(1, 9):
        for width, height in ((96, 64), (64, 96), (130, 70), (70, 130)):
            yield Honest(
                f"turned-{orientation}-{width}x{height}",
                lambda o=orientation, w=width, h=height: saved(
                    turned(o, w, h), "HEIF", quality=80, exif=exif(o, gps=True)
                ),
                (width, height),
            )
    for width, height in (
        (65, 67),
        (64, 64),
        (127, 255),
        (320, 240),
        (640, 480),
        (1000, 70),
        (70, 1000),
        (511, 513),
    ):
        for chroma in (420, 422, 444):
            yield Honest(
                f"size-{width}x{height}-chroma-{chroma}",
                lambda w=width, h=height, c=chroma: saved(quarters(w, h), "HEIF", quality=70, chroma=c),
                (width, height),
            )
    for mode in ("L", "LA", "RGB", "RGBA", "P", "1", "CMYK"):
        for quality in (40, -1):
            told = LEVELS if mode in {"L", "LA"} else None if mode in {"1", "P"} else COLORS
            yield Honest(
                f"mode-{mode}-{quality}",
                lambda m=mode, q=quality: saved(
                    quarters(96, 64, "L").convert("1") if m == "1" else quarters(96, 64, m), "HEIF", quality=q
                ),
                (96, 64),
                told,
            )
    for images in (2, 3, 6):
        for primary in (0, 1):
            yield Honest(
                f"burst-{images}-primary-{primary}",
                lambda n=images, p=primary: _burst(n, p),
                (96, 64),
            )
    for name, options in {
        "profile": {"icc_profile": icc()},
        "profile-broken": {"icc_profile": b"nothing"},
        "xmp": {"xmp": PRIVATE.encode()},
        "exif-huge": {"exif": exif(1, size=60_000)},
        "exif-garbage": {"exif": b"Exif\0\0nothing"},
        "exif-no-orientation": {"exif": exif(None)},
        "low-quality": {"quality": 10},
        "high-quality": {"quality": 100},
        "tiles-64": {"tile_size": 64},
        "thumbnail": {"thumbnails": [64]},
    }.items():
        wide = (200, 136) if name in {"tiles-64", "thumbnail"} else (96, 64)
        yield Honest(
            name, lambda o=options, s=wide: saved(quarters(*s), "HEIF", **({"quality": 70} | o)), wide
        )
    for orientation in (1, 3, 6, 8):
        for tile in (64, 128):
            yield Honest(
                f"tiles-{tile}-turned-{orientation}",
                lambda o=orientation, t=tile: saved(
                    turned(o, 300, 200), "HEIF", quality=70, tile_size=t, exif=exif(o)
                ),
                (300, 200),
            )
    for depth in (10, 12):
        yield Honest(f"deep-{depth}", lambda d=depth: _deep(d), (96, 64))
    for brand in (b"heix", b"mif1", b"msf1"):
        yield Honest(f"brand-{brand.decode()}", lambda b=brand: _branded(b), (96, 64))
    yield Honest("trailing-bytes", lambda: saved(quarters(96, 64), "HEIF") + bytes(3000), (96, 64))
    yield Honest("free-box", lambda: saved(quarters(96, 64), "HEIF") + b"\0\0\0\x10freeunused..", (96, 64))
    yield Honest("phone-12-megapixels", lambda: _heic_of_phone(4032, 3024), (4032, 3024))
    for turn, size in enumerate(((4096, 3072), (3072, 4096), (4096, 3072))):
        yield Honest(
            f"phone-50-megapixels-turned-{turn}",
            lambda t=turn: heif_writer.grid(16, 12, turn=t),
            size,
            ((60, 140, 90),) * 4,
        )


def _burst(images: int, primary: int) -> bytes:
    shown, other = quarters(96, 64), Image.new("RGB", (80, 80), (9, 9, 9))
    frames = [other] * images
    frames[primary] = shown
    return saved(
        frames[0], "HEIF", save_all=True, append_images=frames[1:], primary_index=primary, quality=70
    )


def _deep(depth: int) -> bytes:
    deep = pillow_heif.from_bytes(
        "RGB;16", (96, 64), b"".join(struct.pack("<H", value * 257) for value in quarters(96, 64).tobytes())
    )
    pillow_heif.options.SAVE_HDR_TO_12_BIT = depth == 12
    file = io.BytesIO()
    deep.save(file, quality=80)
    pillow_heif.options.SAVE_HDR_TO_12_BIT = False
    return file.getvalue()


def _branded(brand: bytes) -> bytes:
    data = saved(quarters(96, 64), "HEIF")
    return data[:8] + brand + data[12:]


def _heic_of_phone(width: int, height: int) -> bytes:
    image = quarters(width, height)
    return saved(image, "HEIF", quality=1, tile_size=512, exif=exif(1, gps=True, size=20_000))
