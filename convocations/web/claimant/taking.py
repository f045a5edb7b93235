"""What a person sends about an absence, a request, or the appointment a request is about to be made on."""

from collections.abc import Sequence
from datetime import datetime, tzinfo
from typing import Any, TypeVar

from django.http import HttpRequest

from accounts.access import actor
from convocations.models import Absence, ChangeRequest, Convocation, Justificatif
from portal.core.models import Document
from portal.core.safe import choosing
from portal.core.safe.choosing import DocumentsForm, Safe, one_at_a_time

__all__ = ["chosen_ids", "form_key", "one_at_a_time", "take", "usable", "zone"]

About = Absence | ChangeRequest | Convocation
_Form = TypeVar("_Form", bound=DocumentsForm)


def form_key(request: HttpRequest) -> Any:
    """Read the name of this sending."""
    return choosing.form_key(request.POST)


def take(
    kind: type[_Form], request: HttpRequest, about: About, *, is_health: bool, now: datetime, **options: Any
) -> _Form:
    """Give the form as sent, with its new files kept in the safe and ticked, and each bad one named."""
    return choosing.take(
        kind,
        request.POST,
        request.FILES.getlist("uploads"),
        _safe(about),
        by=actor(request),
        is_health=is_health,
        now=now,
        **options,
    )


def zone(about: About) -> tzinfo:
    """Give the clock of the agency that examines."""
    return about.agency.place.zone


def usable(about: About, chosen: Sequence[str] = ()) -> list[Document]:
    """List what the person sent us and has not put forward for this: the latest, and those chosen."""
    return _safe(about).usable(chosen)


def chosen_ids(form: DocumentsForm, about: About) -> list[int]:
    """Give the documents ticked in a form that was found right."""
    return _safe(about).chosen_ids(form)


def _safe(about: About) -> Safe:
    return Safe(about.claimant.user, zone(about), _put_forward(about))


def _put_forward(about: About) -> Any:
    """Give the documents this already has."""
    if isinstance(about, Absence):
        return Justificatif.objects.filter(absence=about).values("document")
    if isinstance(about, ChangeRequest):
        return Justificatif.objects.filter(request=about).values("document")
    return []
