"""The stage of the stories: the whole portal with a clock that moves, and people who sit at browsers."""

import os
import re
import signal
import socket
import time
from collections.abc import Collection, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from datetime import time as hour
from email.message import EmailMessage
from typing import Any
from zoneinfo import ZoneInfo

import holidays
from playwright.sync_api import BrowserContext, Page, expect

from stack.demo import answers
from tests import people
from tests.faults.portal import Portal

PARIS = ZoneInfo("Europe/Paris")
# A Monday morning in winter with no holiday for weeks around.
FIRST_DAY = datetime(2027, 1, 11, 9, 0, tzinfo=PARIS)
# Two of beat's ticks and the work between them, on a machine that is busy.
PATIENCE = 40
# The same for one page, in milliseconds.
PAGE = 20_000


class Stage(Portal):
    """The portal of the stories; beat and worker do whatever its clock brings."""

    cast: "dict[str, Someone]"

    def open(self) -> None:
        """Set the clock, let everybody in, start web, worker and beat."""
        with socket.socket() as probe:  # not the demo's ports: somebody may be about to take them
            probe.bind(("127.0.0.1", 0))
            self.port = probe.getsockname()[1]
        self.go_to(FIRST_DAY)
        self.cast = {name: Someone(**known) for name, known in self.run("tests.journeys.seed").items()}
        self.start_services()
        assert answers(self.port)

    # --- time -------------------------------------------------------------------

    def now(self) -> datetime:
        return datetime.now(UTC) + self.offset

    def go_to(self, instant: datetime) -> None:
        """Move the clock of every process to an instant."""
        self.move_clock(instant - self.now())
        time.sleep(0.25)  # a process believes the clock it read for 0.2 s

    def weekday(self, ahead: int, among: Collection[int] = (1, 2, 3)) -> date:
        """Give a working day from Tuesday to Thursday, or `among` others, at least so many days ahead."""
        closed = holidays.country_holidays("FR")
        day = self.now().astimezone(PARIS).date() + timedelta(days=ahead)
        while day.weekday() not in among or day in closed:
            day += timedelta(days=1)
        return day

    @contextmanager
    def worker_asleep(self) -> Iterator[None]:
        """Let nobody work for a while: what falls due meanwhile is done afterwards."""
        process = self.children["worker"].process
        os.killpg(process.pid, signal.SIGSTOP)
        try:
            yield
        finally:
            os.killpg(process.pid, signal.SIGCONT)

    # --- what came of it ----------------------------------------------------------

    def mails(self, to: "Someone", subject: str) -> list[EmailMessage]:
        """Every mail this person got whose subject begins like this pattern, no-break blanks as ordinary ones."""
        return [
            mail
            for mail in self.sink.box.messages()
            if mail["Delivered-To"] == to.email and re.match(subject, plain(mail["Subject"]))
        ]

    def mail(self, to: "Someone", subject: str, number: int = 1) -> str:
        """Wait for so many mails of this subject; give the last one's words."""
        came = self.wait(lambda: len(self.mails(to, subject)) >= number, PATIENCE)
        subjects = [
            plain(mail["Subject"]) for mail in self.sink.box.messages() if mail["Delivered-To"] == to.email
        ]
        assert came, f"{to.name} waits for «{subject}» ({number}) at {self.now()}; came: {subjects}"
        return plain(self.mails(to, subject)[-1].get_body(("plain",)).get_content())

    def state(self, table: str, ref: str) -> str:
        """The state of a row, straight from the database."""
        from portal.core.references import to_number

        number = to_number(ref[:2], ref)
        return self.sql(f"SELECT state FROM {table} WHERE ref = %s", number)[0][0]

    def becomes(self, table: str, ref: str, state: str) -> None:
        assert self.wait(lambda: self.state(table, ref) == state, PATIENCE), self.state(table, ref)

    def missed(self, who: "Someone") -> dict[str, str]:
        """Give somebody an absence recorded two hours ago; its dates and references."""
        return self.run("tests.journeys.seed", "missed", who.email)

    def decided(self, who: "Someone") -> dict[str, str]:
        """Give somebody a measure that has begun; the references of the procedure and of what contests it."""
        return self.run("tests.journeys.seed", "decided", who.email)


