"""PDFs made to harm: acting, carrying, locked, boundless or broken."""

import zlib
from collections.abc import Iterator

import pikepdf
from pikepdf import Encryption

from .hostile import CANARY, EICAR, Hostile, bomb, hostile
from .lies import SCRIPT, zipped
from .paper import FIELD, nested_tree
from .pdf_writer import INK, objects, plain, resaved, stream, updated, written
from .photos import quarters, saved

JS = b"<< /S /JavaScript /JS (app.alert\\('" + CANARY + b"'\\)) >>"
ACTIONS = {
    "script": JS,
    "script-in-a-stream": b"<< /S /JavaScript /JS 31 0 R >>",
    "launch": b"<< /S /Launch /F (cmd.exe) /Win << /F (cmd.exe) /P (" + CANARY + b") >> >>",
    "other-file": b"<< /S /GoToR /F (\\\\\\\\" + CANARY + b"\\\\share) /D [0 /Fit] >>",
    "embedded-file": b"<< /S /GoToE /T << /R /C /N (" + CANARY + b") >> >>",
    "web-script": b"<< /S /URI /URI (javascript:" + CANARY + b") >>",
    "web": b"<< /S /URI /URI (https://" + CANARY + b".invalid/) >>",
    "submit": b"<< /S /SubmitForm /F (https://" + CANARY + b".invalid/) >>",
    "import": b"<< /S /ImportData /F (" + CANARY + b") >>",
    "print": b"<< /S /Named /N /Print >>",
    "sound": b"<< /S /Sound /Sound 31 0 R >>",
    "film": b"<< /S /Movie /T (" + CANARY + b") >>",
    "rendition": b"<< /S /Rendition /JS (" + CANARY + b") /OP 0 >>",
    "hide": b"<< /S /Hide /T (" + CANARY + b") >>",
    "layers": b"<< /S /SetOCGState /State [/ON 31 0 R] >>",
    "chained": b"<< /S /Named /N /NextPage /Next [" + JS + b" " + JS + b"] >>",
    "disguised": b"<< /S /JavaScript /K 0 /Type /StructElem /P 1 0 R /JS (" + CANARY + b") >>",
}
PAYLOAD = {31: stream(CANARY + b" " + EICAR)}
PLACES = {
    "opening": lambda action: plain(catalog=b"/OpenAction " + action, more=PAYLOAD),
    "opening-apart": lambda action: plain(catalog=b"/OpenAction 32 0 R", more=PAYLOAD | {32: action}),
    "closing": lambda action: plain(catalog=b"/AA << /WC " + action + b" >>", more=PAYLOAD),
    "page": lambda action: plain(page=b"/AA << /O " + action + b" >>", more=PAYLOAD),
    "link": lambda action: annotated(b"/Subtype /Link /A " + action, PAYLOAD),
    "button": lambda action: annotated(b"/Subtype /Widget /FT /Btn /T (b) /A 32 0 R", PAYLOAD | {32: action}),
}


def annotated(annotation: bytes, more: dict[int, bytes] | None = None, catalog: bytes = b"") -> bytes:
    whole = b"<< /Type /Annot /Rect [0 0 600 900] " + annotation + b" >>"
    return plain(page=b"/Annots [" + whole + b"]", more=more, catalog=catalog)


def hostile_pdfs() -> Iterator[Hostile]:
    for place, make in PLACES.items():
        for name, action in ACTIONS.items():
            yield hostile(f"pdf-{name}-at-{place}", lambda m=make, a=action: m(a), "cleaned")
    yield from _hidden_actions()
    yield from _annotations()
    yield from _carried()
    yield from _locked()
    yield from _boundless()
    yield from _bombs()
    yield from _broken()


