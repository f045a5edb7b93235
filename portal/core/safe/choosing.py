"""Take a form with files: the good ones are kept and stay ticked, whatever else must be corrected."""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, tzinfo
from typing import Any, TypeVar

from django import forms
from django.core.files.uploadedfile import UploadedFile
from django.db import connection
from django.http import QueryDict

from portal.core.french import short_date
from portal.core.journal import Actor
from portal.core.models import Document
from portal.core.models.document import DocumentState
from portal.core.prepared import prepared
from portal.core.references import to_number
from portal.core.safe.sending import FilesForm
from portal.core.transitions import Refusal

# Enough to find a document again; the safe shows them all.
OFFERED = 20
_USABLE = (DocumentState.QUARANTINED, DocumentState.RECEIVED)


class DocumentsForm(FilesForm):
    """Documents already in the person's safe, and new files."""

    submit_label = "Envoyer"

    documents = forms.MultipleChoiceField(
        label="Reprendre un document déjà envoyé", required=False, widget=forms.CheckboxSelectMultiple
    )

    field_order: Sequence[str] = ("documents", "uploads", "as_one")

    def __init__(self, *args: Any, owned: Sequence[Document], tz: tzinfo, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        choices = [(str(document.ref), _named(document, tz)) for document in owned]
        if choices:
            self.fields["documents"].choices = choices  # type: ignore[attr-defined]
            self.fields["documents"].help_text = "Vous n’avez pas à renvoyer ce que nous avons déjà."
        else:
            del self.fields["documents"]


def _named(document: Document, tz: tzinfo) -> str:
    sent = f"{document.title}, envoyé le {short_date(document.uploaded_at.astimezone(tz))}"
    return f"{sent} (vérification en cours)" if document.state == DocumentState.QUARANTINED else sent


_Form = TypeVar("_Form", bound=DocumentsForm)


@dataclass(frozen=True, slots=True)
class Safe:
    """Whose documents may be chosen, told on which clock; `without`: a query of those already put forward."""

    owner: Any
    tz: tzinfo
    without: Any = ()

    def usable(self, chosen: Sequence[str] = ()) -> list[Document]:
        """List what may be chosen: the latest, and those that were."""
        mine = (
            Document.objects.filter(owner=self.owner, state__in=_USABLE)
            .exclude(pk__in=self.without)
            .order_by("-uploaded_at", "-pk")
        )
        latest = _latest(owner_id=self.owner.pk) if self.without == () else list(mine[:OFFERED])
        missing = set(_numbers(chosen)) - {to_number("DO", str(document.ref)) for document in latest}
        return latest + (list(mine.filter(ref__in=missing)) if missing else [])

    def chosen_ids(self, form: DocumentsForm) -> list[int]:
        """Give the documents ticked in a form that was found right."""
        refs = form.cleaned_data.get("documents") or []
        return list(Document.objects.filter(owner=self.owner, ref__in=refs).values_list("pk", flat=True))


# Asked by each page of a thread.
@prepared
def _latest(owner_id: int) -> Any:
    rows = Document.objects.filter(owner_id=owner_id, state__in=_USABLE)
    return rows.order_by("-uploaded_at", "-pk")[:OFFERED]


def form_key(post: QueryDict) -> uuid.UUID:
    """Read the name of this sending; a form without one (it will be refused) counts as a sending of its own."""
    try:
        return uuid.UUID(post.get("form_key", ""))
    except ValueError:
        return uuid.uuid4()


def one_at_a_time(form_key: uuid.UUID) -> None:
    """Let the second click of a double click wait for the first; held until the transaction ends."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s)", [form_key.int >> 65])


def take(
    kind: type[_Form],
    post: QueryDict,
    files: Sequence[UploadedFile[bytes]],
    safe: Safe,
    *,
    by: Actor,
    is_health: bool = False,
    now: datetime,
    **options: Any,
) -> _Form:
    """Give the form as sent, with its new files kept in the safe and ticked, and each bad one named."""
    data = post.copy()
    refused: list[str] = []
    refusal = None
    if files:
        form = _bound(kind, data, safe, options)
        try:
            kept, refused = form.keep(files, owner=safe.owner, by=by, is_health=is_health, now=now)
        except Refusal as unavailable:
            refusal = unavailable
        else:
            data.setlist("documents", [*data.getlist("documents"), *(str(document.ref) for document in kept)])
    form = _bound(kind, data, safe, options)
    form.full_clean()
    for sentence in refused:
        form.add_error("uploads", sentence)
    if refusal is not None:
        form.refuse(refusal)
    return form


def _bound(kind: type[_Form], data: QueryDict, safe: Safe, options: dict[str, Any]) -> _Form:
    return kind(data, owned=safe.usable(data.getlist("documents")), tz=safe.tz, **options)


def _numbers(refs: Sequence[str]) -> list[int]:
    found = []
    for ref in refs:
        try:
            found.append(to_number("DO", ref))
        except ValueError:
            continue
    return found
