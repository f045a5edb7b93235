"""Take a procedure back: what was begun, sent or decided has no effect, by the hand of a delegate."""

from datetime import datetime

from django.db import transaction

from measures import deeds, signals
from measures.models import Case
from measures.procedure.holding import delegate, hold, require_state
from measures.procedure.opening.examining import NoReasons
from measures.states import CaseState
from messaging import outbox
from portal.core import deadlines, journal
from portal.core.journal import Actor

# Whatever a person was told of: before that, a case is closed.
WITHDRAWABLE = tuple(
    state for state, following in Case.TRANSITIONS.items() if str(CaseState.WITHDRAWN) in following
)


def withdraw(case_id: int, *, reasons: str, by: Actor, now: datetime) -> Case:
    """Take a case back at any moment after its notice, a measure in force too: it no longer counts for any rank."""
    with transaction.atomic():
        case = hold(case_id)
        delegate(case, by)
        require_state(case, *WITHDRAWABLE)
        if not reasons.strip():
            raise NoReasons
        case.ended_at, case.ended_by_id, case.ending_reasons = now, by.person_id, reasons.strip()
        case.move_to(CaseState.WITHDRAWN, saving=["ended_at", "ended_by", "ending_reasons"])
        deadlines.cancel(deeds.OF_CASE, [case.pk], now=now)
        signals.drop_calls([case.claimant_id], now)
        journal.record(deeds.WITHDRAWN, by=by, now=now, **case.about, data={"ref": str(case.ref)})
        outbox.enqueue([outbox.Owed(deeds.MAIL_WITHDRAWN, case.claimant_id, case.pk)], now=now)
        return case
