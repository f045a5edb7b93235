"""The report: one line a row as soon as it is measured, and the same for programs in var/bench/."""

import json
import platform
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

from bench.measuring import Row, short

# A figure at a larger scale may be so many times the one at small, and no more.
GROWTH = 1.2


def say(rows: Iterable[Row]) -> None:
    """Print each row on one line: what, figure, reference, ratio, bar, met or not."""
    for row in rows:
        print(line(row), flush=True)


def line(row: Row) -> str:
    """One row as text."""
    ratio = "–" if row.ratio is None else f"{short(row.ratio)}{row.unit}"
    bar = "–" if row.bar is None else f"{'≤' if row.lower else '≥'} {row.bar:g}{row.unit}"
    verdict = {True: "met", False: "NOT MET", None: ""}[row.met]
    note = f"  ({row.note})" if row.note else ""
    return f"  {row.name:<52} {row.figure:<28} {row.reference:<52} {ratio:>10}  {bar:<14} {verdict}{note}"


def show(state: Path, scales: Sequence[str]) -> int:
    """Compare the scales with one another, say what was missed, write it all to report.json."""
    figures = {name: _read(state, name) for name in scales}
    growth = _growth(*(figures[name]["ticks"] for name in scales)) if len(scales) == 2 else []
    if growth:
        print(f"\n{scales[-1]} against {scales[0]}:")
        say(growth)
    rows = [row for name in scales[-1:] for row in figures[name]["rows"]] + [row.as_json() for row in growth]
    missed = [row["name"] for row in rows if row["met"] is False]
    written = {"machine": machine(), "scale": scales[-1], "rows": rows, "all": figures}
    (state / "report.json").write_text(json.dumps(written, indent=1, ensure_ascii=False))
    print(f"\n{machine()}")
    print(
        f"{sum(row['met'] is True for row in rows)} met, {len(missed)} not met: {', '.join(missed) or 'none'}"
    )
    return 0


def _read(state: Path, scale: str) -> dict[str, Any]:
    rows: list[dict[str, Any]] = []
    ticks: dict[str, float] = {}
    for file in sorted(state.glob(f"{scale}-*.json")):
        found = json.loads(file.read_text())
        rows += found["rows"]
        ticks |= found["ticks"]
    return {"rows": rows, "ticks": ticks}


def _growth(small: dict[str, float], large: dict[str, float]) -> list[Row]:
    return [
        Row(
            f"{name}: grown",
            _with_unit(large[name]),
            f"small {_with_unit(before)}",
            large[name] / before,
            GROWTH,
        )
        for name, before in small.items()
        if name in large and before
    ]


def _with_unit(seconds: float) -> str:
    return f"{short(seconds)} s" if seconds >= 1 else f"{short(1_000 * seconds)} ms"


def machine() -> str:
    """The machine in one line: what any figure depends on."""
    known = Path("/proc/cpuinfo").read_text().splitlines()
    models = [text.partition(":")[2].strip() for text in known if text.startswith("model name")]
    memory = int(Path("/proc/meminfo").read_text().split()[1]) // 1_048_576
    load = " ".join(Path("/proc/loadavg").read_text().split()[:3])
    return (
        f"{len(models)} × {models[0] if models else platform.machine()}, {memory} GB, "
        f"Python {platform.python_version()}, Linux {platform.release()}, load {load}"
    )
