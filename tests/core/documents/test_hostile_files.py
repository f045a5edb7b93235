"""Every hostile file is refused with its sentence, or comes out with nothing of what it brought."""

import io

import pytest

from portal.core.documents.cleaning import clean
from portal.core.documents.limits import DEFAULT_LIMITS
from portal.core.documents.refusals import Refused
from portal.core.documents.sniffing import Kind

from .corpora.hostile import CANARY, CLEANED, EICAR, Hostile
from .corpora.hostile_pdfs import hostile_pdfs
from .corpora.hostile_pictures import hostile_pictures
from .corpora.lies import lies
from .inspection import inert_pdf, inert_picture

CORPUS = [*lies(), *hostile_pictures(), *hostile_pdfs()]


def test_corpus_has_its_files():
    assert len({hostile.name for hostile in CORPUS}) == len(CORPUS) >= 150


@pytest.mark.parametrize("hostile", [pytest.param(hostile, id=hostile.name) for hostile in CORPUS])
def test_clean_hostile_file_is_refused_or_made_inert(hostile: Hostile):
    fate, peak_bytes, content = fate_of(hostile)
    assert fate in hostile.fates
    assert peak_bytes < DEFAULT_LIMITS.granted_bytes
    assert CANARY not in content
    assert EICAR not in content


def fate_of(hostile: Hostile) -> tuple[str, int, bytes]:
    """What became of a file, what that cost, and all that is left of it, unfolded."""
    try:
        cleaned = clean(io.BytesIO(hostile.make()), declared_name=hostile.declared)
    except Refused as refusal:
        return refusal.code, refusal.peak_bytes, b""
    with cleaned:
        content = cleaned.file.read()
    if cleaned.kind is Kind.PDF:
        return CLEANED, cleaned.peak_bytes, inert_pdf(content)
    inert_picture(content, cleaned.kind)
    return CLEANED, cleaned.peak_bytes, content
