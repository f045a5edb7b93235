"""A video appointment of somebody who left the web follow-up is proposed in person."""

import uuid
from datetime import datetime

from django.db import transaction

from convocations.following.owed import AlreadyClosed
from convocations.models import Bindingness, Convocation, FollowUpTask, Kind, Modality
from convocations.scheduling import changing
from convocations.scheduling.drafts import Draft
from convocations.states import FollowUpState
from portal.core.journal import Actor

REASON = "Vous avez quitté le suivi 100\u00a0% web\u00a0: ce rendez-vous est proposé en agence."


def propose(
    task_id: int,
    *,
    starts_at: datetime,
    ends_at: datetime,
    short_notice_agreed: str = "",
    form_key: uuid.UUID,
    by: Actor,
    now: datetime,
) -> Convocation:
    """Move a video appointment to the person's agency, at this hour, with who follows them now.

    The person is told as of any move by the agency: it never counts against them. Raises AlreadyClosed,
    and what refuses any appointment (an hour taken, a day closed).
    """
    with transaction.atomic():
        # The appointment before its line, the order of every process that closes one.
        old = Convocation.objects.select_for_update(no_key=True).get(
            pk=FollowUpTask.objects.values_list("convocation_id", flat=True).get(pk=task_id)
        )
        task: FollowUpTask = (
            FollowUpTask.objects.select_for_update(no_key=True, of=("self",))
            .select_related("claimant__agency")
            .get(pk=task_id)
        )
        if task.state != FollowUpState.OPEN:
            raise AlreadyClosed
        agency = task.claimant.agency
        draft = Draft(
            claimant_id=old.claimant_id,
            advisor_id=task.advisor_id,
            bindingness=Bindingness(old.bindingness),
            kind=Kind(old.kind),
            modality=Modality.IN_PERSON,
            starts_at=starts_at,
            ends_at=ends_at,
            purpose=old.purpose,
            place=f"{agency.name}, {agency.address}",
            to_bring=old.to_bring,
            short_notice_agreed=short_notice_agreed,
        )
        return changing.move(old.pk, draft, reason=REASON, form_key=form_key, by=by, now=now)
