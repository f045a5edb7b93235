"""What the documentation points at exists, and what it names can be run."""

import re
import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]
PAGES = sorted(
    page
    for folder in (".", "docs", "docs/decisions", "deploy")
    for page in (ROOT / folder).glob("*.md")
    if page.is_file()
)
FENCE = re.compile(r"^\s*```.*?^\s*```\s*$", re.MULTILINE | re.DOTALL)
LINK = re.compile(r"(?<!`)\[[^\]]*\]\(([^)\s]+)\)")
COMMAND = re.compile(r"\bmake ([a-z][a-z-]*)")
# A path of somebody's machine, or the address of somebody's network, helps no reader.
MACHINE = re.compile(
    r"(?<![\w.])/(?:home|root|Users|work|mnt|workspace)/|\b(?:10|192\.168|172\.(?:1[6-9]|2\d|3[01]))(?:\.\d+){2,3}\b"
)
MOST_BYTES = 150_000

# Not named «page»: that is the browser of the tests.
pages = pytest.mark.parametrize("text", PAGES, ids=lambda text: str(text.relative_to(ROOT)))


@pages
def test_every_link_leads_somewhere(text):
    for target in LINK.findall(FENCE.sub("", text.read_text())):
        if "://" in target or target.startswith("mailto:"):
            continue
        path, _, heading = target.partition("#")
        goal = (text.parent / path).resolve() if path else text
        assert goal.exists(), f"{target} is not there"
        assert goal.is_relative_to(ROOT), f"{target} leaves the project"
        if heading:
            assert heading in headings(goal), f"{target} names no heading"


def headings(page: Path) -> set[str]:
    """The anchors a reader of Markdown makes of the headings of a page."""
    lines = re.findall(r"^#+ (.+)$", FENCE.sub("", page.read_text()), re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", line.lower()).strip().replace(" ", "-") for line in lines}


@pytest.mark.parametrize("name", ["README.md", "CONTRIBUTING.md", "docs/README.md"])
def test_every_command_named_is_in_the_makefile(name):
    code = re.findall(r"`[^`\n]+`|^make .+$", (ROOT / name).read_text(), re.MULTILINE)
    named = {command for part in code for command in COMMAND.findall(part)}
    targets = set(re.findall(r"^([a-z][a-z-]*):", (ROOT / "Makefile").read_text(), re.MULTILINE))
    assert named <= targets
    if name == "README.md":
        assert {"demo", "test"} <= named


def test_every_document_stands_in_the_index():
    index = (ROOT / "docs" / "README.md").read_text()
    assert [page.name for page in (ROOT / "docs").glob("*.md") if f"({page.name})" not in index] == [
        "README.md"
    ]


@pages
def test_nothing_speaks_of_one_machine(text):
    found = MACHINE.search(text.read_text())
    assert found is None, found and found.group()


def test_decisions_are_dated_and_short():
    notes = sorted((ROOT / "docs" / "decisions").iterdir())
    assert notes
    for note in notes:
        assert re.fullmatch(r"20\d\d-\d\d-\d\d-[a-z-]+\.md", note.name)
        assert len(note.read_text().splitlines()) <= 15, f"{note.name} is long"


def test_every_picture_is_light_and_shown():
    """Pictures that nobody shows, or that weigh, stay in every clone for ever."""
    shown = (ROOT / "README.md").read_text()
    for picture in (ROOT / "docs" / "pictures").iterdir():
        assert picture.stat().st_size <= MOST_BYTES
        assert f"docs/pictures/{picture.name}" in shown, f"{picture.name} is shown nowhere"


def test_help_lists_every_command_of_the_readme():
    shown = subprocess.run(["make", "help"], cwd=ROOT, capture_output=True, text=True, check=True).stdout
    for command in ("demo", "test", "check", "bench", "faults", "screenshots", "clean"):
        assert f"make {command}" in shown