def _hidden_actions() -> Iterator[Hostile]:
    scripted = plain(catalog=b"/OpenAction " + JS)
    named = b"/Names << /JavaScript << /Names [(a) " + JS + b"] >> >>"
    for name, make in {
        "names": lambda: plain(catalog=named),
        "names-apart": lambda: plain(catalog=b"/Names 31 0 R", more={31: b"<<" + named[9:]}),
        "escaped": lambda: scripted.replace(b"/JavaScript", b"/J#61vaScript").replace(b"/JS", b"/#4a#53"),
        "escaped-key": lambda: scripted.replace(b"/OpenAction", b"/Open#41ction"),
        "octal-text": lambda: plain(catalog=b"/OpenAction << /S /JavaScript /JS (\\141\\154ert" + CANARY + b") >>"),
        "hexadecimal-text": lambda: plain(
            catalog=b"/OpenAction << /S /JavaScript /JS <" + CANARY.hex().encode() + b"> >>"
        ),
        "object-stream": lambda: resaved(scripted),
        "linearized": lambda: resaved(scripted, linearize=True),
        "update": lambda: updated(plain(), {1: b"<< /Type /Catalog /Pages 2 0 R /OpenAction " + JS + b" >>"}),
        "update-takes-it-away": lambda: updated(scripted, {1: b"<< /Type /Catalog /Pages 2 0 R >>"}),
        "updated-twice": lambda: updated(updated(scripted, {35: JS}), {36: JS}),
        "locked-without-password": lambda: resaved(scripted, encryption=Encryption(owner="x", user="", R=6)),
        "locked-old": lambda: resaved(
            scripted, encryption=Encryption(owner="x", user="", R=3, aes=False, metadata=False)
        ),
        "no-table": lambda: written(objects(catalog=b"/OpenAction " + JS), xref=False),
        "not-called-for": lambda: plain(more={31: JS, 32: stream(SCRIPT)}),
        "own-key-of-page": lambda: plain(page=b"/Own 31 0 R", more={31: stream(EICAR + CANARY)}),
        "own-key-of-catalog": lambda: plain(catalog=b"/Own << /A 31 0 R >>", more={31: stream(CANARY)}),
        "own-key-of-resources": lambda: plain(resources=b"/Own 31 0 R", more={31: stream(CANARY)}),
        "own-key-of-trailer": lambda: written(objects(more={31: stream(CANARY)}), trailer=b"/Own 31 0 R"),
        "bookmark": lambda: plain(
            catalog=b"/Outlines << /First 31 0 R /Last 31 0 R /Count 1 >>",
            more={31: b"<< /Title (Page 1) /Parent 1 0 R /A " + JS + b" >>"},
        ),
        "structure": lambda: plain(
            catalog=b"/StructTreeRoot << /Type /StructTreeRoot /K << /S /P /A " + JS + b" /AA " + JS + b" >> >>"
        ),
        "layer": lambda: plain(
            catalog=b"/OCProperties << /OCGs [] /D << /AS [" + JS + b"] >> >>",
        ),
        "page-transition": lambda: plain(page=b"/Dur 1 /Trans << /S /Dissolve >> /PresSteps << /NA " + JS + b" >>"),
        "permissions": lambda: plain(catalog=b"/Perms << /DocMDP << /Reference [<< /Data 31 0 R >>] >> >>",
                                     more={31: stream(CANARY)}),
        "needs": lambda: plain(
            catalog=b"/Requirements [<< /S /EnableJavaScripts /RH << /Script (" + CANARY + b") >> >>]"
        ),
        "threads": lambda: plain(catalog=b"/Threads [<< /F << /A " + JS + b" >> /I << /Title (" + CANARY + b") >> >>]"),
        "address-base": lambda: plain(catalog=b"/URI << /Base (javascript:" + CANARY + b") >>"),
        "web-capture": lambda: plain(catalog=b"/SpiderInfo << /V 1.0 /C [" + JS + b"] >>"),
        "form-order": lambda: plain(catalog=b"/AcroForm << /Fields [31 0 R] /CO [31 0 R] >>",
                                    more={31: FIELD % (b"/AA << /C " + JS + b" >>")}),
        "form-hidden-field": lambda: plain(
            catalog=b"/AcroForm << /Fields [31 0 R] /DR << /Own 32 0 R >> >>",
            more={31: b"<< /FT /Tx /T (a) /V (" + CANARY + b") /AA << /V " + JS + b" >> >>", 32: stream(CANARY)},
        ),
    }.items():  # fmt: skip
        yield hostile(f"pdf-{name}", make, "cleaned")
    xfa = b"/AcroForm << /Fields [] /XFA [(template) 31 0 R] >>"
    script = {31: stream(b"<xdp:xdp><script>" + CANARY + b"</script></xdp:xdp>")}
    yield hostile("pdf-form-of-xml", lambda: plain(catalog=xfa, more=script), "cleaned")
    dynamic = b"/NeedsRendering true " + xfa
    yield hostile("pdf-form-only-of-xml", lambda: plain(catalog=dynamic, more=script), "interactive_form")


