"""PDFs, cleaned of all that could act: what is drawn on the pages stays, as it was."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pikepdf
from pikepdf import Array, Dictionary, Name, Object, Pdf, Stream
from PIL import Image

from ..limits import Limits
from ..refusals import Refused
from ..sniffing import Kind
from .pdf_bounds import names, refuse_bombs, set_reader_bounds

CATALOG_KEPT = frozenset(
    ("/Type", "/Pages", "/Version", "/Lang", "/MarkInfo", "/StructTreeRoot", "/PageLabels", "/OCProperties")
)
PAGE_KEPT = names(
    "/Type /Parent /MediaBox /CropBox /BleedBox /TrimBox /ArtBox /Resources /Contents /Rotate /Group "
    "/UserUnit /StructParents /Tabs"
)
STREAM_KEPT = names("/Type /Subtype /Length /Filter /DecodeParms /OC /StructParent /StructParents /Name")
FORM_KEPT = STREAM_KEPT | names("/FormType /BBox /Matrix /Resources /Group")
IMAGE_KEPT = STREAM_KEPT | names(
    "/Width /Height /ColorSpace /BitsPerComponent /Intent /ImageMask /Mask /Decode /Interpolate /SMask "
    "/SMaskInData /Matte"
)
RESOURCES_KEPT = names("/ExtGState /ColorSpace /Pattern /Shading /XObject /Font /ProcSet /Properties")
# Wherever they stand: they act, carry another file, or tell of the author.
NEVER_KEPT = names(
    "/AA /OpenAction /JS /JavaScript /EF /EmbeddedFiles /AF /RichMediaContent /RichMediaSettings /Launch "
    "/XFA /AcroForm /Collection /PieceInfo /Metadata /OPI /Ref /Renditions /Annots /LastModified /Thumb"
)
NOT_CALLED_FOR = NEVER_KEPT | {"/Parent", "/P", "/B", "/Dests"}
ACTIONS = names(
    "/GoTo /GoToR /GoToE /GoToDp /Launch /Thread /URI /Sound /Movie /Hide /Named /SubmitForm /ResetForm "
    "/ImportData /JavaScript /SetOCGState /Rendition /Trans /GoTo3DView /RichMediaExecute"
)
# What these show is a button, a player or nothing: they are dropped, others are drawn into the page.
NOT_DRAWN = names("/Link /Popup /FileAttachment /Sound /Movie /Screen /3D /RichMedia /TrapNet /PrinterMark")
# The reader's own words, in the version we pin.
REPAIRED = "reconstruct cross-reference table"
LOSSES = ("Pages tree includes non-dictionary object", "unexpected EOF")
A4 = (595.28, 841.89)
MARGIN = 20.0


def prepare() -> None:
    """Load the reader once, before the room forks."""
    pikepdf.new().close()
    Image.init()


def clean(sources: list[Path], target: Path, limits: Limits) -> dict[str, Any]:
    """Write the PDF of ``sources[0]`` anew in ``target``, inert; returns its kind and pages."""
    set_reader_bounds(limits)
    with _opened(sources[0]) as pdf:
        _refuse_half(pdf, sources[0])
        _refuse_unreadable(pdf)
        pages = _counted(pdf, limits)
        refuse_bombs(pdf, limits)
        _draw_annotations(pdf)
        _strip(pdf)
        pdf.save(
            target,
            object_stream_mode=pikepdf.ObjectStreamMode.generate,
            force_version="2.0" if pdf.pdf_version.startswith("2") else "1.7",
            fix_metadata_version=False,
            deterministic_id=True,
            encryption=False,
        )
    _refuse_unwritable(target, pages)
    return {"kind": Kind.PDF.value, "pages": pages}


def _opened(source: Path) -> Pdf:
    try:
        return Pdf.open(source, suppress_warnings=True)
    except pikepdf.PasswordError:
        raise Refused("password") from None
    except pikepdf.PdfError:
        raise Refused("damaged_pdf") from None


def _refuse_unwritable(target: Path, pages: int) -> None:
    """What was written is read again: a file twisted enough may not survive its cleaning."""
    try:
        with Pdf.open(target, suppress_warnings=True) as pdf:
            if len(pdf.pages) == pages and not pdf.get_warnings():
                return
    except pikepdf.PdfError:
        pass
    raise Refused("damaged_pdf")


def _refuse_unreadable(pdf: Pdf) -> None:
    """What would look empty once cleaned is refused: its sender can still send it otherwise."""
    if _is_true(pdf.Root.get("/NeedsRendering")):
        raise Refused("interactive_form")
    if "/Collection" in pdf.Root:
        raise Refused("portfolio")


def _is_true(value: object) -> bool:
    return value is True


def _counted(pdf: Pdf, limits: Limits) -> int:
    if len(pdf.objects) > limits.max_objects:
        raise Refused("too_heavy")
    pages = len(pdf.pages)
    if pages == 0:
        raise Refused("no_page")
    if pages > limits.max_pages:
        raise Refused("too_many_pages", pages=pages, max_pages=limits.max_pages)
    return pages


def _refuse_half(pdf: Pdf, source: Path) -> None:
    """A file cut in the middle opens after repair, with fewer pages than it had or without their ink."""
    said = "\n".join(pdf.get_warnings())
    if REPAIRED in said and (any(loss in said for loss in LOSSES) or not _is_whole(source)):
        raise Refused("damaged_pdf")


def _is_whole(source: Path) -> bool:
    """Whether all that the pages of a repaired file call for is there.

    The reader forgets what is missing as soon as it looks at the pages: this looks first.
    """
    with Pdf.open(source, suppress_warnings=True, inherit_page_attributes=False) as pdf:
        top = pdf.Root.get("/Pages")
        waiting: list[object] = [top]
        seen: set[tuple[int, int]] = set()
        leaves = 0
        while waiting:
            current = waiting.pop()
            if current is None:
                return False
            if not isinstance(current, Dictionary | Stream | Array):
                continue
            if current.is_indirect:
                if current.objgen in seen:
                    continue
                seen.add(current.objgen)
            if isinstance(current, Array):
                waiting.extend(current)
                continue
            leaves += current.get("/Type") == Name.Page
            waiting.extend(value for key, value in current.items() if key not in NOT_CALLED_FOR)
        promised = top.get("/Count") if isinstance(top, Dictionary) else None
        return isinstance(promised, int) and leaves >= promised


def _draw_annotations(pdf: Pdf) -> None:
    """Draw what annotations and form fields show into the pages: the answers stay, the form goes."""
    for page in pdf.pages:
        annotations = page.obj.get("/Annots")
        if isinstance(annotations, Array):
            kept = [
                a for a in annotations if isinstance(a, Dictionary) and a.get("/Subtype") not in NOT_DRAWN
            ]
            page.obj["/Annots"] = Array(kept)
    form = pdf.Root.get("/AcroForm")
    try:
        if isinstance(form, Dictionary) and _is_true(form.get("/NeedAppearances")):
            pdf.generate_appearance_streams()
        pdf.flatten_annotations("screen")
    except (pikepdf.PdfError, RuntimeError, ValueError, TypeError):
        # Broken annotations are shown by no reader either; the page itself is whole.
        return


def _strip(pdf: Pdf) -> None:
    for key in set(pdf.trailer.keys()) - {"/Root", "/ID", "/Size"}:
        _drop(pdf.trailer, key)
    # A trailer made up by a repair lacks it, and the writer only replaces what it finds.
    pdf.trailer["/Size"] = len(pdf.objects) + 1
    _keep_only(pdf.Root, CATALOG_KEPT)
    for page in pdf.pages:
        for annotation in page.obj.get("/Annots") or ():
            _empty(annotation)
        _keep_only(page.obj, PAGE_KEPT)
    for thing in pdf.objects:
        _disarm(thing)


def _keep_only(thing: Object, kept: frozenset[str]) -> None:
    for key in set(thing.keys()) - kept:
        _drop(thing, key)


def _drop(thing: Object, key: str) -> None:
    # A key whose value is null is listed, but cannot be deleted nor is it written.
    if key in thing:
        del thing[key]


def _empty(thing: Object) -> None:
    if isinstance(thing, Dictionary):
        _keep_only(thing, frozenset())


def _disarm(thing: Object) -> None:
    """Take away everything that acts from one object and what it holds directly."""
    waiting = [thing]
    while waiting:
        current = waiting.pop()
        if isinstance(current, Array):
            for index, item in enumerate(current):
                if _acts(item):
                    current[index] = None
                elif _holds(item):
                    waiting.append(item)
            continue
        if not isinstance(current, Dictionary | Stream):
            continue
        if current.get("/Type") == Name.Annot:
            _empty(current)
            continue
        if isinstance(current, Stream):
            _disarm_stream(current)
        resources = current.get("/Resources")
        if isinstance(resources, Dictionary):
            _keep_only(resources, RESOURCES_KEPT)
        for key, value in list(current.items()):
            if key in NEVER_KEPT or _acts(value):
                _drop(current, key)
            elif _holds(value):
                waiting.append(value)


def _disarm_stream(stream: Stream) -> None:
    """A stream may say that its data is another file, or be a program for a printer."""
    for key in ("/F", "/FFilter", "/FDecodeParms"):
        _drop(stream, key)
    kind = stream.get("/Subtype")
    if kind == "/PS" or stream.get("/Subtype2") == "/PS":
        stream.write(b"")
        _keep_only(stream, frozenset(("/Length",)))
    elif kind == Name.Form or kind == Name.Image:
        _keep_only(stream, FORM_KEPT if kind == Name.Form else IMAGE_KEPT)


def _acts(value: object) -> bool:
    if not isinstance(value, Dictionary):
        return False
    kind = value.get("/S")
    return (isinstance(kind, Name) and str(kind) in ACTIONS) or "/EF" in value


def _holds(value: object) -> bool:
    """Whether to look inside: indirect objects are each visited on their own."""
    return isinstance(value, Array | Dictionary | Stream) and not value.is_indirect


def bind(sources: list[Path], target: Path, limits: Limits) -> dict[str, Any]:
    """Make one PDF of cleaned JPEG pictures, one A4 page each, turned as the picture is."""
    with pikepdf.new() as pdf:
        for source in sources:
            with Image.open(source, formats=["JPEG"]) as image:
                (width, height), gray = image.size, image.mode == "L"
            sheet = A4 if height >= width else A4[::-1]
            scale = min((sheet[0] - 2 * MARGIN) / width, (sheet[1] - 2 * MARGIN) / height)
            picture = pdf.make_stream(
                source.read_bytes(),
                Type=Name.XObject,
                Subtype=Name.Image,
                Width=width,
                Height=height,
                ColorSpace=Name.DeviceGray if gray else Name.DeviceRGB,
                BitsPerComponent=8,
                Filter=Name.DCTDecode,
            )
            left, low = (sheet[0] - width * scale) / 2, (sheet[1] - height * scale) / 2
            drawing = f"q {width * scale:.2f} 0 0 {height * scale:.2f} {left:.2f} {low:.2f} cm /Photo Do Q"
            page = pdf.add_blank_page(page_size=sheet)
            page.obj.Resources = Dictionary(XObject=Dictionary(Photo=picture))
            page.obj.Contents = pdf.make_stream(drawing.encode())
        pdf.save(target, deterministic_id=True)
    if target.stat().st_size > limits.max_bytes * 2:
        raise Refused("too_large", max_megabytes=limits.max_bytes // 2**20)
    return {"kind": Kind.PDF.value, "pages": len(sources)}
