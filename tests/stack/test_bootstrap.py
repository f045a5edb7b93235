"""The project's own environment: made once, quick when it stands, and clear when it can't be made."""

import json
import stat
import sys
from pathlib import Path

import pytest

from stack import bootstrap
from stack.processes import StackError
from tests.stack.conftest import Clone

DEBIAN_WITHOUT_VENV = """#!/bin/sh
echo "The virtual environment was not created successfully because ensurepip is not available."
exit 1
"""


@pytest.fixture
def place(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty project folder with the real lists of packages."""
    for name in bootstrap.REQUIREMENTS.values():
        (tmp_path / name).write_bytes((bootstrap.PROJECT / name).read_bytes())
    monkeypatch.setattr(bootstrap, "PROJECT", tmp_path)
    monkeypatch.setattr(bootstrap, "VENV", tmp_path / ".venv")
    monkeypatch.setattr(bootstrap, "PYTHON", tmp_path / ".venv/bin/python")
    monkeypatch.setattr(bootstrap, "STAMP", tmp_path / ".venv/stack-stamp.json")
    return tmp_path


@pytest.fixture
def installs(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """What would be installed, instead of fetching it into an environment made in a moment."""
    asked: list[str] = []

    def make_venv() -> None:
        bootstrap.PYTHON.parent.mkdir(parents=True)
        bootstrap.PYTHON.symlink_to(sys.executable)

    monkeypatch.setattr(bootstrap, "_make_venv", make_venv)
    monkeypatch.setattr(bootstrap, "_uv", lambda environment: Path("uv"))
    monkeypatch.setattr(bootstrap, "_call", lambda argv, environment: asked.append(Path(argv[-1]).name))
    return asked


def test_second_start_installs_nothing(place: Path, installs: list[str]):
    for _ in range(2):
        bootstrap.bootstrap("tests")
    bootstrap.bootstrap("demo")  # the tests' environment has all the demo needs
    assert installs == ["requirements-dev.txt"]


def test_changed_list_or_moved_folder_installs_again(place: Path, installs: list[str]):
    bootstrap.bootstrap("demo")
    with (place / "requirements-demo.txt").open("a") as file:
        file.write("# one more\n")
    bootstrap.bootstrap("demo")
    stamp = json.loads((place / ".venv/stack-stamp.json").read_text())
    (place / ".venv/stack-stamp.json").write_text(json.dumps(stamp | {"place": "/elsewhere/.venv"}))
    bootstrap.bootstrap("demo")
    bootstrap.bootstrap("tests")
    assert installs == ["requirements-demo.txt"] * 3 + ["requirements-dev.txt"]


def test_failed_install_is_tried_again(place: Path, installs: list[str], monkeypatch: pytest.MonkeyPatch):
    def fail(argv: list, environment: dict) -> None:
        raise StackError("no network")

    with monkeypatch.context() as without_network:
        without_network.setattr(bootstrap, "_call", fail)
        with pytest.raises(StackError):
            bootstrap.bootstrap("demo")
    bootstrap.bootstrap("demo")
    assert installs == ["requirements-demo.txt"]


def test_environment_is_made_with_pip_in_it(place: Path):
    assert not bootstrap._venv_works()
    bootstrap._make_venv()
    assert bootstrap._venv_works()


def test_missing_venv_module_names_the_debian_package(place: Path, monkeypatch: pytest.MonkeyPatch):
    fake = place / "python"
    fake.write_text(DEBIAN_WITHOUT_VENV)
    fake.chmod(fake.stat().st_mode | stat.S_IXUSR)
    monkeypatch.setattr(bootstrap.sys, "executable", str(fake))
    with pytest.raises(StackError, match="sudo apt install python3-venv"):
        bootstrap._make_venv()


@pytest.mark.parametrize("home", [None, "/proc", "/dev/null"])
def test_home_that_takes_no_cache_is_no_obstacle(home: str | None, monkeypatch: pytest.MonkeyPatch):
    for name in ("HOME", "XDG_CACHE_HOME", "UV_CACHE_DIR"):
        monkeypatch.delenv(name, raising=False)
    environment = {} if home is None else {"HOME": home}
    assert not bootstrap._cache_usable(environment)
    with bootstrap._caches_that_can_be_written() as told:
        cache = Path(told["UV_CACHE_DIR"]).parent
        assert cache.is_dir()
    assert not cache.exists()


def test_launcher_needs_nothing_installed(clone: Clone):
    """`-S -I` leaves nothing but the standard library."""
    program = f"import sys; sys.path.insert(0, {str(clone.folder)!r}); import stack.bootstrap, stack.demo"
    done = clone.start(sys.executable, "-I", "-S", "-c", program)
    assert done.wait(30) == 0, clone.output()
