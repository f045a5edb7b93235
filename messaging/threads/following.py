"""When who follows a person changes, their threads follow; a supervisor hands over what its owner cannot answer."""

from collections.abc import Collection
from datetime import datetime
from typing import Any

from django.db import transaction
from django.dispatch import receiver

from accounts import reassigning, signals
from accounts.models import Advisor, Transfer
from messaging import deeds
from messaging.models import Thread
from messaging.states import ThreadState
from portal.core.journal import Actor


@receiver(signals.advisor_changed, dispatch_uid="messaging.following")
def follow(
    sender: Any, *, claimant_ids: Collection[int], old: int, new: int, now: datetime, **_: Any
) -> None:
    """Hand over the threads of these people, in the transaction of the change; their clocks run on."""
    Thread.objects.filter(claimant_id__in=list(claimant_ids), advisor_id=old).update(advisor_id=new)


@receiver(signals.transferred, dispatch_uid="messaging.transferred")
def move_whole(sender: Any, *, transfer: Transfer, now: datetime, **_: Any) -> None:
    """Let all threads go to the new agency, whoever had them in hand; their clocks run on."""
    Thread.objects.filter(claimant_id=transfer.claimant_id).update(
        advisor_id=transfer.new_advisor_id, agency_id=transfer.new_agency_id
    )


def reassign(thread_ids: Collection[int], advisor: Advisor, *, reason: str, by: Actor, now: datetime) -> int:
    """Hand threads that wait for an answer to another advisor of the agency; the date stays."""
    with transaction.atomic():
        rows = list(
            Thread.objects.filter(
                pk__in=thread_ids, state=ThreadState.WAITING_ADVISOR, agency_id=advisor.agency_id
            ).select_for_update(no_key=True)
        )
        Thread.objects.filter(pk__in=[row.pk for row in rows]).update(advisor=advisor)
        reassigning.record(deeds.REASSIGNED, rows, advisor, reason=reason, by=by, now=now)
        return len(rows)
