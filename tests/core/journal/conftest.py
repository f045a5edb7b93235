"""A journal to write into, and other people writing into it at the same time."""

import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime

import psycopg
import pytest
from django.db import transaction

from portal.core import journal

NOW = datetime(2026, 11, 23, 9, 0, tzinfo=UTC)
# Kinds of deed of the tests' own, far from the product's numbers.
SEEN = journal.code(30_001, "test_seen", "{actor} a vu {what}.")
DONE = journal.code(30_002, "test_done", "{actor} a fait.")

INSERT = """
    INSERT INTO core_journalentry (at, code, actor_role, file_id, data)
    VALUES (now(), 30001, 'PORTAL', 7, '{"what": "other"}') RETURNING id
"""


def seal_until(done: Callable[[journal.Verdict], bool], now: datetime = NOW) -> int:
    """Seal again and again, as beat does; how many were sealed.

    Transactions of the other tests’ databases on the same server hold the horizon back while they last.
    """
    sealed, end = 0, time.monotonic() + 180
    while not done(journal.verify()):
        assert time.monotonic() < end, journal.verify()
        if not (latest := journal.seal(now)):
            time.sleep(0.02)
        sealed += latest
    return sealed


def seal_all(now: datetime = NOW) -> int:
    """Seal everything that is committed."""
    return seal_until(lambda verdict: verdict.unsealed == 0, now)


@pytest.fixture
def write() -> Callable[[int], None]:
    """Write so many entries, in a transaction of their own."""

    def write(number: int = 1) -> None:
        with transaction.atomic():
            lines = [journal.Line(SEEN, file_id=7, data={"what": i}) for i in range(number)]
            journal.record_all(lines, by=journal.PORTAL, now=NOW)

    return write


@pytest.fixture
def other(database_url: str) -> Iterator[Callable[[], psycopg.Connection]]:
    """Open another real connection to the same database; each is closed after the test."""
    opened: list[psycopg.Connection] = []

    def connect() -> psycopg.Connection:
        opened.append(psycopg.connect(database_url))
        return opened[-1]

    yield connect
    for connection in opened:
        connection.close()


@pytest.fixture
def as_master(database_url: str) -> Iterator[psycopg.Connection]:
    """The database's master, for whom triggers do not fire: what the chain has to find."""
    with psycopg.connect(database_url, autocommit=True) as connection:
        connection.execute("SET session_replication_role = replica")
        yield connection
