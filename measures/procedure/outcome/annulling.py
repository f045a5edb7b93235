"""Undo a case whose ground fell away: the absence was corrected, the referral taken back. A measure goes with it."""

from datetime import datetime

from django.db import transaction

from measures import deeds, signals
from measures.models import Case, Origin
from measures.procedure.holding import hold
from measures.states import CASE_BEFORE_NOTICE, CASE_WITHOUT_EFFECT, CaseState
from messaging import outbox
from portal.core import deadlines, journal
from portal.core.journal import Actor

# Until then nobody told the person anything by this case: who corrects the ground tells them.
_UNTOLD = CASE_BEFORE_NOTICE | {CaseState.REFERRED}


def annul(origin: Origin, origin_id: int, *, reason: str, by: Actor, now: datetime) -> Case | None:
    """Annul the case that stands on these facts, wherever it has got to; None when none has any effect.

    In the caller's transaction, which holds what the facts come from. A measure in force ends, and counts for no rank.
    """
    with transaction.atomic():
        found = (
            Case.objects.filter(origin=origin, origin_id=origin_id)
            .exclude(state__in=CASE_WITHOUT_EFFECT)
            .values_list("pk", flat=True)
            .first()
        )
        if found is None:
            return None
        case = hold(found)
        if case.state in CASE_WITHOUT_EFFECT:
            return None
        told = case.state not in _UNTOLD
        case.ended_at, case.ended_by_id, case.ending_reasons = now, by.user_id, reason
        case.move_to(CaseState.ANNULLED, saving=["ended_at", "ended_by", "ending_reasons"])
        deadlines.cancel(deeds.OF_CASE, [case.pk], now=now)
        data = {"ref": str(case.ref), "reason": reason}
        journal.record(deeds.ANNULLED, by=by, now=now, **case.about, data=data)
        if told:
            signals.drop_calls([case.claimant_id], now)
            outbox.enqueue([outbox.Owed(deeds.MAIL_ANNULLED, case.claimant_id, case.pk)], now=now)
        return case
