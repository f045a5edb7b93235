"""«Rappelez-moi»: asked for in a minute, with an instant receipt; seen and withdrawn by the person."""

from dataclasses import asdict, dataclass
from datetime import datetime

from django.db import transaction

from accounts.models import Claimant
from convocations import deeds
from convocations.evidence.ledger import content_hash
from convocations.models import CallTask, Convocation
from convocations.states import CallState
from messaging import outbox
from portal.core import journal, parameters
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
        task.closed_at = now
        task.move_to(CallState.DROPPED, saving=["closed_at"])
        journal.record(
            deeds.CALL_BACK_WITHDRAWN,
            by=by,
            now=now,
            file_id=task.claimant_id,
            subject_id=task.pk,
            data={"ref": str(task.ref)},
        )
        return task
