"""How long the sentences of a page are, as a reader meets them."""

import re
from html.parser import HTMLParser

LONGEST_AVERAGE = 18
_BLOCKS = {
    *("p", "li", "h1", "h2", "h3", "h4", "dt", "dd", "label", "legend", "td", "th", "div", "button", "a"),
    *("summary", "option", "caption", "blockquote", "section", "ul", "ol", "dl", "form", "br", "tr", "span"),
}
# A link or a span inside a sentence does not end it.
_INLINE = {"a", "span"}
_SILENT = {"script", "style", "svg", "select", "head", "header", "footer", "nav"}


class _Reader(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.parts: list[str] = []
        self.silent = 0

    def handle_starttag(self, tag, attrs) -> None:
        if tag in _SILENT:
            self.silent += 1
        elif tag in _BLOCKS - _INLINE:
            self.parts.append("\n")

    def handle_endtag(self, tag) -> None:
        if tag in _SILENT:
            self.silent -= 1
        elif tag in _BLOCKS - _INLINE:
            self.parts.append("\n")

    def handle_data(self, data) -> None:
        if not self.silent:
            self.parts.append(re.sub(r"[ \t\r\n]+", " ", data))


def sentences(html: str) -> list[str]:
    """The sentences of a page's own text: what ends with a full stop, a question or an exclamation mark."""
    reader = _Reader()
    reader.feed(html)
    found = []
    for block in "".join(reader.parts).split("\n"):
        for sentence in re.findall(r"[^.?!…]+[.?!…]+(?=\s|$)", block.strip()):
            if len(words(sentence)) > 1:
                found.append(sentence.strip())
    return found


def words(sentence: str) -> list[str]:
    """The words as a French reader counts them: «l’absence» is one, «14 h 30» three."""
    return re.findall(r"[\w’'-]+", sentence)


def average(html: str) -> float:
    """The mean length in words of a page's sentences; 0 without any."""
    lengths = [len(words(sentence)) for sentence in sentences(html)]
    return sum(lengths) / len(lengths) if lengths else 0.0
