"""The whole product on engines of its own, made to be killed: web, worker, beat, PostgreSQL, Valkey, mail."""

import http.cookiejar
import json
import os
import re
import shutil
import signal
import socket
import subprocess
import sys
import threading
import time
import urllib.error
import urllib.parse
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from datetime import timedelta
from pathlib import Path

import psycopg

from stack.demo import LIVE, PAGES, answers
from stack.engines import Postgres, Valkey
from stack.mailsink import Mailsink
from stack.places import PROJECT, socket_dir
from stack.processes import Child
from tests import template

# `RestartSec` of the units in deploy/systemd.
RESTART_SECONDS = 2


class Portal:
    """One portal under fire: its parts, its clock, and the truth in its database."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.sockets = socket_dir()
        self.postgres = Postgres(
            self.sockets / "pgdata", self.sockets, folder, ("fsync=off", "max_connections=60")
        )
        self.valkey = Valkey(self.sockets, folder, folder / "valkey")
        self.sink = Mailsink(folder / "mails")
        # Held while the web is dead: other tests, beside this one, look for a free port just then.
        self._place = _hold_a_port()
        self.port: int = self._place.getsockname()[1]
        self._live_place = _hold_a_port()
        self.live_port: int = self._live_place.getsockname()[1]
        self.clock_file = folder / "clock"
        self.offset = timedelta()
        self.children: dict[str, Child] = {}
        self._hands = threading.Lock()
        self._closed = threading.Event()
        self._minder = threading.Thread(target=self._mind, daemon=True)

    @property
    def address(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    @property
    def environment(self) -> dict[str, str]:
        return {
            **os.environ,
            "DJANGO_SETTINGS_MODULE": "portal.settings.dev",
            "DATABASE_URL": self.postgres.url,
            "REDIS_URL": self.valkey.url,
            "EMAIL_URL": self.sink.url,
            "PUBLIC_URL": self.address,
            "LIVE_URL": f"http://127.0.0.1:{self.live_port}",
            "MAIL_DIR": str(self.folder / "mails"),
            "DOCUMENT_ROOT": str(self.folder / "documents"),
            "DEMO_ACCOUNTS": str(self.folder / "accounts.json"),
            "CLOCK_FILE": str(self.clock_file),
            "LOG_LEVEL": "WARNING",
        }

    def __enter__(self) -> "Portal":
        self.sink.__enter__()
        self.postgres.start()
        self.valkey.start()
        template.restore(self.postgres.url)
        return self

    def __exit__(self, *error: object) -> None:
        self._closed.set()
        if self._minder.is_alive():
            self._minder.join()
        for child in [*self.children.values(), self.valkey.child, self.postgres.child]:
            child.stop()
        self.sink.__exit__()
        self._place.close()
        self._live_place.close()
        shutil.rmtree(self.sockets, ignore_errors=True)

    def manage(self, *command: str) -> str:
        done = subprocess.run(
            [sys.executable, "-W", "ignore", PROJECT / "manage.py", *command],
            env=self.environment,
            cwd=PROJECT,
            capture_output=True,
            text=True,
        )
        assert done.returncode == 0, done.stderr
        return done.stdout

    def run(self, module: str, *arguments: str) -> dict:
        """Run a module of the tests inside this portal; its last line is JSON."""
        done = subprocess.run(
            [sys.executable, "-W", "ignore", "-m", module, *arguments],
            env=self.environment,
            cwd=PROJECT,
            capture_output=True,
            text=True,
        )
        assert done.returncode == 0, done.stderr
        return json.loads(done.stdout.splitlines()[-1])

    def start_services(self) -> None:
        celery = ("celery", "--app", "portal.celery")
        schedule = str(self.sockets / "beat-schedule")
        self._service("worker", *celery, "worker", "-c", "2", "--without-gossip", "--without-mingle")
        self._service("beat", *celery, "beat", "--schedule", schedule, "--pidfile", "")
        self._service("live", "granian", *LIVE, "--port", str(self.live_port), "portal.live:application")
        self._service("web", "granian", *PAGES, "--port", str(self.port), "portal.rsgi:application")
        self._minder.start()
        self.wait(lambda: answers(self.port), 60)

    def _service(self, name: str, *arguments: str) -> None:
        argv = [sys.executable, "-W", "ignore", "-m", *arguments]
        child = Child(name, argv, log=self.folder / f"{name}.log", env=self.environment, cwd=PROJECT)
        child.start()
        self.children[name] = child

    def _mind(self) -> None:
        """Start again, after 2 s, what ended by itself: `Restart=always` of the units in deploy/systemd.

        Celery's worker does that when a process it has just forked dies before the first task.
        """
        dead_since: dict[str, float] = {}
        while not self._closed.wait(0.2):
            with self._hands:
                for name, child in self.children.items():
                    if child.alive:
                        dead_since.pop(name, None)
                    elif time.monotonic() - dead_since.setdefault(name, time.monotonic()) > RESTART_SECONDS:
                        self.kill(child)  # what it left of itself; systemd ends the whole group
                        child.start()

    @contextmanager
    def hands_off(self) -> Iterator[None]:
        """Leave to the caller what dies and what is started again meanwhile."""
        with self._hands:
            yield

    # --- faults -----------------------------------------------------------------

    def kill(self, child: Child) -> None:
        """Kill a child and everything it started, without a word."""
        assert child.process is not None
        with suppress(ProcessLookupError):
            os.killpg(child.process.pid, signal.SIGKILL)
        child.process.wait()

    def empty_valkey(self) -> None:
        import redis

        with suppress(redis.RedisError):
            redis.Redis(unix_socket_path=str(self.valkey.socket)).flushall()

    def last_tick(self) -> object:
        """The last heartbeat of the deadlines' job, None before the first or while the database is away."""
        with suppress(psycopg.Error, IndexError):
            return self.sql("SELECT at FROM core_heartbeat WHERE name = 'deadlines'")[0][0]
        return None

    # --- time and truth -----------------------------------------------------------

    def move_clock(self, by: timedelta) -> None:
        self.offset += by
        beside = self.clock_file.with_suffix(".new")
        beside.write_text(repr(self.offset.total_seconds()))
        beside.rename(self.clock_file)

    def sql(self, query: str, *arguments: object) -> list[tuple]:
        with psycopg.connect(self.postgres.url, autocommit=True) as connection:
            cursor = connection.execute(query, arguments or None)
            return cursor.fetchall() if cursor.description else []

    def number(self, query: str, *arguments: object) -> int:
        return self.sql(query, *arguments)[0][0]

    def wait(self, condition: Callable[[], object], seconds: float) -> bool:
        end = time.monotonic() + seconds
        while time.monotonic() < end:
            with suppress(psycopg.Error):
                if condition():
                    return True
            time.sleep(0.2)
        return False


