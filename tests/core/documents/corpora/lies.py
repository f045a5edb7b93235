"""Files that are not what they say: programs, pages, archives and office files under honest names."""

import bz2
import gzip
import io
import lzma
import tarfile
import zipfile
from collections.abc import Iterator

from PIL import Image

from .hostile import CANARY, EICAR, Hostile, bomb, hostile
from .pdf_writer import plain
from .photos import quarters, saved

SCRIPT = b"<script>" + CANARY + b"</script>"


def zipped(members: dict[str, bytes]) -> bytes:
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in members.items():
            archive.writestr(name, data)
    return file.getvalue()


def tarred(name: str, data: bytes) -> bytes:
    file = io.BytesIO()
    with tarfile.open(fileobj=file, mode="w") as archive:
        member = tarfile.TarInfo(name)
        member.size = len(data)
        archive.addfile(member, io.BytesIO(data))
    return file.getvalue()


def lies() -> Iterator[Hostile]:
    yield from _viruses()
    yield from _office()
    yield from _archives()
    yield from _pages()
    yield from _programs()
    yield from _other_pictures()
    yield from _two_faced()
    yield from _nothing()


def _viruses() -> Iterator[Hostile]:
    for name in ("eicar.com", "eicar.txt", "photo.jpg", "attestation.pdf", "photo.heic"):
        yield hostile(f"eicar-as-{name}", EICAR, "unknown_type", name)
    yield hostile("eicar-after-blanks", b"\r\n   " + EICAR, "unknown_type")
    yield hostile("eicar-zipped", zipped({"eicar.com": EICAR}), "archive", "photo.jpg")
    yield hostile("eicar-zipped-twice", zipped({"a.zip": zipped({"eicar.com": EICAR})}), "archive")


def _office() -> Iterator[Hostile]:
    types = {"[Content_Types].xml": b"<Types/>"}
    macro = {"word/vbaProject.bin": CANARY}
    for name in ("arret.docm", "arret.docx", "arret.pdf", "photo.jpg"):
        yield hostile(
            f"macros-as-{name}", zipped(types | {"word/document.xml": b"<w/>"} | macro), "office", name
        )
    yield hostile("workbook-macros", zipped(types | {"xl/vbaProject.bin": CANARY}), "office", "paie.xlsm")
    yield hostile("slides", zipped(types | {"ppt/presentation.xml": b"<p/>"}), "office", "cours.pptm")
    yield hostile(
        "old-word", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(512) + CANARY, "office", "lettre.doc"
    )
    yield hostile("rich-text", b"{\\rtf1{\\object " + CANARY + b"}}", "office", "lettre.rtf")
    text = zipped({"mimetype": b"application/vnd.oasis.opendocument.text", "content.xml": b"<x/>"})
    yield hostile("open-document", text, "office archive", "lettre.odt")


def _archives() -> Iterator[Hostile]:
    data = SCRIPT * 10
    yield hostile("zip", zipped({"../../etc/cron.d/x": data}), "archive", "pieces.zip")
    yield hostile("zip-bomb", lambda: zipped({"zeros": bytes(30 << 20)}), "archive", "pieces.pdf")
    yield hostile("zip-bomb-in-bomb", lambda: zipped({"a": zipped({"b": bytes(30 << 20)})}), "archive")
    yield hostile("gzip-bomb", lambda: gzip.compress(bytes(10 << 20)), "archive", "photo.png")
    yield hostile("gzip", gzip.compress(data), "archive", "photo.png")
    yield hostile("bzip2", bz2.compress(data), "archive", "photo.png")
    yield hostile("xz", lzma.compress(data), "archive", "photo.png")
    yield hostile("seven-zip", b"7z\xbc\xaf\x27\x1c" + bytes(40), "archive", "photo.png")
    yield hostile("rar", b"Rar!\x1a\x07\x01\x00" + bytes(40), "archive", "photo.png")
    yield hostile("tar", tarred("../x.pdf", data), "unknown_type", "photo.png")
    yield hostile("jar", zipped({"META-INF/MANIFEST.MF": data}), "archive", "photo.jar")


def _pages() -> Iterator[Hostile]:
    page = b"<!DOCTYPE html><html><body>" + SCRIPT + b"</body></html>"
    for name in ("page.html", "attestation.pdf", "photo.jpg", "photo.png"):
        yield hostile(f"page-as-{name}", page, "web_page", name)
    yield hostile("page-with-mark", b"\xef\xbb\xbf" + page, "web_page")
    yield hostile("page-upper-case", page.upper(), "web_page")
    yield hostile("page-after-comment", b"<!-- -->" + page, "unknown_type web_page")
    yield hostile("xhtml", b"<?xml version='1.0'?><html>" + SCRIPT + b"</html>", "web_page")
    drawing = b"<svg xmlns='http://www.w3.org/2000/svg' onload='x()'>" + SCRIPT + b"</svg>"
    for name in ("logo.svg", "photo.png", "attestation.pdf"):
        yield hostile(f"drawing-as-{name}", drawing, "drawing", name)
    yield hostile("drawing-declared", b"<?xml version='1.0'?>\n" + drawing, "drawing")
    yield hostile("drawing-zipped", gzip.compress(drawing), "archive", "logo.svgz")
    entities = b"<?xml version='1.0'?><!DOCTYPE a [" + b"<!ENTITY b '&a;&a;&a;'>" * 40 + b"]><a>&b;</a>"
    yield hostile("entities", entities, "web_page unknown_type")
    yield hostile(
        "web-archive", b"MIME-Version: 1.0\r\nContent-Type: multipart/related\r\n\r\n" + page, "unknown_type"
    )
    yield hostile("mail", b"From: a@b\r\nSubject: x\r\n\r\n" + SCRIPT, "unknown_type", "message.eml")


