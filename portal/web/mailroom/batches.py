"""What waits to be posted, the batches of the last days, and one batch: printed, listed, posted."""

from datetime import date, datetime, timedelta
from typing import Any

from django import forms
from django.contrib import messages
from django.core.files.storage import default_storage
from django.db import transaction
from django.db.models import Count, QuerySet
from django.http import FileResponse, Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods, require_safe

from accounts.access import actor, supervisor_required
from accounts.models import Advisor
from convocations.scheduling.from_csv import written
from messaging import deeds, emails
from messaging.models import Letter, LetterBatch
from messaging.posting import fates
from messaging.states import BatchState, LetterState
from portal.core import clock, journal, keyset, parameters
from portal.core.forms import HouseForm
from portal.core.french import NBSP, first_up, full_date, full_datetime, plural, short_date
from portal.core.transitions import Refusal

PAGE = 50
BATCHES = 30
TONES = {
    LetterState.WAITING: "neutral",
    LetterState.BATCHED: "info",
    LetterState.POSTED: "success",
    LetterState.DELIVERED: "success",
    LetterState.RETURNED: "warning",
    LetterState.CALLED_BACK: "neutral",
}
_BATCH_TONES = {BatchState.CLOSED: "neutral", BatchState.PRINTED: "info", BatchState.POSTED: "success"}


class PostForm(HouseForm, forms.Form):
    """On which day the batch was handed to the post."""

    marks_optional = False
    submit_label = "Noter comme posté"

    day = forms.DateField(label="Posté le", help_text="Aujourd’hui, ou un jour passé.")


