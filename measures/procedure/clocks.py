"""What time brings to a case: what is unread, the end of the time to answer, a late decision, a measure's days."""

from collections.abc import Sequence
from datetime import datetime, timedelta

from django.db.models import QuerySet

from measures import deeds, signals
from measures.models import Case, Decision
from measures.procedure.contradiction import period
from measures.states import CASE_RUNNING, CaseState
from messaging import outbox
from messaging.chasing import left_over, take, tell_delegates, tell_files
from portal.core import deadlines, outages
from portal.core.deadlines import Due, Outcome, Planned
from portal.core.outage_slices import put_off

_S = CaseState
_WEEK = timedelta(days=7)
LAPSED_BY_RULE = (
    "Aucune décision n’est arrivée dans le délai que la loi donne. La procédure est donc close en votre faveur\u00a0: "
    "elle n’a aucune conséquence."
)
UNHEARD_BY_RULE = (
    "Vous aviez demandé à être entendu, et l’audition n’a pas eu lieu à temps. La procédure est donc close en votre "
    "faveur\u00a0: elle n’a aucune conséquence."
)


@deadlines.handles(deeds.DUE_EXAMINE, "procédure que personne n’examine")
def chase_referral(batch: Sequence[Due], now: datetime) -> Outcome:
    """Tell the region's delegates of a case that nobody took, each week until somebody does; nothing is decided."""
    taken = take(_cases(), batch)
    rows = [row for row in taken.values() if row.state == _S.REFERRED]
    tell_delegates(deeds.MAIL_TO_EXAMINE, {row.region for row in rows}, now=now)
    steps = {due.subject_id: due.step for due in batch}
    deadlines.schedule(
        Planned(deeds.DUE_EXAMINE, row.pk, now + _WEEK, step=steps[row.pk] + 1) for row in rows
    )
    return left_over(batch, taken, {row.pk for row in rows})


@deadlines.handles(deeds.DUE_NOTICE_UNREAD, "lettre d’information non ouverte")
def chase_notice(batch: Sequence[Due], now: datetime) -> Outcome:
    """Send on paper what somebody has not opened, and have them called; no time of theirs runs meanwhile."""
    taken = take(_cases(), batch)
    rows = [row for row in taken.values() if row.state == _S.NOTICE_SENT]
    letters = (outbox.Owed(deeds.MAIL_NOTICE_UNREAD, row.claimant_id, row.pk) for row in rows)
    outbox.enqueue_letters(letters, now=now)
    signals.ask_for_calls([row.claimant_id for row in rows], now)
    tell_files(deeds.NOTICE_UNREAD, rows, now)
    return left_over(batch, taken, {row.pk for row in rows})


@deadlines.handles(deeds.DUE_DECISION_UNREAD, "décision non ouverte")
def chase_decision(batch: Sequence[Due], now: datetime) -> Outcome:
    """Send a decision that was not opened on paper, and have the person called: nothing binds them meanwhile."""
    taken = take(_cases(), batch)
    rows = {row.pk: row for row in taken.values() if row.state == _S.DECIDED}
    sent = dict(_decisions(rows).filter(sent_at__isnull=False).values_list("case_id", "pk"))
    unread = [rows[case_id] for case_id in sent]
    letters = (outbox.Owed(deeds.MAIL_DECISION_UNREAD, row.claimant_id, sent[row.pk]) for row in unread)
    outbox.enqueue_letters(letters, now=now)
    signals.ask_for_calls([row.claimant_id for row in unread], now)
    tell_files(deeds.DECISION_UNREAD, unread, now)
    return left_over(batch, taken, sent)


@deadlines.handles(deeds.DUE_PERIOD_END, "fin du délai d’observations")
def end_period(batch: Sequence[Due], now: datetime) -> Outcome:
    """Make a decision due once the person had their ten days; what they write still counts until it is taken.

    An extension moved the end meanwhile: its own row comes. An outage lasts: no period ends before it.
    """
    taken = take(_cases().select_related("agency"), batch)
    if outages.running(now):
        kept = {row.pk for row in taken.values() if row.state in period.ENDS_WITH_THE_PERIOD}
        put_off([due.id for due in batch if due.subject_id in kept], now)
        return left_over(batch, taken, kept)
    ended = period.end_all(list(taken.values()), now)
    return left_over(batch, taken, {row.pk for row in ended})


