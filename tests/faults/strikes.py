"""What is killed, and how: always SIGKILL, at any moment, and started again as a supervisor would."""

import os
import random
import shutil
import signal
import time
from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path

import psycopg

from stack.engines import Postgres, Valkey
from stack.processes import StackError
from tests.faults.portal import Portal

# So often each stands in the deck; shuffled anew when it is used up, so that nobody is spared for long.
DECK = (
    *("worker",) * 4,  # Celery, all of it
    *("pool",) * 2,  # one of its processes, as the kernel does when memory is short
    *("beat",) * 2,
    *("web",) * 2,  # granian, all of it
    *("page",) * 1,  # one of its processes
    *("valkey",) * 1,
    *("emptied",) * 2,  # Valkey, and what it had kept is gone
    *("postgres",) * 2,  # the server
    *("backend",) * 2,  # one of its connections: PostgreSQL then restarts by itself
)


def deck(draw: random.Random) -> Iterator[str]:
    """Whom to kill, for ever."""
    while True:
        yield from draw.sample(DECK, len(DECK))


def strike(portal: Portal, target: str, away: float) -> None:
    """Kill `target`, leave it dead for `away` seconds, start it again."""
    if target in portal.children:
        with portal.hands_off():
            portal.kill(portal.children[target])
            time.sleep(away)
            portal.children[target].start()
    elif target in ("pool", "page"):
        _kill_one_of(portal.children["worker" if target == "pool" else "web"].process.pid)
    elif target == "backend":
        _kill_backend(portal)
    else:
        engine = portal.postgres if target == "postgres" else portal.valkey
        portal.kill(engine.child)
        if target == "emptied":
            shutil.rmtree(portal.valkey.folder / "appendonlydir")
        time.sleep(away)
        _start(engine)


def _kill_one_of(parent: int) -> None:
    """Kill one process of a family that replaces its dead; soon after a start there may be none yet."""

    def kill() -> None:
        children = Path(f"/proc/{parent}/task/{parent}/children").read_text().split()
        workers = [pid for pid in children if b"tracker" not in Path(f"/proc/{pid}/cmdline").read_bytes()]
        os.kill(int(workers[0]), signal.SIGKILL)

    _insist(kill)


def _kill_backend(portal: Portal) -> None:
    def kill() -> None:
        # Between two clicks and two ticks nobody may be connected: then a process of PostgreSQL's own, which
        # makes it restart just the same.
        ((pid,),) = portal.sql(
            "SELECT pid FROM pg_stat_activity WHERE pid <> pg_backend_pid()"
            " AND (datname = 'portal' AND backend_type = 'client backend'"
            " OR backend_type IN ('checkpointer', 'background writer'))"
            " ORDER BY backend_type <> 'client backend', state <> 'active', random() LIMIT 1"
        )
        os.kill(pid, signal.SIGKILL)

    _insist(kill)


def _insist(kill: Callable[[], None], seconds: float = 30) -> None:
    end = time.monotonic() + seconds
    while True:
        try:
            return kill()
        except (psycopg.Error, OSError, ValueError, IndexError):
            if time.monotonic() > end:
                raise
        time.sleep(0.1)


def _start(engine: Postgres | Valkey) -> None:
    """Start an engine; again if it stops at once, because something of its last life still holds on."""
    for _ in range(10):
        with suppress(StackError):
            return engine.start()
        time.sleep(0.5)
    engine.start()
