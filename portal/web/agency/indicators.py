"""The agency in figures: missed appointments, incidents, work done in time; the same on screen and as CSV."""

from datetime import datetime, timedelta
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from accounts.access import supervisor_required
from accounts.models import Advisor
from convocations.desk.indicators import Indicators, Share, of_agency
from convocations.scheduling.from_csv import written
from portal.core import clock
from portal.core.french import NBSP, full_date, number

PERIODS = {"30": "30 derniers jours", "90": "3 derniers mois", "365": "12 derniers mois"}
DEFAULT = "90"


@require_safe
@supervisor_required
def page(request: HttpRequest, supervisor: Advisor) -> HttpResponse:
    """Show the indicators of the supervisor's agency over the chosen period."""
    chosen, since, now = _period(request, supervisor)
    zone = supervisor.agency.place.zone
    context = {
        "title": "L’agence en chiffres",
        "lead": f"{supervisor.agency.name}, rendez-vous du {full_date(since)} "
        f"au {full_date(now.astimezone(zone))}.",
        "tabs": [
            {"label": label, "url": f"?periode={name}", "current": name == chosen, "count": None}
            for name, label in PERIODS.items()
        ],
        "plots": [
            {"title": title, "note": note, "rows": [_bar(share) for share in shares]}
            for title, note, shares in _groups(of_agency(supervisor.agency_id, since, now))
        ],
        "csv_url": f"/agence/indicateurs.csv?periode={chosen}",
    }
    return render(request, "web/agency/indicators.html", context)


@require_safe
@supervisor_required
def export(request: HttpRequest, supervisor: Advisor) -> HttpResponse:
    """Give the figures of the page as a file for a spreadsheet."""
    chosen, since, now = _period(request, supervisor)
    rows: list[list[object]] = [["Indicateur", "Détail", "Nombre", "Sur", "Part en %"]]
    rows += [
        [title, share.label, share.part, share.whole, share.percent if share.whole else ""]
        for title, _, shares in _groups(of_agency(supervisor.agency_id, since, now))
        for share in shares
    ]
    name = f"indicateurs-{supervisor.agency.code}-{chosen}-jours.csv"
    return HttpResponse(
        written(rows),
        content_type="text/csv; charset=utf-8",
        headers={"Content-Disposition": f'attachment; filename="{name}"'},
    )


def _period(request: HttpRequest, supervisor: Advisor) -> tuple[str, datetime, datetime]:
    now = clock.now()
    chosen = request.GET.get("periode", DEFAULT)
    chosen = chosen if chosen in PERIODS else DEFAULT
    midnight = now.astimezone(supervisor.agency.place.zone).replace(hour=0, minute=0, second=0, microsecond=0)
    return chosen, midnight - timedelta(days=int(chosen)), now


def _groups(found: Indicators) -> list[tuple[str, str, list[Share]]]:
    return [
        (
            "Rendez-vous manqués, selon le moyen",
            "Parmi les convocations enregistrées\u00a0: absences, excusées ou non, et notifications non prouvées.",
            found.missed_by_modality,
        ),
        (
            "Rendez-vous manqués, avec ou sans rappel",
            "Un rappel compte s’il a été remis à la messagerie de la personne.",
            found.missed_by_reminder,
        ),
        (
            "Incidents techniques, selon le moyen",
            "Un incident ne compte jamais contre la personne.",
            found.incidents_by_modality,
        ),
        ("Travail fait à temps", "Présences et décisions, dans le délai prévu.", found.in_time),
    ]


def _bar(share: Share) -> dict[str, Any]:
    note = f"{number(share.part)} sur {number(share.whole)}" if share.whole else "aucun rendez-vous"
    return {"label": share.label, "value": share.percent, "note": note.replace(" ", NBSP)}