@deadlines.handles(deeds.DUE_DECISION_SOON, "décision attendue bientôt")
def remind(batch: Sequence[Due], now: datetime) -> Outcome:
    """Remind whoever examines a case that its decision is due: one message a day, however many cases."""
    taken = take(_cases(), batch)
    rows = [row for row in taken.values() if row.state in (_S.DECISION_DUE, _S.DECIDED)]
    unsent = set(_unsent(rows))
    late = [row for row in rows if row.pk in unsent and row.decider_id is not None]
    day = now.date().toordinal()
    people = sorted({row.decider_id for row in late if row.decider_id is not None})
    outbox.enqueue((outbox.Owed(deeds.MAIL_DECISIONS_SOON, pk, pk, occurrence=day) for pk in people), now=now)
    return left_over(batch, taken, {row.pk for row in late})


@deadlines.handles(deeds.DUE_LAPSE, "décision trop tardive")
def lapse(batch: Sequence[Due], now: datetime) -> Outcome:
    """Close in the person's favour what nobody decided and sent within fifteen days (product §7)."""
    taken = take(_cases(), batch)
    rows = [row for row in taken.values() if row.state in (_S.DECISION_DUE, _S.DECIDED)]
    unsent = set(_unsent(rows))
    return left_over(batch, taken, _lapse([row for row in rows if row.pk in unsent], LAPSED_BY_RULE, now))


@deadlines.handles(deeds.DUE_HEARING, "audition non tenue à temps")
def lapse_unheard(batch: Sequence[Due], now: datetime) -> Outcome:
    """Close in the person's favour where they asked to be heard and nobody heard them in time."""
    taken = take(_cases(), batch)
    rows = [row for row in taken.values() if row.state == _S.HEARING_REQUESTED]
    return left_over(batch, taken, _lapse(rows, UNHEARD_BY_RULE, now))


@deadlines.handles(deeds.DUE_START, "début d’une mesure")
def begin(batch: Sequence[Due], now: datetime) -> Outcome:
    """Let a measure take effect, the day after its person received the decision."""
    taken = take(_cases(), batch)
    rows = [row for row in taken.values() if row.state == _S.NOTIFIED]
    Case.objects.filter(pk__in=[row.pk for row in rows]).move_all(_S.IN_FORCE)
    tell_files(deeds.IN_FORCE, rows, now)
    return left_over(batch, taken, {row.pk for row in rows})


@deadlines.handles(deeds.DUE_END, "fin d’une mesure")
def expire(batch: Sequence[Due], now: datetime) -> Outcome:
    """End a measure whose time is over, whatever was asked about it; one that has yet to begin waits for that."""
    taken = take(_cases(), batch)
    rows = [row for row in taken.values() if row.state in CASE_RUNNING]
    Case.objects.filter(pk__in=[row.pk for row in rows]).move_all(_S.EXPIRED)
    tell_files(deeds.EXPIRED, rows, now)
    signals.drop_interviews([row.claimant_id for row in rows], now)
    not_begun = {row.pk for row in taken.values() if row.state == _S.NOTIFIED}
    return left_over(batch, taken.keys() - not_begun, {row.pk for row in rows})


def _cases() -> QuerySet[Case]:
    return Case.objects.all()


def _decisions(case_ids: dict[int, Case] | Sequence[Case]) -> QuerySet[Decision]:
    return Decision.objects.filter(case__in=list(case_ids), set_aside_at__isnull=True)


def _unsent(rows: Sequence[Case]) -> list[int]:
    """Leave out those whose decision is on its way: it was taken in time."""
    sent = set(_decisions(rows).filter(sent_at__isnull=False).values_list("case_id", flat=True))
    return [row.pk for row in rows if row.pk not in sent]


def _lapse(asked: Sequence[Case], reasons: str, now: datetime) -> set[int]:
    rows = [row for row in asked if row.has_lapsed(now)]
    ids = [row.pk for row in rows]
    _decisions(rows).update(set_aside_at=now, set_aside_for=reasons)
    Case.objects.filter(pk__in=ids).move_all(_S.LAPSED, ended_at=now, ending_reasons=reasons)
    deadlines.cancel(deeds.OF_CASE, ids, now=now)
    tell_files(deeds.LAPSED, rows, now)
    outbox.enqueue((outbox.Owed(deeds.MAIL_LAPSED, row.claimant_id, row.pk) for row in rows), now=now)
    return set(ids)
