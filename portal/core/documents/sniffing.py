"""What a file really is, from its first bytes alone: neither its name nor its header is asked."""

from __future__ import annotations

from enum import StrEnum

HEAD_BYTES = 4096


class Kind(StrEnum):
    """The four kinds of file a person may send."""

    PDF = "pdf"
    JPEG = "jpeg"
    PNG = "png"
    HEIC = "heic"

    @property
    def mime(self) -> str:
        return "application/pdf" if self is Kind.PDF else f"image/{self.value}"

    @property
    def extension(self) -> str:
        return "jpg" if self is Kind.JPEG else self.value


_HEIC_BRANDS = {b"heic", b"heix", b"heim", b"heis", b"hevc", b"hevx", b"hevm", b"hevs", b"mif1", b"msf1"}
_BLANKS = b"\xef\xbb\xbf\x00\t\n\x0c\r "


def kind_of(head: bytes) -> Kind | None:
    """The kind of a file from its first ``HEAD_BYTES``, or None when it is not one we take."""
    if head.startswith(b"\xff\xd8\xff"):
        return Kind.JPEG
    if head.startswith(b"\x89PNG\r\n\x1a\n"):
        return Kind.PNG
    if head[4:8] == b"ftyp":
        return Kind.HEIC if _HEIC_BRANDS & _brands(head) and head[8:12] not in {b"avif", b"avis"} else None
    # Readers look for the mark in the first kilobyte. Only blanks are allowed before it: anything
    # else there is a second file for some other program.
    if head[:1024].lstrip(_BLANKS).startswith(b"%PDF-"):
        return Kind.PDF
    return None


def _brands(head: bytes) -> set[bytes]:
    end = min(int.from_bytes(head[:4], "big"), len(head), 256)
    return {head[8:12], *(head[at : at + 4] for at in range(16, end - 3, 4))}


_OTHERS: tuple[tuple[bytes, str], ...] = (
    (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "office"),
    (b"{\\rtf", "office"),
    (b"Rar!", "archive"),
    (b"7z\xbc\xaf\x27\x1c", "archive"),
    (b"\x1f\x8b", "archive"),
    (b"BZh", "archive"),
    (b"\xfd7zXZ", "archive"),
    (b"GIF8", "other_image"),
    (b"II*\x00", "other_image"),
    (b"MM\x00*", "other_image"),
    (b"BM", "other_image"),
    (b"\x00\x00\x00\x0cJXL ", "other_image"),
    (b"\x00\x00\x00\x0cjP  ", "other_image"),
)


def refusal_for(head: bytes) -> str:
    """The refusal that helps most the sender of a file we do not take (a code of ``refusals``)."""
    if head.startswith(b"PK"):
        office = (b"[Content_Types].xml", b"word/", b"xl/", b"ppt/", b"mimetypeapplication/vnd.oasis")
        return "office" if any(mark in head for mark in office) else "archive"
    if head.startswith(b"RIFF") and head[8:12] == b"WEBP":
        return "other_image"
    if head[4:8] == b"ftyp" and b"avif" in head[8:64]:
        return "other_image"
    for mark, code in _OTHERS:
        if head.startswith(mark):
            return code
    text = head[:1024].lstrip(_BLANKS).lower()
    if text.startswith((b"<svg", b"<?xml", b"<!--")) and b"<svg" in head.lower():
        return "drawing"
    if text.startswith((b"<!doctype html", b"<html", b"<head", b"<body", b"<script", b"<?xml")):
        return "web_page"
    return "unknown_type"
