"""`python -m stack run -- COMMAND`: the command with its engines around it, and nothing left after."""

import os
import signal
import subprocess
import sys
from collections.abc import Callable, Mapping, Sequence
from contextlib import nullcontext, suppress
from pathlib import Path

from stack.engines import CARELESS, Engines
from stack.places import database_dir, only_one, state_dir
from stack.processes import Child, Stopped, adopt_orphans, dies_with_us, end_orphans, stopping_on_signals


def run(
    command: Sequence[str],
    *,
    tests: bool = False,
    with_clamav: bool = False,
    keep: str | None = None,
    options: Sequence[str] = (),
) -> int:
    """Run `command` and return its exit code.

    `tests`: fast engines and the test settings. `keep`: a name under which the data stay for the next
    time, else they are gone after. `options`: more `name=value` for PostgreSQL.
    """
    adopt_orphans()
    engines: Engines | None = None
    try:
        with (
            only_one(state_dir(keep)) if keep else nullcontext(),
            stopping_on_signals() as check_parent,
        ):
            try:
                engines = Engines(
                    state=state_dir(keep) if keep else None,
                    data=database_dir(keep) if keep else None,
                    options=(*(CARELESS if tests else ()), *options),
                    with_clamav=with_clamav,
                )
                engines.start()
                environment = command_environment(engines, tests=tests)
                return run_command(command, environment, check_parent)
            finally:
                _stop(engines)
    except Stopped as stopped:
        return 128 + stopped.signum


def _stop(engines: Engines | None) -> None:
    # The command's own orphans first: they may still use the engines.
    if engines is not None:
        end_orphans(spare={child.process.pid for child in engines.children if child.process})
        engines.stop()
    end_orphans()


def command_environment(engines: Engines, *, tests: bool) -> dict[str, str]:
    """What the command sees: the engines' addresses, and a mailbox and a store of its own."""
    environment = dict(os.environ) | engines.environment
    if tests:
        environment["DJANGO_SETTINGS_MODULE"] = "portal.settings.test"
    else:
        environment.setdefault("DJANGO_SETTINGS_MODULE", "portal.settings.dev")
    environment.setdefault("DOCUMENT_ROOT", str(engines.sockets / "documents"))
    if not environment.get("EMAIL_URL"):
        mails = engines.sockets / "mails"
        environment.setdefault("MAIL_DIR", str(mails))
        environment["EMAIL_URL"] = start_mailsink(engines, mails)
    return environment


def start_mailsink(engines: Engines, mails: Path) -> str:
    """Start the local SMTP server beside the engines; its address as EMAIL_URL."""
    port_file = engines.sockets / "mailsink.port"
    sink = Child(
        "The mail sink",
        [sys.executable, "-m", "stack", "mailsink", "--dir", mails, "--port-file", port_file],
        log=engines.logs / "mailsink.log",
        cwd=Path(__file__).resolve().parents[1],
    )
    engines.add(sink)
    sink.wait_until(port_file.exists, 30)
    port = port_file.read_text()
    sink.argv += ["--port", port]  # should it have to start again, the address is known by then
    return f"smtp://127.0.0.1:{port}"


def run_command(
    command: Sequence[str], environment: Mapping[str, str], check_parent: Callable[[], None]
) -> int:
    # No session of its own: it keeps the terminal. It ends with us even if we are killed.
    process = subprocess.Popen(command, env=environment, preexec_fn=dies_with_us(signal.SIGTERM))
    try:
        while True:
            with suppress(subprocess.TimeoutExpired):
                code = process.wait(0.3)
                return code if code >= 0 else 128 - code
            check_parent()
    except Stopped as stopped:
        # In a terminal Ctrl-C reached the command too: a second one would cut its clean-up short.
        if not (stopped.signum == signal.SIGINT and _in_front()):
            process.send_signal(stopped.signum)
        with suppress(subprocess.TimeoutExpired):
            process.wait(15)
        raise
    finally:
        if process.poll() is None:
            process.kill()
            process.wait()


def _in_front() -> bool:
    with suppress(OSError):
        return os.tcgetpgrp(sys.stdin.fileno()) == os.getpgrp()
    return False