@dataclass
class Someone:
    """A person of the cast, with what they know and hold."""

    id: int
    name: str
    email: str
    password: str
    ref: str = ""
    secret: str = ""
    paper: list[str] = field(default_factory=list)
    used: set[str] = field(default_factory=set)
    # Their browser's, of the last time they signed in.
    cookies: list[Any] = field(default_factory=list)

    def code(self) -> str:
        """A code the phone shows that was not used yet; else one of those on paper."""
        for step in (0, -1):
            code = people.totp_code(self.secret, step)
            if code not in self.used:
                self.used.add(code)
                return code
        return self.paper.pop()


class Seat:
    """Somebody at a browser."""

    def __init__(self, context: BrowserContext, portal: Stage, who: Someone) -> None:
        self.portal, self.who = portal, who
        context.set_default_timeout(PAGE)
        context.add_cookies(who.cookies)
        self.page: Page = context.new_page()

    def go(self, path: str) -> "Seat":
        self.page.goto(path if path.startswith("http") else self.portal.address + path)
        return self

    def sign_in(self, next_page: str = "") -> "Seat":
        """Open a page, signing in on the way, second step and all, where the session of before has ended."""
        self.go(next_page or "/connexion/")
        if "/connexion/" not in self.page.url:
            return self
        self.fill("Adresse e-mail", self.who.email).fill("Mot de passe", self.who.password)
        self.press("Me connecter")
        if self.who.secret:
            expect(self.page).to_have_title(re.compile("Deuxième étape"))
            self.fill("Code de votre application", self.who.code()).press("Me connecter")
        expect(self.page).not_to_have_url(re.compile("/connexion/"), timeout=PAGE)
        self.who.cookies = self.page.context.cookies()
        return self

    def answers(self, path: str) -> int:
        """The status this person gets for a page."""
        return self.page.request.get(self.portal.address + path).status

    def fill(self, label: str, words: str) -> "Seat":
        self.page.get_by_label(label, exact=True).fill(words)
        return self

    def choose(self, label: str) -> "Seat":
        self.page.get_by_role("radio", name=re.compile(f"^{label}")).check()
        return self

    def press(self, name: str) -> "Seat":
        with self.page.expect_navigation():
            self.page.get_by_role("button", name=name).first.click()
        return self

    def follow(self, name: str) -> "Seat":
        with self.page.expect_navigation():
            self.page.get_by_role("link", name=name).first.click()
        return self

    def reads(self, *words: str) -> "Seat":
        for one in words:
            expect(self.page.locator("main")).to_contain_text(one, timeout=PAGE)
        return self

    def reads_not(self, *words: str) -> "Seat":
        for one in words:
            expect(self.page.locator("main")).not_to_contain_text(one, timeout=PAGE)
        return self

    def download(self, name: str) -> bytes:
        """Follow a link that gives a file; its bytes."""
        with self.page.expect_download() as coming:
            self.page.get_by_role("link", name=name).first.click()
        return coming.value.path().read_bytes()

    @property
    def path(self) -> str:
        return self.page.url.removeprefix(self.portal.address)

    def last_part(self) -> str:
        return self.path.partition("?")[0].rstrip("/").rpartition("/")[2]


def plain(words: str) -> str:
    return re.sub(r"[ \u00a0\u202f\t]+", " ", str(words))


def at(day: date, hours: int, minutes: int = 0) -> datetime:
    return datetime.combine(day, hour(hours, minutes), tzinfo=PARIS)


def link_in(words: str) -> str:
    """The first link to a page of the portal in a mail's words."""
    found = re.search(r"https?://\S+/espace/\S*", words)
    assert found, words
    return found.group()
