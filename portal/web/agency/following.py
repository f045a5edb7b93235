"""What nobody may overlook: people without an advisor, work without an owner, silences, wishes."""

from datetime import datetime
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from accounts.access import supervisor_required
from accounts.models import Advisor
from convocations.following import nightly
from convocations.models import FollowUpTask
from portal.core import clock
from portal.core.french import due_in, short_date
from portal.core.references import to_text

SHOWN = 50


@require_safe
@supervisor_required
def index(request: HttpRequest, supervisor: Advisor) -> HttpResponse:
    """Show the agency's findings as they are now, fifty of each kind at most."""
    now, zone = clock.now(), supervisor.agency.place.zone
    groups = _groups(supervisor.agency_id, now, zone)
    context = {
        "title": "Suivis à regarder",
        "groups": [group for group in groups if group["rows"]],
        "more": any(len(group["rows"]) == SHOWN for group in groups),
    }
    return render(request, "web/agency/following.html", context)


def _groups(agency_id: int, now: datetime, zone: Any) -> list[dict[str, Any]]:
    return [
        {
            "id": "sans-conseiller",
            "title": "Sans conseiller actif",
            "note": "L’accès de leur conseiller est fermé, ou il a quitté l’agence. Confiez-les à un autre conseiller.",
            "rows": [
                _person(to_text("DE", ref), f"{first} {last}", _gone(who, active))
                for _, ref, first, last, who, active in nightly.unfollowed(agency_id, SHOWN)
            ],
        },
        {
            "id": "sans-responsable",
            "title": "Travail sans responsable",
            "note": "La personne qui devait le faire n’est plus là.",
            "rows": [
                {
                    "url": f"/conseiller/{room}/{to_text(prefix, ref)}/",
                    "title": person,
                    "meta": f"{_ROOMS[room]}, confié à {owner}",
                }
                for room, prefix, ref, person, owner in nightly.orphans(agency_id, SHOWN)
            ],
        },
        {
            "id": "a-choisir",
            "title": "Conseiller à choisir",
            "note": "Tous les conseillers étaient au repère. Vous gardez ces dossiers le temps de choisir.",
            "rows": [_line(row, now, zone) for row in nightly.to_choose(agency_id, SHOWN)],
        },
        {
            "id": "premiers-entretiens",
            "title": "Premiers entretiens en retard",
            "note": "Ces personnes ont changé d’agence.",
            "rows": [_line(row, now, zone) for row in nightly.late_first_interviews(agency_id, SHOWN, now)],
        },
        {
            "id": "silences",
            "title": "Sans contact depuis longtemps",
            "note": "Une ligne attend aussi leur conseiller. Rien n’est retenu contre ces personnes.",
            "rows": [_line(row, now, zone) for row in nightly.silences(agency_id, SHOWN)],
        },
        {
            "id": "souhaits",
            "title": "Souhaits de suivi 100\u00a0% web",
            "note": "Aucun volontaire n’a de place. Confiez-les à un volontaire\u00a0: le suivi commence alors.",
            "rows": [
                _person(
                    str(wish.claimant.ref),
                    str(wish.claimant),
                    f"Demandé le {short_date(wish.wished_at.astimezone(zone))}, suivi par {wish.claimant.advisor}",
                )
                for wish in nightly.wishes(agency_id, SHOWN)
            ],
        },
    ]


_ROOMS = {
    "absences": "Absence à examiner",
    "justificatifs": "Justificatif à examiner",
    "appels": "Appel à passer",
    "suivis": "Suivi à faire",
    "messages": "Message sans réponse",
    "convocations": "Rendez-vous",
}


def _person(ref: str, name: str, meta: str) -> dict[str, str]:
    return {"url": f"/conseiller/demandeurs/{ref}/", "title": name, "meta": meta}


def _gone(who: str, active: bool) -> str:
    return (
        f"Suivi par {who}, qui n’est plus de l’agence"
        if active
        else f"Suivi par {who}, dont l’accès est fermé"
    )


def _line(row: FollowUpTask, now: datetime, zone: Any) -> dict[str, str]:
    return {
        "url": f"/conseiller/suivis/{row.ref}/",
        "title": str(row.claimant),
        "meta": f"{row.advisor}, {due_in(row.due_at, now, zone)}",
    }
