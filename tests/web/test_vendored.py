"""What we did not write is pinned, whole, and beside its licence (static/vendor/build.sh makes it anew)."""

import base64
import hashlib
import re
from pathlib import Path

import pytest

from tests import factories
from tests.people import signed_in

VENDOR = Path(__file__).resolve().parents[2] / "static" / "vendor"
CHECKSUMS = {
    "bootstrap/LICENSE": "bc0cd18d94c028f1c0b62ec9fdaddcb9921c1e07c29cf52dc7df8cca9daf2488",
    "bootstrap/bootstrap.css": "e025ee9ae17529f5c0286059ecf1b13c4caad4197a3431a841e4859fe2b72ff1",
    "htmx/LICENSE": "d3d2456f76414f2456104660ebd65aff1c04cd7966b942bdabd63f3cdb316a38",
    "htmx/htmx.min.js": "d6fdc75f204e6bdefa99b69bf1e6d4ac69b8a364f77929f45c13476b4000f717",
    "lucide/LICENSE": "b495047bd93a9b06913511076f504daba17d5bbeb3e0650f3bb53a4220329c57",
    "lucide/icons.svg": "73b661b417aa12ffaae37515f9f4bb3552b5a5e5f6c6d319c9598e05cb67bb8c",
}


@pytest.mark.parametrize("name", sorted(CHECKSUMS))
def test_vendored_file_is_the_pinned_one(name):
    assert hashlib.sha256((VENDOR / name).read_bytes()).hexdigest() == CHECKSUMS[name]


def test_vendored_folders_hold_nothing_unknown():
    known = set(CHECKSUMS) | {"build.sh", "bootstrap/bootstrap.scss", "lucide/icons.txt"}
    assert {str(path.relative_to(VENDOR)) for path in VENDOR.rglob("*") if path.is_file()} == known


@pytest.mark.parametrize("folder", [path.name for path in VENDOR.iterdir() if path.is_dir()])
def test_vendored_library_stands_beside_its_licence(folder):
    assert "opyright" in (VENDOR / folder / "LICENSE").read_text() or folder == "htmx"
    assert (VENDOR / folder / "LICENSE").stat().st_size > 500


@pytest.mark.parametrize("path", sorted(VENDOR.rglob("*.css")), ids=lambda path: path.name)
def test_vendored_styles_fetch_nothing(path):
    addresses = re.findall(r"url\((.{5})", path.read_text())
    assert set(addresses) <= {'"data'}


def test_every_script_is_named_with_the_digest_of_what_is_served(db):
    browser = signed_in(factories.advisor())
    scripts = re.findall(
        r'<script src="([^"]+)" integrity="sha384-([^"]+)" defer>', browser.get("/conseiller/").text
    )
    assert len(scripts) == browser.get("/conseiller/").text.count("<script") > 1
    for address, digest in scripts:
        content = browser.get(address).getvalue()
        assert base64.b64encode(hashlib.sha384(content).digest()).decode() == digest, address
