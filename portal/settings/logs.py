"""How errors are written down: where and what, never whose data."""

import copy
import logging
import re
from collections.abc import Iterator
from types import TracebackType

# PostgreSQL repeats the refused values («Key (email)=(…) already exists», «Failing row contains …») after
# DETAIL; they may run over several lines, up to the next word of its own or the traceback's.
_VALUES = re.compile(
    r"^(?:DETAIL|CONTEXT|STATEMENT):.*?(?=^(?:HINT|LINE \d+|The above|During handling|Traceback)|\Z)",
    re.MULTILINE | re.DOTALL,
)
# What stands between quotes in an error's own words is a value («invalid literal … 'Moreau'»), but for the
# names of the database's own things.
_QUOTED = re.compile(
    r"(?P<named>\b(?:column|constraint|database|function|index|relation|role|schema|sequence|table|trigger) )?"
    r"(?:\"[^\"]*\"|«[^»]*»|(?<!\w)'[^']*'(?!\w))"
)
# The key of a private calendar is all there is to open it: an address of it is named without.
_CALENDAR = re.compile(r"(?<=/agenda/)[\w-]+(?=\.ics)")
_ADDRESS = re.compile(r"[\w.+%-]+@[\w-]+(?:\.[\w-]+)*")

ExcInfo = tuple[type[BaseException], BaseException, TracebackType | None] | tuple[None, None, None]


class Formatter(logging.Formatter):
    """Writes records without e-mail addresses or keys of calendars, and errors without the values that they repeat.

    A net under the rule that a record names rows by their numbers and references (docs/personal-data.md).
    """

    def format(self, record: logging.LogRecord) -> str:
        """Format a record; an error told in its words too (as Celery does) is told there by its type alone."""
        # What another formatter made of the traceback is not believed.
        record = copy.copy(record)
        record.exc_text = None
        text = super().format(record)
        if record.exc_info:
            for error in _chain(record.exc_info[1]):
                text = text.replace(repr(error), f"{type(error).__name__}(…)")
        return _CALENDAR.sub("…", _ADDRESS.sub("…@…", text))

    def formatException(self, ei: ExcInfo) -> str:  # noqa: N802 - logging's own name
        """Format a traceback, the values left out."""
        text = super().formatException(ei)
        for error in _chain(ei[1]):
            if told := str(error):
                text = text.replace(told, _told(told))
        return _VALUES.sub("", text)


def _told(words: str) -> str:
    """Give an error's own words without the values they quote."""
    return _QUOTED.sub(lambda found: found.group() if found.group("named") else "'…'", _VALUES.sub("", words))


def _chain(error: BaseException | None) -> Iterator[BaseException]:
    """An error, what it was raised from, what it was raised beside; each once."""
    waiting, seen = [error], set[int]()
    while waiting:
        one = waiting.pop()
        if one is None or id(one) in seen:
            continue
        seen.add(id(one))
        yield one
        waiting += [one.__cause__, one.__context__]
