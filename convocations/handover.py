"""When a person's advisor changes, the decisions and calls they are owed follow them.

Appointments stay with the advisor the person was told they would meet, and so does recording them: only
that advisor saw who came. A supervisor reassigns what its owner cannot do.
"""

from collections.abc import Collection
from datetime import datetime
from typing import Any

from django.dispatch import receiver

from accounts.signals import advisor_changed
from convocations.models import Absence, CallTask, ChangeRequest, Justificatif
from convocations.states import ABSENCE_UNDECIDED, REQUEST_PENDING, CallState, ReviewState


@receiver(advisor_changed, dispatch_uid="convocations.handover")
def follow(
    sender: Any, *, claimant_ids: Collection[int], old: int, new: int, now: datetime, **_: Any
) -> None:
    """Hand over absences, requests, justificatifs and calls that wait, in the transaction of the change."""
    theirs = {"claimant_id__in": list(claimant_ids), "advisor_id": old}
    Absence.objects.filter(state__in=ABSENCE_UNDECIDED, **theirs).update(advisor_id=new)
    ChangeRequest.objects.filter(state__in=REQUEST_PENDING, **theirs).update(advisor_id=new)
    ChangeRequest.objects.filter(correction_open=True, **theirs).update(advisor_id=new)
    Justificatif.objects.filter(state=ReviewState.IN_REVIEW, **theirs).update(advisor_id=new)
    CallTask.objects.filter(state=CallState.OPEN, **theirs).update(advisor_id=new)
