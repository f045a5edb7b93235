"""`python -m bench --scale small|full`: seed, measure, report."""

import argparse
import os
import subprocess
import sys
from pathlib import Path

from bench import report, seeding

PROJECT = Path(__file__).resolve().parents[1]
STATE = PROJECT / "var" / "bench"
PARTS = ("engines", "mails", "pages")


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m bench", description=__doc__)
    parser.add_argument("--scale", choices=seeding.SIZES, default="small")
    parser.add_argument("--only", action="append", choices=PARTS, help="some parts instead of all")
    parser.add_argument("--seed-only", action="store_true")
    arguments = parser.parse_args()
    STATE.mkdir(parents=True, exist_ok=True)
    # A larger scale is held against the small one of the same run.
    scales = ["small"] * (arguments.scale in ("middle", "full")) + [arguments.scale]
    for name in scales:
        environment = _environment(name)
        if not arguments.seed_only:
            _measure(name, arguments.only or PARTS, environment)
    return 0 if arguments.seed_only else report.show(STATE, scales)


def _environment(name: str) -> dict[str, str]:
    server = os.environ["DATABASE_URL"]
    url, _ = seeding.prepare(name, server)
    environment = os.environ | {
        "DATABASE_URL": url,
        "DJANGO_SETTINGS_MODULE": "bench.references.settings",
        "STATIC_ROOT": str(STATE / "static"),
        "CLOCK_FILE": str(STATE / "clock"),
        "BENCH_SCALE": name,
        "PYTHONPATH": os.pathsep.join([str(PROJECT), str(STATE / "site")]),
    }
    migrate = [sys.executable, "manage.py", "migrate", "--no-input", "--verbosity", "0"]
    subprocess.run(migrate, env=environment, cwd=PROJECT, check=True)
    seeding.seed(name, server)
    return environment


def _measure(name: str, parts: "list[str] | tuple[str, ...]", environment: dict[str, str]) -> None:
    for part in parts:
        command = [sys.executable, "-m", f"bench.{part}", str(STATE / f"{name}-{part}.json")]
        subprocess.run(command, env=environment, cwd=PROJECT, check=True)


if __name__ == "__main__":
    sys.exit(main())
