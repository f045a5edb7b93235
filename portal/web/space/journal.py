"""Who did what on one's own file, in sentences; the network address stays with those who keep the journal."""

from datetime import UTC, datetime, tzinfo
from typing import Any

from django.db.models import Q
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_safe

from accounts.access import claimant_required
from accounts.models import Claimant, Role
from portal.core import journal, keyset
from portal.core.french import full_datetime, short_datetime
from portal.core.models import JournalEntry
from portal.core.prepared import prepared

PAGE = 50
NEWS_SHOWN = 4
_EVER = datetime(2000, 1, 1, tzinfo=UTC)
_ROLES = {
    Role.ADVISOR: "conseiller",
    "SUPERVISOR": "responsable d’agence",
    Role.DECISION_MAKER: "délégataire du directeur régional",
    Role.CONTROLLER: "contrôleur",
    Role.PARTNER: "partenaire",
    Role.ADMIN: "administrateur",
}
_LINE = ("id", "code", "at", "actor_id", "actor_role", "actor__first_name", "actor__last_name", "data")


@prepared
def _news(claimant_id: int, since: datetime) -> Any:
    # What the portal did by itself has no actor, and is news too.
    others = Q(actor_id__isnull=True) | ~Q(actor_id=claimant_id)
    rows = JournalEntry.objects.filter(others, file_id=claimant_id, at__gt=since, code__in=_shown())
    return rows.order_by("-id").values_list(*_LINE)[:NEWS_SHOWN]


def news(claimant_id: int, *, since: datetime | None, tz: tzinfo) -> list[dict[str, str]]:
    """Tell what others did on a file since the person last put the news away, the latest first."""
    rows = _news(claimant_id=claimant_id, since=since or _EVER)
    return [{"date": short_datetime(row[2], tz), "title": _sentence(row, claimant_id)} for row in rows]


@require_safe
@claimant_required
def index(request: HttpRequest, claimant: Claimant) -> HttpResponse:
    """Show a person everything that was done on their file, by whom and when."""
    tz = claimant.agency.place.zone
    rows = JournalEntry.objects.filter(file_id=claimant.pk, code__in=_shown())
    before = _read_key(request.GET.get("avant", ""))
    if before is not None:
        rows = rows.filter(id__lt=before)
    found, more = keyset.cut(list(rows.order_by("-id").values_list(*_LINE)[: PAGE + 1]), PAGE)
    here = reverse("espace:journal")
    return render(
        request,
        "space/journal.html",
        {
            "breadcrumb": [{"label": "Mon espace", "url": reverse("espace:home")}],
            "lines": [
                {"date": full_datetime(row[2], tz), "title": _sentence(row, claimant.pk), "who": _who(row)}
                for row in found
            ],
            "first_url": here if before is not None else "",
            "next_url": f"{here}?avant={found[-1][0]}" if more else "",
        },
    )


def _read_key(text: str) -> int | None:
    return int(text) if text.isascii() and text.isdigit() and len(text) < 19 else None


def _shown() -> list[int]:
    return [number for number, kind in journal.codes().items() if kind.shown_to_claimant]


def _sentence(row: tuple[Any, ...], claimant_id: int) -> str:
    _, code, _, actor_id, _, first, last, data = row
    if actor_id == claimant_id:
        name = _READER
    elif actor_id is None:
        name = "Le portail"
    else:
        name = f"{first} {last}"
    return addressed(journal.sentence(JournalEntry(code=code, data=data), name))


# Stands for the person whose file it is until the sentence is turned towards them.
_READER = "\ue000"


def addressed(text: str) -> str:
    """Turn a sentence of the third person towards its reader: who «a lu» is told «Vous avez lu»."""
    for third, second in ((f"{_READER} a ", "Vous avez "), (f"{_READER} s’est ", "Vous vous êtes ")):
        if text.startswith(third):
            return second + text.removeprefix(third)
    return text.replace(_READER, "Vous" if text.startswith(_READER) else "vous")


def _who(row: tuple[Any, ...]) -> str:
    return _ROLES.get(row[4], "")
