"""Calls: try, log, confirm. A call that reaches nobody is never held against anyone."""

from datetime import datetime

from django.db import transaction

from accounts.models import Claimant
from convocations import deeds
from convocations.evidence.call_backs import close, promise_again
from convocations.evidence.ledger import confirm_by_phone
from convocations.models import CallTask, CallTry, Convocation
from convocations.states import AHEAD, CallState
from messaging import outbox
from portal.core import journal
from portal.core.journal import Actor
from portal.core.transitions import Refusal

TRIES = 3
# Reasons for which being reached proves that the person knows of the appointment.
_R = CallTask.Reason
PROVING = frozenset({_R.UNREAD, _R.BOUNCED, _R.RETURNED, _R.NO_EMAIL})


class CallClosed(Refusal):
    sentence = "Cet appel est déjà clos : la personne a été jointe, ou elle a lu sa convocation entre-temps."


class NothingToConfirm(Refusal):
    sentence = "Ce rendez-vous n’est plus à venir : une confirmation ne prouverait plus rien."


def log_call(task_id: int, *, reached: bool, note: str = "", by: Actor, now: datetime) -> CallTask:
    """Write one attempt; reached before the start, the person is proven to know, and the task closes.

    After three attempts in vain the task closes too: another way is needed, nobody is to blame. Who asked
    to be called back is then told in writing what to do.
    """
    with transaction.atomic():
        # The appointment first, where there is one: the order of every process.
        convocation = Convocation.objects.select_for_update(no_key=True).filter(calls__pk=task_id).first()
        task: CallTask = (
            CallTask.objects.select_for_update(no_key=True, of=("self",))
            .select_related("claimant__agency")
            .get(pk=task_id)
        )
        if task.state != CallState.OPEN:
            raise CallClosed
        CallTry.objects.create(task=task, at=now, by_id=by.person_id, reached=reached, note=note)
        if reached:
            coming = convocation and convocation.state in AHEAD and now < convocation.starts_at
            if convocation and coming and task.reason in PROVING:
                confirm_by_phone(convocation, by=by, now=now)
            Claimant.objects.filter(pk=task.claimant_id).update(last_contact_at=now)
            close(task, CallState.REACHED, now)
        else:
            _try_again(task, now)
        _note(task, convocation, reached=reached, note=note, by=by, now=now)
        return task


def _try_again(task: CallTask, now: datetime) -> None:
    """Leave the task for another day; the third time it closes, and who asked for the call is written to."""
    if CallTry.objects.filter(task=task).count() >= TRIES:
        close(task, CallState.UNREACHED, now)
        if task.reason == CallTask.Reason.CALL_BACK:
            outbox.enqueue([outbox.Owed(deeds.MAIL_CALL_BACK_UNREACHED, task.claimant_id, task.pk)], now=now)
    elif task.reason == CallTask.Reason.CALL_BACK:
        promise_again(task, now)


def _note(
    task: CallTask, convocation: Convocation | None, *, reached: bool, note: str, by: Actor, now: datetime
) -> None:
    outcome = "vous avez été joint" if reached else "sans réponse, rien ne vous est reproché"
    about = {"outcome": outcome, "note": note}
    if convocation is not None and task.reason != CallTask.Reason.CALL_BACK:
        code, subject, ref = deeds.CALLED, convocation.pk, str(convocation.ref)
    else:
        code, subject, ref = deeds.CALLED_BACK, task.pk, str(task.ref)
    journal.record(
        code, by=by, now=now, file_id=task.claimant_id, subject_id=subject, data={"ref": ref, **about}
    )


def confirm(convocation_id: int, *, note: str = "", by: Actor, now: datetime) -> Convocation:
    """Write that the person said by phone, before the start, that they know; calls that asked for it close."""
    with transaction.atomic():
        convocation = Convocation.objects.select_for_update(no_key=True).get(pk=convocation_id)
        if convocation.state not in AHEAD or now >= convocation.starts_at:
            raise NothingToConfirm
        confirm_by_phone(convocation, by=by, now=now)
        for task in CallTask.objects.select_for_update(no_key=True).filter(
            convocation=convocation, state=CallState.OPEN, reason__in=PROVING
        ):
            CallTry.objects.create(task=task, at=now, by_id=by.person_id, reached=True, note=note)
            close(task, CallState.REACHED, now)
        Claimant.objects.filter(pk=convocation.claimant_id).update(last_contact_at=now)
        journal.record(
            deeds.CALLED,
            by=by,
            now=now,
            file_id=convocation.claimant_id,
            subject_id=convocation.pk,
            data={"ref": str(convocation.ref), "outcome": "vous avez été joint", "note": note},
        )
        return convocation
