"""Honest PDFs, more than a hundred: what payroll, town halls, doctors, scanners and browsers produce."""

import io
import json
import zlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cache

import pikepdf
import typst
from pikepdf import Array, Dictionary, Encryption, Name, Permissions, Stream, String

from .pdf_writer import INK, deflated, objects, plain, resaved, stream, updated, written
from .photos import phone, quarters, saved

SECRET = b"Auteur: Rene Dupont"


@dataclass(frozen=True)
class Paper:
    """A PDF to accept: so many pages, and ``ink`` still drawn on them (None: a picture is)."""

    name: str
    make: Callable[[], bytes]
    pages: int = 1
    ink: bytes | None = b"(Attestation)"


def papers() -> Iterator[Paper]:
    yield from _producers()
    yield from _shapes()
    yield from _repairable()
    yield from _protected()
    yield from _scans()
    yield from _forms()
    yield from _carriers()
    yield from _typeset()


def _producers() -> Iterator[Paper]:
    for version in (b"1.0", b"1.1", b"1.2", b"1.3", b"1.4", b"1.5", b"1.6", b"1.7", b"2.0"):
        for name, eol in (("unix", b"\n"), ("windows", b"\r\n"), ("mac", b"\r")):
            yield Paper(
                f"version-{version.decode()}-{name}",
                lambda v=version, e=eol: written(objects(pages=2), version=v, eol=e),
                2,
            )
    modes = pikepdf.ObjectStreamMode
    for version in ("1.5", "1.6", "1.7", "2.0"):
        for mode in (modes.generate, modes.disable):
            for linearize in (False, True):
                yield Paper(
                    f"rewritten-{version}-{mode.name}-{'linear' if linearize else 'plain'}",
                    lambda v=version, m=mode, li=linearize: resaved(
                        plain(pages=3), min_version=v, object_stream_mode=m, linearize=li
                    ),
                    3,
                )
    first = plain(pages=2)
    for updates in (1, 2, 5):
        yield Paper(f"updated-{updates}-times", lambda n=updates: _updated(first, n), 2)
    yield Paper(
        "updated-catalog", lambda: updated(first, {1: b"<< /Type /Catalog /Pages 2 0 R /Lang (fr) >>"}), 2
    )
    information = (
        b"<< /Producer (Paie 3000) /Author (" + SECRET + b") /CreationDate (D:20261123083000+01'00') >>"
    )
    yield Paper("information", lambda: written(objects(more={31: information}), trailer=b"/Info 31 0 R"))
    xmp = b"<x:xmpmeta xmlns:x='adobe:ns:meta/'>" + SECRET + b"</x:xmpmeta>"
    yield Paper(
        "metadata",
        lambda: plain(catalog=b"/Metadata 31 0 R", more={31: stream(xmp, b"/Type /Metadata /Subtype /XML")}),
    )
    yield Paper("qdf", lambda: resaved(plain(), qdf=True))
    yield Paper("content-normalized", lambda: resaved(plain(), normalize_content=True))


def _updated(first: bytes, updates: int) -> bytes:
    for n in range(updates):
        first = updated(first, {35: b"<< /Note (%d) >>" % n, 4: stream(INK + b" %% %d" % n)})
    return first


