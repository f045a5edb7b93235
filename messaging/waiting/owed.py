"""What is owed: the messages on an advisor's list, the late ones of an agency, what somebody has not opened."""

from collections.abc import Collection, Mapping
from datetime import datetime
from typing import Any

from django.db.models import Count

from accounts import work
from accounts.work import Rows
from messaging.models import Thread
from messaging.states import ThreadState
from portal.core.prepared import prepared

# A number of the range 200–249, as for the journal; it stands in addresses of pages (`?apres=`).
TO_REPLY = 200


def work_for(advisor_ids: Collection[int], now: datetime) -> Mapping[int, Rows]:
    """Give the threads that wait for an answer of these advisors, in the columns of `accounts.work.Work`."""
    waiting = Thread.objects.filter(advisor_id__in=advisor_ids, state=ThreadState.WAITING_ADVISOR)
    return {
        TO_REPLY: work.part(
            waiting, TO_REPLY, since="waiting_since", due_at="answer_due_at", detail="subject"
        )
    }


def late(agency_id: int, now: datetime) -> Any:
    """Give the agency's threads past the time of their answer; read from one index."""
    return Thread.objects.filter(
        agency_id=agency_id, state=ThreadState.WAITING_ADVISOR, answer_due_at__lte=now
    )


# Counted as rows, not by their keys: the index then answers without the threads themselves.
@prepared
def _unread_of_person(person_id: int) -> Any:
    unread = Thread.objects.filter(claimant_id=person_id, claimant_unread__gt=0)
    return unread.order_by().values("claimant_id").annotate(n=Count("*")).values_list("n")


@prepared
def _unread_of_advisor(person_id: int) -> Any:
    unread = Thread.objects.filter(advisor_id=person_id, advisor_unread__gt=0)
    return unread.order_by().values("advisor_id").annotate(n=Count("*")).values_list("n")


def unread_by_person(person_id: int) -> int:
    """Count the threads in which something was written to this person and not opened; one query."""
    rows = _unread_of_person(person_id=person_id)
    return rows[0][0] if rows else 0


def unread_by_advisor(advisor_id: int) -> int:
    """Count the threads of this advisor in which a person wrote something nobody has opened; one query."""
    rows = _unread_of_advisor(person_id=advisor_id)
    return rows[0][0] if rows else 0
