"""`python -m bench --scale small|full`: seed, measure, report."""

import argparse
import os
import shutil
import subprocess
import sys
from datetime import UTC, datetime
from pathlib import Path

from bench import report, seeding

PROJECT = Path(__file__).resolve().parents[1]
STATE = PROJECT / "var" / "bench"
# The parts, and what each looks at beside the people.
PARTS = {
    "engines": "appointments",
    "letters": "people",
    "live": "people",
    "mails": "appointments",
    "messages": "messages",
    "pages": "appointments",
    "procedures": "procedures",
    "requests": "appointments",
    "slots": "appointments",
}


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m bench", description=__doc__)
    parser.add_argument("--scale", choices=seeding.SIZES, default="small")
    parser.add_argument("--only", action="append", choices=PARTS, help="some parts instead of all")
    parser.add_argument("--seed-only", action="store_true")
    arguments = parser.parse_args()
    STATE.mkdir(parents=True, exist_ok=True)
    # A larger scale is held against the small one of the same run.
    scales = ["small"] * (arguments.scale in ("middle", "full")) + [arguments.scale]
    parts = arguments.only or list(PARTS)
    for name in scales:
        environment = _environment(name, {PARTS[part] for part in parts})
        if not arguments.seed_only:
            _measure(name, parts, environment)
    return 0 if arguments.seed_only else report.show(STATE, scales)


def _environment(name: str, wanted: set[str]) -> dict[str, str]:
    server = os.environ["DATABASE_URL"]
    url = seeding.prepare(name, server)
    environment = os.environ | {
        "DATABASE_URL": url,
        "DJANGO_SETTINGS_MODULE": "bench.references.settings",
        "STATIC_ROOT": str(STATE / "static"),
        "CLOCK_FILE": str(STATE / "clock"),
        "BENCH_SCALE": name,
        "PYTHONPATH": os.pathsep.join([str(PROJECT), str(STATE / "site")]),
    }
    (STATE / "clock").write_text("0")
    _install_references()
    for command in ("collectstatic", "migrate"):
        manage = [sys.executable, "manage.py", command, "--no-input", "--verbosity", "0"]
        subprocess.run(manage, env=environment, cwd=PROJECT, check=True)
    scale = seeding.seed(name, server, wanted)
    # The product's clock stands where the seeding dated its rows from.
    (STATE / "clock").write_text(repr((scale.now - datetime.now(UTC)).total_seconds()))
    return environment


def _install_references() -> None:
    """Put what only the references need beside the environment, not into it."""
    site, wanted = STATE / "site", (PROJECT / "bench" / "requirements.txt").read_text()
    stamp = site / "stamp"
    if stamp.exists() and stamp.read_text() == wanted:
        return
    places = [str(PROJECT / ".venv" / "uv" / "bin"), os.environ.get("PATH", "")]
    uv = shutil.which("uv", path=os.pathsep.join(places))
    pip = [uv, "pip"] if uv else [sys.executable, "-m", "pip"]
    options = ["--quiet", "--no-deps", "--require-hashes", "--upgrade", "--target", str(site)]
    command = [*pip, "install", *options, "-r", str(PROJECT / "bench" / "requirements.txt")]
    if subprocess.run(command, check=False).returncode == 0:
        stamp.write_text(wanted)
    else:
        print("django-postman could not be installed: its rows will say so.", file=sys.stderr)


def _measure(name: str, parts: list[str], environment: dict[str, str]) -> None:
    for part in parts:
        command = [sys.executable, "-m", f"bench.{part}", str(STATE / f"{name}-{part}.json")]
        subprocess.run(command, env=environment, cwd=PROJECT, check=True)


if __name__ == "__main__":
    sys.exit(main())
