"""E-mails to who answers for somebody of the service that opens files out of the ordinary.

That is the supervisors of an agency; of who belongs to none, a region's delegate say, the administrators. No name
of a claimant stands in them: a page says which file, behind a second factor.
"""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from django.urls import reverse

from accounts.models import Advisor, BreakGlass, ReadingAlert, Role, User
from accounts.signals import break_glass_opened, mass_reading_noticed
from messaging import outbox
from messaging.emails import Mail, Row, absolute, composes
from portal.core.french import plural

BREAK_GLASS = 10
MASS_READING = 11
_SUPERVISOR = {
    "action_url": "/agence/",
    "action_label": "Ouvrir la page de l’agence",
    "why": "vous êtes responsable de cette agence.",
}
_ADMINISTRATOR = {"action_label": "Ouvrir les alertes", "why": "vous administrez le portail."}


def connect() -> None:
    """Listen to what accounts must say upward."""
    break_glass_opened.connect(_owe_break_glass, dispatch_uid="messaging.break_glass")
    mass_reading_noticed.connect(_owe_mass_reading, dispatch_uid="messaging.mass_reading")


def _owe_break_glass(sender: Any, *, break_glass: BreakGlass, now: datetime, **_: Any) -> None:
    _tell(BREAK_GLASS, break_glass.pk, break_glass.advisor.agency_id, now)


def _owe_mass_reading(sender: Any, *, reader_id: int, now: datetime, **_: Any) -> None:
    alert = ReadingAlert.objects.filter(reader_id=reader_id).latest("pk")
    agency_id = Advisor.objects.filter(pk=reader_id).values_list("agency_id", flat=True).first()
    if agency_id is not None:
        _tell(MASS_READING, alert.pk, agency_id, now)
        return
    administrators = User.objects.filter(role=Role.ADMIN, is_active=True).values_list("pk", flat=True)
    outbox.enqueue((outbox.Owed(MASS_READING, pk, alert.pk) for pk in administrators), now=now)


def _tell(kind: int, subject_id: int, agency_id: int, now: datetime) -> None:
    supervisors = Advisor.objects.filter(agency_id=agency_id, is_supervisor=True, user__is_active=True)
    outbox.enqueue(
        (outbox.Owed(kind, pk, subject_id) for pk in supervisors.values_list("pk", flat=True)), now=now
    )


@composes(BREAK_GLASS, "break_glass", label="dossier ouvert avec un motif")
def break_glass_mails(rows: Sequence[Row], now: datetime) -> dict[int, Mail]:
    """Tell a supervisor that an advisor opened a colleague's file, and the written reason."""
    opened = BreakGlass.objects.select_related("advisor__user").in_bulk({row.subject_id for row in rows})
    return {
        row.id: _mail(
            "Un dossier hors portefeuille a été ouvert",
            f"{opened[row.subject_id].advisor.user} a ouvert le dossier d’une personne suivie par un collègue. "
            "Le motif est écrit dans le journal. L’accès se ferme ce soir.",
        )
        for row in rows
    }


@composes(MASS_READING, "mass_reading", label="lecture de dossiers en nombre")
def mass_reading_mails(rows: Sequence[Row], now: datetime) -> dict[int, Mail]:
    """Tell who answers for an account that it opened more files in an hour than is usual."""
    alerts = ReadingAlert.objects.in_bulk({row.subject_id for row in rows})
    readers = User.objects.in_bulk({alert.reader_id for alert in alerts.values()})
    of_an_agency = set(Advisor.objects.filter(pk__in=readers).values_list("pk", flat=True))
    watching = {**_ADMINISTRATOR, "action_url": reverse("admin:accounts_readingalert_changelist")}
    return {
        row.id: _mail(
            "Beaucoup de dossiers ouverts en une heure",
            f"{readers[alerts[row.subject_id].reader_id]} a ouvert "
            f"{plural(alerts[row.subject_id].opened, 'dossier')} en une heure. Vérifiez avec cette personne.",
            _SUPERVISOR if alerts[row.subject_id].reader_id in of_an_agency else watching,
        )
        for row in rows
    }


def _mail(title: str, sentence: str, to: Mapping[str, str] = _SUPERVISOR) -> Mail:
    context = {
        "title": title,
        "preheader": sentence,
        "body": sentence,
        **to,
        "action_url": absolute(to["action_url"]),
    }
    return Mail("notice", title, context)
