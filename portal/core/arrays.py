"""Many values for one statement: arrays written as PostgreSQL reads them.

The adapter looks at each element in turn; for a batch of 5,000 rows that cost more than the statement.
"""

from collections.abc import Iterable
from datetime import datetime


def of_numbers(numbers: Iterable[int]) -> str:
    """Write whole numbers for `%s::bigint[]`; anything else than a whole number raises."""
    return "{" + ",".join(map(int.__repr__, numbers)) + "}"


def of_instants(instants: Iterable[datetime]) -> str:
    """Write aware instants for `%s::timestamptz[]`."""
    return "{" + ",".join(map(datetime.isoformat, instants)) + "}"