def _annotations() -> Iterator[Hostile]:
    carried = {31: stream(CANARY + EICAR), 32: b"<< /Type /Filespec /F (x.exe) /EF << /F 31 0 R >> >>"}
    drawn = {33: stream(INK, b"/Type /XObject /Subtype /Form /BBox [0 0 9 9] /Own 31 0 R")}
    for name, annotation in {
        "attachment": b"/Subtype /FileAttachment /FS 32 0 R /AP << /N 33 0 R >>",
        "rich-media": b"/Subtype /RichMedia /RichMediaContent << /Assets << /Names [(a.swf) 32 0 R] >> >> "
        b"/RichMediaSettings << /Activation << /Scripts [32 0 R] >> >>",
        "film": b"/Subtype /Movie /Movie << /F 32 0 R >> /A true",
        "screen": b"/Subtype /Screen /MK << >> /A << /S /Rendition /R << /S /MR /C << /D 32 0 R >> >> >>",
        "sound": b"/Subtype /Sound /Sound 31 0 R",
        "solid": b"/Subtype /3D /3DD << /Type /3D /OnInstantiate 31 0 R >>",
        "stamp": b"/Subtype /Stamp /A " + JS + b" /AP << /N 33 0 R >>",
        "popup": b"/Subtype /Popup /Contents (" + CANARY + b")",
        "text": b"/Subtype /Text /RC (" + SCRIPT + b") /Contents (" + CANARY + b")",
        "projection": b"/Subtype /Projection /ExData << /Type /ExData /Subtype /3DM /AF 32 0 R >>",
        "unknown": b"/Subtype /Own /A " + JS,
        "none": b"/A " + JS,
        "appearance-states": b"/Subtype /Widget /FT /Btn /AS /On /AP << /N << /On 33 0 R /Off 31 0 R >> >>",
    }.items():
        yield hostile(f"pdf-annotation-{name}", lambda a=annotation: annotated(a, carried | drawn), "cleaned")
    many = b"/Subtype /Link /A " + JS + b" >> << /Subtype /Link /A " + JS
    yield hostile("pdf-annotations-by-thousands", lambda: annotated(b">> << ".join([many] * 5000)), "cleaned")
    circle = {
        31: b"[31 0 R 32 0 R]",
        32: b"<< /Subtype /Link /Parent 32 0 R /A << /S /JavaScript /Next 32 0 R >> >>",
    }
    yield hostile("pdf-annotations-in-circle", lambda: plain(page=b"/Annots 31 0 R", more=circle), "cleaned")


def _attached(name: str, data: bytes) -> bytes:
    def change(pdf: pikepdf.Pdf) -> None:
        pdf.attachments[name] = data

    return resaved(plain(), change)


def _carried() -> Iterator[Hostile]:
    for name, data in {
        "eicar.com": EICAR,
        "eicar.zip": zipped({"eicar.com": EICAR}),
        "twice.zip": zipped({"a.zip": zipped({"eicar.com": EICAR})}),
        "macros.docm": zipped({"word/vbaProject.bin": CANARY}),
        "inside.pdf": plain(catalog=b"/OpenAction " + JS),
        "page.html": SCRIPT,
        "../../../etc/cron.d/x": CANARY,
        "invoice\u202efdp.exe": b"MZ" + CANARY,
    }.items():
        yield hostile(f"pdf-carrying-{name.encode('ascii', 'replace').decode()}",
                      lambda n=name, d=data: _attached(n, d), "cleaned")  # fmt: skip
    many = {f"{n}.js": SCRIPT for n in range(300)}

    def attach_all(pdf: pikepdf.Pdf) -> None:
        for name, data in many.items():
            pdf.attachments[name] = data

    yield hostile("pdf-carrying-three-hundred", lambda: resaved(plain(), attach_all), "cleaned")
    yield hostile("pdf-carrying-a-bomb", lambda: attached_file(bomb(900 << 20)), "too_heavy cleaned")
    collection = b"/Collection << /View /D >>"
    yield hostile("pdf-of-files-only", lambda: plain(catalog=collection), "portfolio")
    elsewhere = b"/F (file:///etc/passwd) /FFilter /ASCIIHexDecode"
    yield hostile("pdf-ink-elsewhere", lambda: plain(content=stream(CANARY, elsewhere)).replace(CANARY, INK[:11]),
                  "cleaned")  # fmt: skip
    form = b"/Type /XObject /Subtype /Form /BBox [0 0 9 9] "
    for name, body in {
        "other-document": stream(INK, form + b"/Ref << /F (\\\\\\\\host\\\\" + CANARY + b") /Page 0 >>"),
        "printer-program": stream(CANARY, b"/Type /XObject /Subtype /PS"),
        "printer-program-in-form": stream(CANARY, form + b"/Subtype2 /PS /PS 32 0 R"),
        "print-server": stream(INK, form + b"/OPI << /2.0 << /F (" + CANARY + b") >> >>"),
        "editor-data": stream(INK, form + b"/PieceInfo << /Own << /Private 32 0 R >> >>"),
        "metadata": stream(INK, form + b"/Metadata 32 0 R"),
        "associated-file": stream(INK, form + b"/AF [<< /Type /Filespec /EF << /F 32 0 R >> >>]"),
    }.items():
        yield hostile(
            f"pdf-drawing-{name}",
            lambda b=body: plain(resources=b"/XObject << /X 31 0 R >>", more={31: b, 32: stream(CANARY)}),
            "cleaned",
        )
    for name, after in {
        "zip": zipped({"x": CANARY}),
        "page": SCRIPT,
        "program": b"MZ" + CANARY,
        "eicar": EICAR,
    }.items():
        yield hostile(f"pdf-and-{name}", lambda a=after: plain() + a, "cleaned")
    information = {31: b"<< /Author (" + CANARY + b") /Title (" + SCRIPT + b") >>"}
    yield hostile(
        "pdf-information", lambda: written(objects(more=information), trailer=b"/Info 31 0 R"), "cleaned"
    )


