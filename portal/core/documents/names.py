"""The name a document is shown under: the sender's words, without what could deceive or break."""

from __future__ import annotations

import re
import unicodedata

MAX_STEM_CHARACTERS = 120
MAX_STEM_BYTES = 200

# Endings that would promise another kind of file than the one we serve.
_ENDING_WORDS = """
    pdf jpg jpeg jpe jfif png apng heic heif hif avif gif webp bmp tif tiff svg svgz
    htm html xhtml shtml xml mht mhtml js mjs vbs vbe wsf hta ps1 bat cmd com exe scr msi lnk url jar
    apk dll sh py php phtml asp aspx jsp doc docx docm dot dotm xls xlsx xlsm xlsb ppt pptx pptm odt ods
    odp rtf txt csv eml msg zip rar 7z gz tgz bz2 xz tar iso img cab swf
"""
_ENDINGS = frozenset(_ENDING_WORDS.split())
_FORBIDDEN = re.compile(r'[<>:"|?*;%\\/\x00-\x1f\x7f]+')
_RESERVED = re.compile(r"(con|prn|aux|nul|com\d|lpt\d)", re.IGNORECASE)


def safe_name(declared: str, extension: str) -> str:
    """The sender's file name made safe to show and to download, ending in the real kind's extension.

    Paths, control and direction-changing characters, quotes and header breaks go; endings of other
    kinds of files go too. An empty result becomes «document».
    """
    last = re.split(r"[\\/]", declared[:4096])[-1]
    kept = "".join(" " if unicodedata.category(c) in {"Zs", "Zl", "Zp"} else c for c in last)
    kept = "".join(c for c in kept if unicodedata.category(c) not in {"Cc", "Cf", "Cs", "Co", "Cn"})
    kept = _FORBIDDEN.sub("-", unicodedata.normalize("NFC", kept))
    stem = _without_endings(" ".join(kept.split()).strip(" .-_~"))
    stem = _shortened(stem).strip(" .-_~")
    if not stem or _RESERVED.fullmatch(stem):
        stem = f"document {stem}".strip()
    return f"{stem}.{extension}"


def _without_endings(stem: str) -> str:
    while "." in stem:
        before, _, ending = stem.rpartition(".")
        if ending.strip().lower() not in _ENDINGS:
            break
        stem = before.rstrip(" .")
    return "" if stem.lower() in _ENDINGS else stem


def _shortened(stem: str) -> str:
    return stem[:MAX_STEM_CHARACTERS].encode()[:MAX_STEM_BYTES].decode(errors="ignore")