def _shapes() -> Iterator[Paper]:
    for name, box in {
        "letter": b"[0 0 612 792]", "a5": b"[0 0 420 595]", "a3-wide": b"[0 0 1191 842]",
        "receipt": b"[0 0 226 3000]", "moved": b"[-100 -100 495 742]", "upside-down": b"[595 842 0 0]",
        "real-numbers": b"[0.0 0.0 595.276 841.89]",
    }.items():  # fmt: skip
        yield Paper(f"paper-{name}", lambda b=box: plain(page=b"/CropBox " + b))
    for turn in (90, 180, 270, -90, 450):
        yield Paper(f"turned-{turn}", lambda t=turn: plain(page=b"/Rotate %d" % t))
    for pages in (1, 2, 10, 50, 100):
        yield Paper(f"pages-{pages}", lambda p=pages: plain(pages=p), pages)
    yield Paper("user-unit", lambda: plain(page=b"/UserUnit 2.0"))
    yield Paper("page-of-one-group", lambda: plain(page=b"/Group << /S /Transparency /CS /DeviceRGB >>"))
    yield Paper(
        "language", lambda: plain(catalog=b"/Lang (fr-FR) /ViewerPreferences << /DisplayDocTitle true >>")
    )
    yield Paper("page-labels", lambda: plain(catalog=b"/PageLabels << /Nums [0 << /S /D >>] >>"))
    yield Paper("page-mode", lambda: plain(catalog=b"/PageMode /UseOutlines /PageLayout /OneColumn"))
    yield Paper("deflated", lambda: plain(content=deflated(INK)))
    yield Paper("deflated-twice", lambda: plain(content=stream(
        zlib.compress(zlib.compress(INK)), b"/Filter [/FlateDecode /FlateDecode]"
    )))  # fmt: skip
    yield Paper(
        "hexadecimal", lambda: plain(content=stream(INK.hex().encode() + b">", b"/Filter /ASCIIHexDecode"))
    )
    yield Paper("ascii-85", lambda: plain(content=stream(_ascii85(INK), b"/Filter /ASCII85Decode")))
    yield Paper("ascii-85-deflated", lambda: plain(
        content=stream(_ascii85(zlib.compress(INK)), b"/Filter [/ASCII85Decode /FlateDecode]")
    ))  # fmt: skip
    yield Paper("run-length", lambda: plain(content=stream(_run_length(INK), b"/Filter /RunLengthDecode")))
    yield Paper("lzw", lambda: plain(content=stream(_lzw(INK), b"/Filter /LZWDecode")))
    yield Paper("short-filter-name", lambda: plain(content=stream(zlib.compress(INK), b"/Filter /Fl")))
    yield Paper("predictor", lambda: plain(content=stream(
        zlib.compress(b"\0" + INK),
        b"/Filter /FlateDecode /DecodeParms << /Predictor 12 /Columns %d >>" % len(INK),
    )))  # fmt: skip
    yield Paper(
        "content-in-pieces", lambda: _with(page=b"/Contents [4 0 R 31 0 R]", more={31: stream(b"q Q")})
    )
    yield Paper("escaped-names", lambda: plain(content=stream(INK)).replace(b"/MediaBox", b"/Media#42ox"))
    yield Paper("blank-second-page", _blank_second_page, 2)
    yield Paper("nested-tree", lambda: nested_tree(3), 8)
    yield Paper("inherited", _inherited, 2)
    yield Paper("layers", lambda: plain(
        catalog=b"/OCProperties << /OCGs [31 0 R] /D << /ON [31 0 R] >> >>",
        resources=b"/Properties << /L 31 0 R >>",
        more={31: b"<< /Type /OCG /Name (Fond) >>"},
    ))  # fmt: skip
    yield Paper("tagged", _tagged)
    yield Paper("bookmarks", _bookmarks, 3)
    yield Paper(
        "destinations", lambda: plain(catalog=b"/Names << /Dests << /Names [(a) [40 0 R /Fit]] >> >>")
    )
    yield Paper("open-at-first-page", lambda: plain(catalog=b"/OpenAction [40 0 R /Fit]"))
    yield Paper("drawn-font", _drawn_font)
    yield Paper("shared-object", lambda: plain(pages=4, resources=b"/ExtGState << /G 31 0 R >>",
                more={31: b"<< /Type /ExtGState /ca 0.5 >>"}), 4)  # fmt: skip


def _with(*, page: bytes, more: dict[int, bytes]) -> bytes:
    made = objects(page=page, more=more)
    made[40] = made[40].replace(b"/Contents 4 0 R", b"", 1)
    return written(made)


def _ascii85(data: bytes) -> bytes:
    import base64

    return base64.a85encode(data) + b"~>"


def _run_length(data: bytes) -> bytes:
    pieces = (data[at : at + 128] for at in range(0, len(data), 128))
    return b"".join(bytes([len(piece) - 1]) + piece for piece in pieces) + b"\x80"


