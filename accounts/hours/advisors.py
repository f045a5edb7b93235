"""An advisor's own hours: the week, dated exceptions, leave with a deputy or without."""

from collections.abc import Collection
from datetime import date, datetime, time
from typing import Any

from django.core.exceptions import ValidationError
from django.db import DatabaseError, models, transaction

from accounts import deeds, signals
from accounts.models import Advisor, Availability, AvailabilityException, Leave, Manner, ReceivedFor
from portal.core import journal
from portal.core.french import day_span, full_date, of
from portal.core.journal import Actor
from portal.core.transitions import Refusal


class RefusedHours(Refusal):
    """These hours cannot be written down; the sentence says why."""

    sentence = "Ces heures ont changé entre-temps. Relisez la page, puis recommencez."


def add_availability(
    advisor_id: int,
    *,
    weekday: int,
    starts: time,
    ends: time,
    modalities: Collection[str],
    kinds: Collection[str] = tuple(ReceivedFor),
    by: Actor,
    now: datetime,
) -> Availability:
    """Receive each week on that day at these hours, in these manners, for these kinds. Raises RefusedHours."""
    _refuse_closed(modalities, kinds)
    row = Availability(
        advisor_id=advisor_id,
        weekday=weekday,
        starts=starts,
        ends=ends,
        modalities=sorted(modalities),
        kinds=sorted(kinds),
    )
    return _written(row, f"{row.get_weekday_display()} {_hours(starts, ends)}", by=by, now=now)


def add_exception(
    advisor_id: int,
    *,
    day: date,
    starts: time | None,
    ends: time | None,
    is_free: bool,
    modalities: Collection[str] = (),
    kinds: Collection[str] = tuple(ReceivedFor),
    note: str = "",
    by: Actor,
    now: datetime,
) -> AvailabilityException:
    """Be free, or not, at these hours of one date (no hours: all day). Raises RefusedHours."""
    if is_free:
        _refuse_closed(modalities, kinds)
    row = AvailabilityException(
        advisor_id=advisor_id,
        day=day,
        starts=starts,
        ends=ends,
        is_free=is_free,
        modalities=sorted(modalities) if is_free else [],
        kinds=sorted(kinds) if is_free else [],
        note=note,
    )
    what = f"{full_date(day)} {_hours(starts, ends)} {'disponible' if is_free else 'indisponible'}"
    return _written(row, what, by=by, now=now)


def remove(
    kind: type[Availability] | type[AvailabilityException],
    pk: int,
    *,
    advisor_id: int,
    by: Actor,
    now: datetime,
) -> None:
    """Take back a line of the week or an exception; one already gone is no error."""
    with transaction.atomic():
        row = kind._base_manager.filter(pk=pk, advisor_id=advisor_id).first()
        if row is not None:
            what = str(row)
            row.delete()
            _journal(deeds.AVAILABILITY_CHANGED, f"{what} retiré", advisor_id, by=by, now=now)


def take_leave(
    advisor_id: int, *, first_day: date, last_day: date, deputy_id: int | None, by: Actor, now: datetime
) -> Leave:
    """Be away on these days; the deputy works the list meanwhile. Raises RefusedHours.

    Without a deputy, appointments of those days are to be moved: rooms above are told.
    """
    with transaction.atomic():
        deputy = deputy_id and Advisor.objects.select_related("user").get(pk=deputy_id)
        if deputy:
            _refuse_deputy(deputy, first_day, last_day)
        row = Leave(advisor_id=advisor_id, first_day=first_day, last_day=last_day, deputy_id=deputy_id)
        what = day_span(first_day, last_day)
        what += f", suppléance par {deputy}" if deputy else ", sans suppléant"
        _written(row, what, by=by, now=now, code=deeds.LEAVE_CHANGED)
        signals.hours_changed.send(sender=Leave, agency_id=None, advisor_id=advisor_id, by=by, now=now)
        return row


def cancel_leave(pk: int, *, advisor_id: int, by: Actor, now: datetime) -> None:
    """Come back after all: the deputy's part ends at once; one already gone is no error."""
    with transaction.atomic():
        row = Leave.objects.select_for_update().filter(pk=pk, advisor_id=advisor_id).first()
        if row is None:
            return
        # Before the row goes: what hangs on it is undone with its reason still there.
        signals.hours_taken_back.send(sender=Leave, closure_id=None, leave_id=row.pk, by=by, now=now)
        what = day_span(row.first_day, row.last_day)
        row.delete()
        _journal(deeds.LEAVE_CHANGED, f"{what}, annulée", advisor_id, by=by, now=now)
        signals.hours_changed.send(sender=Leave, agency_id=None, advisor_id=advisor_id, by=by, now=now)


def _refuse_closed(modalities: Collection[str], kinds: Collection[str]) -> None:
    if not set(modalities) <= set(Manner.values) or not modalities:
        raise RefusedHours("Choisissez au moins un moyen de la liste.")
    if not set(kinds) <= set(ReceivedFor.values) or not kinds:
        raise RefusedHours("Choisissez au moins une nature de rendez-vous de la liste.")


def _refuse_deputy(deputy: Advisor, first_day: date, last_day: date) -> None:
    if not deputy.user.is_active:
        raise RefusedHours(f"L’accès {of(deputy)} est fermé\u00a0: choisissez un autre suppléant.")
    away = Leave.objects.filter(advisor=deputy, first_day__lte=last_day, last_day__gte=first_day).first()
    if away is not None:
        raise RefusedHours(
            f"{deputy} est absent {day_span(away.first_day, away.last_day)}\u00a0: "
            "choisissez un autre suppléant."
        )


def written_or_refused(row: models.Model) -> None:
    """Save a row whose constraints speak French; raises RefusedHours with their sentence."""
    try:
        row.full_clean()
        with transaction.atomic():
            row.save()
    except ValidationError as wrong:
        raise RefusedHours(" ".join(dict.fromkeys(wrong.messages))) from None
    except DatabaseError:
        # Somebody wrote the same hours in the same instant, or the database alone knows why not.
        raise RefusedHours from None


def _written(row: Any, what: str, *, by: Actor, now: datetime, code: Any = None) -> Any:
    with transaction.atomic():
        written_or_refused(row)
        _journal(code or deeds.AVAILABILITY_CHANGED, what, row.advisor_id, by=by, now=now)
    return row


def _journal(code: Any, what: str, advisor_id: int, *, by: Actor, now: datetime) -> None:
    journal.record(code, by=by, now=now, subject_id=advisor_id, data={"what": what})


def _hours(starts: time | None, ends: time | None) -> str:
    return f"{starts:%H:%M}–{ends:%H:%M}" if starts and ends else "toute la journée"
