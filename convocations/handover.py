"""When who follows a person changes, the decisions, calls and lines they are owed follow them.

Appointments stay with the advisor the person was told they would meet, and so does recording them: only
that advisor saw who came. A supervisor reassigns what its owner cannot do.
"""

from collections.abc import Collection
from datetime import datetime
from typing import Any

from django.db.models import Q
from django.dispatch import receiver

from accounts import signals
from accounts.models import Claimant, FollowUpModeChange, Transfer
from convocations import deeds
from convocations.following import owed
from convocations.hours import holding
from convocations.models import Absence, CallTask, ChangeRequest, FollowUpTask, Justificatif
from convocations.states import ABSENCE_UNDECIDED, REQUEST_PENDING, CallState, FollowUpState, ReviewState
from messaging import outbox
from portal.core.journal import Actor


@receiver(signals.advisor_changed, dispatch_uid="convocations.handover")
def follow(
    sender: Any,
    *,
    claimant_ids: Collection[int],
    old: int,
    new: int,
    by: Actor,
    now: datetime,
    because: str = signals.ASSIGNED,
    **_: Any,
) -> None:
    """Hand over absences, requests, justificatifs and calls that wait, in the transaction of the change."""
    theirs = {"claimant_id__in": list(claimant_ids), "advisor_id": old}
    Absence.objects.filter(state__in=ABSENCE_UNDECIDED, **theirs).update(advisor_id=new)
    ChangeRequest.objects.filter(state__in=REQUEST_PENDING, **theirs).update(advisor_id=new)
    _hand_over_hours(list(claimant_ids), new, now)
    ChangeRequest.objects.filter(correction_open=True, **theirs).update(advisor_id=new)
    Justificatif.objects.filter(state=ReviewState.IN_REVIEW, **theirs).update(advisor_id=new)
    CallTask.objects.filter(state=CallState.OPEN, **theirs).update(advisor_id=new)
    lines = FollowUpTask.objects.filter(state=FollowUpState.OPEN, claimant_id__in=list(claimant_ids))
    # Somebody was chosen.
    lines.filter(reason=FollowUpTask.Reason.ASSIGN).move_all(FollowUpState.DONE, closed_at=now)
    lines.update(advisor_id=new)
    _tell(claimant_ids, old, new, because, by=by, now=now)


def _tell(
    claimant_ids: Collection[int], old: int, new: int, because: str, *, by: Actor, now: datetime
) -> None:
    """Write to the people, and once to each advisor who did not do it themselves; a transfer has its own words."""
    if because == signals.BY_TRANSFER:
        return
    second = int(now.timestamp())
    owed_to = [
        outbox.Owed(mail, advisor, advisor, occurrence=second)
        for mail, advisor in ((deeds.MAIL_PORTFOLIO_LEFT, old), (deeds.MAIL_PORTFOLIO_JOINED, new))
        if advisor != by.user_id
    ]
    if because == signals.ASSIGNED:  # who chose to be followed by web reads it in that e-mail
        mail = deeds.MAIL_ADVISOR_CHANGED
        owed_to += (outbox.Owed(mail, pk, pk, occurrence=second) for pk in claimant_ids)
    outbox.enqueue(owed_to, now=now)


@receiver(signals.transferred, dispatch_uid="convocations.transferred")
def move_whole(sender: Any, *, transfer: Transfer, now: datetime, **_: Any) -> None:
    """Let all that is open go to the new agency, whoever had it in hand, and tell the three people."""
    new, agency = transfer.new_advisor_id, transfer.new_agency_id
    theirs = {"claimant_id": transfer.claimant_id}
    Absence.objects.filter(state__in=ABSENCE_UNDECIDED, **theirs).update(advisor_id=new, agency_id=agency)
    waiting = ChangeRequest.objects.filter(Q(state__in=REQUEST_PENDING) | Q(correction_open=True), **theirs)
    waiting.update(advisor_id=new, agency_id=agency)
    _hand_over_hours([transfer.claimant_id], new, now)
    Justificatif.objects.filter(state__in=[ReviewState.IN_REVIEW, ReviewState.INCOMPLETE], **theirs).update(
        advisor_id=new
    )
    CallTask.objects.filter(state=CallState.OPEN, **theirs).update(advisor_id=new)
    FollowUpTask.objects.filter(state=FollowUpState.OPEN, **theirs).update(advisor_id=new, agency_id=agency)
    owed.open_first_interview(transfer, now=now)
    outbox.enqueue(
        [
            outbox.Owed(deeds.MAIL_TRANSFERRED, transfer.claimant_id, transfer.pk),
            outbox.Owed(deeds.MAIL_TRANSFER_OLD_ADVISOR, transfer.old_advisor_id, transfer.pk),
            outbox.Owed(deeds.MAIL_TRANSFER_NEW_ADVISOR, transfer.new_advisor_id, transfer.pk),
        ],
        now=now,
    )


def _hand_over_hours(claimant_ids: Collection[int], new: int, now: datetime) -> None:
    """Keep the hours that requests wish for of the advisor who answers now."""
    waiting = ChangeRequest.objects.filter(
        state__in=REQUEST_PENDING, claimant_id__in=claimant_ids, advisor_id=new
    )
    holding.hand_over(waiting, new, now=now)


@receiver(signals.follow_up_mode_changed, dispatch_uid="convocations.follow_up_mode")
def answer_mode(sender: Any, *, change: FollowUpModeChange, by: Actor, now: datetime, **_: Any) -> None:
    """Turn video ahead into proposals in person when the web is left; tell the person, and who must propose."""
    person: Claimant = change.claimant
    outbox.enqueue([outbox.Owed(deeds.MAIL_MODE_CHANGED, person.pk, change.pk)], now=now)
    if change.after == Claimant.FollowUpMode.WEB:
        owed.drop_in_person(person.pk, now=now)
    elif change.before == Claimant.FollowUpMode.WEB and owed.open_in_person(person, now=now):
        outbox.enqueue([outbox.Owed(deeds.MAIL_IN_PERSON_TO_PROPOSE, person.advisor_id, change.pk)], now=now)