def attached_file(data: bytes) -> bytes:
    """A PDF carrying one file, given already deflated."""
    carrier = stream(data, b"/Type /EmbeddedFile /Filter /FlateDecode")
    names = b"/Names << /EmbeddedFiles << /Names [(a) << /Type /Filespec /EF << /F 31 0 R >> >>] >> >>"
    return plain(catalog=names, more={31: carrier})


def _locked() -> Iterator[Hostile]:
    for revision, aes in ((2, False), (3, False), (4, True), (6, True)):
        yield hostile(
            f"pdf-password-{revision}",
            lambda r=revision, a=aes: resaved(
                plain(), encryption=Encryption(owner="x", user="secret", R=r, aes=a, metadata=a)
            ),
            "password",
        )
    lock = b"<< /Filter /Own.Handler /V 4 /R 4 /O (x) /U (x) /P -4 >>"
    for name, encrypt in {
        "own-handler": lock,
        "nonsense": b"<< /Filter /Standard /V 99 /R 99 /O () /U () /P 0 >>",
        "certificate": b"<< /Filter /Adobe.PubSec /V 4 /SubFilter /adbe.pkcs7.s5 >>",
    }.items():
        yield hostile(
            f"pdf-locked-by-{name}",
            lambda e=encrypt: written(objects(), trailer=b"/Encrypt " + e + b" /ID [<00><00>]"),
            "damaged_pdf password",
        )


