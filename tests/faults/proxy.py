"""A small proxy before one dependency: it passes, refuses, hangs, answers late or cuts in the middle."""

import contextlib
import os
import select
import socket
import threading
import time
from pathlib import Path

PASS, REFUSE, HANG, SLOW, CUT = "pass", "refuse", "hang", "slow", "cut"
FAULTS = (REFUSE, HANG, SLOW, CUT)
Address = Path | tuple[str, int]


class FaultProxy:
    """`with FaultProxy(listens_at, upstream) as proxy: proxy.turn(HANG)`; addresses are socket paths or (host, port).

    Turning cuts what was open, as a dependency that falls over does, but for HANG: a connection that stood
    goes silent, and nobody is told.
    """

    def __init__(self, at: Address, upstream: Address, *, seconds: float = 2.0, cut_after: int = 1) -> None:
        self.at, self.upstream = at, upstream
        # SLOW: before each answer; CUT: so many bytes of the answers, then the end.
        self.seconds, self.cut_after = seconds, cut_after
        self.mode = PASS
        # How many times somebody came while it was turned this way: a fault nobody met proves nothing.
        self.met = 0
        self._lines: set[socket.socket] = set()
        self._lock = threading.Lock()
        self._over = False
        self._server: socket.socket | None = None

    def __enter__(self) -> "FaultProxy":
        self._listen()
        return self

    def __exit__(self, *error: object) -> None:
        self._over = True
        self._deafen()
        self._cut_all()

    @property
    def port(self) -> int:
        assert isinstance(self.at, tuple)
        return self.at[1]

    def turn(self, mode: str) -> None:
        """Behave that way from now on."""
        before, self.mode, self.met = self.mode, mode, 0
        if mode == REFUSE:
            self._deafen()
        elif self._server is None:
            self._listen()
        if mode not in (HANG, SLOW) or before == HANG:
            self._cut_all()

    # --- listening ---

    def _listen(self) -> None:
        if isinstance(self.at, Path):
            self.at.unlink(missing_ok=True)
            server = socket.socket(socket.AF_UNIX)
            server.bind(str(self.at))
            # PostgreSQL's own socket is everybody's too; the folder above is not.
            os.chmod(self.at, 0o777)  # noqa: S103
        else:
            server = socket.socket()
            server.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            server.bind(self.at)
            self.at = server.getsockname()
        server.listen(128)
        self._server = server
        threading.Thread(target=self._accept, args=[server], daemon=True).start()

    def _deafen(self) -> None:
        server, self._server = self._server, None
        if server is not None:
            with contextlib.suppress(OSError):
                server.shutdown(socket.SHUT_RDWR)
            server.close()

    def _accept(self, server: socket.socket) -> None:
        while True:
            try:
                line, _ = server.accept()
            except OSError:
                return
            threading.Thread(target=self._serve, args=[line], daemon=True).start()

    # --- carrying ---

    def _serve(self, line: socket.socket) -> None:
        self._keep(line)
        beyond = None
        try:
            while self.mode == HANG and not self._over:
                self.met += 1
                time.sleep(0.02)
                if line.fileno() < 0:
                    return
            beyond = self._connect()
            self._keep(beyond)
            self._carry(line, beyond)
        except (OSError, ValueError):
            pass
        finally:
            for end in (line, beyond):
                if end is not None:
                    self._drop(end)

    def _connect(self) -> socket.socket:
        if isinstance(self.upstream, tuple):
            return socket.create_connection(self.upstream)
        beyond = socket.socket(socket.AF_UNIX)
        try:
            beyond.connect(str(self.upstream))
        except OSError:
            beyond.close()
            raise
        return beyond

    def _carry(self, line: socket.socket, beyond: socket.socket) -> None:
        answered = 0
        while not self._over:
            ready, _, _ = select.select([line, beyond], [], [], 0.05)
            if self.mode == HANG:
                self.met += bool(ready)
                time.sleep(0.02)
                continue
            for end in ready:
                part = end.recv(65536)
                if not part:
                    return
                if end is line:
                    beyond.sendall(part)
                    continue
                if self.mode == SLOW:
                    self.met += 1
                    time.sleep(self.seconds)
                if self.mode == CUT:
                    self.met += 1
                    left = self.cut_after - answered
                    line.sendall(part[: max(0, left)])
                    answered += len(part)
                    if answered >= self.cut_after:
                        return
                    continue
                line.sendall(part)

    # --- who is there ---

    def _keep(self, end: socket.socket) -> None:
        with self._lock:
            self._lines.add(end)

    def _drop(self, end: socket.socket) -> None:
        with self._lock:
            self._lines.discard(end)
        with contextlib.suppress(OSError):
            end.shutdown(socket.SHUT_RDWR)
        end.close()

    def _cut_all(self) -> None:
        with self._lock:
            lines = list(self._lines)
        for end in lines:
            with contextlib.suppress(OSError):
                end.shutdown(socket.SHUT_RDWR)
