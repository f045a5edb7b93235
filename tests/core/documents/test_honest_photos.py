"""Every honest picture is accepted and shows the same, the right way up, without its metadata."""

import io

import pytest
from PIL import Image

from portal.core.documents.cleaning import clean
from portal.core.documents.limits import DEFAULT_LIMITS
from portal.core.documents.sniffing import Kind

from .corpora.photos import PRIVATE, Honest, heics, jpegs, pngs
from .inspection import inert_picture

CORPORA = {Kind.JPEG: list(jpegs()), Kind.PNG: list(pngs()), Kind.HEIC: list(heics())}
EVERY = [
    pytest.param(kind, honest, id=f"{kind}-{honest.name}")
    for kind, corpus in CORPORA.items()
    for honest in corpus
]


@pytest.mark.parametrize("kind", CORPORA)
def test_corpus_has_a_hundred_pictures_of_each_kind(kind):
    assert len({honest.name for honest in CORPORA[kind]}) >= 100


@pytest.mark.parametrize(("kind", "honest"), EVERY)
def test_clean_honest_picture_shows_the_same(kind: Kind, honest: Honest):
    with clean(io.BytesIO(honest.make()), declared_name="photo.bin") as cleaned:
        assert cleaned.original_kind is kind
        assert (cleaned.width, cleaned.height) == honest.size
        assert cleaned.peak_bytes < DEFAULT_LIMITS.granted_bytes
        content = cleaned.file.read()
    inert_picture(content, cleaned.kind)
    assert PRIVATE.encode() not in content
    with Image.open(io.BytesIO(content)) as image:
        assert image.size == honest.size
        if honest.quarters:
            assert_quarters(image, honest.quarters)


def assert_quarters(image: Image.Image, expected: tuple) -> None:
    gray = isinstance(expected[0], int)
    image = image.convert("L" if gray else "RGB")
    for index, color in enumerate(expected):
        at = (image.width * (1 + 2 * (index % 2)) // 4, image.height * (1 + 2 * (index // 2)) // 4)
        seen = image.getpixel(at)
        pairs = [(seen, color)] if gray else list(zip(seen, color, strict=True))
        assert all(abs(a - b) <= 24 for a, b in pairs), f"quarter {index}: {seen}, expected {color}"
