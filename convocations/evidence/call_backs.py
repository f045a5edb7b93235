"""«Rappelez-moi»: asked for in a minute, with an instant receipt; seen, withdrawn, and never forgotten."""

from collections.abc import Collection, Sequence
from dataclasses import asdict, dataclass
from datetime import datetime

from django.db import transaction

from accounts import reassigning
from accounts.models import Advisor, Claimant
from convocations import deeds
from convocations.models import CallTask, Convocation
from convocations.states import CallState
from messaging import outbox
from messaging.chasing import left_over, take, tell_files, tell_supervisors
from portal.core import deadlines, journal, parameters
from portal.core.deadlines import Due, Outcome, Planned
from portal.core.fingerprint import content_hash
from portal.core.journal import Actor
from portal.core.transitions import Refusal
from portal.core.working_time import end_of_period

CALL_BACK = CallTask.Reason.CALL_BACK


class NothingToWithdraw(Refusal):
    sentence = "Cette demande est déjà close\u00a0: il n’y a rien à retirer."


@dataclass(frozen=True, slots=True)
class Asked:
    """What a person says when they ask: about what, at which number, when, and a few words."""

    topic: str
    phone: str
    reachable: str
    words: str = ""


def ask(
    claimant_id: int, asked: Asked, *, about: Convocation | None = None, by: Actor, now: datetime
) -> CallTask:
    """Put a call on the list of who follows the person; a second click finds the first request.

    `about` is one of the person's own appointments, for the advisor to see.
    """
    with transaction.atomic():
        # Held, so that two clicks at once make one request.
        person = Claimant.objects.hold(claimant_id)
        waiting = CallTask.objects.filter(
            claimant=person, reason=CALL_BACK, state=CallState.OPEN, topic=asked.topic
        ).first()
        if waiting is not None:
            return waiting
        days = parameters.current().call_back_jours_ouvrables
        task: CallTask = CallTask.objects.create(
            claimant=person,
            advisor_id=person.advisor_id,
            convocation=about,
            reason=CALL_BACK,
            opened_at=now,
            due_at=end_of_period(now, jours_ouvrables=days, territory=person.agency.place),
            content_hash=content_hash({**asdict(asked), "at": now.isoformat()}),
            **asdict(asked),
        )
        _promise(task)
        journal.record(
            deeds.CALL_BACK_ASKED,
            by=by,
            now=now,
            file_id=person.pk,
            subject_id=task.pk,
            data={"ref": str(task.ref), "topic": task.get_topic_display()},
        )
        outbox.enqueue([outbox.Owed(deeds.MAIL_CALL_BACK_ASKED, person.pk, task.pk)], now=now)
        return task


def withdraw(task_id: int, *, by: Actor, now: datetime) -> CallTask:
    """Take a request back; nothing follows from it. Raises NothingToWithdraw."""
    with transaction.atomic():
        task: CallTask = CallTask.objects.select_for_update(no_key=True).get(pk=task_id, reason=CALL_BACK)
        if task.state != CallState.OPEN:
            raise NothingToWithdraw
        close(task, CallState.DROPPED, now)
        journal.record(
            deeds.CALL_BACK_WITHDRAWN,
            by=by,
            now=now,
            file_id=task.claimant_id,
            subject_id=task.pk,
            data={"ref": str(task.ref)},
        )
        return task


def close(task: CallTask, state: CallState, now: datetime) -> None:
    """Close a call, asked for or not, which the caller holds: nothing is promised any more."""
    _take_back(task, now)
    task.closed_at = now
    task.move_to(state, saving=["closed_at"])


def promise_again(task: CallTask, now: datetime) -> None:
    """Promise another day to a person who was not reached."""
    _take_back(task, now)
    task.due_at = end_of_period(now, jours_ouvrables=1, territory=task.claimant.agency.place)
    task.save(update_fields=["due_at"])
    _promise(task)


def _take_back(task: CallTask, now: datetime) -> None:
    if task.reason == CALL_BACK:
        deadlines.cancel([deeds.DUE_CALL_BACK], [task.pk], now=now)


def _promise(task: CallTask) -> None:
    """Let the supervisors know when the day by which the person was to be called is over."""
    deadlines.schedule(
        [Planned(deeds.DUE_CALL_BACK, task.pk, task.due_at, occurrence=int(task.due_at.timestamp()))]
    )


@deadlines.handles(deeds.DUE_CALL_BACK, "rappel demandé par une personne")
def tell_of_late_calls(batch: Sequence[Due], now: datetime) -> Outcome:
    """Tell the supervisors of calls that were asked for and not tried in time; the person reads it in their journal."""
    taken = take(CallTask.objects.select_related("advisor"), batch)
    late = [row for row in taken.values() if row.state == CallState.OPEN and row.due_at <= now]
    tell_supervisors(deeds.MAIL_LATE_CALL_BACKS_SUPERVISOR, {row.advisor.agency_id for row in late}, now=now)
    tell_files(deeds.CALL_BACK_LATE, late, now)
    return left_over(batch, taken, {row.pk for row in late})


def reassign(task_ids: Collection[int], advisor: Advisor, *, reason: str, by: Actor, now: datetime) -> int:
    """Hand calls that were asked for to another advisor of the agency."""
    with transaction.atomic():
        rows = list(
            CallTask.objects.filter(
                pk__in=task_ids,
                reason=CALL_BACK,
                state=CallState.OPEN,
                advisor__agency_id=advisor.agency_id,
            ).select_for_update(no_key=True, of=("self",))
        )
        CallTask.objects.filter(pk__in=[row.pk for row in rows]).update(advisor=advisor)
        reassigning.record(deeds.REASSIGNED, rows, advisor, reason=reason, by=by, now=now, what="le rappel")
        return len(rows)
