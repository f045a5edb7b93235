"""A person's documents: what they sent, where each stands, how long it is kept, who opened it."""

from datetime import datetime, tzinfo
from typing import Any

from django import forms
from django.contrib import messages
from django.db.models import Q
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_http_methods

from accounts.access import actor, claimant_required
from accounts.models import Claimant
from portal.core import clock, keyset
from portal.core.french import NBSP, full_date, full_datetime, number, plural
from portal.core.models import Document, DocumentReading
from portal.core.models.document import DocumentState
from portal.core.safe.sending import FilesForm
from portal.core.transitions import Refusal

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


class AddForm(FilesForm):
    """Documents put into the safe before anybody asks for them."""

    submit_label = "Envoyer"
    marks_optional = False

    title = forms.CharField(
        label="Comment appeler ce document\u202f? (facultatif)",
        required=False,
        max_length=120,
        help_text="Sans nom, le nom du fichier est gardé.",
    )
    is_health = forms.BooleanField(label="C’est un document de santé", required=False)

    field_order = ("uploads", "as_one", "title", "is_health")


@require_http_methods(["GET", "HEAD", "POST"])
@claimant_required
def index(request: HttpRequest, claimant: Claimant) -> HttpResponse:
    """Show the person what they sent, thirty at a time, and take what they add."""
    form = AddForm()
    if request.method == "POST":
        form = AddForm(request.POST)
        if _added(request, claimant, form):
            return redirect("espace:documents")
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
            "form": form,
        },
        status=form.http_status,
    )


def _added(request: HttpRequest, claimant: Claimant, form: AddForm) -> bool:
    """Keep what can be kept and say so; True when nothing is left to correct."""
    files = request.FILES.getlist("uploads")
    if not form.is_valid():
        return False
    if not files:
        form.add_error("uploads", "Choisissez au moins un fichier.")
        return False
    try:
        kept, refused = form.keep(
            files,
            owner=claimant.user,
            by=actor(request),
            title=form.cleaned_data["title"],
            is_health=form.cleaned_data["is_health"],
            now=clock.now(),
        )
    except Refusal as refusal:
        form.refuse(refusal)
        return False
    if kept:
        count = plural(len(kept), "document est envoyé", "documents sont envoyés")
        messages.success(request, f"{count}. La vérification prend quelques instants.")
    for sentence in refused:
        form.add_error("uploads", sentence)
    return not refused


def _page(owner_id: int, after: tuple[datetime, list[int]] | None) -> list[Document]:
    rows = Document.objects.filter(owner_id=owner_id).select_related("uploaded_by")
    if after is not None:
        moment, (key,) = after
        rows = rows.filter(Q(uploaded_at__lt=moment) | Q(uploaded_at=moment, pk__lt=key))
    return list(rows.order_by("-uploaded_at", "-pk")[: PAGE + 1])


_NOT_KEPT = "Ce fichier n’a pas passé la vérification. Il n’a pas été gardé. Vous n’avez rien à faire."


def _row(document: Document, readers: list[str], tz: tzinfo) -> dict[str, Any]:
    label, tone, note = _STATES[document.state]
    own = document.uploaded_by_id == document.owner_id
    who = "Envoyé" if own else f"Déposé par {document.uploaded_by}"
    sent = f"{who} le {full_datetime(document.uploaded_at, tz)}"
    return {
        "title": document.title,
        "url": reverse("documents:download", args=[document.ref]) if document.state == _S.RECEIVED else "",
        "meta": f"{sent} · {weight(document.clean_size or document.size)}{_pages(document)}",
        "state": label,
        "tone": tone,
        "note": (document.rejection if own else document.rejection and _NOT_KEPT) or note,
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
