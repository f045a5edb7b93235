"""The present instant, asked in one place so that the tests and the demo can move it.

`now()` is the real time plus an offset read from the file `settings.CLOCK_FILE` names. Web, worker and
beat read the same file, so the clock of all of them moves at once. Production has no such clock: without
`settings.CLOCK_MAY_MOVE` the file is never read, and naming one is an error of `manage.py check`.
"""

import os
import tempfile
import time
from collections.abc import Sequence
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.checks import CheckMessage, Error, register
from django.utils import timezone

# How long an offset once read is believed, in seconds.
_BELIEVED = 0.2

_offset = timedelta()
_read_at: float | None = None


def now() -> datetime:
    """Give the present instant, aware, in UTC; a process asks once and passes it on."""
    return timezone.now() + _current_offset()


def set_offset(offset: timedelta) -> None:
    """Move the clock of every process that reads the same file; this one sees it at once."""
    path = _file()
    if path is None:
        raise RuntimeError("This clock does not move: CLOCK_FILE is unset or not allowed here.")
    # Written aside and renamed: a reader never meets half a number.
    handle, written = tempfile.mkstemp(dir=path.parent, prefix=path.name)
    with os.fdopen(handle, "w") as stream:
        stream.write(repr(offset.total_seconds()))
    Path(written).chmod(0o644)
    Path(written).replace(path)
    forget()


def forget() -> None:
    """Read the file anew at the next question."""
    global _read_at
    _read_at = None


def _file() -> Path | None:
    name = getattr(settings, "CLOCK_FILE", None)
    return Path(name) if name and getattr(settings, "CLOCK_MAY_MOVE", False) else None


def _current_offset() -> timedelta:
    global _offset, _read_at
    path = _file()
    if path is None:
        return timedelta()
    asked_at = time.monotonic()
    if _read_at is None or not 0 <= asked_at - _read_at < _BELIEVED:
        _offset, _read_at = _read(path), asked_at
    return _offset


def _read(path: Path) -> timedelta:
    try:
        written = path.read_text().strip()
    except FileNotFoundError:
        return timedelta()
    # Empty: somebody else's `echo … >` is under way; the last offset still holds.
    return timedelta(seconds=float(written)) if written else _offset


@register()
def refuse_a_moving_clock(app_configs: Sequence[Any] | None, **kwargs: Any) -> list[CheckMessage]:
    """Stop a production whose clock could be moved: every legal period would move with it."""
    if getattr(settings, "CLOCK_FILE", None) and not getattr(settings, "CLOCK_MAY_MOVE", False):
        return [
            Error(
                "CLOCK_FILE is set, but only the demo's and the tests' clock may move.",
                hint="Remove CLOCK_FILE from the environment.",
                id="clock.E001",
            )
        ]
    return []
