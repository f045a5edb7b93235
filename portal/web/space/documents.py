"""A person's documents: what they sent, where each stands, how long it is kept, who opened it."""

from datetime import datetime, tzinfo
from typing import Any

from django.db.models import Q
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_safe

from accounts.access import claimant_required
from accounts.models import Claimant
from portal.core import keyset
from portal.core.french import NBSP, full_date, full_datetime, number, plural
from portal.core.models import Document, DocumentReading
from portal.core.models.document import DocumentState

PAGE = 30
_S = DocumentState
# What the person reads of each state: words, tone, what follows.
_STATES: dict[str, tuple[str, str, str]] = {
    _S.QUARANTINED: (
        "Vérification en cours",
        "info",
        "Personne ne peut l’ouvrir avant la fin de la vérification.",
    ),
    _S.RECEIVED: ("Reçu", "success", ""),
    _S.REJECTED_TECH: ("Fichier illisible", "warning", ""),
    _S.EXPIRED: ("À effacer", "neutral", "Sa durée de conservation est passée."),
    _S.PURGED: ("Effacé", "neutral", "Il ne reste que la trace de son envoi."),
}


@require_safe
@claimant_required
def index(request: HttpRequest, claimant: Claimant) -> HttpResponse:
    """Show the person what they sent, thirty at a time."""
    tz = claimant.agency.place.zone
    after = keyset.read(request.GET.get("apres", ""), 1)
    found, more = keyset.cut(_page(claimant.pk, after), PAGE)
    here = reverse("espace:documents")
    readers = _readers([document.pk for document in found], claimant.pk, tz)
    return render(
        request,
        "space/documents.html",
        {
            "breadcrumb": [{"label": "Mon espace", "url": reverse("espace:home")}],
            "rows": [_row(document, readers.get(document.pk, []), tz) for document in found],
            "first_url": here if after is not None else "",
            "next_url": f"{here}?apres={keyset.write(found[-1].uploaded_at, found[-1].pk)}" if more else "",
        },
    )


def _page(owner_id: int, after: tuple[datetime, list[int]] | None) -> list[Document]:
    rows = Document.objects.filter(owner_id=owner_id)
    if after is not None:
        moment, (key,) = after
        rows = rows.filter(Q(uploaded_at__lt=moment) | Q(uploaded_at=moment, pk__lt=key))
    return list(rows.order_by("-uploaded_at", "-pk")[: PAGE + 1])


def _row(document: Document, readers: list[str], tz: tzinfo) -> dict[str, Any]:
    label, tone, note = _STATES[document.state]
    sent = f"Envoyé le {full_datetime(document.uploaded_at, tz)}"
    return {
        "title": document.title,
        "meta": f"{sent} · {weight(document.clean_size or document.size)}{_pages(document)}",
        "state": label,
        "tone": tone,
        "note": document.rejection or note,
        "kept": "" if document.state in _GONE else _kept(document),
        "is_health": document.is_health,
        "readers": readers,
    }


_GONE = frozenset({_S.EXPIRED, _S.PURGED})


def _kept(document: Document) -> str:
    if document.hold:
        return "Conservé tant qu’un recours est en cours."
    return f"Conservé jusqu’au {full_date(document.keep_until)}, puis effacé."


def _pages(document: Document) -> str:
    return f" · {plural(document.pages, 'page')}" if document.pages else ""


def weight(size: int) -> str:
    """Say how heavy a file is: «240 ko», «1,2 Mo»."""
    if size < 1_000_000:
        return f"{number(max(1, round(size / 1000)))}{NBSP}ko"
    return f"{number(round(size / 1_000_000, 1))}{NBSP}Mo"


def _readers(documents: list[int], owner_id: int, tz: tzinfo) -> dict[int, list[str]]:
    """Say who opened each document, other than its owner, the first time each."""
    opened = (
        DocumentReading.objects.filter(document__in=documents)
        .exclude(reader_id=owner_id)
        .order_by("at")
        .values_list("document_id", "reader__first_name", "reader__last_name", "at")
    )
    found: dict[int, dict[str, str]] = {}
    for document_id, first, last, at in opened:
        found.setdefault(document_id, {}).setdefault(f"{first} {last}", full_datetime(at, tz))
    return {key: [f"{who}, le {when}" for who, when in readers.items()] for key, readers in found.items()}
