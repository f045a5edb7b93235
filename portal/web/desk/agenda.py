"""An advisor's day: appointments and what is left of the agency's hours, on the agency's clock."""

from datetime import date, datetime, timedelta
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from accounts.access import advisor_required
from accounts.models import Advisor
from convocations.desk import agenda as booked
from portal.core import clock
from portal.core.french import clock_time, duration, full_date, short_date
from portal.core.working_time import holiday_name


@require_safe
@advisor_required
def agenda(request: HttpRequest, advisor: Advisor) -> HttpResponse:
    """Show one day, and lead to the days around it."""
    now = clock.now()
    zone = advisor.agency.place.zone
    today = now.astimezone(zone).date()
    day = _asked(request.GET.get("jour", ""), today)
    rows = booked.of_day(advisor, day)
    free = booked.free_on(advisor, rows, day) if day >= today else []
    items = sorted(
        [
            *(_appointment(row, now, zone) for row in rows),
            *(_free(span, zone) for span in free if span[1] > now),
        ],
        key=lambda item: item["starts_at"],
    )
    before, after = _around(day)
    context = {
        "title": "Agenda",
        "day": day,
        "day_text": full_date(day),
        "is_today": day == today,
        "items": items,
        "count": len(rows),
        "previous": before,
        "previous_text": short_date(before),
        "next": after,
        "next_text": short_date(after),
        "today": today,
        "holiday": holiday_name(day, advisor.agency.place),
        "zone_note": booked.zone_note(advisor),
    }
    return render(request, "web/desk/agenda.html", context)


def coming(advisor: Advisor, now: datetime) -> list[dict[str, Any]]:
    """Give what is left of today, for the side of the list; one query."""
    zone = advisor.agency.place.zone
    rows = booked.of_day(advisor, now.astimezone(zone).date())
    return [_appointment(row, now, zone) for row in rows if row.ends_at > now]


def _asked(text: str, today: date) -> date:
    try:
        day = date.fromisoformat(text)
    except ValueError:
        return today
    # Within what a calendar and the database both hold, a day on each side included.
    return day if 1900 < day.year < 2200 else today


def _around(day: date) -> tuple[date, date]:
    """Give the working days next to this one: an empty weekend is not worth a click."""
    before, after = day - timedelta(days=1), day + timedelta(days=1)
    while before.weekday() > 4:
        before -= timedelta(days=1)
    while after.weekday() > 4:
        after += timedelta(days=1)
    return before, after


def _appointment(row: booked.Booked, now: datetime, zone: Any) -> dict[str, Any]:
    minutes = int((row.ends_at - row.starts_at).total_seconds() // 60)
    return {
        "starts_at": row.starts_at,
        "hour": clock_time(row.starts_at.astimezone(zone)),
        "until": clock_time(row.ends_at.astimezone(zone)),
        "length": duration(minutes),
        "name": row.name,
        "url": f"/conseiller/convocations/{row.ref}/",
        "what": row.what,
        "binding": row.binding,
        "state": row.state,
        "off": row.off,
        "now": row.starts_at <= now < row.ends_at,
    }


def _free(span: tuple[datetime, datetime], zone: Any) -> dict[str, Any]:
    start, end = (moment.astimezone(zone) for moment in span)
    return {
        "free": True,
        "starts_at": span[0],
        "hour": clock_time(start),
        "until": clock_time(end),
        "url": f"/conseiller/portefeuille/?jour={start:%Y-%m-%d}&heure={start:%H:%M}",
    }