@require_safe
@supervisor_required
def index(request: HttpRequest, supervisor: Advisor) -> HttpResponse:
    """List the letters that wait, a page at a time, and the last batches."""
    zone = supervisor.agency.place.zone
    waiting = Letter.objects.of_agency(supervisor.agency_id).waiting()
    page, next_url, first_url = _page(request, waiting)
    batches = LetterBatch.objects.of_agency(supervisor.agency_id).annotate(count=Count("letters"))
    hour = parameters.current().letters_hour
    context = {
        "title": "Courrier",
        "lead": f"Le lot du jour est fermé chaque matin ouvré à {hour}{NBSP}h, puis préparé pour l’impression.",
        "batches": [_batch_line(row) for row in batches.order_by("-day")[:BATCHES]],
        "letters": [line(row, zone) for row in page],
        "next_url": next_url,
        "first_url": first_url,
        "called_back": [
            line(row, zone) for row in Letter.objects.of_agency(supervisor.agency_id).called_back()
        ],
    }
    return render(request, "web/mailroom/index.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
@supervisor_required
def batch(request: HttpRequest, supervisor: Advisor, ref: str) -> HttpResponse:
    """Show a batch and its letters; or write that it was posted."""
    found, now = batch_for(supervisor, ref), clock.now()
    zone = supervisor.agency.place.zone
    today = now.astimezone(zone).date()
    form = PostForm(request.POST or None, initial={"day": today})
    if request.method == "POST" and form.is_valid():
        try:
            fates.post(found.pk, form.cleaned_data["day"], by=actor(request), now=now)
        except Refusal as refusal:
            form.refuse(refusal)
            found.refresh_from_db()
        else:
            messages.success(request, "C’est noté\u00a0: le lot est posté. Chaque dossier le dit.")
            return redirect("mailroom:batch", ref=ref)
    page, next_url, first_url = _page(request, Letter.objects.filter(batch=found))
    context = {
        "title": f"Lot du {full_date(found.day)}",
        "batch": found,
        "state": _batch_state(found),
        "facts": _facts(found, zone),
        "may": {
            "print": bool(found.pdf_key),
            "post": found.state == BatchState.PRINTED,
            "wait": found.state == BatchState.CLOSED,
        },
        "letters": [line(row, zone) for row in page],
        "form": form,
        "next_url": next_url,
        "first_url": first_url,
    }
    return render(request, "web/mailroom/batch.html", context, status=form.http_status)


@require_safe
@supervisor_required
def paper(request: HttpRequest, supervisor: Advisor, ref: str) -> HttpResponseBase:
    """Give the file to print, streamed; that somebody took it is written down."""
    found = batch_for(supervisor, ref)
    if not found.pdf_key:
        raise Http404
    if request.method == "HEAD":
        return HttpResponse(content_type="application/pdf")
    file = default_storage.open(found.pdf_key)
    _note_taken(request, found, "lettres")
    return FileResponse(
        file,
        content_type="application/pdf",
        as_attachment=True,
        filename=f"courrier-{found.day}-{found.ref}.pdf",
    )


@require_safe
@supervisor_required
def manifest(request: HttpRequest, supervisor: Advisor, ref: str) -> HttpResponse:
    """Give the list of a batch's letters, in the order of the file; no cell acts as a formula."""
    found = batch_for(supervisor, ref)
    rows: list[list[Any]] = [["Référence", "Nom", "Code postal", "Pages", "Recommandé"]]
    letters = Letter.objects.filter(batch=found).order_by("id")
    for ref_, to, pages, number in letters.values_list("ref", "recipient", "pages", "registered_number"):
        rows.append([ref_, to[0] if to else "", to[-1].partition(" ")[0] if to else "", pages or "", number])
    if request.method == "GET":
        _note_taken(request, found, "liste")
    return HttpResponse(
        written(rows),
        content_type="text/csv; charset=utf-8",
        headers={"Content-Disposition": f'attachment; filename="manifeste-{found.day}-{found.ref}.csv"'},
    )


def batch_for(supervisor: Advisor, ref: str) -> LetterBatch:
    """Give one batch of the supervisor's own agency; any other does not exist."""
    try:
        found: LetterBatch = LetterBatch.objects.of_agency(supervisor.agency_id).get(ref=ref)
    except (LetterBatch.DoesNotExist, ValueError) as error:
        raise Http404 from error
    return found


def line(row: Letter, zone: Any) -> dict[str, Any]:
    """Say one letter on a line: to whom, what, since when, where it stands."""
    kind = emails.kind(row.kind)
    return {
        "ref": str(row.ref),
        "name": row.recipient[0] if row.recipient else str(row.ref),
        "what": kind.label if kind else "lettre",
        "since": short_date(row.written_at.astimezone(zone)),
        "pages": row.pages,
        "state": first_up(row.get_state_display()),
        "tone": TONES[LetterState(row.state)],
        "note": _note(row),
        "registered": row.is_registered,
    }


def _note(row: Letter) -> str:
    if row.called_back_for:
        return first_up(row.called_back_for)
    return f"Impression écartée\u00a0: {row.set_aside}" if row.set_aside else ""


def _page(request: HttpRequest, rows: QuerySet[Letter]) -> tuple[list[Letter], str, str]:
    after = request.GET.get("apres", "")
    if after.isascii() and after.isdigit() and len(after) <= 18:
        rows = rows.filter(pk__gt=int(after))
    page, more = keyset.cut(list(rows.defer("words").order_by("id")[: PAGE + 1]), PAGE)
    return page, f"?apres={page[-1].pk}" if more else "", "?" if after else ""


def _batch_line(row: Any) -> dict[str, Any]:
    return {
        "ref": str(row.ref),
        "day": full_date(row.day).capitalize(),
        "count": plural(row.count, "lettre"),
        **_batch_state(row),
    }


def _batch_state(row: LetterBatch) -> dict[str, str]:
    return {
        "label": first_up(row.get_state_display()),
        "tone": _BATCH_TONES.get(BatchState(row.state), "neutral"),
    }


def _facts(row: LetterBatch, zone: Any) -> list[dict[str, str]]:
    def said(at: datetime | None) -> str:
        return full_datetime(at, zone) if at else ""

    kept: date | None = None
    if row.posted_at and row.pdf_key:
        kept = (
            (row.posted_at + timedelta(days=parameters.current().retention_print_days))
            .astimezone(zone)
            .date()
        )
    return [
        {"label": "Référence", "value": str(row.ref)},
        {"label": "Lettres", "value": plural(row.letters.count(), "lettre")},
        {"label": "Fermé le", "value": said(row.closed_at)},
        {"label": "Fichier prêt le", "value": said(row.printed_at)},
        {"label": "Posté le", "value": full_date(row.posted_at.astimezone(zone)) if row.posted_at else ""},
        {"label": "Fichier gardé jusqu’au", "value": full_date(kept) if kept else ""},
    ]


@transaction.atomic
def _note_taken(request: HttpRequest, row: LetterBatch, what: str) -> None:
    data = {"ref": str(row.ref), "what": what}
    journal.record(deeds.BATCH_TAKEN, by=actor(request), now=clock.now(), subject_id=row.pk, data=data)
