"""What people wish in these tests, valid by default."""

import uuid
from datetime import time, timedelta

from accounts.models import Agency, OpeningHours
from convocations.models import ChangeRequest, Convocation
from convocations.requests import asking
from convocations.requests.asking import Wish
from tests.factories import NOW, acting

Kind, Channel = ChangeRequest.Kind, ChangeRequest.Channel
ASKED = NOW + timedelta(days=1)


def open_all_week(agency: Agency) -> None:
    """Let the agency receive by appointment from morning to evening, every day."""
    for weekday in range(7):
        OpeningHours.objects.get_or_create(
            agency=agency, kind="BY_APPOINTMENT", weekday=weekday, opens=time(7), closes=time(20)
        )


def slot(days: int = 12, minutes: int = 45) -> dict:
    """An hour of another day."""
    start = NOW + timedelta(days=days)
    return {"starts_at": start, "ends_at": start + timedelta(minutes=minutes)}


def postpone(
    convocation: Convocation, *, now=ASKED, by=None, channel=Channel.WEB, key=None, **wish
) -> ChangeRequest:
    """Ask for another date, as the person themselves."""
    return asking.ask(
        convocation.pk,
        Wish(**{"kind": Kind.RESCHEDULE, **wish}),
        form_key=key or uuid.uuid4(),
        by=by or acting(convocation.claimant),
        now=now,
        channel=channel,
    )
