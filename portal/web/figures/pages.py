"""The procedures of a year in figures: of the whole service for everybody, of an agency for its supervisor."""

from contextlib import suppress
from datetime import date, timedelta
from typing import Any

import redis
from django.contrib.auth.decorators import login_not_required
from django.core.cache import cache
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_safe

from accounts.access import supervisor_required
from accounts.models import Advisor
from convocations.scheduling.from_csv import written
from measures.indicators import counting, small
from measures.indicators.counting import Figures
from portal.core import clock
from portal.core.french import full_date
from portal.core.working_time import Territory
from portal.web.figures import shown

_PARIS = Territory.METROPOLE.zone
YEARS = 5
_DAY = timedelta(days=1)


@login_not_required
@require_safe
def of_service(request: HttpRequest) -> HttpResponse:
    """Tell everybody what the procedures of a year became; counted once a day."""
    today = clock.now().astimezone(_PARIS).date()
    year = _year(request, today)
    lead = f"Toutes les agences, procédures transmises en {year}. Chiffres du {full_date(today)}."
    context = _page(
        "Les procédures en chiffres",
        lead,
        year,
        today,
        _of_service(year, today),
        reverse("service_figures_csv"),
    )
    return render(request, "public/figures.html", context)


@login_not_required
@require_safe
def of_service_csv(request: HttpRequest) -> HttpResponse:
    """Give the same as a file for a spreadsheet."""
    today = clock.now().astimezone(_PARIS).date()
    year = _year(request, today)
    return _file(_of_service(year, today), f"procedures-{year}.csv")


@require_safe
@supervisor_required
def of_agency(request: HttpRequest, supervisor: Advisor) -> HttpResponse:
    """Show a supervisor what the procedures of their agency became."""
    agency = supervisor.agency
    today = clock.now().astimezone(agency.place.zone).date()
    year = _year(request, today)
    found = counting.of_year(year, agency.place.zone, agency.pk)
    lead = f"{agency.name}, procédures transmises en {year}."
    title = "Les procédures de l’agence"
    context = _page(title, lead, year, today, found, reverse("agency:procedures_csv"))
    return render(request, "web/agency/procedures.html", context)


@require_safe
@supervisor_required
def of_agency_csv(request: HttpRequest, supervisor: Advisor) -> HttpResponse:
    """Give the figures of the agency as a file."""
    agency = supervisor.agency
    year = _year(request, clock.now().astimezone(agency.place.zone).date())
    found = counting.of_year(year, agency.place.zone, agency.pk)
    return _file(found, f"procedures-{agency.code}-{year}.csv")


def _of_service(year: int, today: date) -> Figures:
    """Count once a day whoever asks: the page is everybody's. Without the cache it is counted each time."""
    # The number changes with the shape of what is kept: an older version's would not be read.
    name = f"procedures-in-figures:2:{year}:{today.isoformat()}"
    with suppress(redis.RedisError):
        if (known := cache.get(name)) is not None:
            return known
    found = counting.of_year(year, _PARIS)
    with suppress(redis.RedisError):
        cache.set(name, found, _DAY.total_seconds())
    return found


def _year(request: HttpRequest, today: date) -> int:
    """Read the year from the address; nonsense is this year."""
    asked = request.GET.get("annee", "")
    years = {str(year): year for year in _years(today)}
    return years.get(asked, today.year)


def _years(today: date) -> range:
    return range(today.year, today.year - YEARS, -1)


def _page(title: str, lead: str, year: int, today: date, found: Figures, csv_url: str) -> dict[str, Any]:
    return {
        "title": title,
        "lead": lead,
        "tabs": [
            {"label": str(one), "url": f"?annee={one}", "current": one == year, "count": None}
            for one in _years(today)
        ],
        "plots": shown.plots(found),
        "any": any(cell.count != 0 for cell in found.referred),
        "least": small.STEP,
        "csv_url": f"{csv_url}?annee={year}",
    }


def _file(found: Figures, name: str) -> HttpResponse:
    return HttpResponse(
        written(shown.lines(found)),
        content_type="text/csv; charset=utf-8",
        headers={"Content-Disposition": f'attachment; filename="{name}"'},
    )
