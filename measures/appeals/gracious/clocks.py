"""What time brings to a gracious appeal: a reminder to who answers, a refusal by silence, an answer unread."""

from collections.abc import Sequence
from datetime import datetime

from django.db.models import QuerySet

from measures import deeds, signals
from measures.appeals.window import running
from measures.models import AppealCase, GraciousAppeal
from measures.states import GRACIOUS_ANSWERED, GraciousState
from messaging import outbox
from messaging.chasing import left_over, take, tell_delegates
from portal.core import deadlines, journal
from portal.core.deadlines import Due, Outcome
from portal.core.journal import PORTAL, Line

_G = GraciousState


@deadlines.handles(deeds.DUE_ANSWER_SOON, "recours gracieux à répondre")
def remind(batch: Sequence[Due], now: datetime) -> Outcome:
    """Remind the delegates of a region that an appeal waits: one message a day, however many."""
    taken = take(_appeals(), batch)
    rows = [row for row in taken.values() if row.state == _G.FILED]
    tell_delegates(deeds.MAIL_ANSWERS_SOON, {row.appeal.case.region for row in rows}, now=now)
    return left_over(batch, taken, {row.pk for row in rows})


@deadlines.handles(deeds.DUE_IMPLICIT, "refus par silence")
def refuse_by_silence(batch: Sequence[Due], now: datetime) -> Outcome:
    """Say that silence is a refusal (CRPA L411-7), and start the person's whole time to act anew.

    The appeal is held before what was filed in it, as everywhere; one in somebody's hands comes again.
    """
    ids = [due.subject_id for due in batch]
    of = dict(GraciousAppeal.objects.filter(pk__in=ids).values_list("pk", "appeal_id"))
    appeals = {
        row.pk: row
        for row in AppealCase.objects.filter(pk__in=of.values())
        .select_related("case__agency")
        .select_for_update(no_key=True, skip_locked=True, of=("self", "case"))
        .order_by("case_id", "pk")
    }
    taken = take(_appeals().filter(appeal__in=appeals), batch)
    rows = [row for row in taken.values() if row.state == _G.FILED and row.implicit_at <= now]
    GraciousAppeal.objects.filter(pk__in=[row.pk for row in rows]).move_all(_G.IMPLICIT_REJECTION)
    lines = []
    for row in rows:
        appeal = appeals[row.appeal_id]
        lines.append(Line(deeds.GRACIOUS_IMPLICIT, data={"ref": str(appeal.ref)}, **appeal.about))
        if row.interrupts:
            running.resume(appeal, now=now)
    journal.record_all(lines, by=PORTAL, now=now)
    outbox.enqueue(
        (outbox.Owed(deeds.MAIL_IMPLICIT, row.appeal.case.claimant_id, row.pk) for row in rows), now=now
    )
    return left_over(batch, taken, {row.pk for row in rows})


@deadlines.handles(deeds.DUE_ANSWER_UNREAD, "réponse à un recours non ouverte")
def chase_answer(batch: Sequence[Due], now: datetime) -> Outcome:
    """Send an answer that was not opened on paper, and have the person called: no time of theirs runs meanwhile."""
    taken = take(_appeals(), batch)
    rows = [row for row in taken.values() if row.state in GRACIOUS_ANSWERED and row.notified_at is None]
    people = [row.appeal.case.claimant_id for row in rows]
    letters = (
        outbox.Owed(deeds.MAIL_ANSWER_UNREAD, person, row.pk)
        for row, person in zip(rows, people, strict=True)
    )
    outbox.enqueue_letters(letters, now=now)
    signals.ask_for_calls(people, now)
    journal.record_all(
        (Line(deeds.ANSWER_UNREAD, data={"ref": str(row.appeal.ref)}, **row.appeal.about) for row in rows),
        by=PORTAL,
        now=now,
    )
    return left_over(batch, taken, {row.pk for row in rows})


def _appeals() -> QuerySet[GraciousAppeal]:
    return GraciousAppeal.objects.select_related("appeal__case__agency")
