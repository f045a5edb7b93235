"""An agency's hours, exceptional closures and kiosks, as its supervisor sets them."""

from dataclasses import dataclass
from datetime import date, datetime, time

from django.db import transaction

from accounts import deeds, signals
from accounts.hours.advisors import RefusedHours, written_or_refused
from accounts.models import Agency, Closure, Kiosk, OpeningHours
from portal.core import journal
from portal.core.french import day_span
from portal.core.journal import Actor


@dataclass(frozen=True, slots=True)
class Lost:
    """Hours by appointment of each week that an agency no longer has."""

    weekday: int
    opens: time
    closes: time


def open_at(
    agency_id: int, *, kind: str, weekday: int, opens: time, closes: time, by: Actor, now: datetime
) -> OpeningHours:
    """Open the agency each week on that day at these hours. Raises RefusedHours."""
    with transaction.atomic():
        _lock(agency_id)
        same = OpeningHours.objects.filter(agency_id=agency_id, kind=kind, weekday=weekday)
        if same.filter(opens__lt=closes, closes__gt=opens).exists():
            raise RefusedHours("Un horaire de même nature couvre déjà une partie de ces heures, ce jour-là.")
        row = OpeningHours(agency_id=agency_id, kind=kind, weekday=weekday, opens=opens, closes=closes)
        written_or_refused(row)
        _journal(deeds.RECORD_ADDED, f"horaire {row.get_kind_display()}, {row}", agency_id, by=by, now=now)
        signals.hours_changed.send(sender=Agency, agency_id=agency_id, advisor_id=None, by=by, now=now)
        return row


def no_longer_open_at(pk: int, *, agency_id: int, by: Actor, now: datetime) -> None:
    """Take one line off the agency's week; appointments at these hours are to be moved."""
    with transaction.atomic():
        _lock(agency_id)
        row = OpeningHours.objects.filter(pk=pk, agency_id=agency_id).first()
        if row is None:
            return
        lost = Lost(row.weekday, row.opens, row.closes)
        what, appointments = f"horaire {row.get_kind_display()}, {row}", row.kind == row.Kind.BY_APPOINTMENT
        row.delete()
        _journal(deeds.RECORD_REMOVED, what, agency_id, by=by, now=now)
        if appointments:
            signals.hours_changed.send(
                sender=Agency, agency_id=agency_id, advisor_id=None, lost=lost, by=by, now=now
            )


def close(
    agency_id: int,
    *,
    first_day: date,
    last_day: date,
    starts: time | None = None,
    ends: time | None = None,
    reason: str,
    by: Actor,
    now: datetime,
) -> Closure:
    """Close the agency on these days, or at these hours of each. Raises RefusedHours.

    Nothing is moved or cancelled: appointments of these hours go to their advisors' lists, to be moved.
    """
    with transaction.atomic():
        _lock(agency_id)
        row = Closure(
            agency_id=agency_id,
            first_day=first_day,
            last_day=last_day,
            starts=starts,
            ends=ends,
            reason=reason,
        )
        written_or_refused(row)
        what = f"fermeture {day_span(first_day, last_day)}"
        _journal(deeds.RECORD_ADDED, what, agency_id, by=by, now=now)
        signals.hours_changed.send(sender=Closure, agency_id=agency_id, advisor_id=None, by=by, now=now)
        return row


def reopen(pk: int, *, agency_id: int, by: Actor, now: datetime) -> None:
    """Take a closure back: appointments that waited to be moved hold again."""
    with transaction.atomic():
        _lock(agency_id)
        row = Closure.objects.filter(pk=pk, agency_id=agency_id).first()
        if row is None:
            return
        signals.hours_taken_back.send(sender=Closure, closure_id=row.pk, leave_id=None, by=by, now=now)
        what = f"fermeture {day_span(row.first_day, row.last_day)}"
        row.delete()
        _journal(deeds.RECORD_REMOVED, what, agency_id, by=by, now=now)
        signals.hours_changed.send(sender=Closure, agency_id=agency_id, advisor_id=None, by=by, now=now)


def keep_kiosk(
    agency_id: int,
    *,
    pk: int | None = None,
    name: str,
    has_video: bool,
    is_active: bool,
    by: Actor,
    now: datetime,
) -> Kiosk:
    """Add a kiosk, or correct one: its appointments are to be moved once it is out of use. Raises RefusedHours."""
    with transaction.atomic():
        _lock(agency_id)
        row = Kiosk.objects.filter(pk=pk, agency_id=agency_id).first() if pk else Kiosk(agency_id=agency_id)
        if row is None:
            raise RefusedHours
        row.name, row.has_video, row.is_active = name.strip(), has_video, is_active
        written_or_refused(row)
        code = deeds.RECORD_CHANGED if pk else deeds.RECORD_ADDED
        state = "" if is_active else ", hors service"
        _journal(code, f"espace numérique {row}{state}", agency_id, by=by, now=now)
        signals.hours_changed.send(sender=Kiosk, agency_id=agency_id, advisor_id=None, by=by, now=now)
        return row


def _lock(agency_id: int) -> None:
    Agency.objects.select_for_update(no_key=True).get(pk=agency_id)


def _journal(code: journal.JournalCode, what: str, agency_id: int, *, by: Actor, now: datetime) -> None:
    journal.record(code, by=by, now=now, subject_id=agency_id, data={"what": what})
