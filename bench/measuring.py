"""What is measured, and with what: processor time from /proc, peak memory, medians of interleaved runs."""

import os
import statistics
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path

TICK = os.sysconf("SC_CLK_TCK")


@dataclass
class Row:
    """One line of the report; `ratio` is compared with `bar`, `lower` says on which side it must stay."""

    name: str
    figure: str
    reference: str
    ratio: float | None
    bar: float | None
    lower: bool = True
    unit: str = "×"
    note: str = ""

    @property
    def met(self) -> bool | None:
        if self.ratio is None or self.bar is None:
            return None
        return self.ratio <= self.bar if self.lower else self.ratio >= self.bar

    def as_json(self) -> dict[str, object]:
        return asdict(self) | {"met": self.met}


@dataclass(frozen=True)
class Spread:
    """Median and range of several measurements of one thing."""

    median: float
    low: float
    high: float

    def __str__(self) -> str:
        return f"{_short(self.median)} ({_short(self.low)}–{_short(self.high)})"


def spread(values: Iterable[float]) -> Spread:
    known = sorted(values)
    return Spread(statistics.median(known), known[0], known[-1])


def _short(value: float) -> str:
    if value >= 100:
        return f"{value:,.0f}"
    return f"{value:.1f}" if value >= 10 else f"{value:.2f}"


def short(value: float) -> str:
    """Write a figure with three digits that mean something."""
    return _short(value)


@contextmanager
def timed(into: list[float]) -> Iterator[None]:
    """Append the seconds the block takes."""
    started = time.perf_counter()
    yield
    into.append(time.perf_counter() - started)


def interleaved(rounds: int, ways: Sequence[Callable[[], None]]) -> None:
    """Run each way once a round: what disturbs the machine disturbs all of them."""
    for _ in range(rounds):
        for way in ways:
            way()


# --- /proc ----------------------------------------------------------------------


def cpu_seconds(pids: Iterable[int]) -> float:
    """User and system time these processes have used so far, all their threads together."""
    total = 0
    for pid in pids:
        fields = _stat(pid)
        if fields:
            total += int(fields[11]) + int(fields[12])
    return total / TICK


def children(pid: int) -> list[int]:
    """The living children of a process."""
    found = []
    for entry in Path("/proc").iterdir():
        if entry.name.isdigit():
            fields = _stat(int(entry.name))
            if fields and int(fields[1]) == pid:
                found.append(int(entry.name))
    return found


def _stat(pid: int) -> list[str]:
    try:
        # The second field is the name in brackets; it may hold blanks.
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    except OSError:
        return []


def backends(postmaster: int, database: str) -> list[int]:
    """The server's processes that work for connections to one database (not checkpointer, not autovacuum)."""
    found = []
    for pid in children(postmaster):
        try:
            title = Path(f"/proc/{pid}/cmdline").read_bytes().replace(b"\0", b" ").decode()
        except OSError:
            continue
        if f" {database} " in title and "autovacuum" not in title:
            found.append(pid)
    return found


def peak_memory(pid: int | str = "self") -> float:
    """The most memory a process has held, in MB."""
    for line in Path(f"/proc/{pid}/status").read_text().splitlines():
        if line.startswith("VmHWM"):
            return int(line.split()[1]) / 1_024
    raise RuntimeError("no VmHWM in /proc")
