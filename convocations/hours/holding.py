"""Keep an hour for a person while their form is open or their request waits, and turn it into the appointment.

While a form is open a hold is a courtesy between claimants: it ends by itself, counts for nobody once past
its time, and never stops an advisor, who has the last word. For a request that waits, the hour (and the
place at a kiosk) is kept until somebody answers it, from other people's requests and from appointments
alike. Nothing of it is evidence, so the journal says nothing of it.

Hours of one agency change hands one after the other (its row is locked, as is the row of a kiosk's agency),
by a claimant's pick or an advisor's move: two who swap places would else wait for each other for ever.
"""

from collections.abc import Callable, Collection, Sequence
from dataclasses import replace
from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import Q, QuerySet

from accounts.models import Advisor, Kiosk
from convocations import deeds
from convocations.hours.conflicts import HourTaken, in_turn
from convocations.hours.free import FreeSlot, Search, free_slots, nearest
from convocations.hours.kiosks import place_at
from convocations.models import ChangeRequest, Convocation, SlotHold
from convocations.scheduling.drafts import Draft
from messaging import outbox
from portal.core import deadlines, parameters
from portal.core.deadlines import Planned
from portal.core.transitions import Refusal

_NEAREST = 3


class SlotGone(Refusal):
    """The hour was taken meanwhile; `nearest` are free ones close to it, none when nothing is."""

    sentence = (
        "Ce créneau vient d’être pris. Ce que vous avez écrit est gardé\u00a0: "
        "choisissez un autre créneau parmi les plus proches."
    )
    nothing_near = (
        "Ce créneau vient d’être pris, et aucun autre n’est libre pour le moment. Ce que vous avez écrit "
        "est gardé\u00a0: choisissez un autre moyen, ou appelez le 3949."
    )

    def __init__(self, near: Sequence[FreeSlot]) -> None:
        self.nearest = list(near)
        super().__init__(self.sentence if near else self.nothing_near)


def hold(search: Search, starts_at: datetime) -> SlotHold:
    """Keep one hour (and a kiosk) for a person for some minutes, in place of the one they held before.

    Raises `SlotGone` with the nearest free hours; the hold they had is then kept.
    """
    advisor, claimant_id, now = search.advisor, search.claimant_id, search.now
    assert claimant_id is not None
    with transaction.atomic():
        in_turn({advisor.agency_id, search.agency_id or advisor.agency_id} | _held_at(claimant_id))
        slot = _offered(search, starts_at)
        until = now + timedelta(minutes=parameters.current().slot_hold_minutes)
        return _keep(slot, claimant_id, advisor, until=until, now=now)


def keep(row: ChangeRequest, convocation: Convocation, *, now: datetime, written: bool = True) -> SlotHold:
    """Keep the hour a request wishes for, and a kiosk where its manner needs one, until it has its answer.

    At the latest until that hour comes; in place of the one the person held while they wrote (`written`),
    else beside the one of another form they have open. Raises `SlotGone` with the nearest free hours. The
    caller holds the appointment and the person.
    """
    assert row.wished_start is not None
    assert row.wished_end is not None
    advisor = Advisor.objects.select_related("agency").get(pk=row.advisor_id)
    search = Search(
        advisor=advisor,
        claimant_id=row.claimant_id,
        kind=convocation.kind,
        modality=row.wished_modality or convocation.modality,
        minutes=_minutes(row.wished_start, row.wished_end),
        now=now,
        ignoring=convocation.pk,
    )
    with transaction.atomic():
        in_turn({advisor.agency_id} | _held_at(row.claimant_id))
        slot = _offered(search, row.wished_start)
        return _keep(
            slot, row.claimant_id, advisor, request=row, until=slot.starts_at, now=now, instead=written
        )


def let_go(request_ids: Collection[int], *, now: datetime) -> None:
    """Free what was kept for these requests: they have their answer, or need none any more."""
    with transaction.atomic():
        _clear(Q(request_id__in=request_ids), now)


def hand_over(which: QuerySet[ChangeRequest], advisor_id: int, *, now: datetime) -> None:
    """Keep the same hours of the advisor who answers these requests now, where theirs are free; else free them.

    Whose hour is lost is written to. One query where nothing is kept, as nearly always.
    """
    kept = SlotHold.objects.filter(request__in=which).exclude(advisor_id=advisor_id)
    rows = list(kept.select_related("request__convocation"))
    if not rows:
        return
    with transaction.atomic():
        in_turn({pk for row in rows for pk in _held_at(row.claimant_id)}, advisor_ids={advisor_id})
        lost: list[ChangeRequest] = []
        for row in rows:
            assert row.request is not None
            _clear(Q(pk=row.pk), now)
            try:
                keep(row.request, row.request.convocation, now=now, written=False)
            except SlotGone:
                lost.append(row.request)
        second = int(now.timestamp())
        outbox.enqueue(
            (outbox.Owed(deeds.MAIL_REQUEST_HOUR_LOST, row.claimant_id, row.pk, second) for row in lost),
            now=now,
        )


