"""Give what was asked: the old appointment makes way for the new one, in one transaction."""

import uuid
from datetime import datetime, timedelta

from accounts.models import Claimant
from convocations import deeds
from convocations.hours import holding
from convocations.hours.slots import needs_own_hour
from convocations.models import Bindingness, ChangeRequest, Convocation, Kind, Modality
from convocations.requests.ending import end
from convocations.scheduling.changing import succeed
from convocations.scheduling.drafts import Draft
from convocations.states import ConvocationState, RequestState
from convocations.told.manners import default_place
from messaging import outbox
from portal.core import journal, parameters
from portal.core.journal import Actor
from portal.core.working_time import end_of_period

# A written exchange in the place of a meeting ends with this working day after its first.
WRITTEN_DAYS = 2


def grant_by_rule(
    row: ChangeRequest,
    convocation: Convocation,
    claimant: Claimant,
    rule: ChangeRequest.Rule,
    *,
    by: Actor,
    now: datetime,
) -> Convocation:
    """Accept at once what a rule allows, and name it; the caller holds request, appointment and person."""
    assert row.wished_start is not None
    assert row.wished_end is not None
    if convocation.state == ConvocationState.AWAITING_STATUS:
        convocation.move_to(ConvocationState.RESCHEDULE_PENDING)
    successor = replace(
        row,
        convocation,
        claimant,
        starts_at=row.wished_start,
        ends_at=row.wished_end,
        # Told to an advisor, the hour is theirs to give; picked on screen, it must still be free.
        offered=row.channel != ChangeRequest.Channel.WEB,
        by=by,
        now=now,
    )
    row.rule = rule
    end(row, RequestState.ACCEPTED, by=by, now=now, saving=("rule",))
    journal.record(
        deeds.REQUEST_GRANTED_BY_RULE,
        by=by,
        now=now,
        file_id=row.claimant_id,
        subject_id=row.pk,
        data={"ref": str(row.ref), "rule": rule.label, "successor": str(successor.ref)},
    )
    outbox.enqueue([outbox.Owed(deeds.MAIL_REQUEST_DECIDED, row.claimant_id, row.pk)], now=now)
    return successor


def replace(
    row: ChangeRequest,
    convocation: Convocation,
    claimant: Claimant,
    *,
    starts_at: datetime,
    ends_at: datetime,
    modality: str = "",
    place: str = "",
    offered: bool = False,
    by: Actor,
    now: datetime,
) -> Convocation:
    """Issue the appointment that takes this one's place, as the request wants it. Raises a `Refusal`.

    `offered`: an advisor gives the hour, and has the last word; else it is one the person picked, and must
    still be free for them (`SlotGone`).
    """
    draft = _draft(
        row,
        convocation,
        claimant,
        starts_at=starts_at,
        ends_at=ends_at,
        modality=modality or row.wished_modality or convocation.modality,
        place=place,
        now=now,
    )

    def take(ready: Draft) -> Convocation:
        key = uuid.uuid5(row.form_key, "successor")
        return succeed(convocation, ready, reason=f"Demande {row.ref}", form_key=key, by=by, now=now)

    if offered or not needs_own_hour(draft.kind, draft.modality):
        # What was kept for the wish goes to the answer; everybody else sees it kept until both are written.
        holding.let_go([row.pk], now=now)
        return take(draft)
    return holding.redeem(draft, take, now=now, ignoring=convocation.pk)


def _draft(
    row: ChangeRequest,
    convocation: Convocation,
    claimant: Claimant,
    *,
    starts_at: datetime,
    ends_at: datetime,
    modality: str,
    place: str,
    now: datetime,
) -> Draft:
    """Write the new appointment down: what nobody asked to change stays as it was."""
    same_manner = modality == convocation.modality
    if modality == Modality.ASYNC_MESSAGE and not same_manner:
        # An hour becomes the days in which one writes.
        ends_at = end_of_period(starts_at, jours_ouvres=WRITTEN_DAYS, territory=claimant.agency.place)
    if not place:
        kept = convocation.place if same_manner and convocation.agency_id == claimant.agency_id else ""
        place = kept or default_place(claimant, modality)
    floor = timedelta(hours=parameters.current().notice_floor_hours)
    return Draft(
        claimant_id=row.claimant_id,
        advisor_id=row.advisor_id,
        bindingness=Bindingness(convocation.bindingness),
        kind=Kind(convocation.kind),
        modality=Modality(modality),
        starts_at=starts_at,
        ends_at=ends_at,
        purpose=convocation.purpose,
        place=place[:240],
        to_bring=convocation.to_bring,
        short_notice_agreed=f"Date choisie par la personne (demande {row.ref})."
        if starts_at - now < floor
        else "",
    )
