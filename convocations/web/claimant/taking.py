"""Take a form with files: the good ones are kept and stay ticked, whatever else must be corrected."""

import uuid
from collections.abc import Sequence
from datetime import datetime, tzinfo
from typing import TypeVar

from django.db import connection
from django.http import HttpRequest

from accounts.access import actor
from convocations.models import Absence
from convocations.web.claimant.forms import DocumentsForm
from portal.core.models import Document
from portal.core.models.document import DocumentState
from portal.core.references import to_number
from portal.core.transitions import Refusal

# Enough to find a document again; the safe shows them all.
OFFERED = 20
_USABLE = (DocumentState.QUARANTINED, DocumentState.RECEIVED)
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
    kind: type[_Form], request: HttpRequest, absence: Absence, *, is_health: bool, now: datetime
) -> _Form:
    """Give the form as sent, with its new files kept in the safe and ticked, and each bad one named."""
    data = request.POST.copy()
    refused: list[str] = []
    refusal = None
    files = request.FILES.getlist("uploads")
    if files:
        form = _bound(kind, data, absence)
        try:
            kept, refused = form.keep(
                files, owner=absence.claimant.user, by=actor(request), is_health=is_health, now=now
            )
        except Refusal as unavailable:
            refusal = unavailable
        else:
            data.setlist("documents", [*data.getlist("documents"), *(str(document.ref) for document in kept)])
    form = _bound(kind, data, absence)
    form.full_clean()
    for sentence in refused:
        form.add_error("uploads", sentence)
    if refusal is not None:
        form.refuse(refusal)
    return form


def _bound(kind: type[_Form], data: object, absence: Absence) -> _Form:
    chosen = data.getlist("documents")  # type: ignore[attr-defined]
    return kind(data, owned=usable(absence, chosen), tz=zone(absence))


def zone(absence: Absence) -> tzinfo:
    """Give the clock of the agency that examines."""
    return absence.agency.place.zone


def usable(absence: Absence, chosen: Sequence[str] = ()) -> list[Document]:
    """List what the person sent us and has not put forward for this absence: the latest, and those chosen."""
    mine = (
        Document.objects.filter(owner_id=absence.claimant_id, state__in=_USABLE)
        .exclude(justificatifs__absence=absence)
        .order_by("-uploaded_at", "-pk")
    )
    latest = list(mine[:OFFERED])
    missing = set(_numbers(chosen)) - {to_number("DO", str(document.ref)) for document in latest}
    return latest + (list(mine.filter(ref__in=missing)) if missing else [])


def chosen_ids(form: DocumentsForm, absence: Absence) -> list[int]:
    """Give the documents ticked in a form that was found right."""
    refs = form.cleaned_data.get("documents") or []
    mine = Document.objects.filter(owner_id=absence.claimant_id, ref__in=refs)
    return list(mine.values_list("pk", flat=True))


def _numbers(refs: Sequence[str]) -> list[int]:
    found = []
    for ref in refs:
        try:
            found.append(to_number("DO", ref))
        except ValueError:
            continue
    return found