def _hold_a_port() -> socket.socket:
    """A free port that only a server which shares it (granian does) can still take."""
    place = socket.socket()
    place.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEPORT, 1)
    place.bind(("127.0.0.1", 0))
    return place


class Visitor:
    """A person with a browser of the simplest kind: cookies, forms, nothing else."""

    # Seconds they wait for an answer.
    patience = 20.0

    def __init__(self, address: str) -> None:
        self.address = address
        self.jar = http.cookiejar.CookieJar()
        self.opener = urllib.request.build_opener(urllib.request.HTTPCookieProcessor(self.jar))

    def get(self, path: str) -> tuple[int, str]:
        return self.open(urllib.request.Request(self.address + path))

    def post(self, path: str, **fields: str) -> tuple[int, str]:
        token = next((cookie.value for cookie in self.jar if cookie.name == "csrf"), "")
        body = urllib.parse.urlencode({"csrfmiddlewaretoken": token, **fields}).encode()
        return self.open(urllib.request.Request(self.address + path, data=body))

    def open(self, request: urllib.request.Request) -> tuple[int, str]:
        """Status and page; 0 when nobody answered."""
        try:
            with self.opener.open(request, timeout=self.patience) as answer:
                return answer.status, answer.read().decode(errors="replace")
        except urllib.error.HTTPError as error:
            return error.code, error.read().decode(errors="replace")
        except (OSError, http.client.HTTPException):
            return 0, ""

    def enter(self, user_id: int) -> bool:
        """Sign in through the demo's one-click door."""
        status, page = self.get("/demo/")
        return (
            status == 200
            and bool(re.search("csrf", page))
            and self.post(f"/demo/entrer/{user_id}/")[0] == 200
        )
