"""The texts kept ready: the list with what stands between braces, a new one, one to change."""

from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts.access import actor, advisor_required
from accounts.models import Advisor
from accounts.sign_in.kept_forms import restored
from messaging.models import ReadyText
from messaging.ready import blanks, keeping
from messaging.web import shown
from messaging.web.advisor.forms import ReadyTextForm
from portal.core import clock
from portal.core.transitions import Refusal


@require_safe
@advisor_required
def index(request: HttpRequest, advisor: Advisor) -> HttpResponse:
    """List an advisor's own texts and those of the agency."""
    rows = list(ReadyText.objects.usable_by(advisor))
    context = {
        "groups": [
            {
                "id": "les-miennes",
                "label": "Les miennes",
                "rows": [_row(one, may_change=True) for one in rows if not one.is_shared],
                "nothing": "Vous n’en avez pas encore.",
            },
            {
                "id": "de-l-agence",
                "label": "De l’agence",
                "rows": [_row(one, may_change=advisor.is_supervisor) for one in rows if one.is_shared],
                "nothing": "Votre responsable n’en a pas encore écrit.",
            },
        ],
        "blanks": blanks.every(),
    }
    return render(request, "messaging/advisor/texts.html", context)


def _row(row: ReadyText, *, may_change: bool) -> dict[str, Any]:
    return {
        "title": row.title,
        "body": shown.told(row.body),
        "url": reverse("threads:text", args=[row.ref]) if may_change else "",
    }


@require_http_methods(["GET", "HEAD", "POST"])
@advisor_required
def new(request: HttpRequest, advisor: Advisor) -> HttpResponse:
    """Take a new text: an advisor's own; a supervisor may write it for the whole agency."""
    form = ReadyTextForm(
        request.POST if request.method == "POST" else None,
        initial=restored(request),
        may_share=advisor.is_supervisor,
    )
    if request.method == "POST" and form.is_valid():
        data = form.cleaned_data
        try:
            keeping.add(
                advisor.pk,
                title=data["title"],
                body=data["body"],
                shared=data.get("shared", False),
                by=actor(request),
                now=clock.now(),
            )
        except Refusal as refusal:
            form.refuse(refusal)
        else:
            return _done(request, "La réponse type est gardée.")
    return _page(request, form, "Nouvelle réponse type", None)


@require_http_methods(["GET", "HEAD", "POST"])
@advisor_required
def one(request: HttpRequest, advisor: Advisor, ref: str) -> HttpResponse:
    """Change a text; messages already sent keep what they said."""
    row = _text_for(advisor, ref)
    form = ReadyTextForm(
        request.POST if request.method == "POST" else None,
        initial={"title": row.title, "body": row.body, **restored(request)},
        may_share=False,
    )
    if request.method == "POST" and form.is_valid():
        data = form.cleaned_data
        try:
            keeping.change(row.pk, title=data["title"], body=data["body"], by=actor(request), now=clock.now())
        except Refusal as refusal:
            form.refuse(refusal)
        else:
            return _done(request, "La réponse type est modifiée.")
    return _page(request, form, f"Modifier «\u00a0{row.title}\u00a0»", row)


@require_POST
@advisor_required
def remove(request: HttpRequest, advisor: Advisor, ref: str) -> HttpResponse:
    """Take a text off the list."""
    keeping.remove(_text_for(advisor, ref).pk, by=actor(request), now=clock.now())
    return _done(request, "La réponse type est retirée. Les messages envoyés ne changent pas.")


def _text_for(advisor: Advisor, ref: str) -> ReadyText:
    """Load a text this advisor may change; those of the agency are the supervisor's, another's are not there."""
    try:
        row = ReadyText.objects.changeable_by(advisor).filter(ref=ref).first()
    except ValueError:  # the reference of another kind of thing
        row = None
    if row is None:
        raise Http404
    return row


def _done(request: HttpRequest, sentence: str) -> HttpResponse:
    messages.success(request, sentence)
    return redirect("threads:texts")


def _page(request: HttpRequest, form: ReadyTextForm, title: str, row: ReadyText | None) -> HttpResponse:
    form.cancel_url = reverse("threads:texts")
    context = {"form": form, "title": title, "row": row, "blanks": blanks.every()}
    return render(request, "messaging/advisor/text.html", context, status=form.http_status)
