"""Work a batch of deadlines on rows of people: who holds a row, who is told that it is late."""

from collections.abc import Collection, Iterable, Sequence
from datetime import datetime
from typing import Any, TypeVar

from django.db.models import Model, QuerySet

from accounts.models import Advisor, DecisionMaker
from messaging import outbox
from portal.core import journal
from portal.core.deadlines import Due, Outcome
from portal.core.journal import PORTAL, JournalCode, Line
from portal.core.models import Deadline

MOOT, LATER = Deadline.State.MOOT, Deadline.State.PENDING

_Row = TypeVar("_Row", bound=Model)


def take(asked: QuerySet[_Row], batch: Sequence[Due]) -> dict[int, _Row]:
    """Lock the rows of a batch that nobody holds right now, by id."""
    rows = asked.filter(pk__in=[due.subject_id for due in batch])
    return {row.pk: row for row in rows.select_for_update(no_key=True, skip_locked=True, of=("self",))}


def left_over(batch: Sequence[Due], taken: Collection[int], worked: Collection[int]) -> Outcome:
    """Sort what a handler did not work: held by somebody (again later), or no longer in need of it."""
    return {
        LATER: [due.id for due in batch if due.subject_id not in taken],
        MOOT: [due.id for due in batch if due.subject_id in taken and due.subject_id not in worked],
    }


def tell_files(code: JournalCode, rows: Iterable[Any], now: datetime) -> None:
    """Write in each person's journal what time brought to a row of theirs (`claimant_id`, `ref`)."""
    journal.record_all(
        (Line(code, file_id=row.claimant_id, subject_id=row.pk, data={"ref": str(row.ref)}) for row in rows),
        by=PORTAL,
        now=now,
    )


def tell_supervisors(mail: int, agency_ids: set[int], *, now: datetime) -> None:
    """Owe each supervisor of these agencies one mail a day that lists what is late when it leaves."""
    supervisors = Advisor.objects.filter(
        agency_id__in=agency_ids, is_supervisor=True, user__is_active=True
    ).values_list("pk", "agency_id")
    outbox.enqueue(
        (
            outbox.Owed(mail, pk, agency_id, occurrence=now.date().toordinal())
            for pk, agency_id in supervisors
        ),
        now=now,
    )


def tell_delegates(mail: int, regions: set[str], *, now: datetime) -> None:
    """Owe each active delegate of these regions one mail a day that says what waits when it leaves."""
    delegates = DecisionMaker.objects.filter(region__in=regions, user__is_active=True).order_by("pk")
    outbox.enqueue(
        (
            outbox.Owed(mail, pk, pk, occurrence=now.date().toordinal())
            for pk in delegates.values_list("pk", flat=True)
        ),
        now=now,
    )
