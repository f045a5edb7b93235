"""A person's copy of their data, written while it is sent: nothing of it is stored, and little is in memory.

An archive with a page to read (`resume.html`), one file per table for programs (`donnees/*.json`) and the
documents as they are kept. Rows are read some hundred at a time, documents in pieces.
"""

import io
import json
import logging
import zipfile
from collections.abc import Iterator
from datetime import date, datetime, tzinfo
from typing import IO, Any

from django.core.files.storage import default_storage
from django.template.loader import get_template

from portal.core.french import full_date, full_datetime
from portal.core.models import Document
from portal.core.models.document import DocumentState
from portal.core.personal_data.declaring import Part, Row, parts

log = logging.getLogger(__name__)

AT_ONCE = 500
PIECE = 256 * 1024
# What is handed to the network is at least so large: a piece a row would be thousands.
WORTH_SENDING = 64 * 1024
_EXTENSIONS = {"application/pdf": "pdf", "image/jpeg": "jpg", "image/png": "png"}


class _Wire(io.RawIOBase):
    """Takes what the archive writes and gives it on: it can never be rewound, so nothing is kept."""

    def __init__(self) -> None:
        super().__init__()
        self._pieces: list[bytes] = []
        self.size = 0

    def writable(self) -> bool:
        return True

    def write(self, data: Any) -> int:
        self._pieces.append(bytes(data))
        self.size += len(self._pieces[-1])
        return len(self._pieces[-1])

    def taken(self) -> bytes:
        """Give what was written since the last time."""
        pieces, self._pieces, self.size = b"".join(self._pieces), [], 0
        return pieces


def pack(person_id: int, *, name: str, tz: tzinfo, now: datetime) -> Iterator[bytes]:
    """Write the copy of everything held about a person, piece by piece.

    A store that does not give a document is said in the archive; the rest goes on. Cut in the middle, the
    archive does not open: nobody takes half for the whole.
    """
    wire = _Wire()
    with zipfile.ZipFile(wire, "w", zipfile.ZIP_DEFLATED) as archive:
        for step in _steps(archive, person_id, name=name, tz=tz, now=now):
            del step
            if wire.size >= WORTH_SENDING:
                yield wire.taken()
    yield wire.taken()


def _steps(
    archive: zipfile.ZipFile, person_id: int, *, name: str, tz: tzinfo, now: datetime
) -> Iterator[None]:
    """Write the archive; stop now and then to let what was written leave."""
    moment = now.astimezone(tz)
    with _entry(archive, "resume.html", moment) as page:
        for text in _page(person_id, name=name, tz=tz, now=now):
            page.write(text.encode())
            yield
    for part in parts():
        with _entry(archive, f"donnees/{part.name}.json", moment) as file:
            for text in _as_json(part, person_id):
                file.write(text.encode())
                yield
    missing: list[str] = []
    for document in _readable(person_id):
        yield from _document(archive, document, moment, missing)
    if missing:
        with _entry(archive, "documents/manquants.txt", moment) as file:
            file.write(("\r\n".join([_MISSING, *missing]) + "\r\n").encode())
            yield


_MISSING = (
    "Ces documents sont bien gardés, mais n’ont pas pu être lus à cet instant. "
    "Demandez une nouvelle copie dans quelques minutes."
)


def _entry(archive: zipfile.ZipFile, name: str, moment: datetime, level: int | None = None) -> IO[bytes]:
    info = zipfile.ZipInfo(name, moment.timetuple()[:6])
    info.compress_type = zipfile.ZIP_DEFLATED
    info.external_attr = 0o600 << 16
    # The archive's writer, unlike its reader, takes the level from the entry.
    setattr(info, "_compresslevel" if hasattr(info, "_compresslevel") else "compress_level", level)
    return archive.open(info, "w")


# --- reading ----------------------------------------------------------------------


def rows(part: Part, person_id: int) -> Iterator[Row]:
    """Read the rows of one part, some hundred at a time, as they are told to the person."""
    read = {f"told_{index}": column.source for index, column in enumerate(part.columns)}
    keys = [column.key for column in part.columns]
    found = part.rows(person_id).annotate(**read).values_list(*read)
    for values in found.iterator(chunk_size=AT_ONCE):
        row = dict(zip(keys, values, strict=True))
        yield part.told(row, person_id) if part.told else row


