"""The ground every test stands on: real engines, a database cloned from one migrated template."""

import os
import shutil
import uuid
from collections.abc import Iterator
from pathlib import Path
from typing import Any

# Playwright keeps an event loop in the thread of the tests; Django would refuse the database there.
os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "true"

import pytest
from xdist.scheduler import LoadScopeScheduling

from stack.mailsink import Mailsink
from tests import emptying, template

BROWSER_FIXTURES = {"page", "context", "browser", "new_context", "browser_type", "launch_browser"}


# --- what this machine can run ------------------------------------------------


def chromium() -> str | None:
    return shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")


def nginx() -> str | None:
    """nginx's program, also where only root's PATH has it; NGINX names another, or none."""
    if "NGINX" in os.environ:
        return os.environ["NGINX"] or None
    return shutil.which("nginx", path=os.environ.get("PATH", "") + ":/usr/sbin:/usr/local/sbin")


def missing_parts() -> dict[str, str]:
    """Marker -> how to add what its tests need, for each thing this machine lacks."""
    missing = {}
    if not chromium():
        missing["browser"] = "a browser: apt-get install chromium"
    if os.environ.get("CLAMAV_URL", "none") in ("", "none"):
        missing["clamav"] = "the antivirus: apt-get install clamav-daemon (make test starts it by itself)"
    if not nginx():
        missing["nginx"] = "the proxy: apt-get install nginx-light (make test starts it by itself)"
    return missing


def nothing_may_be_missing() -> bool:
    return os.environ.get("REQUIRE_ALL") == "1" or os.environ.get("CI", "").lower() in ("true", "1")


def pytest_configure(config: pytest.Config) -> None:
    for variable in ("DATABASE_URL", "REDIS_URL"):
        if not os.environ.get(variable):
            raise pytest.UsageError("The tests need their engines: make test ARGS='tests/core -k word'")
    # xdist's workers inherit the name: one template for all of them.
    os.environ.setdefault(template.NAME, f"test_portal_template_{uuid.uuid4().hex[:8]}")
    missing = missing_parts()
    if missing and nothing_may_be_missing():
        raise pytest.UsageError(
            "Nothing may be left out here, but these are missing: " + "; ".join(missing.values())
        )


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    for item in items:
        if BROWSER_FIXTURES & set(getattr(item, "fixturenames", ())):
            item.add_marker(pytest.mark.browser)
    out = [item for item in items if any(item.get_closest_marker(name) for name in missing_parts())]
    if out:
        config.hook.pytest_deselected(items=out)
        items[:] = [item for item in items if item not in set(out)]
    items.sort(key=_place_in_line)


@pytest.hookimpl(trylast=True)
def pytest_collection_finish(session: pytest.Session) -> None:
    """Walk through thousands of collected tests once, not at each round of the collector: a sixth of the time."""
    from portal import standing

    standing.leave_alone()


# Files whose tests share a whole portal, which is dear to start: one worker runs each group. By their names,
# as pytest-xdist 3.8 writes its «xdist_group» where pytest 9 no longer looks.
TOGETHER = {
    "tests/journeys/test_stories.py": "stories",
    "tests/journeys/test_requests.py": "stories",
    "tests/journeys/test_answering.py": "more stories",
    "tests/journeys/test_following.py": "more stories",
    "tests/journeys/test_talking.py": "stories",
    "tests/journeys/test_procedure.py": "more stories",
    "tests/faults/test_dependencies.py": "standing portal",
    "tests/faults/test_documents_disk.py": "standing portal",
    "tests/faults/test_restarting.py": "standing portal",
    "tests/faults/test_slow_clients.py": "standing portal",
    "tests/deploy/test_nginx.py": "behind nginx",
}


class _KeptTogether(LoadScopeScheduling):
    """Every test goes where a worker is free, but for those that share a portal."""

    def _split_scope(self, nodeid: str) -> str:
        return TOGETHER.get(nodeid.partition("::")[0], nodeid)


def pytest_xdist_auto_num_workers(config: pytest.Config) -> int:
    """One more than there are processors: what kills, and waits for what comes back, leaves them idle."""
    return len(os.sched_getaffinity(0)) + 1


def pytest_xdist_make_scheduler(config: pytest.Config, log: Any) -> LoadScopeScheduling:
    return _KeptTogether(config, log)


# What takes a minute or more, the longest first. Whoever starts last keeps everybody waiting.
ROLES = "tests/seen/test_every_page.py::test_no_page_of_a_role_has_a_barrier"
DEAR = (
    "tests/faults/test_kills.py",
    "tests/faults/test_lines.py",
    "tests/stack/test_demo.py",
    "tests/access/test_nonsense.py",
    "tests/web/measures/test_nonsense.py",
    *(f"{ROLES}[chromium-{who}]" for who in ("advisor", "claimant", "admin")),
    "tests/seen/test_every_page.py",
    "tests/convocations/archive/test_kills.py",
)


