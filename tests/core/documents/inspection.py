"""What the tests believe of a cleaned file: read again by other means than those that wrote it."""

import io
import re
import struct

import pikepdf

from portal.core.documents.sniffing import Kind

# Names that act, carry or tell, as any reader would find them in the unfolded file.
ACTIVE = re.compile(
    rb"/(AA|OpenAction|JS|JavaScript|EmbeddedFiles?|EF|AF|Filespec|Launch|GoToR|GoToE|GoTo|URI|SubmitForm"
    rb"|ImportData|ResetForm|Rendition|Renditions|RichMedia\w*|Movie|Sound|Screen|3D|Named|Hide|SetOCGState"
    rb"|Annots?|AcroForm|XFA|Widget|Link|Collection|Metadata|PieceInfo|Author|Producer|Encrypt|Perms|PS"
    rb"|Thread|Threads|Outlines|Names|Thumb|OPI|FFilter|Info)(?![\w.+-])"
)
PNG_CHUNKS = {b"IHDR", b"IDAT", b"IEND"}
JPEG_MARKERS = {0xC0, 0xC4, 0xDA, 0xDB, 0xDD, 0xE0}


def inert_picture(content: bytes, kind: Kind) -> None:
    """Nothing in the file but the picture: no chunk, segment or byte that is not needed to see it."""
    if kind is Kind.PNG:
        assert set(_png_chunks(content)) <= PNG_CHUNKS
    else:
        assert kind is Kind.JPEG
        assert set(_jpeg_markers(content)) <= JPEG_MARKERS
        jfif = content[4:20]
        assert jfif[2:7] == b"JFIF\0"
        assert struct.unpack(">H", jfif[:2]) == (16,), "no thumbnail"


def _png_chunks(content: bytes) -> list[bytes]:
    assert content.startswith(b"\x89PNG\r\n\x1a\n")
    names, at = [], 8
    while at < len(content):
        (length,) = struct.unpack_from(">I", content, at)
        names.append(content[at + 4 : at + 8])
        at += 12 + length
    assert names[-1] == b"IEND"
    assert at == len(content), "bytes after the end"
    return names


def _jpeg_markers(content: bytes) -> list[int]:
    assert content.startswith(b"\xff\xd8")
    assert content.endswith(b"\xff\xd9")
    markers, at = [], 2
    while content[at + 1] != 0xDA:
        assert content[at] == 0xFF
        markers.append(content[at + 1])
        at += 2 + struct.unpack_from(">H", content, at + 2)[0]
    # In the picture's own data a marker byte is followed by zero, or restarts the decoder.
    after = {mark[1] for mark in re.findall(rb"\xff[^\x00\xff]", content[at + 2 :])}
    assert after - set(range(0xD0, 0xD8)) <= {0xD9}
    assert content.count(b"\xff\xd9", at) == 1, "bytes after the end"
    return [*markers, 0xDA]


def inert_pdf(content: bytes) -> bytes:
    """Nothing in the file acts, carries another file or tells of its author; returns it unfolded.

    qpdf writes the file out in its plainest form, every name spelled out, and the text is searched.
    """
    assert content.startswith(b"%PDF-")
    assert content.rstrip().endswith(b"%%EOF")
    assert content.count(b"startxref") == 1, "one generation only"
    unfolded = io.BytesIO()
    with pikepdf.open(io.BytesIO(content)) as pdf:
        assert not pdf.is_encrypted
        assert not pdf.get_warnings()
        for thing in pdf.objects:
            if isinstance(thing, pikepdf.Stream):
                assert "/F" not in thing, "data elsewhere"
        level = pikepdf.StreamDecodeLevel.generalized
        pdf.save(unfolded, qdf=True, static_id=True, compress_streams=False, stream_decode_level=level)
    text = unfolded.getvalue()
    outside = re.sub(rb"stream\n.*?\nendstream", b"", text, flags=re.DOTALL)
    found = {name.decode() for name in ACTIVE.findall(outside)}
    assert not found, f"still there: {sorted(found)}"
    return text