def _boundless() -> Iterator[Hostile]:
    for pages in (101, 1000, 10_000):
        yield hostile(f"pdf-{pages}-pages", lambda p=pages: plain(pages=p), "too_many_pages")
    yield hostile("pdf-1024-pages-nested", lambda: nested_tree(10), "too_many_pages")
    made = objects()
    same = made | {2: b"<< /Type /Pages /Count 5000 /Kids [" + b"40 0 R " * 5000 + b"] >>"}
    yield hostile("pdf-one-page-five-thousand-times", lambda: written(same), "too_many_pages damaged_pdf")
    for name, tree in {
        "tree-of-itself": b"<< /Type /Pages /Count 1 /Kids [2 0 R] >>",
        "tree-of-catalog": b"<< /Type /Pages /Count 1 /Kids [1 0 R] >>",
        "tree-empty": b"<< /Type /Pages /Count 0 /Kids [] >>",
        "tree-promising-a-billion": b"<< /Type /Pages /Count 1000000000 /Kids [] >>",
        "tree-negative": b"<< /Type /Pages /Count -5 /Kids [] >>",
        "tree-of-numbers": b"<< /Type /Pages /Count 3 /Kids [1 2 3] >>",
        "tree-missing": b"null",
        "tree-of-text": b"(pages)",
    }.items():
        yield hostile(f"pdf-{name}", lambda t=tree: written(made | {2: t}), "no_page damaged_pdf")
    yield hostile("pdf-tree-doubling", _doubling, "damaged_pdf too_many_pages too_heavy no_page cleaned")
    yield hostile("pdf-arrays-in-arrays", lambda: plain(page=b"/Own " + b"[" * 50_000 + b"]" * 50_000),
                  "damaged_pdf too_heavy cleaned")  # fmt: skip
    yield hostile("pdf-entries-in-entries", lambda: plain(page=b"/Own " + b"<< /A " * 20_000 + b"1" + b">>" * 20_000),
                  "damaged_pdf too_heavy cleaned")  # fmt: skip
    yield hostile("pdf-objects-by-the-million", lambda: _crowd(300_000), "too_heavy")
    yield hostile("pdf-array-of-a-million", lambda: plain(
        resources=b"/Properties << /A [" + b"1 " * 1_000_000 + b"] >>"),
                  "too_heavy damaged_pdf cleaned")  # fmt: skip
    ring = {31: b"[32 0 R]", 32: b"[31 0 R]", 4: b"[4 0 R 31 0 R]"}
    yield hostile("pdf-ink-in-circle", lambda: written(made | ring), "damaged_pdf cleaned")
    mirror = stream(
        b"/X Do", b"/Type /XObject /Subtype /Form /BBox [0 0 9 9] /Resources << /XObject << /X 31 0 R >> >>"
    )
    yield hostile("pdf-drawing-of-itself", lambda: plain(resources=b"/XObject << /X 31 0 R >>", more={31: mirror}),
                  "cleaned")  # fmt: skip
    yield hostile(
        "pdf-name-of-a-megabyte", lambda: plain(page=b"/" + b"a" * (1 << 20) + b" 1"), "cleaned damaged_pdf"
    )
    yield hostile(
        "pdf-filters-by-hundreds", lambda: plain(content=_folded(150)), "cleaned too_heavy damaged_pdf"
    )


def _doubling() -> bytes:
    """Thirty levels, each holding the next one twice: a thousand million pages in two kilobytes."""
    made = objects()
    for level in range(30):
        below = 61 + level if level < 29 else 40
        made[60 + level] = b"<< /Type /Pages /Count 2 /Kids [%d 0 R %d 0 R] >>" % (below, below)
    return written(made | {2: b"<< /Type /Pages /Count 2 /Kids [60 0 R 60 0 R] >>"})


def _crowd(count: int) -> bytes:
    crowd = b"".join(b"%d 0 obj<</A/B>>endobj\n" % number for number in range(100, 100 + count))
    return written(objects(), xref=False).replace(b"trailer", crowd + b"trailer")


def _folded(times: int) -> bytes:
    data = INK
    for _ in range(times):
        data = zlib.compress(data)
    return stream(data, b"/Filter [" + b"/FlateDecode " * times + b"]")


def _picture(entries: bytes, data: bytes) -> bytes:
    body = stream(data, b"/Type /XObject /Subtype /Image /BitsPerComponent 8 " + entries)
    return plain(resources=b"/XObject << /X 31 0 R >>", more={31: body})


