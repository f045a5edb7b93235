"""Take a form with files: the good ones are kept and stay ticked, whatever else must be corrected."""

import uuid
from collections.abc import Sequence
from datetime import datetime, tzinfo
from typing import Any, TypeVar

from django.db import connection
from django.http import HttpRequest

from accounts.access import actor
from convocations.models import Absence, ChangeRequest, Convocation, Justificatif
from convocations.web.claimant.forms import DocumentsForm
from portal.core.models import Document
from portal.core.models.document import DocumentState
from portal.core.references import to_number
from portal.core.transitions import Refusal

# Enough to find a document again; the safe shows them all.
OFFERED = 20
_USABLE = (DocumentState.QUARANTINED, DocumentState.RECEIVED)
# What a form with files is about: an absence, a request, or the appointment a request is about to be made on.
About = Absence | ChangeRequest | Convocation
_Form = TypeVar("_Form", bound=DocumentsForm)


def form_key(request: HttpRequest) -> uuid.UUID:
    """Read the name of this sending; a form without one (it will be refused) counts as a sending of its own."""
    try:
        return uuid.UUID(request.POST.get("form_key", ""))
    except ValueError:
        return uuid.uuid4()


def one_at_a_time(form_key: uuid.UUID) -> None:
    """Let the second click of a double click wait for the first; held until the transaction ends."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s)", [form_key.int >> 65])


def take(
    kind: type[_Form], request: HttpRequest, about: About, *, is_health: bool, now: datetime, **options: Any
) -> _Form:
    """Give the form as sent, with its new files kept in the safe and ticked, and each bad one named."""
    data = request.POST.copy()
    refused: list[str] = []
    refusal = None
    files = request.FILES.getlist("uploads")
    if files:
        form = _bound(kind, data, about, options)
        try:
            kept, refused = form.keep(
                files, owner=about.claimant.user, by=actor(request), is_health=is_health, now=now
            )
        except Refusal as unavailable:
            refusal = unavailable
        else:
            data.setlist("documents", [*data.getlist("documents"), *(str(document.ref) for document in kept)])
    form = _bound(kind, data, about, options)
    form.full_clean()
    for sentence in refused:
        form.add_error("uploads", sentence)
    if refusal is not None:
        form.refuse(refusal)
    return form


def _bound(kind: type[_Form], data: Any, about: About, options: dict[str, Any]) -> _Form:
    return kind(data, owned=usable(about, data.getlist("documents")), tz=zone(about), **options)


def zone(about: About) -> tzinfo:
    """Give the clock of the agency that examines."""
    return about.agency.place.zone


def usable(about: About, chosen: Sequence[str] = ()) -> list[Document]:
    """List what the person sent us and has not put forward for this: the latest, and those chosen."""
    mine = (
        Document.objects.filter(owner_id=about.claimant_id, state__in=_USABLE)
        .exclude(pk__in=_put_forward(about))
        .order_by("-uploaded_at", "-pk")
    )
    latest = list(mine[:OFFERED])
    missing = set(_numbers(chosen)) - {to_number("DO", str(document.ref)) for document in latest}
    return latest + (list(mine.filter(ref__in=missing)) if missing else [])


def _put_forward(about: About) -> Any:
    """Give the documents this already has."""
    if isinstance(about, Absence):
        return Justificatif.objects.filter(absence=about).values("document")
    if isinstance(about, ChangeRequest):
        return Justificatif.objects.filter(request=about).values("document")
    return []


def chosen_ids(form: DocumentsForm, about: About) -> list[int]:
    """Give the documents ticked in a form that was found right."""
    refs = form.cleaned_data.get("documents") or []
    mine = Document.objects.filter(owner_id=about.claimant_id, ref__in=refs)
    return list(mine.values_list("pk", flat=True))


def _numbers(refs: Sequence[str]) -> list[int]:
    found = []
    for ref in refs:
        try:
            found.append(to_number("DO", ref))
        except ValueError:
            continue
    return found
