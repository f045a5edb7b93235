"""Calls about a notice or a decision that its person has not opened: one a person, for who follows them."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from django.dispatch import receiver

from accounts.models import Claimant
from convocations.models import CallTask
from convocations.states import CallState
from measures import signals
from portal.core import parameters
from portal.core.working_time import end_of_period


@receiver(signals.call_wanted, dispatch_uid="convocations.procedure_call_wanted")
def ask(sender: Any, *, claimant_ids: Sequence[int], now: datetime, **_: Any) -> None:
    """Put one call on the list of who follows each person; what is not opened is never held against them."""
    days = parameters.current().call_back_jours_ouvrables
    CallTask.objects.bulk_create(
        (
            CallTask(
                claimant=person,
                advisor_id=person.advisor_id,
                reason=CallTask.Reason.PROCEDURE,
                opened_at=now,
                due_at=end_of_period(now, jours_ouvrables=days, territory=person.agency.place),
            )
            for person in Claimant.objects.filter(pk__in=claimant_ids).select_related("agency").order_by("pk")
        ),
        ignore_conflicts=True,
    )


@receiver(signals.call_moot, dispatch_uid="convocations.procedure_call_moot")
def drop(sender: Any, *, claimant_ids: Sequence[int], now: datetime, **_: Any) -> None:
    """Take the call off the list: the person knows, or there is nothing left to know."""
    CallTask.objects.filter(
        claimant_id__in=claimant_ids, state=CallState.OPEN, reason=CallTask.Reason.PROCEDURE
    ).move_all(CallState.DROPPED, closed_at=now)
