"""Deadlines of the tests' own, whose handlers note what they did in the same database."""

from collections.abc import Callable, Iterator, Sequence
from datetime import UTC, datetime, timedelta

import pytest
from django.db import connection, transaction

from portal.core import deadlines
from portal.core.deadlines import Due, Planned, registry
from portal.core.models import Deadline

NOW = datetime(2026, 11, 23, 9, 0, tzinfo=UTC)
MINUTE = timedelta(minutes=1)
KIND = 30_001
OTHER_KIND = 30_002
SLOW_KIND = 30_003


@pytest.fixture
def kind(monkeypatch) -> Callable[..., None]:
    """Declare a kind for this test only."""

    def declare(handler, number: int = KIND, batch: int = 1_000) -> None:
        monkeypatch.setitem(registry._kinds, number, registry.Kind(number, f"essai {number}", handler, batch))

    return declare


@pytest.fixture
def effects() -> Iterator["Effects"]:
    """A table where handlers write what they did, in the transaction they are given."""
    with connection.cursor() as cursor:
        cursor.execute("CREATE TABLE tests_effect (subject_id bigint, due_at timestamptz, at serial)")
    yield Effects()
    with connection.cursor() as cursor:
        cursor.execute("DROP TABLE tests_effect")


class Effects:
    def note(self, batch: Sequence[Due], now: datetime) -> None:
        """A set-based handler: one statement for the batch."""
        with connection.cursor() as cursor:
            cursor.execute(
                "INSERT INTO tests_effect (subject_id, due_at) SELECT * FROM unnest(%s::bigint[], %s::timestamptz[])",
                [[due.subject_id for due in batch], [due.due_at for due in batch]],
            )

    def subjects(self) -> list[int]:
        with connection.cursor() as cursor:
            cursor.execute("SELECT subject_id FROM tests_effect ORDER BY at")
            return [subject for (subject,) in cursor.fetchall()]


def plan(*subjects: int, kind: int = KIND, due_at: datetime = NOW, **more: int) -> None:
    with transaction.atomic():
        deadlines.schedule(Planned(kind, subject, due_at, **more) for subject in subjects)


def states(**only: int) -> dict[int, str]:
    return {row.subject_id: Deadline.State(row.state).name for row in Deadline.objects.filter(**only)}


def at(now: datetime = NOW) -> Callable[[], datetime]:
    return lambda: now
