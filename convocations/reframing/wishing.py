"""A wish to speak with one's advisor before a measure is lifted: on their list until there is an hour."""

from collections.abc import Collection, Sequence
from datetime import datetime
from typing import Any

from django.db.models import OuterRef
from django.dispatch import receiver

from accounts.models import Claimant
from convocations.models import CallTask
from convocations.states import CallState
from measures import signals
from portal.core import parameters
from portal.core.working_time import end_of_period


@receiver(signals.interview_wanted, dispatch_uid="convocations.interview_wanted")
def ask(sender: Any, *, claimant_id: int, now: datetime, **_: Any) -> None:
    """Put the interview on the list of who follows the person, until an hour is fixed with them or by them."""
    person = Claimant.objects.select_related("agency").get(pk=claimant_id)
    days = parameters.current().call_back_jours_ouvrables
    CallTask.objects.bulk_create(
        [
            CallTask(
                claimant=person,
                advisor_id=person.advisor_id,
                reason=CallTask.Reason.REFRAMING,
                opened_at=now,
                due_at=end_of_period(now, jours_ouvrables=days, territory=person.agency.place),
            )
        ],
        ignore_conflicts=True,
    )


@receiver(signals.interview_moot, dispatch_uid="convocations.interview_moot")
def drop(sender: Any, *, claimant_ids: Sequence[int], now: datetime, **_: Any) -> None:
    """Take it off the list: the measure has ended."""
    met(claimant_ids, now)


def of_claimant() -> Any:
    """Give the wishes without an hour of the outer query's claimant, to be read along with their file."""
    return CallTask.objects.filter(
        claimant_id=OuterRef("pk"), state=CallState.OPEN, reason=CallTask.Reason.REFRAMING
    )


def met(claimant_ids: Collection[int], now: datetime) -> None:
    """Take it off the list: these people have their hour, or need none any more."""
    CallTask.objects.filter(
        claimant_id__in=claimant_ids, state=CallState.OPEN, reason=CallTask.Reason.REFRAMING
    ).move_all(CallState.DROPPED, closed_at=now)
