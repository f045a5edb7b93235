"""What time brings to the time to act: two reminders, and its end."""

from collections.abc import Sequence
from datetime import datetime

from django.db.models import QuerySet

from measures import deeds
from measures.appeals.window import running
from measures.models import AppealCase
from measures.states import WindowState
from messaging import outbox
from messaging.chasing import left_over, take
from portal.core import deadlines, journal, outages
from portal.core.deadlines import Due, Outcome
from portal.core.journal import PORTAL, Line
from portal.core.outage_slices import put_off


@deadlines.handles(deeds.DUE_WINDOW_SOON, "délai de recours bientôt fini")
def remind(batch: Sequence[Due], now: datetime) -> Outcome:
    """Tell the person that their time to act ends soon; an end that moved has reminders of its own.

    Of two that come at once, after a worker was down, the last is sent.
    """
    taken = take(_appeals(), batch)
    of = {(due.subject_id, due.occurrence): due for due in sorted(batch, key=lambda due: -due.step)}
    rows = [
        (row, due)
        for row in taken.values()
        if row.state == WindowState.RUNNING and row.deadline > now
        for due in [of.get((row.pk, running.occurrence(row)))]
        if due is not None
    ]
    outbox.enqueue(
        (
            outbox.Owed(
                deeds.MAIL_WINDOW_SOON, row.claimant_id, row.pk, occurrence=due.occurrence, step=due.step
            )
            for row, due in rows
        ),
        now=now,
    )
    return left_over(batch, taken, {row.pk for row, _ in rows})


@deadlines.handles(deeds.DUE_WINDOW_END, "fin du délai de recours")
def end(batch: Sequence[Due], now: datetime) -> Outcome:
    """End the time to act; what comes later is still taken, and other ways stay open. No end while an outage lasts."""
    taken = take(_appeals(), batch)
    over = [row for row in taken.values() if row.state == WindowState.RUNNING and row.deadline <= now]
    ids = {row.pk for row in over}
    if outages.running(now):
        put_off([due.id for due in batch if due.subject_id in ids], now)
        return left_over(batch, taken, ids)
    AppealCase.objects.filter(pk__in=ids).move_all(WindowState.OVER)
    journal.record_all(
        (Line(deeds.WINDOW_OVER, data={"ref": str(row.ref)}, **row.about) for row in over), by=PORTAL, now=now
    )
    return left_over(batch, taken, ids)


def _appeals() -> QuerySet[AppealCase]:
    return AppealCase.objects.select_related("case")
