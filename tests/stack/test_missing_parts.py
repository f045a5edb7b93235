"""The tests on a machine without a browser or an antivirus: the rest runs, and the end says what did not."""

import sys

import pytest

from tests.conftest import nothing_may_be_missing
from tests.stack.conftest import Clone

MARKED = """
import pytest

def test_plain(): assert True

def test_page(page): raise AssertionError("no browser here")

@pytest.mark.clamav
def test_scan(): raise AssertionError("no clamd here")

@pytest.mark.nginx
def test_proxy(): raise AssertionError("no nginx here")
"""


def run_marked(clone: Clone, **environment: str):
    (clone.folder / "tests" / "test_marked.py").write_text(MARKED)
    nothing = clone.folder / "empty"
    nothing.mkdir(exist_ok=True)
    # A PATH without a browser, no nginx, and no «CI» of the machine that runs this very test.
    bare = {"PATH": str(nothing), "NGINX": "", "CI": "", "REQUIRE_ALL": ""} | environment
    pytest = (sys.executable, "-m", "pytest", "-n", "2", "tests/test_marked.py")
    return clone.stack("run", "--tests", "--", *pytest, **bare)


def test_missing_parts_leave_their_tests_out_and_the_end_says_so(clone: Clone):
    done = run_marked(clone)
    assert done.returncode == 0, done.stdout
    assert "1 passed" in done.stdout
    assert "apt-get install chromium" in done.stdout
    assert "apt-get install clamav-daemon" in done.stdout
    assert "apt-get install nginx-light" in done.stdout


def test_missing_parts_are_an_error_where_nothing_may_be_left_out(clone: Clone):
    done = run_marked(clone, REQUIRE_ALL="1")
    assert done.returncode == 4
    assert "Nothing may be left out here" in done.stderr


@pytest.mark.parametrize(("variable", "value"), [("CI", "true"), ("CI", "1"), ("REQUIRE_ALL", "1")])
def test_continuous_integration_leaves_nothing_out(
    variable: str, value: str, monkeypatch: pytest.MonkeyPatch
):
    for name in ("CI", "REQUIRE_ALL"):
        monkeypatch.delenv(name, raising=False)
    assert not nothing_may_be_missing()
    monkeypatch.setenv(variable, value)
    assert nothing_may_be_missing()
