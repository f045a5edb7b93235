"""Pictures, decoded and written anew: only what is seen survives."""

from __future__ import annotations

import math
from pathlib import Path
from typing import Any

from PIL import Image, ImageFile

from ..limits import Limits
from ..refusals import Refused
from ..sniffing import HEAD_BYTES, Kind, kind_of

BAND_ROWS = 256
MAX_SIDE = 60_000
# Above this a PNG is a photo or a scan, and a JPEG says the same in a tenth of the bytes.
PNG_PIXELS = 8_000_000
JPEG_QUALITIES = (88, 75, 60)
ORIENTATION = 0x0112
TURNS = {
    2: Image.Transpose.FLIP_LEFT_RIGHT,
    3: Image.Transpose.ROTATE_180,
    4: Image.Transpose.FLIP_TOP_BOTTOM,
    5: Image.Transpose.TRANSPOSE,
    6: Image.Transpose.ROTATE_270,
    7: Image.Transpose.TRANSVERSE,
    8: Image.Transpose.ROTATE_90,
}
FORMATS = {Kind.JPEG: "JPEG", Kind.PNG: "PNG", Kind.HEIC: "HEIF"}


def prepare() -> None:
    """Load the decoders once, before the room forks."""
    import pillow_heif

    Image.preinit()
    # One thread: the memory of the fork is counted, and each thread takes its own.
    pillow_heif.register_heif_opener(thumbnails=False, depth_images=False, aux_images=False, decode_threads=1)
    ImageFile.LOAD_TRUNCATED_IMAGES = False
    # Our own bound is checked before any decoding; Pillow's would only warn.
    Image.MAX_IMAGE_PIXELS = None


def recode(sources: list[Path], target: Path, limits: Limits, *, as_jpeg: bool = False) -> dict[str, Any]:
    """Write the picture of ``sources[0]`` anew in ``target``; returns kind, width and height."""
    with sources[0].open("rb") as file:
        kind = kind_of(file.read(HEAD_BYTES))
        file.seek(0)
        if kind not in FORMATS:
            raise Refused("unknown_type")
        with Image.open(file, formats=[FORMATS[kind]]) as image:
            width, height = image.size
            if width * height > limits.max_pixels or max(width, height) > MAX_SIDE:
                raise Refused("too_many_pixels")
            halving = math.ceil(math.sqrt(width * height / limits.kept_pixels))
            if kind is Kind.JPEG and halving > 1:
                # The decoder halves by itself, without ever holding the whole picture.
                image.draft(image.mode, (width // halving, height // halving))
                halving = math.ceil(math.sqrt(image.width * image.height / limits.kept_pixels))
            image.load()
            # Only now: asking some formats for their metadata loads them, and forgets that it failed.
            turn = _turn(image)
            plain = _plain(image, halving)
    if turn is not None:
        plain = plain.transpose(turn)
    return _write(plain, target, limits, png=kind is Kind.PNG and not as_jpeg)


def _turn(image: Image.Image) -> Image.Transpose | None:
    try:
        return TURNS.get(image.getexif().get(ORIENTATION, 1))
    except Exception:
        # Metadata that cannot be read says nothing of the picture, which is shown as it lies.
        return None


def _plain(image: Image.Image, halving: int) -> Image.Image:
    """The pixels alone, 8 bits, gray or RGB, transparency on white, band by band to spare memory."""
    mode = "L" if image.mode in {"1", "L", "I", "F"} or image.mode.startswith("I;16") else "RGB"
    size = (math.ceil(image.width / halving), math.ceil(image.height / halving))
    plain = Image.new(mode, size, 255 if mode == "L" else (255, 255, 255))
    rows = BAND_ROWS * halving
    for top in range(0, image.height, rows):
        band = image.crop((0, top, image.width, min(top + rows, image.height)))
        band = _flat(band, image, mode)
        plain.paste(band.reduce(halving) if halving > 1 else band, (0, top // halving))
    return plain


def _flat(band: Image.Image, image: Image.Image, mode: str) -> Image.Image:
    if band.mode.startswith("I;16") or band.mode == "I":
        return band.convert("I").point(lambda value: value * (1 / 256)).convert("L")
    if band.mode == "F":
        return band.convert("L")
    transparency = image.info.get("transparency")
    if transparency is not None and band.mode in {"1", "L", "RGB", "P"}:
        band.info["transparency"] = transparency
        band = band.convert("RGBA")
    if band.mode in {"LA", "La", "PA", "RGBa", "RGBA"}:
        band = band.convert("RGBA")
        white = Image.new("RGB", band.size, (255, 255, 255))
        white.paste(band, mask=band.getchannel("A"))
        band = white
    return band if band.mode == mode else band.convert(mode)


def _write(plain: Image.Image, target: Path, limits: Limits, *, png: bool) -> dict[str, Any]:
    facts = {"width": plain.width, "height": plain.height, "pages": 1}
    if png and plain.width * plain.height <= PNG_PIXELS:
        plain.save(target, format="PNG")
        if target.stat().st_size <= limits.max_bytes:
            return {"kind": Kind.PNG.value, **facts}
    for quality in JPEG_QUALITIES:
        plain.save(target, format="JPEG", quality=quality)
        if target.stat().st_size <= limits.max_bytes:
            return {"kind": Kind.JPEG.value, **facts}
    raise Refused("too_many_pixels")
