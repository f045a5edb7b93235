"""Child processes that are always stopped: with us, after us, and with their own children."""

import ctypes
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path
from types import FrameType

LINUX = sys.platform.startswith("linux")
PR_SET_PDEATHSIG = 1
PR_SET_CHILD_SUBREAPER = 36
_libc = ctypes.CDLL(None, use_errno=True) if LINUX else None


class Stopped(BaseException):
    """Somebody asked us to stop; `signum` says how."""

    def __init__(self, signum: int) -> None:
        super().__init__(signum)
        self.signum = signum


class StackError(Exception):
    """Something a person can act on; its text is all they need to see."""


def dies_with_us(signum: int) -> Callable[[], None]:
    """For `preexec_fn`: the kernel sends `signum` to the child when we die, even by kill -9."""
    parent = os.getpid()

    def prepare() -> None:
        if _libc is not None:
            _libc.prctl(PR_SET_PDEATHSIG, signum)
            if os.getppid() != parent:
                os._exit(1)

    return prepare


class Child:
    """One supervised process, in a session of its own so that Ctrl-C reaches us first.

    `stop_signal` is its polite way out, `grace` the seconds it has before SIGKILL. `user` is a
    (uid, gid) pair for what refuses to run as root.
    """

    def __init__(
        self,
        name: str,
        argv: Sequence[str | Path],
        *,
        log: Path,
        env: Mapping[str, str] | None = None,
        cwd: str | Path | None = None,
        user: tuple[int, int] | None = None,
        stop_signal: int = signal.SIGTERM,
        grace: float = 10.0,
    ) -> None:
        self.name = name
        self.argv = [str(part) for part in argv]
        self.log = log
        self.env = env
        self.cwd = cwd
        self.user = user
        self.stop_signal = stop_signal
        self.grace = grace
        self.process: subprocess.Popen[bytes] | None = None
        self.started_at = 0.0

    def start(self) -> None:
        identity = {"user": self.user[0], "group": self.user[1], "extra_groups": []} if self.user else {}
        with self.log.open("ab") as log:
            self.process = subprocess.Popen(
                self.argv,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=subprocess.STDOUT,
                env=None if self.env is None else dict(self.env),
                cwd=self.cwd,
                start_new_session=True,
                preexec_fn=dies_with_us(self.stop_signal),
                **identity,  # type: ignore[arg-type]
            )
        self.started_at = time.monotonic()

    @property
    def alive(self) -> bool:
        return self.process is not None and self.process.poll() is None

    def last_words(self, lines: int = 15) -> str:
        with suppress(OSError):
            return "\n".join(self.log.read_text(errors="replace").splitlines()[-lines:])
        return ""

    def wait_until(self, ready: Callable[[], bool], seconds: float) -> None:
        """Wait for `ready`; a child that ends or is not ready in time is an error with its last words."""
        deadline = time.monotonic() + seconds
        while not ready():
            if not self.alive:
                raise StackError(f"{self.name} stopped at once. Its last words:\n{self.last_words()}")
            if time.monotonic() > deadline:
                raise StackError(
                    f"{self.name} was not ready after {seconds:.0f} s. Its last words:\n{self.last_words()}"
                )
            time.sleep(0.03)

    def ask_to_stop(self) -> None:
        if self.process is not None and self.alive:
            with suppress(ProcessLookupError):
                self.process.send_signal(self.stop_signal)

    def stop(self) -> None:
        """Stop it politely, then firmly, and whatever is left of its session with it."""
        if self.process is None:
            return
        self.ask_to_stop()
        with suppress(subprocess.TimeoutExpired):
            self.process.wait(self.grace)
        with suppress(ProcessLookupError, PermissionError):
            os.killpg(self.process.pid, signal.SIGKILL)
        self.process.wait()


def adopt_orphans() -> None:
    """Have the kernel give us every descendant whose own parent dies (Linux), so that none escapes."""
    if _libc is not None:
        _libc.prctl(PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0)


def _children_of(parent: int) -> list[int]:
    found = []
    for entry in Path("/proc").glob("[0-9]*/stat"):
        with suppress(OSError, ValueError, IndexError):
            # The command name stands in brackets and may hold anything: cut after the last one.
            if int(entry.read_text(errors="replace").rpartition(")")[2].split()[1]) == parent:
                found.append(int(entry.parent.name))
    return found


def end_orphans(grace: float = 3.0, spare: Collection[int] = ()) -> None:
    """End whatever was adopted: asked first, killed after `grace` seconds, generation by generation."""
    if not LINUX:
        return
    deadline = time.monotonic() + grace
    asked: set[int] = set()
    while (children := set(_children_of(os.getpid())) - set(spare)) and time.monotonic() < deadline + 5:
        for pid in children:
            late = time.monotonic() > deadline
            if late or pid not in asked:
                with suppress(ProcessLookupError, PermissionError):
                    os.kill(pid, signal.SIGKILL if late else signal.SIGTERM)
                asked.add(pid)
            with suppress(ChildProcessError):
                os.waitpid(pid, os.WNOHANG)
        time.sleep(0.03)


@contextmanager
def stopping_on_signals() -> Iterator[Callable[[], None]]:
    """Turn the first TERM, INT or HUP into `Stopped`; later ones wait for the clean-up to end.

    Yields a function to call now and then: it raises `Stopped` when our parent has died.
    """
    parent = os.getppid()
    asked = False

    def stop(signum: int, frame: FrameType | None) -> None:
        nonlocal asked
        if not asked:
            asked = True
            raise Stopped(signum)

    def check_parent() -> None:
        if os.getppid() != parent:
            stop(signal.SIGHUP, None)

    numbers = (signal.SIGTERM, signal.SIGINT, signal.SIGHUP)
    # HUP that was ignored before (nohup) stays so. INT does not: a script's background jobs ignore it.
    numbers = tuple(n for n in numbers if n != signal.SIGHUP or signal.getsignal(n) is not signal.SIG_IGN)
    before = {number: signal.getsignal(number) for number in numbers}
    for number in before:
        signal.signal(number, stop)
    try:
        yield check_parent
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
