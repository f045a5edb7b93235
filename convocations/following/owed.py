"""Lines of follow-up on an advisor's list: opened by what happened, closed by what they ask for."""

from collections.abc import Collection
from datetime import datetime, timedelta, tzinfo
from typing import Any

from django.db import transaction

from accounts.models import Claimant, Transfer
from convocations import deeds
from convocations.models import Convocation, FollowUpTask, Modality
from convocations.states import AHEAD, ConvocationState, FollowUpState
from portal.core import deadlines, journal, parameters
from portal.core.deadlines import Planned
from portal.core.french import full_datetime
from portal.core.journal import Actor
from portal.core.transitions import Refusal
from portal.core.working_time import end_of_period

REASONS = FollowUpTask.Reason
# How long an advisor has for a silence that was noticed.
TO_CONTACT = timedelta(days=7)
# What still can take place as announced.
_COMING = AHEAD | {ConvocationState.RESCHEDULE_PENDING, ConvocationState.ACCEPTED}
# What an advisor may close by hand, with a note: the others close when what they ask for is there.
BY_HAND = frozenset({REASONS.NO_CONTACT, REASONS.FIRST_INTERVIEW})


class AlreadyClosed(Refusal):
    sentence = "Cette ligne est déjà close\u00a0: ce qu’elle demandait est fait, ou n’est plus utile."


class NotByHand(Refusal):
    sentence = "Cette ligne se ferme d’elle-même quand ce qu’elle demande est fait."


def open_first_interview(moved: Transfer, *, now: datetime) -> None:
    """Ask the new advisor for a first interview in time, or the supervisor to choose an advisor first."""
    agency = moved.new_agency
    due_at = end_of_period(now, days=parameters.current().first_interview_days, territory=agency.place)
    # An earlier move's line has been waiting for another agency.
    _close(claimant_id=moved.claimant_id, reason__in=[REASONS.FIRST_INTERVIEW, REASONS.ASSIGN], now=now)
    row = _open(moved.claimant_id, moved.new_advisor_id, agency.pk, REASONS.FIRST_INTERVIEW, now, due_at)
    deadlines.schedule([Planned(deeds.DUE_FIRST_INTERVIEW, row.pk, due_at)])
    if moved.to_assign:
        soon = end_of_period(now, jours_ouvrables=2, territory=agency.place)
        _open(moved.claimant_id, moved.new_advisor_id, agency.pk, REASONS.ASSIGN, now, soon)


def open_in_person(person: Claimant, *, now: datetime) -> int:
    """Ask for a proposal in person for each video appointment ahead; until then no absence is possible there."""
    # Held: who records attendance at this instant waits, or is waited for.
    rows = list(
        Convocation.objects.select_for_update(no_key=True).filter(
            claimant=person, modality=Modality.VIDEO, state__in=_COMING, starts_at__gt=now
        )
    )
    soon = end_of_period(now, jours_ouvrables=2, territory=person.agency.place)
    FollowUpTask.objects.bulk_create(
        (
            FollowUpTask(
                claimant=person,
                advisor_id=person.advisor_id,
                agency_id=person.agency_id,
                reason=REASONS.IN_PERSON,
                convocation=row,
                opened_at=now,
                due_at=min(soon, row.starts_at),
            )
            for row in rows
        ),
        ignore_conflicts=True,
    )
    return len(rows)


def is_owed_in_person(convocation: Convocation) -> bool:
    """Say whether a proposal in person is owed for this appointment: no absence before it is made."""
    return bool(FollowUpTask.objects.filter(convocation=convocation, state=FollowUpState.OPEN).exists())


def to_propose(claimant_id: int, tz: tzinfo) -> list[str]:
    """Say which video appointments of a person their advisor will propose in person."""
    rows = (
        FollowUpTask.objects.filter(
            claimant_id=claimant_id, reason=REASONS.IN_PERSON, state=FollowUpState.OPEN
        )
        .order_by("convocation__starts_at")
        .values_list("convocation__starts_at", flat=True)
    )
    return [full_datetime(starts_at, tz) for starts_at in rows]


def drop_in_person(claimant_id: int, *, now: datetime) -> None:
    """The person takes the web follow-up again: their video appointments stay what they are."""
    _close(claimant_id=claimant_id, reason=REASONS.IN_PERSON, now=now, as_=FollowUpState.DROPPED)


def appointments_fixed(people: Collection[tuple[int, int]], *, now: datetime) -> None:
    """Close the first interviews and silences for which an appointment (person, advisor) is now fixed."""
    rows = FollowUpTask.objects.filter(
        claimant_id__in=[claimant_id for claimant_id, _ in people],
        reason__in=[REASONS.FIRST_INTERVIEW, REASONS.NO_CONTACT],
        state=FollowUpState.OPEN,
    ).values_list("pk", "claimant_id", "advisor_id")
    fixed = [pk for pk, claimant_id, advisor_id in rows if (claimant_id, advisor_id) in people]
    if fixed:
        _close(pk__in=fixed, now=now)
        deadlines.cancel([deeds.DUE_FIRST_INTERVIEW], fixed, now=now)


def appointment_moved(old: Convocation, new: Convocation, *, now: datetime) -> None:
    """Let a proposal in person follow its appointment: still by video it waits on, otherwise it is made."""
    owed = FollowUpTask.objects.filter(convocation=old, state=FollowUpState.OPEN)
    if new.modality == Modality.VIDEO:
        owed.update(convocation=new)
    else:
        owed.move_all(FollowUpState.DONE, closed_at=now)


def appointment_over(convocation: Convocation, *, now: datetime) -> None:
    """Drop the proposal of an appointment that was cancelled, or took place after all."""
    _close(convocation=convocation, now=now, as_=FollowUpState.DROPPED)


def close_by_hand(task_id: int, *, note: str, by: Actor, now: datetime) -> FollowUpTask:
    """Note that it is done another way (a call, a visit): the person reads the note in their journal."""
    with transaction.atomic():
        row: FollowUpTask = FollowUpTask.objects.select_for_update(no_key=True).get(pk=task_id)
        if row.state != FollowUpState.OPEN:
            raise AlreadyClosed
        if row.reason not in BY_HAND:
            raise NotByHand
        row.note, row.closed_at = note.strip(), now
        row.move_to(FollowUpState.DONE, saving=["note", "closed_at"])
        deadlines.cancel([deeds.DUE_FIRST_INTERVIEW], [row.pk], now=now)
        Claimant.objects.filter(pk=row.claimant_id).update(last_contact_at=now)
        journal.record(
            deeds.FOLLOW_UP_DONE,
            by=by,
            now=now,
            file_id=row.claimant_id,
            subject_id=row.pk,
            data={"ref": str(row.ref), "what": row.get_reason_display(), "note": row.note},
        )
        return row


def _open(
    claimant_id: int, advisor_id: int, agency_id: int, reason: str, now: datetime, due_at: datetime
) -> FollowUpTask:
    return FollowUpTask.objects.create(
        claimant_id=claimant_id,
        advisor_id=advisor_id,
        agency_id=agency_id,
        reason=reason,
        opened_at=now,
        due_at=due_at,
    )


def _close(*, now: datetime, as_: FollowUpState = FollowUpState.DONE, **which: Any) -> None:
    FollowUpTask.objects.filter(state=FollowUpState.OPEN, **which).move_all(as_, closed_at=now)