def _lzw(data: bytes) -> bytes:
    """Valid LZW that never compresses: the table is cleared before its codes grow."""
    bits = ""
    for at in range(0, len(data), 200):
        bits += f"{256:09b}" + "".join(f"{byte:09b}" for byte in data[at : at + 200])
    bits += f"{257:09b}"
    bits += "0" * (-len(bits) % 8)
    return int(bits, 2).to_bytes(len(bits) // 8, "big")


def _blank_second_page() -> bytes:
    made = objects(pages=2)
    made[41] = b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] >>"
    return written(made)


def nested_tree(depth: int) -> bytes:
    made, number = objects(), 50

    def node(level: int, parent: int) -> int:
        nonlocal number
        number += 1
        mine = number
        if level == 0:
            made[mine] = made[40].replace(b"/Parent 2 0 R", b"/Parent %d 0 R" % parent)
            return mine
        kids = [node(level - 1, mine) for _ in range(2)]
        made[mine] = b"<< /Type /Pages /Parent %d 0 R /Count %d /Kids [%d 0 R %d 0 R] >>" % (
            parent,
            2**level,
            *kids,
        )
        return mine

    top = node(depth, 2)
    made[2] = b"<< /Type /Pages /Count %d /Kids [%d 0 R] >>" % (2**depth, top)
    del made[40]
    return written(made)


def _inherited() -> bytes:
    made = objects(pages=2)
    made[2] = made[2][:-2] + b"/MediaBox [0 0 595 842] /Rotate 0 /Resources << /Font << /F1 3 0 R >> >> >>"
    for number in (40, 41):
        made[number] = b"<< /Type /Page /Parent 2 0 R /Contents 4 0 R >>"
    return written(made)


def _tagged() -> bytes:
    tree = b"<< /Type /StructTreeRoot /K 32 0 R /ParentTree << /Nums [0 [32 0 R]] >> >>"
    element = b"<< /Type /StructElem /S /P /P 31 0 R /Pg 40 0 R /K 0 /Alt (Un paragraphe) >>"
    return plain(
        catalog=b"/MarkInfo << /Marked true >> /StructTreeRoot 31 0 R",
        page=b"/StructParents 0",
        content=stream(b"/P << /MCID 0 >> BDC " + INK + b" EMC"),
        more={31: tree, 32: element},
    )


def _bookmarks() -> bytes:
    def change(pdf: pikepdf.Pdf) -> None:
        with pdf.open_outline() as outline:
            for number in range(3):
                outline.root.append(pikepdf.OutlineItem(f"Page {number + 1}", number))

    return resaved(plain(pages=3), change)


def _drawn_font() -> bytes:
    font = (
        b"<< /Type /Font /Subtype /Type3 /FontBBox [0 0 750 750] /FontMatrix [0.001 0 0 0.001 0 0] "
        b"/CharProcs << /square 32 0 R >> /Encoding << /Type /Encoding /Differences [65 /square] >> "
        b"/FirstChar 65 /LastChar 65 /Widths [1000] >>"
    )
    return plain(
        resources=b"/Pattern << >>",
        more={31: font, 32: stream(b"1000 0 0 0 750 750 d1 0 0 750 750 re f")},
    ).replace(b"/F1 3 0 R", b"/F1 3 0 R /F2 31 0 R")


