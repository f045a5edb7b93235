"""Take out of the store the files that no row refers to: what a killed worker or a lost transaction left."""

import logging
from collections.abc import Callable, Collection, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import islice

from django.core.files.storage import default_storage
from django.utils import timezone

from portal.core.models import Document, DocumentFile
from portal.core.safe.storing import discard

log = logging.getLogger(__name__)

# Whose the keys of a folder are: an app that keeps files of its own says so with `sweeps`.
Known = Callable[[Sequence[str]], Collection[str]]
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
    for known, keys in _slices():
        files += len(keys)
        strangers = set(keys) - set(known(keys))
        gone = sorted(key for key in strangers if _is_older(key, before))
        orphans += len(gone)
        for key in gone:
            log.warning("file %s in the store belongs to no row", key)
        if not dry_run:
            discard(gone)
    return Swept(files, orphans)


def _is_older(key: str, before: datetime) -> bool:
    try:
        return default_storage.get_modified_time(key) < before
    except FileNotFoundError:  # deleted since it was listed
        return False


def sweeps(folder: str, known: Known) -> None:
    """Let the nightly sweep look into one more folder; `known` gives the keys among some that a row refers to."""
    _folders[folder] = known


def _known(keys: Sequence[str]) -> set[str]:
    known = set(Document.objects.filter(clean_key__in=keys).values_list("clean_key", flat=True))
    return known | set(DocumentFile.objects.filter(key__in=keys).values_list("key", flat=True))


_folders: dict[str, Known] = {"quarantine": _known, "safe": _known}


def _slices() -> Iterator[tuple[Known, list[str]]]:
    """Every key of ours in the store, some hundred of a folder at a time."""
    for folder, known in _folders.items():
        keys = _keys(folder)
        while slice_ := list(islice(keys, AT_ONCE)):
            yield known, slice_


def _keys(folder: str) -> Iterator[str]:
    try:
        folders, names = default_storage.listdir(folder)
    except FileNotFoundError:
        return
    yield from (f"{folder}/{name}" for name in names)
    for below in folders:
        yield from _keys(f"{folder}/{below}")
