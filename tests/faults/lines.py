"""People with a thread open: what their line tells them, and what they write meanwhile."""

import http.client
import random
import re
import socket
import threading
import time
import uuid
from collections import Counter
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass, field

from tests.faults.portal import Portal, Visitor

# A browser waits the two seconds the line names; a test need not.
COME_BACK = 0.5
# The process of the live pages breathes every 20 s: silent for longer, a line is cut.
SILENCE = 30
PATIENCE = 90
# What a door answers to somebody whose thread it is not, or who is not signed in (any more).
SHUT = {302, 401, 403, 404}


@dataclass(frozen=True)
class Thread:
    pk: int
    ref: str
    claimant_id: int
    advisor_id: int

    def path(self, *, for_person: bool) -> str:
        return f"/{'espace' if for_person else 'conseiller'}/messages/{self.ref}/"


class Line:
    """One browser's EventSource on a thread: cut off, it comes back with the last id it was given."""

    def __init__(self, portal: Portal, thread: Thread, *, for_person: bool) -> None:
        self.portal, self.thread, self.for_person = portal, thread, for_person
        self.visitor = Visitor(portal.address)
        # The number of the last message it was told of; every `change`, with its instant.
        self.told = 0
        self.heard: list[tuple[float, int]] = []
        self.opened = self.resumed = 0
        self.answers: Counter[int] = Counter()
        self.shut_at: float | None = None
        self._last_id = ""
        self._socket: socket.socket | None = None
        self._enough = threading.Event()
        self._listener = threading.Thread(target=self._listen, daemon=True)

    @property
    def user_id(self) -> int:
        return self.thread.claimant_id if self.for_person else self.thread.advisor_id

    @property
    def shut_out(self) -> set[int]:
        return SHUT & self.answers.keys()

    def open(self) -> None:
        assert self.portal.wait(lambda: self.visitor.enter(self.user_id), 60)
        self._listener.start()

    def close(self) -> None:
        self._enough.set()
        with suppress(OSError):
            # What it waits for is the line's next breath, 20 s away at most.
            if self._socket:
                self._socket.shutdown(socket.SHUT_RDWR)
        self._listener.join(SILENCE + 5)

    def _listen(self) -> None:
        while not self._enough.is_set():
            with suppress(OSError, http.client.HTTPException):
                self._once()
            self._enough.wait(COME_BACK)

    def _once(self) -> None:
        line = http.client.HTTPConnection("127.0.0.1", self.portal.live_port, timeout=SILENCE)
        try:
            cookies = "; ".join(f"{cookie.name}={cookie.value}" for cookie in self.visitor.jar)
            headers = {"Cookie": cookies, "Accept": "text/event-stream"}
            if self._last_id:
                headers["Last-Event-ID"] = self._last_id
            line.request("GET", f"{self.thread.path(for_person=self.for_person)}direct/", headers=headers)
            self._socket = line.sock
            answer = line.getresponse()
            self.answers[answer.status] += 1
            if answer.status == 200:
                self.opened += 1
                self.resumed += bool(self._last_id)
                self._read(answer)
            elif answer.status in SHUT and self.shut_at is None:
                self.shut_at = time.monotonic()
        finally:
            line.close()

    def _read(self, answer: http.client.HTTPResponse) -> None:
        kind = name = data = ""
        while not self._enough.is_set() and (raw := answer.readline()):
            key, _, value = raw.decode().rstrip("\n").partition(": ")
            if raw == b"\n":
                # An event counts when it is whole (WHATWG HTML § 9.2.6).
                self._last_id = name or self._last_id
                if kind in ("change", "calm"):
                    self._hear(int(self._last_id.partition("-")[0]) if kind == "calm" else int(data))
                kind = name = data = ""
            elif key == "event":
                kind = value
            elif key == "id":
                name = value
            elif key == "data":
                data = value

    def _hear(self, number: int) -> None:
        self.heard.append((time.monotonic(), number))
        self.told = number


@dataclass
class Talkers:
    """People and advisors who write, each sending the same form again until the page shows what they wrote."""

    portal: Portal
    threads: Sequence[Thread]
    draw: random.Random
    # What a page has shown as sent: its text, in which thread.
    promised: list[tuple[str, int]] = field(default_factory=list)
    gave_up: list[str] = field(default_factory=list)
    errors: list[Exception] = field(default_factory=list)
    answers: Counter[int] = field(default_factory=Counter)
    # A thread whose owner has changed is left to its person.
    moved: set[int] = field(default_factory=set)
    silent: set[int] = field(default_factory=set)

    def __post_init__(self) -> None:
        self._enough = threading.Event()
        middle = len(self.threads) // 2
        seats = [(self.threads[:middle], True), (self.threads[middle:], True), (self.threads, False)]
        self._seats = [threading.Thread(target=self._come, args=seat, daemon=True) for seat in seats]

    def start(self) -> None:
        for seat in self._seats:
            seat.start()

    def leave(self) -> None:
        self._enough.set()
        for seat in self._seats:
            seat.join(60)

    def _come(self, threads: Sequence[Thread], for_person: bool) -> None:
        visitors: dict[int, Visitor] = {}
        try:
            while not self._enough.is_set():
                for thread in threads:
                    if self._enough.is_set():
                        return
                    who = thread.claimant_id if for_person else thread.advisor_id
                    if (thread.pk in self.moved and not for_person) or who in self.silent:
                        continue
                    self._insist(
                        thread, visitors.setdefault(who, Visitor(self.portal.address)), who, for_person
                    )
                    self._enough.wait(self.draw.uniform(0.1, 0.5))
        except Exception as error:
            self.errors.append(error)

    def _insist(self, thread: Thread, visitor: Visitor, who: int, for_person: bool) -> None:
        text, key = f"Message {uuid.uuid4()}", str(uuid.uuid4())
        path, end = thread.path(for_person=for_person), time.monotonic() + PATIENCE
        while not self._enough.is_set():
            if time.monotonic() > end:
                self.gave_up.append(text)
                return
            page = self._noted(visitor.get(path))
            if "form_key" not in page:
                visitor.enter(who)
            elif text in page or self._send(visitor, path, page, text, key, for_person):
                self.promised.append((text, thread.pk))
                return
            if thread.pk in self.moved and not for_person:
                return
            self._enough.wait(0.3)

    def _send(self, visitor: Visitor, path: str, page: str, text: str, key: str, for_person: bool) -> bool:
        fields = {"form_key": key, "body": text}
        if not for_person:
            seen = re.search(r'name="seen" value="([^"]*)"', page)
            fields |= {"via": "WEB", "seen": seen[1] if seen else ""}
        status, after = visitor.post(path, **fields)
        self.answers[status] += 1
        # Refused with what was said meanwhile (409), the text stands in the form: that is no promise.
        return status == 200 and text in after

    def _noted(self, answer: tuple[int, str]) -> str:
        self.answers[answer[0]] += 1
        return answer[1] if answer[0] == 200 else ""