def _repairable() -> Iterator[Paper]:
    two = objects(pages=2)
    yield Paper("addresses-off-by-7", lambda: written(two, shift=7), 2)
    yield Paper("no-table", lambda: written(two, xref=False), 2)
    yield Paper("no-end-mark", lambda: written(two, end=b""), 2)
    yield Paper("blanks-before", lambda: written(two, start=b"\r\n\r\n"), 2)
    yield Paper("byte-order-mark-before", lambda: written(two, start=b"\xef\xbb\xbf"), 2)
    yield Paper("zeros-after", lambda: written(two) + bytes(2000), 2)
    yield Paper("web-page-after", lambda: written(two) + b"\n<!-- served in 12 ms -->\n", 2)
    yield Paper("three-end-marks", lambda: written(two) + b"%%EOF\n%%EOF\n", 2)
    wrong = objects(pages=2, content=stream(INK, length=3))
    yield Paper("stream-length-too-short", lambda: written(wrong), 2)
    over = objects(pages=2, content=stream(INK, length=9000))
    yield Paper("stream-length-too-long", lambda: written(over), 2)
    yield Paper("count-too-small", lambda: written(two | {2: two[2].replace(b"/Count 2", b"/Count 1")}), 2)
    yield Paper("last-line-cut", lambda: written(two)[:-8], 2)


def _protected() -> Iterator[Paper]:
    """Locked against changes but open to all: how pay slips and certificates are often sent."""
    for revision, aes in ((2, False), (3, False), (4, False), (4, True), (6, True)):
        for allow in (Permissions(), Permissions(extract=False, modify_other=False, print_highres=False)):
            yield Paper(
                f"locked-{revision}-{'aes' if aes else 'rc4'}-{'all' if allow.extract else 'few'}",
                lambda r=revision, a=aes, p=allow: resaved(plain(), encryption=_locked(r, a, p)),
            )


def _locked(revision: int, aes: bool, allow: Permissions) -> Encryption:
    metadata = aes
    return Encryption(owner="patron", user="", R=revision, aes=aes, metadata=metadata, allow=allow)


@cache
def _page_picture(mode: str) -> bytes:
    return saved(quarters(620, 877, mode), "JPEG", quality=60)


def _scan(width: int, height: int, data: bytes, entries: bytes, pages: int = 1) -> bytes:
    picture = stream(
        data, b"/Type /XObject /Subtype /Image /Width %d /Height %d " % (width, height) + entries
    )
    return plain(
        pages=pages,
        resources=b"/XObject << /Scan 31 0 R >>",
        content=stream(b"q 595 0 0 842 0 0 cm /Scan Do Q"),
        more={31: picture},
    )