def _bombs() -> Iterator[Hostile]:
    heavy = "too_heavy"
    yield hostile(
        "pdf-ink-bomb", lambda: plain(content=stream(bomb(900 << 20), b"/Filter /FlateDecode")), heavy
    )
    twice = lambda: zlib.compress(bomb(900 << 20), 9)  # noqa: E731
    yield hostile(
        "pdf-ink-bomb-twice-folded",
        lambda: plain(content=stream(twice(), b"/Filter [/FlateDecode /FlateDecode]")),
        heavy,
    )
    text = lambda: bomb(500 << 20).hex().encode() + b">"  # noqa: E731
    yield hostile(
        "pdf-ink-bomb-in-letters",
        lambda: plain(content=stream(text(), b"/Filter [/ASCIIHexDecode /FlateDecode]")),
        heavy,
    )
    run = b"\x81\0" * (1 << 20) + b"\x80"
    yield hostile(
        "pdf-ink-bomb-of-runs", lambda: plain(content=stream(run, b"/Filter /RunLengthDecode")), heavy
    )
    runs = lambda: zlib.compress(b"\x81\0" * (1 << 20) + b"\x80")  # noqa: E731
    yield hostile(
        "pdf-ink-bomb-of-folded-runs",
        lambda: plain(content=stream(runs(), b"/Filter [/FlateDecode /RunLengthDecode]")),
        heavy,
    )
    yield hostile(
        "pdf-ink-bomb-lzw", lambda: plain(content=stream(_lzw_bomb(20), b"/Filter /LZWDecode")), heavy
    )
    crowd = {30 + n: stream(bomb(60 << 20), b"/Filter /FlateDecode") for n in range(1, 9)}
    crowd |= {60 + n: stream(bomb(60 << 20), b"/Filter /FlateDecode") for n in range(12)}
    yield hostile("pdf-bombs-just-small-enough", lambda: plain(more=crowd), heavy)
    gray = b"/ColorSpace /DeviceGray /Filter /FlateDecode "
    for name, size in (("large", b"/Width 100000 /Height 100000 "), ("wide", b"/Width 64000001 /Height 1 ")):
        yield hostile(
            f"pdf-picture-{name}", lambda s=size: _picture(s + gray, bomb(1 << 20)), "too_many_pixels"
        )
    small = b"/Width 10 /Height 10 " + gray
    yield hostile("pdf-picture-beyond-its-size", lambda: _picture(small, bomb(900 << 20)), heavy)
    unsized = lambda: _picture(gray, bomb(900 << 20))  # noqa: E731
    yield hostile("pdf-picture-of-no-size", unsized, heavy)
    words = b"/Width (ten) /Height null " + gray
    yield hostile("pdf-picture-sized-in-words", lambda: _picture(words, bomb(900 << 20)), heavy)
    yield hostile(
        "pdf-picture-of-negative-size",
        lambda: _picture(b"/Width -9 /Height 9 " + gray, bomb(900 << 20)),
        heavy,
    )
    jpeg = saved(quarters(96, 64), "JPEG")
    at = jpeg.index(b"\xff\xc0")
    boundless = jpeg[: at + 5] + b"\xff\xdc\xff\xdc" + jpeg[at + 9 :]
    lying = b"/Width 96 /Height 64 /ColorSpace /DeviceRGB /Filter "
    yield hostile(
        "pdf-photo-larger-than-said", lambda: _picture(lying + b"/DCTDecode", boundless), "too_many_pixels"
    )
    folded = lambda: _picture(lying + b"[/FlateDecode /DCTDecode]", zlib.compress(boundless))  # noqa: E731
    yield hostile("pdf-photo-larger-than-said-folded", folded, "too_many_pixels")
    lettered = lambda: _picture(lying + b"[/ASCIIHexDecode /DCTDecode]", boundless.hex().encode() + b">")  # noqa: E731
    yield hostile("pdf-photo-larger-than-said-in-letters", lettered, "too_many_pixels")
    film = saved(quarters(96, 64), "JPEG2000", no_jp2=False)
    at = film.index(b"ihdr") + 4
    film = film[:at] + b"\0\0\xff\xff\0\0\xff\xff" + film[at + 8 :]
    at = film.index(b"\xff\x4f\xff\x51") + 8
    film = film[:at] + b"\0\0\xff\xff\0\0\xff\xff" + film[at + 8 :]
    yield hostile(
        "pdf-photo-2000-larger-than-said", lambda: _picture(lying + b"/JPXDecode", film), "too_many_pixels"
    )
    yield hostile(
        "pdf-objects-bomb", lambda: _object_stream(bomb(900 << 20), 5), "damaged_pdf too_heavy cleaned"
    )
    yield hostile("pdf-objects-by-the-billion", lambda: _object_stream(zlib.compress(b"31 0 1"), 10**9),
                  "damaged_pdf too_heavy cleaned")  # fmt: skip
    yield hostile("pdf-table-bomb", _table_bomb, "damaged_pdf too_heavy")
    wide = b"/Filter /FlateDecode /DecodeParms << /Predictor 15 /Columns 2147483647 /Colors 32 >>"
    yield hostile("pdf-predictor-of-gigabytes", lambda: plain(content=stream(bomb(8 << 20), wide)),
                  "damaged_pdf too_heavy cleaned")  # fmt: skip
    fonts = {31: stream(bomb(900 << 20), b"/Filter /FlateDecode /Length1 9")}
    font = b"<< /Type /Font /Subtype /TrueType /BaseFont /A /FontDescriptor << /FontFile2 31 0 R >> >>"
    yield hostile("pdf-font-bomb", lambda: written(objects(more=fonts) | {3: font}), heavy)


