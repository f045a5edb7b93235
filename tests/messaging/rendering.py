"""What every e-mail must be; one call for the test of each kind.

    shown = check_mail(mails[row.id], facts=["jeudi 3 décembre 2026", "14 h 30", "M. Le Goff"])

`shown.text` and `shown.visible` (the HTML's words) are there for what only this kind must say.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from email import message_from_bytes, policy
from email.message import EmailMessage
from html.parser import HTMLParser
from unittest.mock import patch

from django.conf import settings
from django.template import engines

from messaging import emails
from messaging.delivery.rendering import letter
from messaging.emails import Mail, Words
from messaging.models import OutboxMessage
from portal.core.french import typographic
from tests.messaging import golden as golden_texts
from tests.messaging import in_space
from tests.messaging.on_paper import check_letter, golden
from tests.web.claimant import readability

LONGEST_AVERAGE_SENTENCE = 18
# Mail readers cut off what is longer (Gmail: 102 kB).
LARGEST = 90_000
MISSING = "‹missing %s›"
VOID = {"area", "base", "br", "col", "embed", "hr", "img", "input", "link", "meta", "source", "track", "wbr"}
# An ordinary blank there may end a line; a straight apostrophe, a threat or a dead end have no place.
BAD_TYPOGRAPHY = re.compile(r"\w [?!;»:](?!\S)|« |\w'\w|\.\.\.")
BAD_WORDS = re.compile(r"définiti|radié d’office|sous peine|TODO|lorem", re.IGNORECASE)
NUMBERS = re.compile(r"\d+")


@dataclass(frozen=True)
class Shown:
    """One e-mail as its reader gets it; no-break blanks are ordinary ones in `text` and `visible`."""

    message: EmailMessage
    text: str
    html: str
    visible: str


def check_mail(
    mail: Mail,
    *,
    facts: Sequence[str] = (),
    to: str = "nour@exemple.fr",
    owed: OutboxMessage | None = None,
    now: datetime | None = None,
) -> Shown:
    """Render one e-mail and check all that e-mails have in common; the facts stand in both its parts.

    `owed`, the row it settles: its letter's whole text is held against a golden file, and the page its button leads
    to is opened at `now`, as the person it is written to.
    """
    message = _rendered(mail, to)
    raw_text = _part(message, "plain")
    html = _part(message, "html")
    page = _Page(html)
    shown = Shown(message, _plain(raw_text), html, _plain(page.visible))
    _check_heads(message, mail)
    _check_page(page, mail)
    _check_words(raw_text, page.visible)
    mean = readability.average(html)
    assert mean <= LONGEST_AVERAGE_SENTENCE, f"long sentences in the HTML ({mean:.1f} words)"
    _check_same_facts(shown, mail, facts)
    if mail.letter is not None:
        _check_paper(mail.letter(), shown)
    if owed is not None:
        _keep_letter(mail, owed)
        in_space.check_page(mail, shown.text, owed, now)
    return shown


def _keep_letter(mail: Mail, owed: OutboxMessage) -> None:
    """Hold the letter against its golden text."""
    kind = emails.kinds()[owed.kind]
    assert mail.letter is not None or not kind.by_post, f"{kind.name} goes by post and has no letter"
    if mail.letter is not None and kind.by_post:
        golden_texts.hold(kind, mail.letter())


def _rendered(mail: Mail, to: str) -> EmailMessage:
    # A name that the context lacks shows up instead of leaving a hole.
    engine = engines["django"].engine
    with patch.object(engine, "string_if_invalid", MISSING):
        written = letter(mail, to=to, message_id="<1.1@testserver>", now=datetime(2026, 12, 1, tzinfo=UTC))
    assert len(written.content) < LARGEST
    assert max(len(line) for line in written.content.split(b"\r\n")) < 998
    return message_from_bytes(written.content, policy=policy.default)


def _part(message: EmailMessage, subtype: str) -> str:
    part = message.get_body((subtype,))
    assert part is not None, f"no {subtype} part"
    return part.get_content().replace("\r\n", "\n")


def _check_heads(message: EmailMessage, mail: Mail) -> None:
    assert not message.defects
    assert 10 <= len(mail.subject) <= 110, f"a subject is read on a phone: {mail.subject!r}"
    assert message["Subject"] == typographic(mail.subject)
    assert message["Auto-Submitted"] == "auto-generated"
    assert mail.context.get("preheader"), "the preheader says the deadline, or what is asked"


def _check_page(page: "_Page", mail: Mail) -> None:
    assert not page.faults, page.faults
    assert page.tags.count("h1") == 1
    assert page.tags.count("title") == 1
    assert page.language == "fr"
    assert not {"script", "img", "iframe", "form", "link", "object"} & set(page.tags), (
        "nothing that tracks or runs"
    )
    assert page.visible.strip().startswith(str(mail.context["preheader"]).strip())
    for address in page.links:
        assert address.startswith((f"{settings.PUBLIC_URL}/", "tel:", "mailto:")), address


def _check_words(text: str, visible: str) -> None:
    for words in (text, visible):
        for sign in ("{{", "}}", "{%", "%}", "‹missing", "None", "&amp;", "&#"):
            assert sign not in words, f"{sign} in: {words}"
        prose = re.sub(r"https?://\S+", "", words)
        for wrong in (BAD_TYPOGRAPHY, BAD_WORDS):
            found = wrong.search(prose)
            assert found is None, f"{found and found.group()!r} in: {prose}"
    assert average_sentence(text) <= LONGEST_AVERAGE_SENTENCE, (
        f"long sentences ({average_sentence(text):.1f} words)"
    )
    assert not re.search(r"<\w+[ >]", text), "tags in the text part"


def _check_same_facts(shown: Shown, mail: Mail, facts: Sequence[str]) -> None:
    named = [
        str(mail.context[key]) for key in ("title", "deadline_text", "action_label") if mail.context.get(key)
    ]
    for fact in [*map(_plain, facts), *map(_plain, named)]:
        assert fact.casefold() in shown.text.casefold(), f"{fact!r} is not in the text: {shown.text}"
        assert fact.casefold() in shown.visible.casefold(), f"{fact!r} is not in the HTML: {shown.visible}"
    if mail.context.get("action_url"):
        assert mail.context["action_url"] in shown.text
    # Whatever else they say: no date, hour or sum stands in one part only.
    preheader = set(NUMBERS.findall(_plain(str(mail.context["preheader"]))))
    in_text, in_html = set(NUMBERS.findall(shown.text)), set(NUMBERS.findall(shown.visible))
    assert in_text == in_html | (preheader & in_text), f"numbers differ: {in_text ^ in_html}"
    assert preheader <= in_text, "the preheader says nothing that the mail does not say"


def _check_paper(words: Words, shown: Shown) -> None:
    """The third channel says the same, in words as plain, and closes no door."""
    check_letter(words, shown.text)
    said = golden(words)
    for wrong in (BAD_TYPOGRAPHY, BAD_WORDS):
        found = wrong.search(said)
        assert found is None, f"{found and found.group()!r} in: {said}"
    mean = average_sentence(said.replace("\n", "\n\n"))
    assert mean <= LONGEST_AVERAGE_SENTENCE, f"long sentences on the letter ({mean:.1f} words)"


def average_sentence(text: str) -> float:
    """The average number of words in a sentence; a line of its own is a sentence, an address is no word."""
    prose = re.sub(r"https?://\S+", "", text)
    sentences = [
        words
        for part in re.split(r"[.!?…]+\s|\n\s*\n|\n(?=[-–•])", prose)
        if (words := re.findall(r"\w[\w’-]*", part))
    ]
    return sum(map(len, sentences)) / max(len(sentences), 1)


def _plain(words: str) -> str:
    return re.sub(r"[ \u00a0\u202f\t]+", " ", typographic(words))


class _Page(HTMLParser):
    """The HTML's tags, links and visible words; `faults` are tags that don't close as they opened."""

    def __init__(self, html: str) -> None:
        super().__init__(convert_charrefs=True)
        self.tags: list[str] = []
        self.links: list[str] = []
        self.faults: list[str] = []
        self.visible = ""
        self.language: str | None = None
        self._open: list[str] = []
        self.feed(html)
        self.close()
        self.faults += [f"<{tag}> never closed" for tag in self._open]

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = dict(attrs)
        self.tags.append(tag)
        self.links += [str(given[name]) for name in ("href", "src") if name in given]
        if tag == "html":
            self.language = given.get("lang")
        if tag in ("p", "div", "br", "h1", "h2", "li", "tr", "td"):
            self.visible += "\n"
        if tag not in VOID:
            self._open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        if tag in VOID:
            return
        if not self._open or self._open[-1] != tag:
            self.faults.append(f"</{tag}> closes {self._open[-1:]}")
        else:
            self._open.pop()

    def handle_data(self, data: str) -> None:
        if not {"style", "title", "script"} & set(self._open):
            self.visible += re.sub(r"[ \n\t]+", " ", data)
