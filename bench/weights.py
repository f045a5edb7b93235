"""What a visit weighs: every byte over the wire with an empty cache, then the later pages alone."""

import gzip
import re
from collections.abc import Sequence
from typing import TYPE_CHECKING

from bench.load import Answer, Asked, Connection
from bench.measuring import Row

if TYPE_CHECKING:
    from bench.pages import Page

FIRST, LATER = 60_000, 15_000


def rows(port: int, pages: "Sequence[Page]") -> list[Row]:
    """One row for the heaviest first visit and one for the heaviest later page."""
    visits = [Asked("/connexion/"), *(page.asked[0] for page in pages)]
    titles = ["/connexion/", *(page.title for page in pages)]
    first: dict[str, int] = {}
    later: dict[str, int] = {}
    for title, asked in zip(titles, visits, strict=True):
        answer = _fetch(port, asked)
        later[title] = _weight(answer)
        first[title] = later[title] + sum(_weight(_fetch(port, Asked(path))) for path in _files(port, answer))
    return [_row("first visit, all bytes", first, FIRST), _row("later pages", later, LATER)]


def _row(name: str, found: dict[str, int], bar: int) -> Row:
    title, most = max(found.items(), key=lambda pair: pair[1])
    each = ", ".join(f"{size / 1_000:.1f}" for size in found.values())
    return Row(
        name, f"{most / 1_000:.1f} KB", f"heaviest: {title}", most / 1_000, bar / 1_000, unit=" KB", note=each
    )


def _fetch(port: int, asked: Asked) -> Answer:
    connection = Connection(port)
    try:
        answer = connection.ask(asked.as_bytes(accept_encoding="gzip, br"))
    finally:
        connection.close()
    if answer.status != 200:
        raise SystemExit(f"{asked.path} answers {answer.status}")
    return answer


def _weight(answer: Answer) -> int:
    """Bytes on the wire; a page that leaves compression to the proxy before it counts as gzip makes it."""
    if "content-encoding" in answer.headers or not answer.headers["content-type"].startswith("text/html"):
        return answer.size
    return answer.size - len(answer.body) + len(gzip.compress(answer.body, 6))


def _files(port: int, page: Answer) -> list[str]:
    """Every file of ours a browser loads for a page: what it names, and what its style sheets name."""
    text = page.body if "content-encoding" not in page.headers else gzip.decompress(page.body)
    found = set(re.findall(r'(?:href|src)="(/static/[^"#]+)', text.decode()))
    for path in [one for one in found if one.endswith(".css")]:
        style = Connection(port)
        body = style.ask(Asked(path).as_bytes()).body.decode()
        style.close()
        folder = path.rpartition("/")[0]
        for name in re.findall(r"url\([\"']?([^\"')#]+)", body):
            if not name.startswith("data:"):
                found.add(name if name.startswith("/") else f"{folder}/{name}")
    return sorted(found)
