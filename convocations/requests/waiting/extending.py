"""Give people back the time an outage took to send the documents of a request; see absences.extending.

A request whose time ended before the outage was recorded waits for its advisor: documents are taken all
the same, so nothing is put back.
"""

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any

from django.dispatch import receiver

from convocations import deeds
from convocations.models import ChangeRequest
from convocations.states import RequestState
from messaging import outbox
from portal.core import deadlines, journal, outages
from portal.core.deadlines import Due, Outcome, Planned
from portal.core.french import full_deadline
from portal.core.journal import PORTAL, Line
from portal.core.models import Deadline, Outage
from portal.core.outage_slices import go_on, not_now, of_use, over, take_slice
from portal.core.working_time import extend_for_outages


@receiver(outages.outage_recorded, dispatch_uid="convocations.requests.waiting.extending")
def plan(sender: Any, *, outage: Outage, now: datetime, **_: Any) -> None:
    """Have the requests that wait for documents looked at, in the transaction that records an outage."""
    deadlines.schedule([Planned(deeds.DUE_EXTEND_REQUEST_DOCS, outage.pk, now, step=outage.revision)])


@deadlines.handles(deeds.DUE_EXTEND_REQUEST_DOCS, "documents d’une demande après une interruption", batch=1)
def extend_documents(batch: Sequence[Due], now: datetime) -> Outcome | None:
    """Extend the time to send documents of a slice of requests, and tell each person the new day."""
    (due,) = batch
    if (outage := over(due, now)) is None:
        return not_now(due, now)
    asked = ChangeRequest.objects.filter(
        state=RequestState.DOCS_REQUESTED, docs_due_at__gt=outage.starts_at, submitted_at__lt=outage.ends_at
    )
    ids, held, rows = take_slice(asked, due.occurrence, agency="agency")
    waiting = _waiting(rows)
    spans: Sequence[Any] = outages.ended_about(outage)
    given: list[tuple[ChangeRequest, Deadline, datetime]] = []
    for row in rows:
        if (clock := waiting.get(row.pk)) is None:
            continue
        place, before = row.agency.place, row.docs_due_at
        end = extend_for_outages(_asked_at(clock), before, spans, territory=place)
        if end > before:
            row.docs_due_at = of_use(end, place, now)
            given.append((row, clock, before))
    _move(given, now)
    _tell(given, outage, now)
    return go_on(deeds.DUE_EXTEND_REQUEST_DOCS, due, ids, held, now)


def _waiting(rows: Sequence[ChangeRequest]) -> dict[int, Deadline]:
    """Give the deadline that waits for each request's documents, by request."""
    clocks = Deadline.objects.filter(
        kind=deeds.DUE_REQUEST_DOCS,
        subject_id__in=[row.pk for row in rows],
        state__in=[Deadline.State.PENDING, Deadline.State.STUCK],
    )
    return {clock.subject_id: clock for clock in clocks}


def _asked_at(clock: Deadline) -> datetime:
    # When the documents were asked for is the deadline's occurrence; each extension raises its step.
    return datetime.fromtimestamp(clock.occurrence, UTC)


def _move(given: Sequence[tuple[ChangeRequest, Deadline, datetime]], now: datetime) -> None:
    ChangeRequest.objects.bulk_update([row for row, _, _ in given], ["docs_due_at"])
    deadlines.cancel([deeds.DUE_REQUEST_DOCS], [row.pk for row, _, _ in given], now=now)
    deadlines.schedule(
        Planned(deeds.DUE_REQUEST_DOCS, row.pk, row.docs_due_at, clock.step + 1, clock.occurrence)
        for row, clock, _ in given
        if row.docs_due_at is not None
    )


def _tell(given: Sequence[tuple[ChangeRequest, Deadline, datetime]], outage: Outage, now: datetime) -> None:
    lines, owed = [], []
    for row, _, before in given:
        assert row.docs_due_at is not None
        zone = row.agency.place.zone
        data = {
            "ref": str(row.ref),
            "until": full_deadline(row.docs_due_at, zone),
            "before": full_deadline(before, zone),
            "outage": outages.told(outage),
        }
        lines.append(Line(deeds.REQUEST_DOCS_EXTENDED, file_id=row.claimant_id, subject_id=row.pk, data=data))
        occurrence = int(row.docs_due_at.timestamp())
        owed.append(outbox.Owed(deeds.MAIL_REQUEST_DOCS_EXTENDED, row.claimant_id, row.pk, occurrence))
    journal.record_all(lines, by=PORTAL, now=now)
    outbox.enqueue(owed, now=now)
