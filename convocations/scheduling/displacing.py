"""When an agency closes, an advisor leaves without a deputy or a kiosk breaks: which appointments must move.

Nothing is moved or cancelled here. Each appointment that lost its place goes to its advisor's list, and
stays there until somebody moves or cancels it, or the reason is taken back. Its person is told at once not
to come, and may pick another date themselves. It founds no absence meanwhile (the database refuses it:
`displaced_founds_no_absence`).
"""

from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from typing import Any

from django.db.models import Q, QuerySet
from django.dispatch import receiver

from accounts.hours.agencies import Lost
from accounts.models import Agency, Closure, Leave
from accounts.signals import hours_changed, hours_taken_back
from convocations import deeds
from convocations.hours.spans import Span, local_days, open_on, read_calendar, wall_span
from convocations.models import Convocation, Displacement, Kind, Modality
from convocations.states import HOLDS_TIME
from messaging import outbox
from portal.core import journal
from portal.core.french import day_span, full_date
from portal.core.journal import Actor, Line
from portal.core.working_time import Territory, day_bounds

_C = Displacement.Cause
# Appointments farther ahead than this are not convoked.
_FAR = timedelta(days=400)
# What `kept_from` reads of an appointment, to be selected with it.
READ_WITH = ("displacement__closure", "displacement__leave")


@receiver(hours_changed, dispatch_uid="convocations.displacing.changed")
def look_again(
    sender: Any,
    *,
    agency_id: int | None,
    advisor_id: int | None,
    by: Actor,
    now: datetime,
    lost: Lost | None = None,
    **_: Any,
) -> None:
    """Put on the lists what lost its place, in the transaction that took it away."""
    found: dict[int, Displacement] = {}
    if agency_id is not None:
        agency = Agency.objects.get(pk=agency_id)
        for row, closure in _on_closed_days(agency, now):
            found.setdefault(row.pk, Displacement(convocation=row, cause=_C.CLOSURE, closure=closure))
        for row in _ahead(now).filter(Q(kiosk__is_active=False) | Q(kiosk__has_video=False)).filter(
            kiosk__agency_id=agency_id
        ):  # fmt: skip
            found.setdefault(row.pk, Displacement(convocation=row, cause=_C.KIOSK))
        for row in _at_lost_hours(agency, lost, now) if lost else ():
            found.setdefault(row.pk, Displacement(convocation=row, cause=_C.HOURS))
        _kiosks_back(agency_id, by=by, now=now)
    if advisor_id is not None:
        for row, leave in _during_leave(advisor_id, now):
            found.setdefault(row.pk, Displacement(convocation=row, cause=_C.LEAVE, leave=leave))
    known = set(Displacement.objects.filter(pk__in=found).values_list("pk", flat=True))
    new = [row for pk, row in found.items() if pk not in known]
    for one in new:
        one.found_at = now
    Displacement.objects.bulk_create(new, ignore_conflicts=True)
    journal.record_all((_line(deeds.DISPLACED, row.convocation, why=why(row)) for row in new), by=by, now=now)
    _tell(deeds.MAIL_DISPLACED, [row.convocation for row in new], now)


@receiver(hours_taken_back, dispatch_uid="convocations.displacing.taken_back")
def hold_again(
    sender: Any, *, closure_id: int | None, leave_id: int | None, by: Actor, now: datetime, **_: Any
) -> None:
    """Take off the lists what only this closure or leave had put there."""
    which = Q(closure_id=closure_id) if closure_id is not None else Q(leave_id=leave_id)
    _undo(Displacement.objects.filter(which), by=by, now=now)


def why(row: Displacement) -> str:
    """Say in French, within a sentence, why an appointment cannot be as announced."""
    if row.closure is not None:
        when = day_span(row.closure.first_day, row.closure.last_day)
        return f"l’agence est fermée {when} ({row.closure.reason})"
    if row.leave is not None:
        return f"votre conseiller est absent jusqu’au {full_date(row.leave.last_day)}"
    if row.cause == _C.KIOSK:
        return "l’espace numérique n’est plus en service"
    return "les horaires de l’agence ont changé"


def kept_from(convocation: Convocation, now: datetime) -> str:
    """Say why a coming appointment cannot be as announced, empty where it stands; reads `READ_WITH`."""
    row: Displacement | None = getattr(convocation, "displacement", None)
    coming = convocation.state in HOLDS_TIME and convocation.starts_at > now
    return why(row) if row is not None and coming else ""


def to_move(agency_id: int, *, now: datetime, limit: int = 200) -> list[Displacement]:
    """List the agency's appointments to move, the nearest first, with person and advisor; one query."""
    return list(
        Displacement.objects.filter(
            convocation__agency_id=agency_id,
            convocation__state__in=HOLDS_TIME,
            convocation__starts_at__gt=now,
        )
        .select_related("convocation__claimant__user", "convocation__advisor__user", "closure", "leave")
        .order_by("convocation__starts_at", "pk")[:limit]
    )