def _programs() -> Iterator[Hostile]:
    for name, content in {
        "windows": b"MZ\x90\0" + bytes(60) + b"PE\0\0" + CANARY,
        "linux": b"\x7fELF\x02\x01\x01" + bytes(50) + CANARY,
        "mac": b"\xcf\xfa\xed\xfe" + bytes(50) + CANARY,
        "java": b"\xca\xfe\xba\xbe" + bytes(50) + CANARY,
        "web-assembly": b"\0asm\x01\0\0\0" + CANARY,
        "shell": b"#!/bin/sh\necho " + CANARY,
        "php": b"<?php system('" + CANARY + b"');",
        "javascript": b"alert('" + CANARY + b"')",
        "visual-basic": b'CreateObject("' + CANARY + b'")',
        "powershell": b"Invoke-Expression " + CANARY,
        "shortcut": b"L\0\0\0\x01\x14\x02\0" + bytes(60) + CANARY,
        "postscript": b"%!PS-Adobe-3.0\n(" + CANARY + b") run\n",
        "formula": b"=cmd|' /C calc'!A1;" + CANARY,
        "pickle": b"\x80\x04\x95" + CANARY,
    }.items():
        yield hostile(f"program-{name}", content, "unknown_type", f"{name}.pdf")


def _other_pictures() -> Iterator[Hostile]:
    image = quarters(32, 24)
    for form in ("GIF", "BMP", "TIFF", "WEBP", "JPEG2000", "AVIF"):
        yield hostile(f"picture-{form.lower()}", lambda f=form: saved(image, f), "other_image", "photo.jpg")
    yield hostile("picture-icon", lambda: saved(image, "ICO"), "unknown_type", "photo.png")
    yield hostile("picture-photoshop", b"8BPS\0\x01" + bytes(40), "unknown_type", "photo.png")
    yield hostile("film", b"\0\0\0\x18ftypmp42" + bytes(400), "unknown_type", "photo.heic")
    yield hostile("film-quicktime", b"\0\0\0\x14ftypqt  " + bytes(400), "unknown_type", "photo.heic")
    wide = Image.new("1", (30_000, 30_000))
    yield hostile(
        "picture-tiff-bomb", lambda: saved(wide, "TIFF", compression="group4"), "other_image", "a.jpg"
    )


def _two_faced() -> Iterator[Hostile]:
    """Two programs would see two files: what comes before a PDF is not overlooked."""
    pdf = plain()
    for name, before in {
        "gif": b"GIF89a" + bytes(20),
        "page": b"<html>" + SCRIPT + b"</html>\n",
        "program": b"MZ" + bytes(30),
        "zip": zipped({"a": CANARY}),
        "script": b"/*" + CANARY + b"*/\n",
        "shell": b"#!/bin/sh\n",
        "mail": b"Content-Type: text/html\r\n\r\n",
        "postscript": b"%!PS-Adobe-3.0 ",
        "letters": b"a",
    }.items():
        yield hostile(f"pdf-after-{name}", before + pdf, "unknown_type other_image web_page archive")
    yield hostile("pdf-after-a-kilobyte-of-blanks", b" " * 2000 + pdf, "unknown_type")
    yield hostile("pdf-mark-in-lower-case", b"%pdf-1.7" + pdf[8:], "unknown_type")
    yield hostile("pdf-mark-alone", b"%PDF-1.7\n", "damaged_pdf")
    yield hostile("pdf-mark-then-page", b"%PDF-1.7\n<html>" + SCRIPT, "damaged_pdf")
    yield hostile("pdf-mark-then-eicar", b"%PDF-1.7\n" + EICAR, "damaged_pdf")
    yield hostile("jpeg-mark-then-page", b"\xff\xd8\xff\xe0<html>" + SCRIPT, "damaged_image", "photo.jpg")
    yield hostile("png-mark-then-page", b"\x89PNG\r\n\x1a\n<html>" + SCRIPT, "damaged_image", "photo.png")
    yield hostile("heic-mark-then-page", b"\0\0\0\x18ftypheic<html>" + SCRIPT, "damaged_image", "photo.heic")


def _nothing() -> Iterator[Hostile]:
    yield hostile("empty", b"", "empty")
    yield hostile("one-byte", b"%", "unknown_type")
    yield hostile("zeros", bytes(1 << 20), "unknown_type")
    yield hostile("blanks", b" \n" * 5000, "unknown_type")
    yield hostile("noise", bytes(range(256)) * 400, "unknown_type")
    yield hostile("text", "Je soussignée, Renée Dupont…".encode(), "unknown_type", "lettre.txt")
    yield hostile("deflated", lambda: bomb(4 << 20), "unknown_type")
    beyond = (15 << 20) + 1
    yield hostile("too-large-pdf", lambda: plain() + bytes(beyond), "too_large")
    yield hostile(
        "too-large-photo", lambda: saved(quarters(32, 24), "JPEG") + bytes(beyond), "too_large", "p.jpg"
    )
    yield hostile("too-large-noise", lambda: b"\x01" * beyond, "too_large")
