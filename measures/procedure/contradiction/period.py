"""The end of the time to answer: from then on a decision is due, within fifteen days (CT R5412-7-1)."""

from collections.abc import Sequence
from datetime import datetime, timedelta

from measures import deeds
from measures.models import Case, Hearing, Notice
from measures.procedure import calendar
from measures.states import CaseState
from messaging.chasing import tell_files
from portal.core import deadlines, outages, parameters
from portal.core.deadlines import Planned

_S = CaseState
# From these the period's end leads to a decision; a hearing that is asked for comes first.
ENDS_WITH_THE_PERIOD = frozenset({_S.NOTICE_RECEIVED, _S.OBSERVATIONS_FILED, _S.HEARING_HELD})


def end_where_over(case: Case, *, now: datetime, not_before: datetime | None = None) -> None:
    """Make the decision due at once where the ten days are over already; the caller holds the case.

    The fifteen days are counted from `not_before` where that is later than the end of the ten days.
    """
    notice = Notice.objects.get(case=case)
    if not notice.period_is_over(now):
        return
    if outages.running(now):
        # No period of theirs ends meanwhile: looked at again when the outage is over.
        deadlines.schedule([Planned(deeds.DUE_PERIOD_END, case.pk, now, occurrence=int(now.timestamp()))])
        return
    end_all([case], now, not_before=not_before)
    case.refresh_from_db(fields=["state", "decide_by"])


def end_all(cases: Sequence[Case], now: datetime, *, not_before: datetime | None = None) -> list[Case]:
    """End the time to answer of those cases whose ten days are over, held by the caller; silence decides nothing."""
    ids = [case.pk for case in cases if case.state in ENDS_WITH_THE_PERIOD]
    ends = dict(
        Notice.objects.filter(case__in=ids, observations_until__lte=now).values_list(
            "case_id", "observations_until"
        )
    )
    heard = dict(
        Hearing.objects.filter(case__in=ids, held_at__isnull=False).values_list("case_id", "held_at")
    )
    over = [case for case in cases if case.pk in ends]
    for case in over:
        since = max(one for one in (ends[case.pk], heard.get(case.pk), not_before) if one is not None)
        case.decide_by = calendar.decision_end(since, case.agency.place)
    Case.objects.bulk_update(over, ["decide_by"])
    Case.objects.filter(pk__in=ends, state=_S.NOTICE_RECEIVED).move_all(_S.PERIOD_ELAPSED)
    Case.objects.filter(pk__in=ends).move_all(_S.DECISION_DUE)
    schedule_decisions(over, now)
    tell_files(deeds.PERIOD_ENDED, over, now)
    return over


def schedule_decisions(cases: Sequence[Case], now: datetime) -> None:
    """Plan, for each case whose decision is due, the reminder and the lapse in the person's favour."""
    before = timedelta(days=parameters.current().decision_reminder_days)
    deadlines.schedule(
        planned
        for case in cases
        if case.decide_by is not None
        for planned in (
            Planned(deeds.DUE_DECISION_SOON, case.pk, max(now, case.decide_by - before), 0, _second(case)),
            Planned(deeds.DUE_LAPSE, case.pk, case.decide_by, 0, _second(case)),
        )
    )


def _second(case: Case) -> int:
    assert case.decide_by is not None
    return int(case.decide_by.timestamp())
