"""The whole text of each letter, kept as a file beside the tests: a sentence that changes is seen in review.

`make letters` writes the files anew; a letter's are in `tests/messaging/letters/<kind>/`, one a test that writes it.
"""

import os
import re
from collections import Counter
from pathlib import Path

from messaging.emails import Kind, Words
from portal.core.french import NBSP
from tests.messaging.on_paper import printed

FOLDER = Path(__file__).parent / "letters"
WRITING = os.environ.get("GOLDEN") == "write"
# What is drawn by lot, or counted up from one test to the next.
_DRAWN = (
    (re.compile(r"\b([A-Z]{2})-[0-9A-Z]{4}-[0-9A-Z]{4}\b"), r"\1-0000-0000"),
    (re.compile(r"\b[0-9a-f]{16}\b"), "0123456789abcdef"),
    (re.compile(r"\b(Martin|Agence )\d+\b"), r"\1"),
)
_told: Counter[str] = Counter()


def hold(kind: Kind, words: Words) -> None:
    """Hold a letter against the file of the test that runs, or write that file."""
    file = FOLDER / kind.name / f"{_place(kind)}.txt"
    text = whole_text(words)
    if WRITING:
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text)
    assert file.exists(), f"no golden text {file}: write it with «make letters» and read it"
    assert text == file.read_text(), f"the letter is no longer {file}: «make letters» writes it anew"


def whole_text(words: Words) -> str:
    """All that stands on a letter, in its order, a line a sentence; what is drawn by lot put aside."""
    said = printed(words)
    lines = [*said["sender"], "", *said["recipient"], "", said["place_and_date"], ""]
    lines += [f"[{said['kind'] or 'lettre'}]", said["banner"], f"# {said['title']}", said["deadline"]]
    lines += [f"{fact['label']}{NBSP}: {fact['value']}" for fact in said["facts"]]
    lines += said["paragraphs"]
    for part in said["parts"]:
        lines += ["", f"## {part['title']}", *part["sentences"]]
    text = re.sub(r"\n{3,}", "\n\n", "\n".join([*lines, "", said["signature"], ""]))
    for drawn, instead in _DRAWN:
        text = drawn.sub(instead, text)
    return text


def _place(kind: Kind) -> str:
    """Name the file after the test, counted where one test writes several letters of a kind."""
    running = os.environ["PYTEST_CURRENT_TEST"].rpartition("::")[2].rpartition(" ")[0]
    name = re.sub(r"[^a-z0-9]+", "-", running.removeprefix("test_").lower()).strip("-")
    _told[f"{kind.name} {running}"] += 1
    number = _told[f"{kind.name} {running}"]
    return name if number == 1 else f"{name}-{number}"
