"""The whole product behind proxies that fail on demand, and what its people see of it."""

import os
import socket
import time
import urllib.parse
import urllib.request
import uuid
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path

from tests.faults.portal import Portal, Visitor
from tests.faults.proxy import PASS, FaultProxy

# A page «still answers»: the bar of reading.
SOON = 1.0


def a_port() -> int:
    """Draw a port of our own: several runs may start at once on one machine."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


class StandingPortal(Portal):
    """A portal whose every dependency can be made to fail, and comes back when the test is over."""

    def __init__(self, folder: Path) -> None:
        super().__init__(folder)
        self.port = a_port()
        nothing = ("127.0.0.1", 0)
        (self.sockets / "pgp").mkdir(mode=0o711)
        scanner = urllib.parse.urlsplit(os.environ.get("CLAMAV_URL", "none"))
        self.proxies = {
            "postgres": FaultProxy(self.sockets / "pgp/.s.PGSQL.5432", self.sockets / "pg/.s.PGSQL.5432"),
            "redis": FaultProxy(self.sockets / "vkp", self.valkey.socket),
            "smtp": FaultProxy(nothing, nothing),
        }
        if scanner.scheme == "unix":
            self.proxies["clamav"] = FaultProxy(self.sockets / "clp", Path(scanner.path))
        self._exits = ExitStack()
        self.people: dict = {}

    @property
    def environment(self) -> dict[str, str]:
        changed = {
            "DATABASE_URL": f"postgresql://portal@/portal?host={self.sockets / 'pgp'}",
            "REDIS_URL": f"unix://{self.sockets / 'vkp'}?db=0",
            "EMAIL_URL": f"smtp://127.0.0.1:{self.proxies['smtp'].port}",
        }
        if "clamav" in self.proxies:
            changed["CLAMAV_URL"] = f"unix://{self.sockets / 'clp'}"
        return super().environment | changed

    def __enter__(self) -> "StandingPortal":
        for proxy in self.proxies.values():
            self._exits.enter_context(proxy)
        super().__enter__()
        self.proxies["smtp"].upstream = ("127.0.0.1", self.sink.port)
        self.people = self.run("tests.faults.small")
        self.start_services()
        assert self.wait(lambda: self.asked("/healthz").status == 200, 60)
        return self

    def __exit__(self, *error: object) -> None:
        super().__exit__(*error)
        self._exits.close()

    def all_well(self) -> None:
        """Turn everything back and wait until the portal says that it is well."""
        for proxy in self.proxies.values():
            if proxy.mode != PASS:
                proxy.turn(PASS)
        assert self.wait(lambda: self.asked("/healthz").status == 200, 60), self.asked("/healthz").page

    def asked(self, path: str) -> "Answer":
        """Ask as somebody without a session, a monitor for example."""
        return timed(Visitor(self.address), path)

    def camille(self) -> Visitor:
        visitor = Visitor(self.address)
        assert visitor.enter(self.people["camille"])
        return visitor


@dataclass
class Answer:
    """What somebody saw, and how long they waited for it."""

    status: int
    page: str
    seconds: float


def timed(visitor: Visitor, path: str, **fields: str) -> Answer:
    """GET, or POST with fields; patience of a test, not of a person."""
    visitor.patience = 60
    started = time.monotonic()
    status, page = visitor.post(path, **fields) if fields else visitor.get(path)
    return Answer(status, page, time.monotonic() - started)


def upload(
    visitor: Visitor, path: str, name: str, content: bytes, *, slowly: float = 0.0, **fields: str
) -> Answer:
    """POST a form with one file, as a browser would; over some seconds if asked."""
    token = next(cookie.value for cookie in visitor.jar if cookie.name == "csrf")
    edge = "----un-bord-de-formulaire"
    parts = [
        f'--{edge}\r\nContent-Disposition: form-data; name="{key}"\r\n\r\n{value}\r\n'.encode()
        for key, value in {"csrfmiddlewaretoken": token, "form_key": str(uuid.uuid4()), **fields}.items()
    ]
    head = f'--{edge}\r\nContent-Disposition: form-data; name="uploads"; filename="{name}"\r\n'
    parts.append(head.encode() + b"Content-Type: application/octet-stream\r\n\r\n" + content + b"\r\n")
    body = b"".join([*parts, f"--{edge}--\r\n".encode()])
    request = urllib.request.Request(visitor.address + path, data=_dropping(body, slowly) if slowly else body)
    request.add_header("Content-Type", f"multipart/form-data; boundary={edge}")
    request.add_header("Content-Length", str(len(body)))
    started = time.monotonic()
    status, page = visitor.open(request)
    return Answer(status, page, time.monotonic() - started)


def _dropping(body: bytes, seconds: float) -> Iterator[bytes]:
    step = len(body) // 10 + 1
    for at in range(0, len(body), step):
        time.sleep(seconds / 10)
        yield body[at : at + step]
