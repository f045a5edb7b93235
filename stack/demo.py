"""`make demo`: the whole product on this machine, watched over until somebody stops it."""

import http.client
import json
import os
import shutil
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Sequence
from contextlib import closing, suppress
from pathlib import Path
from urllib.parse import urlsplit

from stack.engines import Engines, Postgres, Valkey
from stack.places import PROJECT, database_dir, only_one, state_dir
from stack.processes import Child, StackError, Stopped, adopt_orphans, end_orphans, stopping_on_signals
from stack.run import run_command, start_mailsink

FIRST_PORT = 8000
# A child that dies again at once waits longer each time; one that lived this long starts anew.
DELAYS = (0.3, 1, 2, 5, 10, 30)
STEADY_SECONDS = 60
# The pages' server, as in production: two processes of eight threads (WEB_THREADS) hold at most 16 of
# PostgreSQL's 100 connections.
PAGES = ("--interface", "rsgi", "--workers", "2", "--respawn-failed-workers", "--no-ws")
# The live pages' server: one process holds some hundreds of open lines.
LIVE = ("--interface", "rsgi", "--workers", "1", "--respawn-failed-workers", "--no-ws")


def demo(command: Sequence[str] = (), name: str = "demo") -> int:
    """Start everything, print where it is, and keep it running until TERM, INT, HUP or our parent's end.

    With a `command`, run that beside it instead and stop when it ends; it finds the address in DEMO_URL.
    `name` says which data: each name has its own.
    """
    adopt_orphans()
    engines: Engines | None = None
    services: list[Service] = []
    state = state_dir(name)
    try:
        with only_one(state) as lock, stopping_on_signals() as check_parent:
            try:
                port = choose_port(os.environ.get("PORT"))
                address = os.environ.get("PUBLIC_URL") or f"http://127.0.0.1:{port}"
                lock.write(address)
                lock.flush()
                engines = _start_engines(name)
                environment = _environment(engines, address, state)
                live_port = _live_port(port)
                environment["LIVE_URL"] = f"http://{urlsplit(address).hostname}:{live_port}"
                _prepare_data(environment, state)
                services += _services(engines, environment, port, live_port)
                for service in services:
                    service.start()
                services[-1].child.wait_until(lambda: answers(port), 60)
                if command:
                    return run_command(command, environment | {"DEMO_URL": address}, check_parent)
                _wait_until_well(port, services, check_parent)
                _say_where(address, state)
                services += [Service(child, _before(engines, child)) for child in engines.children]
                _watch(services, check_parent)
            finally:
                _stop(engines, services)
    except Stopped as stopped:
        if command:
            return 128 + stopped.signum
        print("Stopped. The data stay for the next time; RESET=1 starts afresh.")
        return 0


class Service:
    """A child that is started again when it dies; `before` clears its way first."""

    def __init__(self, child: Child, before: Callable[[], None] | None = None) -> None:
        self.child = child
        self.before = before
        self.deaths = 0
        self.again_at: float | None = None

    def start(self) -> None:
        self.again_at = None
        if self.before:
            self.before()
        self.child.start()

    def look_after(self, now: float) -> None:
        if self.child.alive:
            if now - self.child.started_at > STEADY_SECONDS:
                self.deaths = 0
        elif self.again_at is None:
            delay = DELAYS[min(self.deaths, len(DELAYS) - 1)]
            self.deaths += 1
            self.again_at = now + delay
            print(f"{self.child.name} died; it starts again in {delay} s ({self.child.log}).", flush=True)
        elif now >= self.again_at:
            self.start()


def _watch(services: list[Service], check_parent: Callable[[], None]) -> None:
    while True:
        for service in services:
            service.look_after(time.monotonic())
        check_parent()
        time.sleep(0.2)


def _stop(engines: Engines | None, services: list[Service]) -> None:
    # Everybody is asked at once; the engines go last, when nobody needs them any more.
    for service in services:
        if engines is None or service.child not in engines.children:
            service.child.ask_to_stop()
    for service in services:
        if engines is None or service.child not in engines.children:
            service.child.stop()
    if engines is not None:
        engines.stop()
    end_orphans()


def choose_port(asked: str | None) -> int:
    """The port asked for, which must be free; else the first free one from 8000 on."""
    if asked:
        if not asked.isascii() or not asked.isdigit() or not 0 < int(asked) < 65536:
            raise StackError(f"PORT={asked} is not a port: give a number from 1 to 65535.")
        if not _free(int(asked)):
            raise StackError(f"Port {asked} is taken. Choose another one, or none: make demo PORT=8123")
        return int(asked)
    for port in range(FIRST_PORT, FIRST_PORT + 100):
        if _free(port):
            return port
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def _live_port(port: int) -> int:
    """A port for the live pages' server, the next free one."""
    return next((one for one in range(port + 1, min(port + 100, 65536)) if _free(one)), 0) or choose_port(
        None
    )


def _free(port: int) -> bool:
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", port))
            probe.listen()
        except PermissionError:
            raise StackError(f"Port {port} needs more rights than you have: take one above 1024.") from None
        except OSError:
            return False
    return True


def _reset() -> bool:
    return os.environ.get("RESET", "") not in ("", "0")


