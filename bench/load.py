"""Requests over kept connections, as cheap for this side as Python allows: plain sockets, a thread each."""

import socket
import time
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from itertools import cycle, islice


@dataclass(frozen=True)
class Asked:
    """One address and whose session asks for it."""

    path: str
    session: str = ""

    def as_bytes(self, accept_encoding: str = "") -> bytes:
        lines = [f"GET {self.path} HTTP/1.1", "Host: 127.0.0.1", "User-Agent: bench", "Accept: text/html"]
        if self.session:
            # A browser that has seen a page brings both cookies.
            lines.append(f"Cookie: session={self.session}; csrf={'benchBENCH012345' * 2}")
        if accept_encoding:
            lines.append(f"Accept-Encoding: {accept_encoding}")
        return ("\r\n".join(lines) + "\r\n\r\n").encode()


@dataclass
class Answer:
    status: int
    headers: dict[str, str]
    body: bytes
    # Everything that came over the wire for it.
    size: int


class Connection:
    """One kept connection to the server under test."""

    def __init__(self, port: int) -> None:
        self._socket = socket.create_connection(("127.0.0.1", port), timeout=60)
        self._socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)

    def ask(self, request: bytes) -> Answer:
        self._socket.sendall(request)
        received = b""
        while (end := received.find(b"\r\n\r\n")) < 0:
            received += self._more()
        lines = received[:end].decode("latin-1").split("\r\n")
        headers = {
            name.lower(): value.strip() for name, _, value in (text.partition(":") for text in lines[1:])
        }
        chunks, got = [received[end + 4 :]], len(received) - end - 4
        length = int(headers["content-length"])
        while got < length:
            chunks.append(self._more())
            got += len(chunks[-1])
        return Answer(int(lines[0].split(" ")[1]), headers, b"".join(chunks), end + 4 + got)

    def _more(self) -> bytes:
        piece = self._socket.recv(65_536)
        if not piece:
            raise ConnectionError("the server closed the connection")
        return piece

    def close(self) -> None:
        self._socket.close()


@dataclass
class Served:
    """What a run of requests met."""

    latencies: list[float] = field(default_factory=list)
    errors: int = 0
    wall: float = 0.0


def run(port: int, asked: Sequence[Asked], number: int, *, connections: int = 8) -> Served:
    """Ask `number` times, going round `asked`, over so many connections at once."""
    requests = [one.as_bytes() for one in islice(cycle(asked), number)]
    served = Served()
    started = time.perf_counter()
    with ThreadPoolExecutor(connections) as pool:
        parts = pool.map(
            lambda start: _one_connection(port, requests[start::connections]), range(connections)
        )
        for latencies, errors in parts:
            served.latencies += latencies
            served.errors += errors
    served.wall = time.perf_counter() - started
    return served


def _one_connection(port: int, requests: Sequence[bytes]) -> tuple[list[float], int]:
    connection = Connection(port)
    latencies, errors = [], 0
    try:
        for request in requests:
            started = time.perf_counter()
            answer = connection.ask(request)
            latencies.append(time.perf_counter() - started)
            errors += answer.status != 200
    finally:
        connection.close()
    return latencies, errors
