"""Deadlines: what time will bring, one row each, worked set-based and exactly once (docs/deadlines.md)."""

from portal.core.deadlines.planning import Planned, cancel, schedule
from portal.core.deadlines.registry import (
    Due,
    Handler,
    Kind,
    NoAnswer,
    Outcome,
    Settle,
    handles,
    handles_slowly,
    kinds,
)
from portal.core.deadlines.slowly import work_slowly
from portal.core.deadlines.watching import (
    COUNT_AT_MOST,
    Backlog,
    Waiting,
    backlog,
    by_kind,
    purge_closed,
    retry_stuck,
)
from portal.core.deadlines.working import Worked, work

__all__ = [
    "COUNT_AT_MOST",
    "Backlog",
    "Due",
    "Handler",
    "Kind",
    "NoAnswer",
    "Outcome",
    "Planned",
    "Settle",
    "Waiting",
    "Worked",
    "backlog",
    "by_kind",
    "cancel",
    "handles",
    "handles_slowly",
    "kinds",
    "purge_closed",
    "retry_stuck",
    "schedule",
    "work",
    "work_slowly",
]