def _start_engines(name: str) -> Engines:
    state = state_dir(name)
    if _reset():
        for folder in (database_dir(name), state / "valkey", state / "documents", state / "mails"):
            shutil.rmtree(folder, ignore_errors=True)
        for file in ("accounts.json", "clock"):
            (state / file).unlink(missing_ok=True)
    shutil.rmtree(state / "logs", ignore_errors=True)
    engines = Engines(state=state, data=database_dir(name))
    try:
        engines.start()
    except BaseException:
        engines.stop()
        raise
    return engines


def _environment(engines: Engines, address: str, state: Path) -> dict[str, str]:
    environment = dict(os.environ) | engines.environment
    environment["DJANGO_SETTINGS_MODULE"] = "portal.settings.dev"
    environment["PUBLIC_URL"] = address
    environment["PYTHONUNBUFFERED"] = "1"
    environment.setdefault("DOCUMENT_ROOT", str(state / "documents"))
    environment.setdefault("MAIL_DIR", str(state / "mails"))
    environment.setdefault("DEMO_ACCOUNTS", str(state / "accounts.json"))
    environment.setdefault("CLOCK_FILE", str(state / "clock"))
    if not environment.get("EMAIL_URL"):
        environment["EMAIL_URL"] = start_mailsink(engines, Path(environment["MAIL_DIR"]))
    return environment


def _prepare_data(environment: dict[str, str], state: Path) -> None:
    print("Preparing the database …", flush=True)
    _manage(environment, "migrate", "--no-input", "--verbosity", "0")
    if next(PROJECT.glob("*/**/management/commands/demo_data.py"), None):
        print("Loading the demo data …", flush=True)
        # A load that was cut short left half a world: the next start begins it anew.
        loading = state / "loading"
        reset = _reset() or loading.exists()
        loading.touch()
        _manage(environment, "demo_data", *(["--reset"] if reset else []))
        loading.unlink()
    accounts = state / "accounts.json"
    if accounts.exists():  # the port may be another one than last time
        known = json.loads(accounts.read_text())
        known["url"] = environment["PUBLIC_URL"]
        beside = accounts.with_suffix(".new")
        beside.write_text(json.dumps(known, ensure_ascii=False, indent=1))
        beside.rename(accounts)


def _manage(environment: dict[str, str], *command: str) -> None:
    done = subprocess.run([sys.executable, PROJECT / "manage.py", *command], env=environment, cwd=PROJECT)
    if done.returncode:
        raise StackError(f"manage.py {command[0]} failed: the lines above say why.")


def _services(engines: Engines, environment: dict[str, str], port: int, live_port: int) -> list[Service]:
    def service(name: str, *arguments: str) -> Service:
        argv = [sys.executable, "-m", *arguments]
        log = engines.logs / f"{name}.log"
        return Service(Child(f"The {name}", argv, log=log, env=environment, cwd=PROJECT, grace=8))

    celery = ("celery", "--app", "portal.celery")
    schedule = str(engines.sockets / "beat-schedule")
    return [
        service("worker", *celery, "worker", "--concurrency", "2", "--without-gossip", "--without-mingle"),
        service("beat", *celery, "beat", "--schedule", schedule, "--pidfile", ""),
        service("live", "granian", *LIVE, "--port", str(live_port), "portal.live:application"),
        # The last one: what is waited for.
        service("web", "granian", *PAGES, "--port", str(port), "portal.rsgi:application"),
    ]


def _before(engines: Engines, child: Child) -> Callable[[], None] | None:
    """What has to be cleared before a dead engine starts again."""
    for engine in engines.engines:
        if engine.child is child and isinstance(engine, Postgres | Valkey):
            return engine.prepare
    return None


def health(port: int) -> tuple[int, str]:
    """The status and the words of /healthz; 0 when nothing answers."""
    with (
        suppress(OSError, http.client.HTTPException),
        closing(http.client.HTTPConnection("127.0.0.1", port, timeout=10)) as connection,
    ):
        connection.request("GET", "/healthz")
        answer = connection.getresponse()
        return answer.status, answer.read().decode(errors="replace")
    return 0, "no answer"


def answers(port: int) -> bool:
    """Whether something answers over HTTP, whatever it says."""
    return health(port)[0] > 0


def _wait_until_well(port: int, services: list[Service], check_parent: Callable[[], None]) -> None:
    """Give worker and beat the time of their first round; who is still unwell then is named."""
    deadline = time.monotonic() + 60
    while (found := health(port))[0] != 200:
        for service in services:
            service.look_after(time.monotonic())
        check_parent()
        if time.monotonic() > deadline:
            print(f"Not everything is well yet: {found[1]}", flush=True)
            return
        time.sleep(0.2)


def _say_where(address: str, state: Path) -> None:
    print(f"\nEspace Emploi runs at  {address}/")
    print(f"The demo people        {address}/demo/  (one click signs you in)")
    accounts = state / "accounts.json"
    if accounts.exists():
        print()
        shown: dict[str, int] = {}
        for account in json.loads(accounts.read_text())["accounts"]:
            role = account["role"]
            shown[role] = shown.get(role, 0) + 1
            if shown[role] <= 2:
                second = f"  second factor {account['totp_secret']}" if account.get("totp_secret") else ""
                print(f"  {role:15} {account['email']:40} {account['password']}{second}")
    print(f"\nLogs: {(state / 'logs').relative_to(PROJECT)}/   Stop: Ctrl-C\n", flush=True)