def _readable(person_id: int) -> Iterator[Document]:
    kept = Document.objects.filter(owner_id=person_id, state=DocumentState.RECEIVED).order_by("pk")
    yield from kept.iterator(chunk_size=AT_ONCE)


def _document(
    archive: zipfile.ZipFile, document: Document, moment: datetime, missing: list[str]
) -> Iterator[None]:
    """Put one document in, as it is kept; it is dense already, so it is not squeezed again."""
    name = _file_name(document)
    try:
        file = default_storage.open(document.clean_key)
    except Exception:  # every store has exceptions of its own
        log.exception("document %s is not given by the store", document.ref)
        missing.append(name)
        return
    with file, _entry(archive, f"documents/{name}", moment, level=0) as entry:
        while piece := file.read(PIECE):
            entry.write(piece)
            yield


def _file_name(document: Document) -> str:
    stem = document.title.rsplit(".", 1)[0]
    safe = "".join(" " if sign in '/\\:*?"<>|' else sign for sign in stem).strip(" .")
    return f"{document.ref} {safe}".strip() + f".{_EXTENSIONS.get(document.mime, 'bin')}"


# --- for programs -----------------------------------------------------------------


def _as_json(part: Part, person_id: int) -> Iterator[str]:
    yield "["
    before = "\n"
    for row in rows(part, person_id):
        yield before + json.dumps(row, default=_plain, ensure_ascii=False)
        before = ",\n"
    yield "\n]\n"


def _plain(value: Any) -> Any:
    if isinstance(value, datetime | date):
        return value.isoformat()
    if isinstance(value, bytes | memoryview):
        return bytes(value).hex()
    return str(value)


# --- for people -------------------------------------------------------------------


# Where the rows come in the page: a sign no text of a person holds, as Unicode keeps it for private use.
_ROWS = "\ue000"


def _page(person_id: int, *, name: str, tz: tzinfo, now: datetime) -> Iterator[str]:
    shown = parts()
    frame = {
        "name": name.replace(_ROWS, ""),
        "made": full_datetime(now, tz, zone=True),
        "parts": shown,
        "rows": _ROWS,
    }
    head, _, foot = get_template("personal_data/page.html").render(frame).partition(_ROWS)
    yield head
    row_template = get_template("personal_data/row.html")
    for part in shown:
        yield get_template("personal_data/part.html").render({"part": part})
        choices, empty = _choices(part), True
        for row in rows(part, person_id):
            empty = False
            facts = [
                (part.labels[key], _in_french(value, choices.get(key, {}), tz)) for key, value in row.items()
            ]
            yield row_template.render({"facts": [fact for fact in facts if fact[1]]})
        if empty:
            yield row_template.render({"facts": []})
    yield foot


def _choices(part: Part) -> dict[str, dict[Any, str]]:
    """Give the French words of the codes, for each column that holds some."""
    found = {}
    for column in part.columns:
        model, field = part.model, None
        for step in column.key.split("__"):
            field = model._meta.get_field(step)
            model = field.related_model or model
        # Of a list, its items have the choices.
        field = getattr(field, "base_field", field)
        if field is not None and getattr(field, "choices", None):
            found[column.key] = dict(field.flatchoices)  # type: ignore[union-attr]
    return found


def _in_french(value: Any, words: dict[Any, str], tz: tzinfo) -> str:
    if value is None or value == "":
        return ""
    if isinstance(value, str | int) and value in words:
        return str(words[value])
    if isinstance(value, bool):
        return "oui" if value else "non"
    if isinstance(value, datetime):
        return full_datetime(value, tz)
    if isinstance(value, date):
        return full_date(value)
    if isinstance(value, bytes | memoryview):
        return bytes(value).hex()
    if isinstance(value, list) and all(isinstance(one, str) for one in value):
        return ", ".join(str(words.get(one, one)) for one in value)
    if isinstance(value, dict | list):
        return json.dumps(value, default=_plain, ensure_ascii=False)
    return str(value)
