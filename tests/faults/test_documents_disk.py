"""The documents' disk is gone, read-only or full: nothing half-done, a clear sentence, reading goes on."""

import os
import re
import resource
import subprocess
from contextlib import contextmanager

import pytest
from PIL import Image

from tests.core.documents.corpora.pdf_writer import plain
from tests.core.documents.corpora.photos import saved
from tests.faults.standing import SOON, timed, upload

SENTENCE = "Nous ne pouvons pas enregistrer de fichier pour le moment"
# Larger than the room that is left, smaller than what would go through a temporary file of its own.
PHOTO = saved(Image.frombytes("RGB", (400, 300), os.urandom(400 * 300 * 3)), "PNG")


@contextmanager
def no_folder(portal):
    """The store's mount is not there: a file stands in its place. Root is refused by this too."""
    folder = portal.folder / "documents"
    folder.mkdir(exist_ok=True)
    aside = folder.rename(portal.folder / "documents.aside")
    folder.write_text("not a folder")
    try:
        yield
    finally:
        folder.unlink()
        aside.rename(folder)


@contextmanager
def full_disk(portal):
    """The kernel refuses any file beyond 64 kB to every process of web and worker, as a full disk would."""
    pids = [pid for name in ("web", "worker") for pid in family(portal.children[name].process.pid)]
    unlimited = (resource.RLIM_INFINITY, resource.RLIM_INFINITY)
    for pid in pids:
        resource.prlimit(pid, resource.RLIMIT_FSIZE, (65_536, resource.RLIM_INFINITY))
    try:
        yield
    finally:
        for pid in pids:
            resource.prlimit(pid, resource.RLIMIT_FSIZE, unlimited)


def family(pid: int) -> list[int]:
    listed = subprocess.run(["ps", "--ppid", str(pid), "-o", "pid="], capture_output=True, text=True)
    return [pid, *(each for child in map(int, listed.stdout.split()) for each in family(child))]


def stored(portal) -> set[str]:
    found = (portal.folder / "documents").rglob("*")
    return {str(path) for path in found if path.is_file()}


@pytest.mark.parametrize("trouble", [no_folder, full_disk])
def test_store_that_takes_nothing_refuses_in_words_and_keeps_the_form(portal, trouble):
    camille = portal.camille()
    title = f"Photo {trouble.__name__}"
    camille.get("/espace/documents/")
    documents = portal.number("SELECT count(*) FROM core_document")
    entries = portal.number("SELECT count(*) FROM core_journalentry WHERE code = 50")
    files = stored(portal)
    with trouble(portal):
        seen = upload(camille, "/espace/documents/", "photo.png", PHOTO, title=title)
        assert seen.status == 409
        assert SENTENCE in seen.page
        assert "3949" in seen.page
        assert f'value="{title}"' in seen.page, "what was typed is still there"
        for path in ("/espace/", "/espace/documents/", f"/espace/convocations/{portal.people['read']}/"):
            seen = timed(camille, path)
            assert (seen.status, seen.seconds < SOON) == (200, True), path
    assert portal.number("SELECT count(*) FROM core_document") == documents
    assert portal.number("SELECT count(*) FROM core_journalentry WHERE code = 50") == entries
    assert stored(portal) == files
    again = upload(camille, "/espace/documents/", "photo.png", PHOTO, title=title)
    assert "est envoyé" in again.page
    state = "SELECT state FROM core_document WHERE title = %s"
    assert portal.wait(lambda: portal.sql(state, title) == [("RECEIVED",)], 60), "looked into again"


def test_document_out_of_reach_says_that_it_is_kept(portal):
    camille = portal.camille()
    camille.get("/espace/documents/")
    sent = upload(camille, "/espace/documents/", "papier.pdf", plain(pages=1), title="Papier gardé")
    assert "est envoyé" in sent.page
    state = "SELECT state FROM core_document WHERE title = 'Papier gardé'"
    assert portal.wait(lambda: portal.sql(state) == [("RECEIVED",)], 60)
    path = re.search(r"/documents/[^/\"]+/", timed(camille, "/espace/documents/").page).group()
    assert timed(camille, path).status == 200
    with no_folder(portal):
        told = timed(camille, path)
        assert told.status == 409
        assert "Il est bien gardé" in told.page
    assert timed(camille, path).status == 200
