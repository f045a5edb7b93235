"""Take out of the store the files that no row refers to: what a killed worker or a lost transaction left."""

import logging
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.core.files.storage import default_storage
from django.utils import timezone

from portal.core.models import Document, DocumentFile
from portal.core.safe.storing import discard

log = logging.getLogger(__name__)

FOLDERS = ("quarantine", "safe")
# A file is stored before its row is written: younger ones may be on their way.
OLD = timedelta(days=1)
AT_ONCE = 500


@dataclass(frozen=True, slots=True)
class Swept:
    """What one look over the store found."""

    files: int
    orphans: int


def sweep(*, dry_run: bool = False, old: timedelta = OLD) -> Swept:
    """Delete the files older than a day that belong to no document; works with any store that can list itself.

    By the machine's own clock, as files are dated: the portal's may be moved.
    """
    before = timezone.now() - old
    files = orphans = 0
    for keys in _slices():
        files += len(keys)
        strangers = set(keys) - _known(keys)
        gone = sorted(key for key in strangers if _is_older(key, before))
        orphans += len(gone)
        for key in gone:
            log.warning("file %s in the store belongs to no document", key)
        if not dry_run:
            discard(gone)
    return Swept(files, orphans)


def _is_older(key: str, before: datetime) -> bool:
    try:
        return default_storage.get_modified_time(key) < before
    except FileNotFoundError:  # deleted since it was listed
        return False


def _known(keys: Sequence[str]) -> set[str]:
    known = set(Document.objects.filter(clean_key__in=keys).values_list("clean_key", flat=True))
    return known | set(DocumentFile.objects.filter(key__in=keys).values_list("key", flat=True))


def _slices() -> Iterator[list[str]]:
    """Every key of ours in the store, some hundred at a time."""
    slice_: list[str] = []
    for folder in FOLDERS:
        for key in _keys(folder):
            slice_.append(key)
            if len(slice_) == AT_ONCE:
                yield slice_
                slice_ = []
    if slice_:
        yield slice_


def _keys(folder: str) -> Iterator[str]:
    try:
        folders, names = default_storage.listdir(folder)
    except FileNotFoundError:
        return
    yield from (f"{folder}/{name}" for name in names)
    for below in folders:
        yield from _keys(f"{folder}/{below}")
