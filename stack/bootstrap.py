"""`python -m stack bootstrap demo|tests`: the project's own `.venv`, made once and kept up to date.

Runs before anything is installed: standard library only, Python 3.11 or newer.
"""

import hashlib
import json
import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from stack.places import AS_ROOT, PROJECT, database_dir, hold
from stack.processes import StackError

VENV = PROJECT / ".venv"
PYTHON = VENV / "bin" / "python"
STAMP = VENV / "stack-stamp.json"
REQUIREMENTS = {"demo": "requirements-demo.txt", "tests": "requirements-dev.txt"}
# What can stand in for what: everything the demo needs is in the tests' list.
SERVED_BY = {"demo": ("demo", "tests"), "tests": ("tests",)}


def bootstrap(profile: str) -> None:
    """Make `.venv` ready for `profile`; quick when it already is."""
    if VENV.is_symlink():
        return  # somebody's own environment: theirs to keep up to date
    if _stamp() in [_wanted(served) for served in SERVED_BY[profile]] and PYTHON.exists():
        return
    STAMP.unlink(missing_ok=True)
    with _caches_that_can_be_written() as environment:
        if not _venv_works():
            _make_venv()
        uv = _uv(environment)
        print(f"Installing {REQUIREMENTS[profile]} …", flush=True)
        _call(
            [uv, "pip", "sync", "--quiet", "--python", PYTHON, PROJECT / REQUIREMENTS[profile]], environment
        )
    STAMP.write_text(json.dumps(_wanted(profile)))


def _wanted(profile: str) -> dict[str, str]:
    content = (PROJECT / REQUIREMENTS[profile]).read_bytes()
    # The place too: an environment that was moved or copied holds its old path.
    return {"profile": profile, "requirements": hashlib.sha256(content).hexdigest(), "place": str(VENV)}


def _stamp() -> object:
    try:
        return json.loads(STAMP.read_text())
    except (OSError, ValueError):
        return None


def _venv_works() -> bool:
    try:
        test = [PYTHON, "-c", "import sys, pip; sys.exit(sys.version_info < (3, 11))"]
        return subprocess.run(test, capture_output=True).returncode == 0
    except OSError:
        return False


def _make_venv() -> None:
    print(f"Making .venv with Python {sys.version.split()[0]} …", flush=True)
    made = subprocess.run([sys.executable, "-m", "venv", "--clear", VENV], capture_output=True, text=True)
    if made.returncode == 0:
        return
    version = f"{sys.version_info.major}.{sys.version_info.minor}"
    words = (made.stdout + made.stderr).strip()
    if "ensurepip" in words:
        raise StackError(
            "Python cannot make a virtual environment here. On Debian and Ubuntu its part for that comes "
            f"apart:\n\n    sudo apt install python3-venv\n\n(or python{version}-venv), then the same again."
        )
    raise StackError(f"Python could not make {VENV}:\n{words}")


def _uv(environment: dict[str, str]) -> Path:
    """The pinned uv, beside the environment's own packages so that a sync does not remove it."""
    home = VENV / "uv"
    pinned = (PROJECT / "stack" / "requirements-uv.txt").read_bytes()
    stamp = home / "stamp"
    if not stamp.exists() or stamp.read_bytes() != pinned:
        print("Installing uv …", flush=True)
        pip = [PYTHON, "-m", "pip", "--disable-pip-version-check", "install", "--quiet", "--upgrade"]
        _call(
            [*pip, "--target", home, "--require-hashes", "-r", PROJECT / "stack" / "requirements-uv.txt"],
            environment,
        )
        stamp.write_bytes(pinned)
    return home / "bin" / "uv"


@contextmanager
def _caches_that_can_be_written() -> Iterator[dict[str, str]]:
    """The environment for pip and uv: the machine's own package index, and a cache they can write."""
    environment = dict(os.environ)
    # A launcher's own settings would aim at another environment.
    for name in ("VIRTUAL_ENV", "PYTHONPATH", "PYTHONHOME", "PIP_REQUIRE_VIRTUALENV"):
        environment.pop(name, None)
    if _cache_usable(environment):
        yield _with_pips_index(environment)
        return
    with tempfile.TemporaryDirectory(prefix="emploi-cache-") as cache:
        environment |= {"UV_CACHE_DIR": f"{cache}/uv", "PIP_CACHE_DIR": f"{cache}/pip", "UV_NO_CONFIG": "1"}
        yield _with_pips_index(environment)


def _cache_usable(environment: dict[str, str]) -> bool:
    if environment.get("UV_CACHE_DIR"):
        return True
    home = environment.get("HOME")
    cache = environment.get("XDG_CACHE_HOME") or (home and f"{home}/.cache")
    if not cache:
        return False
    try:
        folder = Path(cache, "uv")
        folder.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryFile(dir=folder):
            return True
    except OSError:
        return False


# pip's settings and uv's names for them: uv does not read pip's configuration.
_PIP_TO_UV = {
    "index-url": "UV_DEFAULT_INDEX",
    "extra-index-url": "UV_INDEX",
    "find-links": "UV_FIND_LINKS",
    "cert": "SSL_CERT_FILE",
}


def _with_pips_index(environment: dict[str, str]) -> dict[str, str]:
    """Hand uv the index, links and certificate that pip is configured with, where nobody told uv."""
    listed = subprocess.run(
        [sys.executable, "-m", "pip", "config", "list"], capture_output=True, text=True, env=environment
    )
    for line in listed.stdout.splitlines():
        key, _, value = line.partition("=")
        name = _PIP_TO_UV.get(key.rpartition(".")[2].lower().replace("_", "-"))
        if name and name not in environment:
            # A value of several lines is shown quoted, with its line ends spelt out.
            # Like pip, look in all of them: every pin carries its hash, so none can slip something in.
            environment.setdefault("UV_INDEX_STRATEGY", "unsafe-best-match")
            environment[name] = " ".join(value.strip("'\"").replace("\\n", " ").split())
    return environment


def _call(argv: list[str | Path], environment: dict[str, str]) -> None:
    done = subprocess.run(argv, env=environment)
    if done.returncode:
        raise StackError(f"This did not work: {' '.join(str(part) for part in argv)}")


def clean() -> int:
    """Remove what was installed and made here: the environment, the data, the caches."""
    for running in PROJECT.glob("var/*/running"):
        if (lock := hold(running)) is None:
            raise StackError(f"The demo still runs at {running.read_text()}: stop it first.")
        lock.close()
    for folder in (VENV, PROJECT / "var", database_dir("any").parents[1] if AS_ROOT else PROJECT / "var"):
        if folder.is_symlink():
            folder.unlink()
        shutil.rmtree(folder, ignore_errors=True)
    for name in (
        ".pytest_cache",
        ".mypy_cache",
        ".ruff_cache",
        ".hypothesis",
        ".import_linter_cache",
        "staticfiles",
    ):
        shutil.rmtree(PROJECT / name, ignore_errors=True)
    for cache in PROJECT.glob("**/__pycache__"):
        shutil.rmtree(cache, ignore_errors=True)
    return 0