def _scans() -> Iterator[Paper]:
    for mode, space in (("RGB", b"/DeviceRGB"), ("L", b"/DeviceGray"), ("CMYK", b"/DeviceCMYK")):
        for pages in (1, 12):
            yield Paper(
                f"scan-jpeg-{mode}-{pages}",
                lambda m=mode, s=space, p=pages: _scan(
                    620, 877, _page_picture(m), b"/BitsPerComponent 8 /Filter /DCTDecode /ColorSpace " + s, p
                ),
                pages,
                None,
            )
    for depth, space, size in ((8, b"/DeviceRGB", 3), (8, b"/DeviceGray", 1), (16, b"/DeviceGray", 2)):
        entries = b"/BitsPerComponent %d /Filter /FlateDecode /ColorSpace " % depth + space
        yield Paper(
            f"scan-deflated-{space.decode()[1:]}-{depth}",
            lambda e=entries, s=size: _scan(620, 877, zlib.compress(b"\xd0" * (620 * 877 * s)), e),
            ink=None,
        )
    blank_page = zlib.compress(b"\xff" * (4960 * 7016 // 8))
    yield Paper("scan-one-bit-600-dpi", lambda: _scan(
        4960, 7016, blank_page, b"/BitsPerComponent 1 /Filter /FlateDecode /ColorSpace /DeviceGray"
    ), ink=None)  # fmt: skip
    yield Paper("scan-300-dpi-color-nearly-blank", lambda: _scan(
        2480, 3508, zlib.compress(b"\xff" * (2480 * 3508 * 3)),
        b"/BitsPerComponent 8 /Filter /FlateDecode /ColorSpace /DeviceRGB",
    ), ink=None)  # fmt: skip
    fax = saved(quarters(620, 877, "L").convert("1"), "TIFF", compression="group4")
    yield Paper("scan-fax", lambda: _scan(
        620, 877, fax, b"/BitsPerComponent 1 /Filter /CCITTFaxDecode /ColorSpace /DeviceGray "
        b"/DecodeParms << /K -1 /Columns 620 /Rows 877 >>",
    ), ink=None)  # fmt: skip
    yield Paper("scan-jpeg-2000", lambda: _scan(
        620, 877, saved(quarters(620, 877), "JPEG2000"), b"/Filter /JPXDecode"
    ), ink=None)  # fmt: skip
    yield Paper("scan-stencil", lambda: _scan(
        64, 64, b"\xaa" * 512, b"/ImageMask true /BitsPerComponent 1"
    ), ink=None)  # fmt: skip
    yield Paper("scan-of-48-megapixels", lambda: _scan(
        8064, 6048, phone(8064, 6048, 1), b"/BitsPerComponent 8 /Filter /DCTDecode /ColorSpace /DeviceRGB"
    ), ink=None)  # fmt: skip
    for mode in ("RGB", "L", "1", "CMYK"):
        yield Paper(f"pillow-{mode}", lambda m=mode: saved(
            quarters(300, 400, "L").convert("1") if m == "1" else quarters(300, 400, m), "PDF"
        ), ink=None)  # fmt: skip
    yield Paper("pillow-several", lambda: saved(
        quarters(300, 400), "PDF", save_all=True, append_images=[quarters(200, 200)] * 4
    ), 5, None)  # fmt: skip
    yield Paper("inline-picture", lambda: plain(
        content=stream(INK + b" q 10 0 0 10 0 0 cm BI /W 2 /H 2 /CS /G /BPC 8 ID \x10\x20\x30\x40 EI Q")
    ))  # fmt: skip


def _annotated(*annotations: bytes, catalog: bytes = b"", more: dict[int, bytes] | None = None) -> bytes:
    return plain(page=b"/Annots [" + b" ".join(annotations) + b"]", catalog=catalog, more=more)


APPEARANCE = stream(
    b"BT /F1 12 Tf 2 4 Td (Reponse ecrite) Tj ET",
    b"/Type /XObject /Subtype /Form /BBox [0 0 200 20] /Resources << /Font << /F1 3 0 R >> >>",
)
FIELD = (
    b"<< /Type /Annot /Subtype /Widget /FT /Tx /T (nom) /V (Reponse ecrite) /F 4 "
    b"/Rect [100 600 300 620] /DA (/F1 12 Tf 0 g) /P 40 0 R %s >>"
)


def _forms() -> Iterator[Paper]:
    form = b"/AcroForm << /Fields [32 0 R] /DA (/F1 12 Tf 0 g) /DR << /Font << /F1 3 0 R >> >> %s >>"
    filled = {31: APPEARANCE, 32: FIELD % b"/AP << /N 31 0 R >>"}
    yield Paper(
        "form-filled", lambda: _annotated(b"32 0 R", catalog=form % b"", more=filled), 1, b"(Reponse ecrite)"
    )
    bare = {32: FIELD % b""}
    yield Paper(
        "form-filled-without-appearance",
        lambda: _annotated(b"32 0 R", catalog=form % b"/NeedAppearances true", more=bare),
        1,
        b"(Reponse ecrite)",
    )
    yield Paper("form-static-xfa", lambda: _annotated(
        b"32 0 R", catalog=form % b"/XFA 33 0 R", more=filled | {33: stream(b"<xdp:xdp/>")}
    ), 1, b"(Reponse ecrite)")  # fmt: skip
    script = b"/AA << /K << /S /JavaScript /JS (AFNumber_Keystroke\\(2,0,0,0,''\\)) >> >> /AP << /N 31 0 R >>"
    yield Paper(
        "form-with-calculations",
        lambda: _annotated(b"32 0 R", catalog=form % b"", more=filled | {32: FIELD % script}),
        1,
        b"(Reponse ecrite)",
    )
    signature = FIELD.replace(b"/FT /Tx", b"/FT /Sig") % (
        b"/AP << /N 31 0 R >> /V << /Type /Sig /Filter /Adobe.PPKLite /Contents <00> /ByteRange [0 1 2 3] >>"
    )
    signature = signature.replace(b"/V (Reponse ecrite) ", b"")
    yield Paper("form-signed", lambda: _annotated(
        b"32 0 R", catalog=form % b"/SigFlags 3", more=filled | {32: signature}
    ), 1, b"(Reponse ecrite)")  # fmt: skip
    yield Paper("form-empty", lambda: plain(catalog=b"/AcroForm << /Fields [] >>"))
    stamp = b"<< /Type /Annot /Subtype /Stamp /Rect [100 600 300 620] /AP << /N 31 0 R >> >>"
    yield Paper("stamp", lambda: _annotated(stamp, more={31: APPEARANCE}), 1, b"(Reponse ecrite)")
    note = b"<< /Type /Annot /Subtype /Text /Rect [10 10 30 30] /Contents (Relire) /Open true >>"
    yield Paper("note-without-appearance", lambda: _annotated(note))
    highlight = b"<< /Type /Annot /Subtype /Highlight /Rect [10 10 30 30] /QuadPoints [1 2 3 4 5 6 7 8] >>"
    yield Paper("highlight", lambda: _annotated(highlight))
    web = b"<< /S /URI /URI (https://exemple.invalid/) >>"
    link = b"<< /Type /Annot /Subtype /Link /Rect [10 10 90 30] /A " + web + b" >>"
    yield Paper("link-to-the-web", lambda: _annotated(link))
    inside = b"<< /Type /Annot /Subtype /Link /Rect [10 10 90 30] /Dest [40 0 R /Fit] >>"
    yield Paper("link-inside", lambda: _annotated(inside))
    yield Paper("annotations-null", lambda: plain(page=b"/Annots null"))
    yield Paper("annotations-broken", lambda: _annotated(b"999 0 R", b"(text)", b"<< /Subtype /Ink >>"))


def _carriers() -> Iterator[Paper]:
    """Invoices that carry their data as XML, letters that carry their draft: the carried file goes."""
    for name, count in (("invoice", 1), ("letter-and-drafts", 3)):

        def change(pdf: pikepdf.Pdf, n: int = count) -> None:
            for number in range(n):
                pdf.attachments[f"factur-x-{number}.xml"] = b"<rsm:CrossIndustryInvoice/>" + SECRET

        yield Paper(f"carrier-{name}", lambda c=change: resaved(plain(), c))

    def piece_info(pdf: pikepdf.Pdf) -> None:
        pdf.pages[0].obj.PieceInfo = Dictionary(Illustrator=Dictionary(Private=Stream(pdf, SECRET)))
        pdf.pages[0].obj.Thumb = Stream(pdf, SECRET)
        pdf.Root.Threads = Array([Dictionary(I=Dictionary(Title=String("Fil")))])
        pdf.Root.OutputIntents = Array([Dictionary(Type=Name.OutputIntent, S=Name.GTS_PDFA1)])

    yield Paper("carrier-of-editor-data", lambda: resaved(plain(), piece_info))


LETTER = """
#set document(title: "Attestation", author: "Rene Dupont")
#set text(lang: "fr")
= Attestation
Je certifie que *Renée Dupont* était présente le jeudi 3 décembre 2026.
#table(columns: 2, [Jour], [Heure], [jeudi], [14 h 30])
#pagebreak()
Deuxième page, avec une #link("https://exemple.invalid")[adresse].
"""


def _typeset() -> Iterator[Paper]:
    for standards in ([], ["1.4"], ["1.5"], ["1.7"], ["2.0"], ["a-2b"], ["a-3b"], ["ua-1"]):
        yield Paper(
            f"typeset-{'-'.join(standards) or 'default'}",
            lambda s=standards: _typst(tuple(s)),
            2,
            None,
        )


@cache
def _typst(standards: tuple[str, ...]) -> bytes:
    made = typst.compile(
        LETTER.encode(),
        format="pdf",
        ignore_system_fonts=True,
        pdf_standards=list(standards),
        sys_inputs={"d": json.dumps({})},
    )
    return bytes(io.BytesIO(made).getvalue())
