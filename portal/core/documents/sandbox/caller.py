"""The worker's side of the closed room: hand a file over, get a cleaned one or a refusal back."""

from __future__ import annotations

import contextlib
import json
import logging
import os
import selectors
import signal
import subprocess
import sys
import threading
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from ..limits import Limits
from ..refusals import Refused

logger = logging.getLogger(__name__)
GRACE_SECONDS = 10
_BOOTSTRAP = "import sys; sys.path.append(sys.argv[1]); from documents.sandbox.room import main; main()"


class RoomUnavailable(Exception):
    """The closed room did not answer and the file is not to blame: try again later, refuse nothing."""


@dataclass(frozen=True, slots=True)
class Report:
    """What the room made of one file, and what it cost."""

    facts: Mapping[str, Any]
    peak_bytes: int
    cpu_seconds: float


def work(
    job: str, sources: Sequence[Path], target: Path, *, limits: Limits, damaged: str, **wishes: Any
) -> Report:
    """Have ``job`` done in the closed room, from ``sources`` into ``target``.

    Raises ``Refused`` when the file is at fault (``damaged`` is the code when the decoder itself
    breaks), ``RoomUnavailable`` when the machine is.
    """
    order = {
        "job": job,
        "sources": [str(source) for source in sources],
        "target": str(target),
        "limits": asdict(limits),
        "wishes": wishes,
    }
    answer = _room().ask(order, seconds=limits.wall_seconds + GRACE_SECONDS)
    cost = answer["peak_bytes"], answer["cpu_seconds"]
    reply = answer["reply"] or {}
    if "facts" in reply:
        return Report(reply["facts"], *cost)
    refusal = _refusal(answer, reply, limits, damaged)
    refusal.peak_bytes, refusal.cpu_seconds = cost
    raise refusal


def _refusal(answer: Mapping[str, Any], reply: Mapping[str, Any], limits: Limits, damaged: str) -> Refused:
    if "refused" in reply:
        return Refused(reply["refused"], **reply["about"])
    if answer["signal"] == signal.SIGXCPU or answer["out_of_memory"]:
        return Refused("too_heavy")
    if answer["late"]:
        # A file that eats the processor is stopped by its own limit; here the machine was too slow.
        raise RoomUnavailable(f"no answer in {limits.wall_seconds} s")
    if answer["signal"] == signal.SIGKILL:
        raise RoomUnavailable("killed from outside")
    logger.info("a decoder gave up: %s", reply.get("broken") or f"signal {answer['signal']}")
    return Refused(damaged)


class _Room:
    """One warm process of the room, for one worker process; one file at a time."""

    def __init__(self) -> None:
        self.owner = os.getpid()
        self.lock = threading.Lock()
        self.process: subprocess.Popen[bytes] | None = None

    def ask(self, order: Mapping[str, Any], *, seconds: float) -> dict[str, Any]:
        line = json.dumps(order).encode() + b"\n"
        with self.lock:
            # A room idle for long has closed itself, perhaps at this very moment: ask a new one.
            answer = self._exchange(line, seconds) or self._exchange(line, seconds)
        if answer is None:
            raise RoomUnavailable("the room closed without an answer")
        return answer

    def _exchange(self, line: bytes, seconds: float) -> dict[str, Any] | None:
        process = self._open()
        assert process.stdin is not None
        assert process.stdout is not None
        try:
            process.stdin.write(line)
            process.stdin.flush()
            with selectors.DefaultSelector() as selector:
                selector.register(process.stdout, selectors.EVENT_READ)
                if not selector.select(seconds):
                    self._close()
                    raise RoomUnavailable(f"the room itself hangs after {seconds} s")
            said = process.stdout.readline()
        except BrokenPipeError:
            said = b""
        if not said.endswith(b"\n"):
            self._close()
            return None
        answer: dict[str, Any] = json.loads(said)
        return answer

    def _open(self) -> subprocess.Popen[bytes]:
        if self.process is not None and self.process.poll() is None:
            return self.process
        self._close()
        # No secret of the product in its environment, no descriptor, a process group of its own.
        self.process = subprocess.Popen(
            [sys.executable, "-I", "-B", "-c", _BOOTSTRAP, str(Path(__file__).resolve().parents[2])],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            env={"PATH": "/usr/bin:/bin", "LANG": "C.UTF-8", "MALLOC_ARENA_MAX": "1"},
            cwd="/",
            start_new_session=True,
        )
        return self.process

    def _close(self) -> None:
        process, self.process = self.process, None
        if process is None:
            return
        with contextlib.suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)
        process.wait()
        for pipe in (process.stdin, process.stdout):
            with contextlib.suppress(OSError):
                pipe.close()  # type: ignore[union-attr]


_current: _Room | None = None
_choosing = threading.Lock()


def _room() -> _Room:
    global _current
    with _choosing:
        # After a fork of the worker the parent's room stays the parent's.
        if _current is None or _current.owner != os.getpid():
            _current = _Room()
        return _current


def close() -> None:
    """End this process's warm room, if there is one; the next file opens another."""
    global _current
    with _choosing:
        if _current is not None and _current.owner == os.getpid():
            _current._close()
        _current = None
