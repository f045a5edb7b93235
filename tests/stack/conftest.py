"""A copy of the project under an awkward path, started for real, and the traces it leaves."""

import os
import shutil
import signal
import subprocess
import sys
import time
import uuid
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path

import pytest

PROJECT = Path(__file__).resolve().parents[2]
LEFT_BEHIND = (".venv", ".git", "var", "staticfiles", "__pycache__", ".*_cache", ".hypothesis")
GIVEN = ("DATABASE_URL", "REDIS_URL", "EMAIL_URL", "CLAMAV_URL", "MAIL_DIR", "DOCUMENT_ROOT")
GIVEN += ("DJANGO_SETTINGS_MODULE", "PORT", "RESET", "PUBLIC_URL", "SECRET_KEY", "ALLOWED_HOSTS")
GIVEN += ("PYTEST_XDIST_WORKER", "PYTEST_XDIST_WORKER_COUNT", "TESTS_TEMPLATE_DATABASE", "CLOCK_FILE")


def eventually(condition: Callable[[], object], seconds: float = 60) -> None:
    """Wait until `condition` holds; fail when it does not in time."""
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline, "it did not come true in time"
        time.sleep(0.05)


@dataclass
class Clone:
    """The project in a folder of its own; every process it starts carries its mark."""

    folder: Path
    mark: str = field(default_factory=lambda: f"STACK_TEST_MARK={uuid.uuid4().hex}")
    started: list[subprocess.Popen] = field(default_factory=list)

    @property
    def environment(self) -> dict[str, str]:
        name, _, value = self.mark.partition("=")
        kept = {key: text for key, text in os.environ.items() if key not in GIVEN}
        return kept | {name: value, "PYTHONDONTWRITEBYTECODE": "1"}

    def command(self, *arguments: str) -> list[str]:
        return [sys.executable, "-m", "stack", *arguments]

    def stack(self, *arguments: str, timeout: float = 180, **environment: str) -> subprocess.CompletedProcess:
        """Run the launcher to its end."""
        return subprocess.run(
            self.command(*arguments),
            cwd=self.folder,
            env=self.environment | environment,
            capture_output=True,
            text=True,
            timeout=timeout,
            stdin=subprocess.DEVNULL,
        )

    def start(self, *argv: str, output: Path | None = None, **environment: str) -> subprocess.Popen:
        """Start a process and go on."""
        with (output or self.folder / "output").open("wb") as file:
            process = subprocess.Popen(
                argv,
                cwd=self.folder,
                env=self.environment | environment,
                stdin=subprocess.DEVNULL,
                stdout=file,
                stderr=subprocess.STDOUT,
            )
        self.started.append(process)
        return process

    def output(self) -> str:
        return (self.folder / "output").read_text(errors="replace")

    def processes(self) -> dict[int, str]:
        """Every living process that carries the mark: pid -> command line."""
        found = {}
        for entry in Path("/proc").glob("[0-9]*"):
            with suppress(OSError):
                if self.mark.encode() in (entry / "environ").read_bytes().split(b"\0"):
                    command = (entry / "cmdline").read_bytes().replace(b"\0", b" ").decode(errors="replace")
                    if command:  # the dead that nobody buried yet have none
                        found[int(entry.name)] = command
        return found

    def find(self, start: str) -> list[int]:
        """The pids of marked processes whose command line starts so, or whose module is `start`."""
        marked = self.processes().items()
        return sorted(pid for pid, line in marked if line.startswith(start) or f" -m {start} " in line)

    def close(self) -> None:
        for process in self.started:
            if process.poll() is None:
                process.send_signal(signal.SIGTERM)
                with suppress(subprocess.TimeoutExpired):
                    process.wait(30)
            if process.poll() is None:
                process.kill()
                process.wait()
        for pid in self.processes():
            with suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)
        # What root keeps outside the folder goes with it.
        clean = (
            "from stack.places import AS_ROOT, database_dir as d; print(d('x').parents[1] if AS_ROOT else '')"
        )
        place = subprocess.run([sys.executable, "-c", clean], cwd=self.folder, capture_output=True, text=True)
        if (outside := place.stdout.strip()).startswith("/var/tmp/espace-emploi-"):
            shutil.rmtree(outside)


@pytest.fixture
def clone(tmp_path: Path) -> Iterator[Clone]:
    folder = tmp_path / "un chemin, à espaces" / "portail n° 1"
    shutil.copytree(PROJECT, folder, ignore=shutil.ignore_patterns(*LEFT_BEHIND))
    (folder / ".venv").symlink_to(sys.prefix)
    copy = Clone(folder)
    try:
        yield copy
    finally:
        copy.close()
