"""Calls about an address that no longer works: one a person, where no other call would reach them anyway."""

from collections.abc import Sequence
from datetime import datetime

from accounts.models import Claimant
from convocations.models import CallTask
from convocations.states import CallState
from portal.core import parameters
from portal.core.working_time import end_of_period

_ABOUT_IT = (
    CallTask.Reason.ADDRESS,
    CallTask.Reason.BOUNCED,
    CallTask.Reason.UNREAD,
    CallTask.Reason.NO_EMAIL,
)


def ask(claimant_ids: Sequence[int], now: datetime) -> None:
    """Put one call on the list of who follows each person; whoever wants no e-mail was never written to."""
    waiting = CallTask.objects.filter(
        claimant_id__in=claimant_ids, state=CallState.OPEN, reason__in=_ABOUT_IT
    ).values("claimant_id")
    days = parameters.current().call_back_jours_ouvrables
    CallTask.objects.bulk_create(
        (
            CallTask(
                claimant=person,
                advisor_id=person.advisor_id,
                reason=CallTask.Reason.ADDRESS,
                opened_at=now,
                due_at=end_of_period(now, jours_ouvrables=days, territory=person.agency.place),
            )
            for person in Claimant.objects.wanting_some_email()
            .filter(pk__in=claimant_ids)
            .exclude(pk__in=waiting)
            .select_related("agency")
            .order_by("pk")
        ),
        ignore_conflicts=True,
    )


def drop(claimant_ids: Sequence[int], now: datetime) -> None:
    """Close the calls that were about the address alone."""
    CallTask.objects.filter(
        claimant_id__in=claimant_ids, state=CallState.OPEN, reason=CallTask.Reason.ADDRESS
    ).move_all(CallState.DROPPED, closed_at=now)
