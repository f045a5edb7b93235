"""How errors are written down: where and what, never whose data."""

import logging
import re
from types import TracebackType

# PostgreSQL repeats the refused values («Key (email)=(…) already exists», «Failing row contains …») after
# DETAIL; they may run over several lines, up to the next word of its own or the traceback's.
_VALUES = re.compile(
    r"^(?:DETAIL|CONTEXT|STATEMENT):.*?(?=^(?:HINT|LINE \d+|The above|During handling|Traceback)|\Z)",
    re.MULTILINE | re.DOTALL,
)

ExcInfo = tuple[type[BaseException], BaseException, TracebackType | None] | tuple[None, None, None]


class Formatter(logging.Formatter):
    """Writes tracebacks without the values that the database repeats in its errors."""

    def formatException(self, ei: ExcInfo) -> str:  # noqa: N802 - logging's own name
        """Format a traceback, the database's values left out."""
        return _VALUES.sub("", super().formatException(ei))
