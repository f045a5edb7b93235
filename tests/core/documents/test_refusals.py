"""What people read when a file is not kept."""

import re

import pytest

from portal.core.documents.limits import DEFAULT_LIMITS, MEGABYTE
from portal.core.documents.refusals import SENTENCES, Refused

FACTS = {
    "max_megabytes": DEFAULT_LIMITS.max_bytes // MEGABYTE,
    "max_files": DEFAULT_LIMITS.max_files,
    "pages": 812,
    "max_pages": DEFAULT_LIMITS.max_pages,
}
DEED = re.compile(
    r"\b(envoyez|Envoyez|reprenez|Reprenez|Ouvrez|ouvrez|Enregistrez|Imprimez|Réunissez|séparez)"
)
FRIGHTENING = re.compile(
    r"virus|danger|infect|malveillant|menace|pirat|attaque|interdit|erreur|invalide", re.I
)


@pytest.mark.parametrize("code", SENTENCES)
def test_refusal_says_what_to_do_without_frightening(code):
    sentence = Refused(code, **FACTS).sentence
    assert DEED.search(sentence)
    assert not FRIGHTENING.search(sentence)
    assert "{" not in sentence
    assert "'" not in sentence
    assert not re.search(r"(?<![\u202f])[;!?]|(?<!\u00a0):|«(?!\u00a0)|(?<!\u00a0)»|\d Mo", sentence)


@pytest.mark.parametrize("code", SENTENCES)
def test_refusal_is_short(code):
    sentence = Refused(code, **FACTS).sentence
    lengths = [len(part.split()) for part in re.split(r"[.!?]\s", sentence)]
    assert sum(lengths) / len(lengths) <= 18


def test_refusal_tells_the_limit_it_met():
    assert "812 pages" in Refused("too_many_pages", **FACTS).sentence
    assert "15\u00a0Mo" in Refused("too_large", **FACTS).sentence
