"""The kinds of e-mail: who writes the words of each.

A kind is declared beside the process that owes it, in the app that knows its subject:

    @composes(101, "convocation", label="convocation à un rendez-vous")
    def convocation_mails(rows, now): …

Its composer gets a whole batch and answers with a handful of queries. A row it leaves out, or answers with
`Overtaken`, has lost its purpose (a reminder after the appointment has begun) and is closed as such; a letter that
waits is asked about once more before it is printed.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from django.conf import settings

from accounts.models import NoticeGroup


@dataclass(frozen=True, slots=True)
class Row:
    """One owed message as its composer sees it."""

    id: int
    person_id: int
    subject_id: int
    occurrence: int
    step: int
    payload: Any


@dataclass(frozen=True, slots=True)
class Mail:
    """The words of one e-mail: `templates/emails/<template>.html` and `.txt` are filled with `context`.

    The subject says the act («Convocation : jeudi 3 décembre 2026 à 14 h 30»). The context holds what
    `emails/base.html` names: preheader (the deadline), title, body, action_url, action_label,
    deadline_text, why. Never the content of a message, a motive or a document (product §9).
    `to` is for a mail that goes elsewhere than to the account's address (a new one being confirmed).
    `letter` gives the same facts as words on paper, asked for only when the person is reached by post.
    """

    template: str
    subject: str
    context: dict[str, Any] = field(default_factory=dict)
    to: str | None = None
    letter: "Callable[[], Words] | None" = None


@dataclass(frozen=True, slots=True)
class Words:
    """What a letter says by itself, to somebody who may never open the space: content, reasons, how to act.

    `kind` («convocation», «invitation») gives the frame, `banner` the line above the title; `deadline` is a full
    sentence; `parts` are headed paragraphs (the reasons), `law` too (the rules, the remedies), which stand last.
    Who writes, from where and how to answer are added when the letter is written.
    """

    title: str
    paragraphs: Sequence[str] = ()
    facts: Sequence[tuple[str, str]] = ()
    deadline: str = ""
    parts: Sequence[tuple[str, Sequence[str]]] = ()
    law: Sequence[tuple[str, Sequence[str]]] = ()
    kind: str = ""
    banner: str = ""


@dataclass(frozen=True, slots=True)
class Overtaken:
    """Why a message has lost its purpose, in the words staff read; a row left out says so without a reason."""

    reason: str


def lines_of(text: str) -> list[str]:
    """Part what somebody typed into the sentences of a letter: a line each, empty ones left out."""
    return [line.strip() for line in text.splitlines() if line.strip()]


Composer = Callable[[Sequence[Row], datetime], Mapping[int, Mail | Overtaken]]


@dataclass(frozen=True, slots=True)
class Kind:
    """A kind of e-mail: its number is for ever, the rows carry it."""

    number: int
    name: str
    label: str
    group: NoticeGroup | None
    on_request: bool
    by_post: bool
    compose: Composer


_kinds: dict[int, Kind] = {}


def composes(
    number: int,
    name: str,
    *,
    label: str,
    group: NoticeGroup | None = None,
    on_request: bool = False,
    by_post: bool = False,
) -> Callable[[Composer], Composer]:
    """Declare the composer of one kind of e-mail.

    `group`: what a claimant chooses the way of together with it (product §15); None for what is written to staff,
    and about the account itself, which is always an e-mail.
    `on_request`: the person waits for it before their screen (a sign-in code). It overtakes the others,
    and neither a choice nor an old bounce stops it.
    `by_post`: a notice to a claimant that has words on paper too (each `Mail` brings them).
    """

    def declare(compose: Composer) -> Composer:
        if number in _kinds:
            raise ValueError(f"e-mail kind {number} is taken: {_kinds[number].name}")
        _kinds[number] = Kind(number, name, label, group, on_request, by_post, compose)
        return compose

    return declare


def kinds() -> dict[int, Kind]:
    """Every declared kind, by number."""
    return dict(_kinds)


def kind(number: int) -> Kind | None:
    """The kind of this number, None for one that a release took away."""
    return _kinds.get(number)


def absolute(path: str) -> str:
    """Make the full address of a page, for a link in an e-mail or a letter."""
    return f"{settings.PUBLIC_URL}{path}"
