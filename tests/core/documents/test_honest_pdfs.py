"""Every honest PDF is accepted, keeps its pages and its ink, and nothing that could act."""

import io

import pikepdf
import pytest

from portal.core.documents.cleaning import clean
from portal.core.documents.limits import DEFAULT_LIMITS
from portal.core.documents.sniffing import Kind

from .corpora.paper import SECRET, Paper, papers
from .inspection import inert_pdf

CORPUS = list(papers())


def test_corpus_has_a_hundred_pdfs():
    assert len({paper.name for paper in CORPUS}) >= 100


@pytest.mark.parametrize("paper", [pytest.param(paper, id=paper.name) for paper in CORPUS])
def test_clean_honest_pdf_keeps_its_pages_and_their_ink(paper: Paper):
    original = paper.make()
    with clean(io.BytesIO(original), declared_name="attestation.pdf") as cleaned:
        assert (cleaned.kind, cleaned.pages) == (Kind.PDF, paper.pages)
        assert cleaned.peak_bytes < DEFAULT_LIMITS.granted_bytes
        content = cleaned.file.read()
    unfolded = inert_pdf(content)
    assert SECRET not in unfolded
    if paper.ink:
        assert paper.ink in unfolded
    else:
        assert any(pictures or fonts for pictures, fonts, *_ in drawn(content))
    assert drawn(content) == drawn(original)


def drawn(content: bytes) -> list[tuple]:
    """What each page draws with: its pictures as they unfold, its fonts, its paper."""
    with pikepdf.open(io.BytesIO(content)) as pdf:
        return [
            (
                sorted(bytes(picture.read_raw_bytes()) for picture in page.get_images().values()),
                sorted(str(font.get("/BaseFont")) for font in page.resources.get("/Font", {}).values()),
                [float(value) for value in page.mediabox],
                int(page.obj.get("/Rotate", 0)),
            )
            for page in pdf.pages
        ]
