"""How a request ends without its own answer: withdrawn, or what it asked about went another way."""

from datetime import datetime

from convocations import deeds
from convocations.hours import holding
from convocations.models import ChangeRequest, Convocation, Justificatif
from convocations.states import REQUEST_GRANTED, REQUEST_PENDING, RequestState, ReviewState
from portal.core import deadlines, journal
from portal.core.journal import Actor


def end_pending(convocation: Convocation, state: RequestState, *, by: Actor, now: datetime) -> None:
    """End the request that waits on this appointment, if there is one; the caller holds the appointment."""
    rows = ChangeRequest.objects.select_for_update(no_key=True).filter(
        convocation=convocation, state__in=REQUEST_PENDING
    )
    for row in rows:
        saving: tuple[str, ...] = ()
        if state in REQUEST_GRANTED:
            row.decided_by_id, saving = by.person_id, ("decided_by",)
        end(row, state, by=by, now=now, saving=saving)
        journal.record(
            deeds.REQUEST_ENDED,
            by=by,
            now=now,
            file_id=row.claimant_id,
            subject_id=row.pk,
            data={"ref": str(row.ref), "outcome": state.label},
        )


def end(
    row: ChangeRequest, state: RequestState, *, by: Actor, now: datetime, saving: tuple[str, ...] = ()
) -> None:
    """Close a request the caller holds: nothing waits for it any more, no file is left to review for it."""
    row.closed_at, row.correction_open = now, False
    row.move_to(state, saving=["closed_at", "correction_open", *saving])
    deadlines.cancel(deeds.OF_REQUEST, [row.pk], now=now)
    holding.let_go([row.pk], now=now)
    Justificatif.objects.filter(
        request=row, state__in=[ReviewState.IN_REVIEW, ReviewState.INCOMPLETE]
    ).move_all(ReviewState.DROPPED)