def _place_in_line(item: pytest.Item) -> tuple[int, int]:
    """Say who comes last: what empties tables, for whatever migrations put there is gone after it.

    And who comes first: what takes minutes, so that nobody waits for it in the end. pytest-xdist
    keeps this order in each worker.
    """
    dear = next((place for place, name in enumerate(DEAR) if item.nodeid.startswith(name)), len(DEAR))
    if _empties_tables(item):
        return 2, dear
    return (0 if item.get_closest_marker("faults") else 1), dear


def _empties_tables(item: pytest.Item) -> bool:
    marker = item.get_closest_marker("django_db")
    fixtures = set(getattr(item, "fixturenames", ()))
    return bool(
        {"live_server", "transactional_db"} & fixtures or (marker and marker.kwargs.get("transaction"))
    )


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter, config: pytest.Config) -> None:
    if hasattr(config, "workerinput"):
        return
    for report in terminalreporter.getreports("passed"):
        # What a test counted, with `record_property("figures", …)`: it is worth reading when it passes, too.
        for name, words in report.user_properties:
            if name == "figures":
                terminalreporter.write_line(words)
    missing = missing_parts()
    if missing:
        terminalreporter.write_sep("-", "left out on this machine")
        for marker, remedy in missing.items():
            terminalreporter.write_line(f"Tests marked «{marker}» did not run. They need {remedy}.")
        terminalreporter.write_line("REQUIRE_ALL=1 makes a missing part an error, as .ci/run does.")


# --- the database ---------------------------------------------------------------


@pytest.fixture(scope="session")
def django_db_setup(django_test_environment: None, django_db_blocker, worker_id: str) -> Iterator[None]:
    """The database of this worker: a copy of the template, which the first worker migrates."""
    from django.db import connection

    original = connection.settings_dict["NAME"]
    name = f"{os.environ[template.NAME].replace('template', worker_id)}"
    template.clone(name)
    with django_db_blocker.unblock():
        connection.close()
        connection.settings_dict["NAME"] = name
    emptying.instead_of_flush()
    yield
    with django_db_blocker.unblock():
        connection.close()
        connection.settings_dict["NAME"] = original
    template.drop(name)


@pytest.fixture(scope="module")
def standing_database(django_db_setup: None, django_db_blocker, tmp_path_factory) -> Iterator[None]:
    """One transaction for all the tests of a module, taken back after the last: a dear world is built once.

    Not beside `db`, which ends its own with the connection. A test takes back what it does (`transaction.atomic`).
    """
    from django.db import transaction
    from django.test import override_settings

    documents = str(tmp_path_factory.mktemp("documents"))
    with django_db_blocker.unblock(), override_settings(MEDIA_ROOT=documents), transaction.atomic():
        yield
        transaction.set_rollback(True)


def pytest_unconfigure(config: pytest.Config) -> None:
    if not hasattr(config, "workerinput") and template.NAME in os.environ:
        template.drop_template()


# --- things to test with ----------------------------------------------------------


@pytest.fixture(autouse=True)
def _documents_of_this_test(settings, tmp_path: Path) -> None:
    settings.MEDIA_ROOT = str(tmp_path / "documents")


@pytest.fixture(autouse=True)
def _counts_of_this_test(settings) -> None:
    """Count tries, codes and the like apart: tests share one Redis, also with those of other processes."""
    settings.CACHES = {"default": settings.CACHES["default"] | {"KEY_PREFIX": uuid.uuid4().hex}}


@pytest.fixture
def mailsink(tmp_path: Path) -> Iterator[Mailsink]:
    """A real SMTP server: `mailsink.port`, `mailsink.box.messages()`, `mailsink.behaviour.delay = 2`."""
    with Mailsink(tmp_path / "mails") as sink:
        yield sink


@pytest.fixture
def database_url(db: None) -> str:
    """The address of this test's database, for a process of its own (with a transactional test)."""
    from django.db import connection

    return template.url_of(connection.settings_dict["NAME"])


@pytest.fixture(scope="session")
def browser_type_launch_args(browser_type_launch_args: dict) -> dict:
    """Debian's chromium; it talks to nobody but the page's own server."""
    return browser_type_launch_args | {
        "executable_path": chromium(),
        "args": [
            "--no-sandbox",
            "--disable-gpu",
            "--disable-dev-shm-usage",
            "--disable-quic",
            "--no-first-run",
            "--disable-background-networking",
            "--disable-component-update",
            "--disable-sync",
        ],
    }