def release(claimant_id: int, *, now: datetime) -> None:
    """Let go of the hour a person holds while their form is open, if any, in the caller's transaction."""
    _clear(_while_writing(claimant_id), now)


def redeem(
    draft: Draft,
    take: Callable[[Draft], Convocation],
    *,
    now: datetime,
    ignoring: int | None = None,
    first: datetime | None = None,
    agency_id: int | None = None,
) -> Convocation:
    """Turn the hour a claimant picked into an appointment, inside the caller's transaction.

    `take` issues it, or puts it in the place of another (`ignoring`, whose hour is free for its person).
    The hold may be over: the hour is then given if it is still free. A free kiosk of `agency_id` (by
    default the advisor's agency) is booked where the manner needs one, and named in the place. Raises
    `SlotGone` with the nearest free hours, and what `take` raises.
    """
    with transaction.atomic():
        advisor = Advisor.objects.select_related("agency").get(pk=draft.advisor_id)
        search = Search(
            advisor=advisor,
            claimant_id=draft.claimant_id,
            kind=draft.kind,
            modality=draft.modality,
            minutes=_minutes(draft.starts_at, draft.ends_at),
            now=now,
            first=first,
            agency_id=agency_id,
            ignoring=ignoring,
        )
        moved = Convocation.objects.filter(pk=ignoring or 0).values_list("agency_id", flat=True)
        in_turn(
            {agency_id or advisor.agency_id, *moved} | _held_at(draft.claimant_id),
            advisor_ids={draft.advisor_id},
            claimant_ids={draft.claimant_id},
        )
        slot = _offered(search, draft.starts_at)
        if slot.kiosk_id is not None:
            kiosk = Kiosk.objects.select_related("agency").get(pk=slot.kiosk_id)
            draft = replace(draft, kiosk_id=kiosk.pk, place=place_at(kiosk))
        _clear(_while_writing(draft.claimant_id), now)
        try:
            # A savepoint: what the refused attempt wrote goes, the caller's own work stays.
            with transaction.atomic():
                return take(draft)
        except HourTaken:
            # An advisor took it in the same instant: theirs is the last word.
            raise _gone(search, draft.starts_at) from None


def sweep(hold_ids: Collection[int], *, now: datetime) -> int:
    """Remove holds whose time is over; those in somebody's hands are theirs to finish. The number removed."""
    over = SlotHold.objects.select_for_update(skip_locked=True).filter(pk__in=hold_ids, expires_at__lte=now)
    removed, _ = SlotHold.objects.filter(pk__in=list(over.values_list("pk", flat=True))).delete()
    return removed


def _while_writing(claimant_id: int) -> Q:
    return Q(claimant_id=claimant_id, request__isnull=True)


def _keep(
    slot: FreeSlot,
    claimant_id: int,
    advisor: Advisor,
    *,
    request: ChangeRequest | None = None,
    until: datetime,
    now: datetime,
    instead: bool = True,
) -> SlotHold:
    """Write the hold down, in place of those that are over and, `instead`, of the one of the person's open form."""
    then = Q(starts_at__lt=slot.ends_at, ends_at__gt=slot.starts_at)
    if instead:
        _clear(_while_writing(claimant_id), now)
    # Over, though nobody has swept it yet: it must not stand in the way.
    same = Q(advisor=advisor) | Q(kiosk_id=slot.kiosk_id, kiosk_id__isnull=False)
    _clear(same & then & Q(expires_at__lte=now), now)
    kept = SlotHold.objects.create(
        claimant_id=claimant_id,
        request=request,
        advisor=advisor,
        kiosk_id=slot.kiosk_id,
        starts_at=slot.starts_at,
        ends_at=slot.ends_at,
        held_at=now,
        expires_at=until,
    )
    deadlines.schedule([Planned(deeds.DUE_HOLD_END, kept.pk, kept.expires_at)])
    return kept


def _held_at(claimant_id: int) -> set[int]:
    """Give the agencies of the hour a person holds while their form is open, if any."""
    rows = SlotHold.objects.filter(_while_writing(claimant_id)).values_list(
        "advisor__agency_id", "kiosk__agency_id"
    )
    return {pk for row in rows for pk in row if pk is not None}


def _clear(which: Q, now: datetime) -> None:
    ids = list(SlotHold.objects.filter(which).values_list("pk", flat=True))
    if ids:
        SlotHold.objects.filter(pk__in=ids).delete()
        deadlines.cancel([deeds.DUE_HOLD_END], ids, now=now)


def _minutes(starts_at: datetime, ends_at: datetime) -> int:
    return int((ends_at - starts_at).total_seconds() // 60)


def _offered(search: Search, starts_at: datetime) -> FreeSlot:
    """Give that hour with a kiosk that is free then; raises `SlotGone` unless it is still offered to this person."""
    end = starts_at + timedelta(minutes=search.minutes)
    found = free_slots(replace(search, first=starts_at), until=end, limit=1)
    if not found or found[0].starts_at != starts_at:
        raise _gone(search, starts_at)
    return found[0]


def _gone(search: Search, starts_at: datetime) -> SlotGone:
    return SlotGone(nearest(search, starts_at, count=_NEAREST))