def of_appointment(convocation_id: int) -> Displacement | None:
    """Give why one appointment must move, None when it stands."""
    return Displacement.objects.select_related("closure", "leave").filter(pk=convocation_id).first()


def _ahead(now: datetime) -> "QuerySet[Convocation]":
    rows = Convocation.objects.filter(state__in=HOLDS_TIME, starts_at__gt=now, starts_at__lt=now + _FAR)
    # A written exchange has no hour, a partner's service another door.
    rows = rows.exclude(modality=Modality.ASYNC_MESSAGE).exclude(kind=Kind.SERVICE)
    return rows.order_by("starts_at", "pk")


def _between(rows: "QuerySet[Convocation]", span: Span) -> "QuerySet[Convocation]":
    return rows.filter(starts_at__lt=span[1], ends_at__gt=span[0])


def _on_closed_days(agency: Agency, now: datetime) -> Iterable[tuple[Convocation, Closure]]:
    zone = agency.place.zone
    today = now.astimezone(zone).date()
    here = _ahead(now).filter(Q(agency=agency) | Q(kiosk__agency=agency))
    for closure in Closure.objects.filter(agency=agency, last_day__gte=today):
        days = (day_bounds(closure.first_day, zone)[0], day_bounds(closure.last_day, zone)[1])
        for row in _between(here, days):
            if closure.starts is None or closure.ends is None:
                yield row, closure
                continue
            day = row.starts_at.astimezone(zone).date()
            start, end = wall_span(day, closure.starts, closure.ends, zone)
            if row.starts_at < end and row.ends_at > start:
                yield row, closure


def _at_lost_hours(agency: Agency, lost: Lost, now: datetime) -> Iterable[Convocation]:
    """Give what lay within the hours just taken off the week and fits no other of them."""
    zone, territory = agency.place.zone, Territory(agency.territory)
    here = list(_ahead(now).filter(agency=agency))
    if not here:
        return
    calendar = read_calendar(0, [agency.pk], now, max(row.ends_at for row in here))
    for row in here:
        for day in local_days(row.starts_at, row.starts_at, zone):
            start, end = wall_span(day, lost.opens, lost.closes, zone)
            inside = day.weekday() == lost.weekday and start <= row.starts_at < end
            fits = any(
                s <= row.starts_at and row.ends_at <= e
                for s, e in open_on(calendar, agency.pk, territory, day)
            )
            if inside and not fits:
                yield row


def _during_leave(advisor_id: int, now: datetime) -> Iterable[tuple[Convocation, Leave]]:
    """Give the advisor's appointments during a leave that nobody stands in for."""
    mine = _ahead(now).filter(advisor_id=advisor_id).exclude(kind=Kind.WORKSHOP)
    day = (now - timedelta(days=1)).astimezone(UTC).date()
    alone = Leave.objects.filter(advisor_id=advisor_id, deputy=None, last_day__gte=day)
    for leave in alone.select_related("advisor__agency"):
        zone = leave.advisor.agency.place.zone
        days = (day_bounds(leave.first_day, zone)[0], day_bounds(leave.last_day, zone)[1])
        for row in _between(mine, days):
            yield row, leave


def _kiosks_back(agency_id: int, *, by: Actor, now: datetime) -> None:
    back = Displacement.objects.filter(
        cause=_C.KIOSK,
        convocation__kiosk__agency_id=agency_id,
        convocation__kiosk__is_active=True,
        convocation__kiosk__has_video=True,
    )
    _undo(back, by=by, now=now)


def _undo(which: "QuerySet[Displacement]", *, by: Actor, now: datetime) -> None:
    rows = list(which.select_related("convocation"))
    Displacement.objects.filter(pk__in=[row.pk for row in rows]).delete()
    standing = [
        row.convocation
        for row in rows
        if row.convocation.state in HOLDS_TIME and row.convocation.starts_at > now
    ]
    journal.record_all((_line(deeds.HOLDS_AGAIN, row) for row in standing), by=by, now=now)
    _tell(deeds.MAIL_HOLDS_AGAIN, standing, now)


def _tell(mail: int, rows: Iterable[Convocation], now: datetime) -> None:
    second = int(now.timestamp())
    outbox.enqueue((outbox.Owed(mail, row.claimant_id, row.pk, occurrence=second) for row in rows), now=now)


def _line(code: journal.JournalCode, row: Convocation, **data: Any) -> Line:
    return Line(code, file_id=row.claimant_id, subject_id=row.pk, data={"ref": str(row.ref), **data})
