"""Asking each part whether it is there, and never waiting long for the answer.

A part that hangs is worse than one that is gone: every question is asked in a thread that nobody waits
for longer than `PATIENCE`, and while it hangs no second one is asked.
"""

import os
import shutil
import threading
import time
from collections.abc import Callable, Sequence
from concurrent.futures import Future
from datetime import datetime, timedelta
from enum import StrEnum
from pathlib import Path
from typing import Any

import redis
from django.conf import settings
from django.core.files.storage import FileSystemStorage, default_storage
from django.db import connection
from django.utils import timezone

from portal.celery import app
from portal.core.documents import scanning
from portal.core.models import Heartbeat

PATIENCE = 2.0
# A daily job is late once its day and some hours have passed; a tick, after a few that did not come.
_LATE_DAY = timedelta(hours=26)
_LATE_TICKS = 6
_LATE_AT_LEAST = timedelta(seconds=60)
ENOUGH_FREE_BYTES = 1024**3


class State(StrEnum):
    """What a probe found."""

    OK = "ok"
    DOWN = "down"
    STALE = "stale"
    # A deployment without this part, by its own decision.
    ABSENT = "absent"


class Probe:
    """One question that may hang."""

    def __init__(self, question: Callable[[], State]) -> None:
        self._question = question
        self._lock = threading.Lock()
        self._pending: Future[State] | None = None

    def ask(self) -> State:
        """Give the answer; DOWN when it fails or does not come in time."""
        return _answer(self.begin(), PATIENCE)

    def begin(self) -> "Future[State]":
        """Ask, and wait for nothing yet."""
        with self._lock:
            if self._pending is None or self._pending.done():
                self._pending = Future()
                thread = threading.Thread(target=self._run, args=[self._pending], daemon=True)
                thread.start()
            return self._pending

    def _run(self, answer: "Future[State]") -> None:
        try:
            answer.set_result(self._question())
        except Exception as error:
            answer.set_exception(error)
        finally:
            connection.close()


def _answer(pending: "Future[State]", seconds: float) -> State:
    try:
        return pending.result(timeout=max(0.0, seconds))
    except Exception:
        return State.DOWN


def ask_all(probes: Sequence[Probe]) -> list[State]:
    """Ask all at once: however many hang, the answers cost the time of one."""
    end = time.monotonic() + PATIENCE
    asked = [probe.begin() for probe in probes]
    return [_answer(pending, end - time.monotonic()) for pending in asked]


def _database() -> State:
    with connection.cursor() as cursor:
        cursor.execute("SELECT 1")
    return State.OK


def _broker() -> State:
    address = settings.CACHES["default"]["LOCATION"]
    with redis.Redis.from_url(address, socket_timeout=1.0, socket_connect_timeout=1.0) as client:
        client.ping()
    return State.OK


def _beat() -> State:
    return State.OK if all(job.answer is State.OK for job in jobs()) else State.STALE


def _scanner() -> State:
    if settings.CLAMAV_URL == scanning.NO_SCANNER:
        return State.ABSENT
    return State.OK if scanning.ping(settings.CLAMAV_URL, seconds=PATIENCE) else State.DOWN


def _documents() -> State:
    """Whether the store of documents takes files; a distant one is seen when a document is sent."""
    if not isinstance(default_storage, FileSystemStorage):
        return State.OK
    folder = Path(default_storage.location)
    # Made with the first document: until then its nearest parent decides.
    while not folder.exists():
        folder = folder.parent
    enough = shutil.disk_usage(folder).free > ENOUGH_FREE_BYTES
    return State.OK if enough and os.access(folder, os.W_OK | os.X_OK) else State.DOWN


DATABASE, BROKER, BEAT = Probe(_database), Probe(_broker), Probe(_beat)
SCANNER, DOCUMENTS = Probe(_scanner), Probe(_documents)


class Job:
    """One periodic job: when it last ended, and whether that is too long ago."""

    def __init__(self, name: str, schedule: Any, heartbeat: Heartbeat | None, now: datetime) -> None:
        self.name = name
        self.at = heartbeat.at if heartbeat else None
        self.detail: dict[str, Any] = heartbeat.detail if heartbeat else {}
        ticks = isinstance(schedule, int | float)
        late = max(_LATE_AT_LEAST, timedelta(seconds=_LATE_TICKS * schedule)) if ticks else _LATE_DAY
        # A daily job need not have run on the first day; a tick must come at once.
        never_ran = State.STALE if ticks else State.OK
        self.answer = never_ran if self.at is None else State.STALE if now - self.at > late else State.OK


def jobs() -> list[Job]:
    """Every job of the beat table, in its order, judged by the machine's own clock."""
    heartbeats = {row.name: row for row in Heartbeat.objects.all()}
    now = timezone.now()
    return [
        Job(name, entry["schedule"], heartbeats.get(name), now)
        for name, entry in app.conf.beat_schedule.items()
    ]