def _lzw_bomb(rounds: int) -> bytes:
    """Zeros in LZW: each code stands for a longer row, seven megabytes before the table starts anew."""
    grown, width = [f"{0:09b}"], 9
    for entry in range(258, 4090):
        grown.append(f"{entry:0{width}b}")
        width = 12 if entry >= 2046 else 11 if entry >= 1022 else 10 if entry >= 510 else 9
    bits = f"{256:09b}" + f"{256:012b}".join(["".join(grown)] * rounds)
    bits += "0" * (-len(bits) % 8)
    return int(bits, 2).to_bytes(len(bits) // 8, "big")


def _object_stream(data: bytes, count: int) -> bytes:
    entries = b"/Type /ObjStm /N %d /First 10 /Filter /FlateDecode" % count
    base = plain(page=b"/Own 35 0 R", more={31: stream(data, entries)})
    rows = b"\x02\0\0\0\x1f\0\0"
    table = stream(
        zlib.compress(rows), b"/Type /XRef /W [1 4 2] /Index [35 1] /Size 90 /Root 1 0 R /Prev %d "
        b"/Filter /FlateDecode" % int(base.rsplit(b"startxref", 1)[1].split()[0]),
    )  # fmt: skip
    return base + b"36 0 obj\n" + table + b"\nendobj\nstartxref\n%d\n%%%%EOF\n" % len(base)


def _table_bomb() -> bytes:
    start = written(objects(), xref=False).split(b"trailer")[0]
    entries = (
        b"/Type /XRef /W [1 4 2] /Index [0 2000000000] /Size 2000000000 /Root 1 0 R /Filter /FlateDecode"
    )
    table = stream(bomb(900 << 20), entries)
    return start + b"36 0 obj\n" + table + b"\nendobj\nstartxref\n%d\n%%%%EOF\n" % len(start)


def _broken() -> Iterator[Hostile]:
    three, linear = plain(pages=3), resaved(plain(pages=3), linearize=True)
    packed = resaved(plain(pages=3))
    scan = _picture(
        b"/Width 96 /Height 64 /ColorSpace /DeviceRGB /Filter /DCTDecode", saved(quarters(96, 64), "JPEG")
    )
    for name, whole in (("plain", three), ("linear", linear), ("packed", packed), ("scan", scan)):
        for part in (0.2, 0.4, 0.5, 0.6):
            yield hostile(f"pdf-{name}-cut-at-{part}", whole[: int(len(whole) * part)], "damaged_pdf")
    made = objects()
    for name, data in {
        "no-catalog": written(made | {1: b"<< /Type /Font >>"}),
        "catalog-is-text": written(made | {1: b"(catalog)"}),
        "noise-in-the-middle": three[:200] + bytes(range(256)) * 4 + three[-200:],
        "table-pointing-to-itself": three.replace(
            b"trailer\n<<", b"trailer\n<< /Prev %d" % three.rfind(b"xref\n0")
        ),
        "table-far-away": three[: three.rfind(b"startxref")] + b"startxref\n99999999999999999999\n%%EOF",
        "table-before-the-file": three[: three.rfind(b"startxref")] + b"startxref\n-5\n%%EOF",
        "length-in-circle": written(made | {4: b"<< /Length 4 0 R >>\nstream\n" + INK + b"\nendstream"}),
        "length-negative": written(made | {4: stream(INK, length=-1)}),
        "length-of-gigabytes": written(made | {4: stream(INK, length=2**40)}),
        "number-of-forty-digits": plain(page=b"/UserUnit " + b"9" * 40),
        "text-without-end": plain(page=b"/Own (" + b"(" * 5000),
        "zeros-inside-names": plain(page=b"/Own#00Key 1"),
        "version-nine": plain().replace(b"%PDF-1.7", b"%PDF-9.9"),
        "version-in-words": plain().replace(b"%PDF-1.7", b"%PDF-" + b"A" * 300),
        "paper-of-nothing": plain(page=b"/CropBox [0 0 0 0]"),
        "paper-of-words": plain().replace(b"[0 0 595 842]", b"(a4)"),
        "paper-as-large-as-the-world": plain().replace(b"[0 0 595 842]", b"[-1e30 -1e30 1e30 1e30]"),
    }.items():
        yield hostile(f"pdf-{name}", data, "damaged_pdf cleaned no_page")
