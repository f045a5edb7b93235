"""How communes are written: one spelling for «Saint-Étienne», «ST ETIENNE» and «St. Etienne Cedex 1»."""

import re
import unicodedata

_WORDS = {"ST": "SAINT", "STE": "SAINTE", "STS": "SAINTS"}
_SPELT = str.maketrans({"œ": "oe", "Œ": "OE", "’": " "})
_NO_LETTER = re.compile(r"[^A-Z0-9]+")
_CEDEX = re.compile(r" CEDEX( \d+)?$")
_DISTRICT = re.compile(r" (\d{1,2})(ER|E|EME)?( ARRONDISSEMENT)?$")


def key(name: str) -> str:
    """Spell a commune's name without accents, dashes, abbreviations, CEDEX or district."""
    plain = unicodedata.normalize("NFKD", name.translate(_SPELT))
    plain = plain.encode("ascii", "ignore").decode().upper()
    words = _NO_LETTER.sub(" ", plain).split()
    spelt = " ".join(_WORDS.get(word, word) for word in words)
    return _DISTRICT.sub("", _CEDEX.sub("", spelt))[:80]


def whole(insee: str) -> str:
    """Give the commune a district of Paris, Lyon or Marseille belongs to, where the regulator publishes that alone."""
    for first, last, commune in (
        ("75101", "75120", "75056"),
        ("69381", "69389", "69123"),
        ("13201", "13216", "13055"),
    ):
        if first <= insee <= last:
            return commune
    return insee
