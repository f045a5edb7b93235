"""Where a page of a long list ends, written into an address: no page numbers, no total counts."""

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import Any
from urllib.parse import urlencode


def write(moment: datetime, *numbers: int) -> str:
    """Write a place as text for an address: «1764750600123456.101.42», to the microsecond."""
    since = moment.astimezone(UTC) - datetime(1970, 1, 1, tzinfo=UTC)
    micros = (since.days * 86_400 + since.seconds) * 1_000_000 + since.microseconds
    return ".".join(str(part) for part in (micros, *numbers))


def read(text: str, numbers: int) -> tuple[datetime, list[int]] | None:
    """Read a place back; None for anything that is no place (the list then begins at its beginning)."""
    parts = text.split(".")
    if len(parts) != numbers + 1 or not all(_is_number(part) for part in parts):
        return None
    try:
        seconds, micros = divmod(int(parts[0]), 1_000_000)
        moment = datetime.fromtimestamp(seconds, UTC).replace(microsecond=micros)
    except (OverflowError, ValueError, OSError):
        return None
    return moment, [int(part) for part in parts[1:]]


def _is_number(text: str) -> bool:
    # Bounded by what a bigint holds: the database refuses the rest with an error.
    return text.isascii() and text.removeprefix("-").isdigit() and len(text) <= 18


def address(filters: Mapping[str, Any], **more: str) -> str:
    """Write the query of an address with the filters that are on; «?» alone leads to the whole list."""
    return "?" + urlencode({name: value for name, value in {**filters, **more}.items() if value})


def cut(rows: Sequence[Any], size: int) -> tuple[list[Any], bool]:
    """Keep one page of rows read one too many; True when more follow."""
    return list(rows[:size]), len(rows) > size
