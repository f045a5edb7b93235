"""A small PDF writer of our own: files as each producer writes them, and as none should."""

import io
import zlib
from collections.abc import Mapping

import pikepdf

INK = b"BT /F1 24 Tf 72 700 Td (Attestation) Tj ET"
FONT = b"<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica >>"


def stream(data: bytes, entries: bytes = b"", *, length: int | None = None, eol: bytes = b"\n") -> bytes:
    length = len(data) if length is None else length
    return b"<< /Length %d %s >>" % (length, entries) + eol + b"stream\n" + data + eol + b"endstream"


def deflated(data: bytes, entries: bytes = b"") -> bytes:
    return stream(zlib.compress(data), b"/Filter /FlateDecode " + entries)


def objects(
    *,
    pages: int = 1,
    catalog: bytes = b"",
    page: bytes = b"",
    resources: bytes = b"",
    content: bytes | None = None,
    more: Mapping[int, bytes] | None = None,
) -> dict[int, bytes]:
    """A plain document: 1 is the catalog, 2 the page tree, 3 the font, 4 the ink, 40 and on the pages.
    What is given is written into the catalog, each page, its resources; ``more`` adds objects, by
    number (31 to 39)."""
    kids = b" ".join(b"%d 0 R" % (40 + n) for n in range(pages))
    made = {
        1: b"<< /Type /Catalog /Pages 2 0 R " + catalog + b" >>",
        2: b"<< /Type /Pages /Count %d /Kids [%s] >>" % (pages, kids),
        3: FONT,
        4: content if content is not None else stream(INK),
    }
    for n in range(pages):
        made[40 + n] = (
            b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] /Contents 4 0 R "
            b"/Resources << /Font << /F1 3 0 R >> " + resources + b" >> " + page + b" >>"
        )
    return made | dict(more or {})


def written(
    made: Mapping[int, bytes],
    *,
    version: bytes = b"1.7",
    eol: bytes = b"\n",
    trailer: bytes = b"",
    shift: int = 0,
    end: bytes = b"%%EOF\n",
    xref: bool = True,
    start: bytes = b"",
) -> bytes:
    """The file of these objects; ``shift`` moves the table's addresses, ``start`` comes before it all."""
    out, places = start + b"%PDF-" + version + eol + b"%\xe2\xe3\xcf\xd3" + eol, {}
    for number, body in made.items():
        places[number] = len(out) + shift
        out += b"%d 0 obj" % number + eol + body + eol + b"endobj" + eol
    if not xref:
        return out + b"trailer << /Root 1 0 R " + trailer + b" >>" + eol + end
    table = len(out)
    out += b"xref" + eol + b"0 1" + eol + b"0000000000 65535 f" + eol.rjust(2)
    for number, at in places.items():
        out += b"%d 1" % number + eol + b"%010d 00000 n" % at + eol.rjust(2)
    size = max(made) + 1
    out += b"trailer" + eol + b"<< /Size %d /Root 1 0 R " % size + trailer + b" >>" + eol
    return out + b"startxref" + eol + b"%d" % (table + shift) + eol + end


def updated(first: bytes, made: Mapping[int, bytes], *, trailer: bytes = b"", xref: bool = True) -> bytes:
    """An incremental update: the first file untouched, the new objects after it."""
    previous = int(first.rsplit(b"startxref", 1)[1].split()[0])
    out, places = first + b"\n", {}
    for number, body in made.items():
        places[number] = len(out)
        out += b"%d 0 obj\n" % number + body + b"\nendobj\n"
    table = len(out)
    out += b"xref\n" + b"".join(b"%d 1\n%010d 00000 n \n" % place for place in places.items())
    size = max(*made, 60) + 1
    out += b"trailer\n<< /Size %d /Root 1 0 R /Prev %d %s >>\n" % (size, previous, trailer)
    return out + b"startxref\n%d\n%%%%EOF\n" % table


def resaved(data: bytes, change=None, **options) -> bytes:
    """The same document as pikepdf writes it, after ``change`` had its way with it."""
    file = io.BytesIO()
    with pikepdf.open(io.BytesIO(data)) as pdf:
        if change:
            change(pdf)
        pdf.save(file, **options)
    return file.getvalue()


def plain(**options) -> bytes:
    return written(objects(**options))
