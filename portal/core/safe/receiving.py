"""Take files into quarantine: at once what a glance can refuse, the rest when the worker has looked inside."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial
from typing import Any

from django.core.files.uploadedfile import UploadedFile
from django.db import InterfaceError, OperationalError, transaction

from portal.core import deadlines, journal, parameters
from portal.core.deadlines import Planned
from portal.core.documents.limits import MEGABYTE, Limits
from portal.core.documents.names import safe_name
from portal.core.documents.refusals import Refused
from portal.core.documents.sniffing import HEAD_BYTES, Kind, kind_of, refusal_for
from portal.core.hints import hint
from portal.core.journal import Actor
from portal.core.models import Document, DocumentFile
from portal.core.safe.storing import discard, keep

DUE_CHECK = 10
# The task that looks into what waits.
CHECKS = "core.check_documents"
SENT = journal.code(50, "document_sent", "{actor} a envoyé le document {title}.")


@dataclass(frozen=True, slots=True)
class RefusedFile:
    """One file that is not kept, and the sentence its sender reads."""

    name: str
    sentence: str


@dataclass(frozen=True, slots=True)
class Submission:
    """What became of the files of one form: the good ones are kept whatever happens to the others."""

    documents: list[Document]
    refused: list[RefusedFile]


@dataclass(frozen=True, slots=True)
class _Bundle:
    """The stored files of one document to be."""

    files: Sequence[UploadedFile[bytes]]
    keys: Sequence[str]
    digest: bytes
    size: int


def limits() -> Limits:
    """The limits of this deployment."""
    current = parameters.current()
    return Limits(
        max_bytes=current.upload_max_bytes,
        max_files=current.upload_max_files,
        max_pages=current.upload_max_pages,
        max_pixels=current.upload_max_pixels,
    )


def receive(
    files: Sequence[UploadedFile[bytes]],
    *,
    owner: Any,
    by: Actor,
    title: str = "",
    is_health: bool = False,
    as_one: bool = False,
    now: datetime,
) -> Submission:
    """Keep a person's files in quarantine; nobody can open them until they are checked.

    `as_one` makes one document of several photos. A file that a glance refuses (type, size, number) is
    named with its sentence; the others are kept. Raises StoreUnavailable, and then keeps nothing.
    """
    good, refused = look_at(files, as_one=as_one)
    bundles = [good] if as_one and good else [[file] for file in good]
    stored = _store(bundles)
    try:
        with transaction.atomic():
            documents = [
                _write(bundle, owner=owner, by=by, title=title, is_health=is_health, now=now)
                for bundle in stored
            ]
            if documents:
                # Looked into at once; without a broker the next tick does.
                transaction.on_commit(partial(hint, CHECKS))
    except (OperationalError, InterfaceError):
        # Perhaps committed all the same: files without rows, if that is what they are, go with the sweep.
        raise
    except BaseException:
        discard([key for bundle in stored for key in bundle.keys])
        raise
    return Submission(documents, refused)


def look_at(
    files: Sequence[UploadedFile[bytes]], *, as_one: bool = False
) -> tuple[list[UploadedFile[bytes]], list[RefusedFile]]:
    """Give the files that a glance lets through, and the others with their sentence; nothing is kept."""
    bounds = limits()
    refused: list[RefusedFile] = []
    if len(files) > bounds.max_files:
        refusal = Refused("too_many_files", max_files=bounds.max_files)
        refused = [RefusedFile(_shown(file), refusal.sentence) for file in files[bounds.max_files :]]
    kept = files[: bounds.max_files]
    good: list[UploadedFile[bytes]] = []
    for file in kept:
        try:
            _glance(file, bounds, photo_only=as_one and len(kept) > 1)
        except Refused as refusal:
            refused.append(RefusedFile(_shown(file), refusal.sentence))
        else:
            good.append(file)
    return good, refused


def _glance(file: UploadedFile[bytes], bounds: Limits, *, photo_only: bool) -> None:
    size = file.size or 0
    if size == 0:
        raise Refused("empty")
    if size > bounds.max_bytes:
        raise Refused("too_large", max_megabytes=bounds.max_bytes // MEGABYTE)
    file.seek(0)
    head = file.read(HEAD_BYTES)
    kind = kind_of(head)
    if kind is None:
        raise Refused(refusal_for(head))
    if photo_only and kind is Kind.PDF:
        raise Refused("not_a_photo")


def _shown(file: UploadedFile[bytes]) -> str:
    """Give the sender's own name for a file, made safe to show; its real kind is said elsewhere."""
    return safe_name(file.name or "", "x").removesuffix(".x")


def _store(bundles: Sequence[Sequence[UploadedFile[bytes]]]) -> list[_Bundle]:
    """Store the raw files of every document, or of none; raises StoreUnavailable."""
    stored: list[_Bundle] = []
    keys: list[str] = []
    try:
        for files in bundles:
            digest, size = hashlib.sha256(), 0
            for file in files:
                file.seek(0)
                for chunk in file.chunks():
                    digest.update(chunk)
                    size += len(chunk)
                keys.append(keep(file, "quarantine"))
            stored.append(_Bundle(files, keys[-len(files) :], digest.digest(), size))
    except BaseException:
        discard(keys)
        raise
    return stored


def _write(bundle: _Bundle, *, owner: Any, by: Actor, title: str, is_health: bool, now: datetime) -> Document:
    current = parameters.current()
    days = current.retention_health_document_days if is_health else current.retention_document_days
    names = [_shown(file) for file in bundle.files]
    document = Document.objects.create(
        owner=owner,
        title=(title.strip() or names[0])[:120],
        is_health=is_health,
        uploaded_at=now,
        uploaded_by_id=by.person_id,
        sha256=bundle.digest,
        size=bundle.size,
        keep_until=(now + timedelta(days=days)).date(),
    )
    DocumentFile.objects.bulk_create(
        DocumentFile(document=document, position=position, key=key, name=name, size=file.size or 0)
        for position, (key, name, file) in enumerate(zip(bundle.keys, names, bundle.files, strict=True))
    )
    deadlines.schedule([Planned(DUE_CHECK, document.pk, now)])
    journal.record(
        SENT,
        by=by,
        now=now,
        file_id=owner.pk,
        subject_id=document.pk,
        data={"title": document.title, "ref": str(document.ref), "sha256": bundle.digest.hex()},
    )
    return document
