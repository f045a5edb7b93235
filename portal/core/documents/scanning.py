"""What the antivirus says of a file: clamd, over its own socket, and never a guess."""

from __future__ import annotations

import socket
import time
from dataclasses import dataclass
from enum import StrEnum
from typing import BinaryIO
from urllib.parse import urlsplit

NO_SCANNER = "none"
CONNECT_SECONDS = 2.0
SCAN_SECONDS = 60.0
CHUNK_BYTES = 64 * 1024
MAX_ANSWER_BYTES = 4096
# What clamd calls «found» when it merely gave up (AlertExceedsMax); a signature it met before goes first.
GAVE_UP = "Heuristics.Limits.Exceeded"


class Scan(StrEnum):
    """What is known of a file after asking the antivirus."""

    CLEAN = "clean"
    INFECTED = "infected"
    # The antivirus found nothing, but stopped at a limit of its own (depth, size, time): our limits decide.
    BEYOND_ITS_LIMITS = "beyond_limits"
    # Asked and not answered: the file stays in quarantine and is asked about again.
    UNAVAILABLE = "unavailable"
    # The deployment says in its settings that it has no antivirus; shown on screen as such.
    NOT_SCANNED = "not_scanned"


@dataclass(frozen=True, slots=True)
class Verdict:
    """One answer of the antivirus; ``detail`` is for the staff's pages and the logs."""

    scan: Scan
    signature: str = ""
    detail: str = ""


def scan(file: BinaryIO, *, url: str, seconds: float = SCAN_SECONDS) -> Verdict:
    """Ask the antivirus about a file, read from its start to its end.

    ``url`` is ``unix:///run/clamav/clamd.ctl``, ``tcp://host:3310``, or ``none`` for a deployment
    that has no antivirus. Anything else, no answer, or an answer not understood is UNAVAILABLE:
    nothing is ever taken for clean but clamd's own words. ``seconds`` bounds the whole exchange.
    """
    if url == NO_SCANNER:
        return Verdict(Scan.NOT_SCANNED, detail="no antivirus in this deployment")
    file.seek(0)
    try:
        with _Line(url, seconds) as line:
            return _read(_stream(line, file))
    except (OSError, ValueError) as error:
        return Verdict(Scan.UNAVAILABLE, detail=f"{type(error).__name__}: {error}"[:200])


def ping(url: str, *, seconds: float = CONNECT_SECONDS) -> bool:
    """Whether the antivirus answers at all; False for a deployment that has none."""
    try:
        with _Line(url, seconds) as line:
            line.send(b"zPING\0")
            return line.answer() == "PONG"
    except (OSError, ValueError):
        return False


def _stream(line: _Line, file: BinaryIO) -> str:
    try:
        line.send(b"zINSTREAM\0")
        while chunk := file.read(CHUNK_BYTES):
            line.send(len(chunk).to_bytes(4, "big") + chunk)
        line.send(b"\0\0\0\0")
    except (BrokenPipeError, ConnectionResetError):
        # clamd closes as soon as its own size limit is passed; what it said is still to be read.
        return line.answer()
    return line.answer()


def _read(answer: str) -> Verdict:
    said = answer.removeprefix("stream: ")
    if answer == "stream: OK":
        return Verdict(Scan.CLEAN)
    if answer.startswith("stream: ") and said.endswith(" FOUND"):
        signature = said.removesuffix(" FOUND")[:200]
        if signature == GAVE_UP or signature.startswith(f"{GAVE_UP}."):
            return Verdict(Scan.BEYOND_ITS_LIMITS, detail=signature)
        return Verdict(Scan.INFECTED, signature=signature)
    return Verdict(Scan.UNAVAILABLE, detail=f"answer: {answer[:150]!r}")


class _Line:
    """One connection to clamd with one deadline for everything said on it."""

    def __init__(self, url: str, seconds: float) -> None:
        self.deadline = time.monotonic() + seconds
        address = urlsplit(url)
        if address.scheme == "unix" and address.path:
            self.socket = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
            try:
                self.socket.settimeout(min(seconds, CONNECT_SECONDS))
                self.socket.connect(address.path)
            except BaseException:
                self.socket.close()
                raise
        elif address.scheme == "tcp" and address.hostname:
            target = (address.hostname, address.port or 3310)
            self.socket = socket.create_connection(target, timeout=min(seconds, CONNECT_SECONDS))
        else:
            raise ValueError("the antivirus has no address: set CLAMAV_URL, or «none» to go without")

    def __enter__(self) -> _Line:
        return self

    def __exit__(self, *exc: object) -> None:
        self.socket.close()

    def send(self, data: bytes) -> None:
        self._hurry()
        self.socket.sendall(data)

    def answer(self) -> str:
        said = b""
        while not said.endswith(b"\0"):
            self._hurry()
            part = self.socket.recv(MAX_ANSWER_BYTES)
            if not part:
                raise ConnectionError("cut before the end of the answer")
            said += part
            if len(said) > MAX_ANSWER_BYTES:
                raise ValueError("the answer is too long")
        return said.rstrip(b"\0\n").decode(errors="replace")

    def _hurry(self) -> None:
        left = self.deadline - time.monotonic()
        if left <= 0:
            raise TimeoutError("the antivirus is too slow")
        self.socket.settimeout(left)
