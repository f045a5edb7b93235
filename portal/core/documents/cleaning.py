"""The one door of the safe: a stranger's file goes in, a harmless copy or a refusal comes out."""

from __future__ import annotations

import contextlib
import hashlib
import os
import shutil
import tempfile
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

from .limits import DEFAULT_LIMITS, MEGABYTE, Limits
from .names import safe_name
from .refusals import Refused
from .sandbox import caller
from .sniffing import HEAD_BYTES, Kind, kind_of, refusal_for

COPY_BYTES = 256 * 1024
WORKPLACE = "espace-emploi-document-"
LEFT_BEHIND_SECONDS = 3600
Source = BinaryIO | str | os.PathLike[str]


@dataclass(frozen=True, slots=True)
class Cleaned:
    """A file that can be kept: ``file`` is open at its start and disappears when closed."""

    file: BinaryIO
    kind: Kind
    size: int
    pages: int
    width: int | None
    height: int | None
    original_kind: Kind
    original_size: int
    original_sha256: str
    cleaned_sha256: str
    safe_name: str
    peak_bytes: int
    cpu_seconds: float

    @property
    def mime(self) -> str:
        return self.kind.mime

    def close(self) -> None:
        self.file.close()

    def __enter__(self) -> Cleaned:
        return self

    def __exit__(self, *exc: object) -> None:
        self.close()


@dataclass(frozen=True, slots=True)
class _Received:
    path: Path
    size: int
    sha256: str
    kind: Kind


def clean(source: Source, *, declared_name: str, limits: Limits = DEFAULT_LIMITS) -> Cleaned:
    """Make a person's file harmless without changing what it shows.

    ``source`` is a path or an open binary file (an upload, a stored file); it is read once, in
    pieces, and left open. The name serves only to name the copy. Raises ``Refused`` with the sentence
    to show, or ``caller.RoomUnavailable`` when the machine could not do it now: the file is kept in
    quarantine then, and cleaned later.
    """
    with workplace() as room:
        received = _receive(source, Path(room, "raw"), limits)
        target = Path(room, "clean")
        if received.kind is Kind.PDF:
            report = caller.work("pdf", [received.path], target, limits=limits, damaged="damaged_pdf")
        else:
            report = caller.work("image", [received.path], target, limits=limits, damaged="damaged_image")
        return _cleaned(target, report, received, declared_name)


def clean_photos(
    sources: Sequence[Source], *, declared_name: str, limits: Limits = DEFAULT_LIMITS
) -> Cleaned:
    """Make one PDF of several photos, in the order given, one page each.

    Every photo is cleaned as ``clean`` does, and the first refusal is raised. The digest and size of
    the original are those of the photos one after the other.
    """
    if len(sources) > limits.max_files:
        raise Refused("too_many_files", max_files=limits.max_files)
    if not sources:
        raise Refused("empty")
    with workplace() as room:
        whole, size, sheets, peak, cpu = hashlib.sha256(), 0, [], 0, 0.0
        for number, source in enumerate(sources):
            received = _receive(source, Path(room, "raw"), limits, whole)
            if received.kind is Kind.PDF:
                raise Refused("not_a_photo")
            sheets.append(Path(room, f"sheet-{number}"))
            report = caller.work(
                "image", [received.path], sheets[-1], limits=limits, damaged="damaged_image", as_jpeg=True
            )
            size, peak, cpu = size + received.size, max(peak, report.peak_bytes), cpu + report.cpu_seconds
        target = Path(room, "clean")
        bound = caller.work("bind", sheets, target, limits=limits, damaged="damaged_image")
        report = caller.Report(bound.facts, max(peak, bound.peak_bytes), cpu + bound.cpu_seconds)
        together = _Received(target, size, whole.hexdigest(), received.kind)
        return _cleaned(target, report, together, declared_name)


def workplace() -> tempfile.TemporaryDirectory[str]:
    """A directory for one file. What a killed worker left of somebody's file goes first."""
    old = time.time() - LEFT_BEHIND_SECONDS
    for left in Path(tempfile.gettempdir()).glob(f"{WORKPLACE}*"):
        with contextlib.suppress(OSError):
            about = left.lstat()
            if about.st_uid == os.getuid() and about.st_mtime < old:
                shutil.rmtree(left)
    return tempfile.TemporaryDirectory(prefix=WORKPLACE)


def _receive(source: Source, path: Path, limits: Limits, whole: hashlib._Hash | None = None) -> _Received:
    """Copy a file into the room, counting and hashing it: what it says of its length is not asked."""
    digest, size, head = hashlib.sha256(), 0, b""
    if isinstance(source, str | os.PathLike):
        with open(source, "rb") as file:
            return _receive(file, path, limits, whole)
    source.seek(0)
    with path.open("wb") as copy:
        while chunk := source.read(COPY_BYTES):
            size += len(chunk)
            if size > limits.max_bytes:
                raise Refused("too_large", max_megabytes=limits.max_bytes // MEGABYTE)
            if len(head) < HEAD_BYTES:
                head += chunk[:HEAD_BYTES]
            digest.update(chunk)
            if whole is not None:
                whole.update(chunk)
            copy.write(chunk)
    if size == 0:
        raise Refused("empty")
    kind = kind_of(head)
    if kind is None:
        raise Refused(refusal_for(head))
    return _Received(path, size, digest.hexdigest(), kind)


def _cleaned(target: Path, report: caller.Report, received: _Received, declared_name: str) -> Cleaned:
    kind = Kind(report.facts["kind"])
    file = target.open("rb")
    digest = hashlib.file_digest(file, "sha256").hexdigest()
    size = file.tell()
    file.seek(0)
    return Cleaned(
        file=file,
        kind=kind,
        size=size,
        pages=report.facts["pages"],
        width=report.facts.get("width"),
        height=report.facts.get("height"),
        original_kind=received.kind,
        original_size=received.size,
        original_sha256=received.sha256,
        cleaned_sha256=digest,
        safe_name=safe_name(declared_name, kind.extension),
        peak_bytes=report.peak_bytes,
        cpu_seconds=report.cpu_seconds,
    )
