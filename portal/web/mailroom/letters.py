"""One letter: what it says, where it stands, and what may be noted of it."""

from collections.abc import Callable
from datetime import datetime
from typing import Any

from django import forms
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_safe

from accounts.access import actor, supervisor_required
from accounts.models import Advisor
from messaging.models import Letter
from messaging.models.letter import NUMBER_MAX, REASON_MAX
from messaging.posting import fates, printing, wording
from messaging.states import BatchState, LetterState
from portal.core import clock
from portal.core.forms import HouseForm
from portal.core.french import full_date, full_datetime, typographic
from portal.core.transitions import Refusal
from portal.web.mailroom.batches import TONES, line

# One process of `fates`: a letter's id, what its form asks for under the same names, by, now.
Deed = Callable[..., Letter]


class AsideForm(HouseForm, forms.Form):
    """Why a print can't be posted."""

    submit_label = "Écarter cette impression"
    cancel_label = "Revenir sans rien changer"
    marks_optional = False

    reason = forms.CharField(
        label="Pourquoi\u202f?", max_length=REASON_MAX, help_text="Exemple\u00a0: page froissée."
    )


class NumberForm(HouseForm, forms.Form):
    """Under which number the post carries it."""

    submit_label = "Noter le recommandé"
    cancel_label = "Revenir sans rien changer"

    number = forms.CharField(
        label="Numéro de recommandé",
        max_length=NUMBER_MAX,
        help_text="Celui du bordereau. Exemple\u00a0: 1A 234 567 8901 2.",
    )


class DayForm(HouseForm, forms.Form):
    """On which day the person signed for it."""

    submit_label = "Noter la remise"
    cancel_label = "Revenir sans rien changer"

    day = forms.DateField(label="Remise le", help_text="La date de l’avis de réception.")


class ReturnForm(HouseForm, forms.Form):
    """When and why it came back."""

    submit_label = "Noter le retour"
    cancel_label = "Revenir sans rien changer"

    day = forms.DateField(label="Revenue le")
    reason = forms.CharField(
        label="Motif du retour",
        max_length=REASON_MAX,
        help_text="Comme sur l’enveloppe. Exemple\u00a0: destinataire inconnu à l’adresse.",
    )


@require_safe
@supervisor_required
def letter(request: HttpRequest, supervisor: Advisor, ref: str) -> HttpResponse:
    """Show one letter, what was noted of it, and what may be."""
    found = letter_for(supervisor, ref)
    context = {
        "title": f"Lettre {found.ref}",
        "letter": found,
        "said": line(found, supervisor.agency.place.zone),
        "tone": TONES[LetterState(found.state)],
        "facts": _facts(found, supervisor),
        "lines": wording.as_text(found.words).splitlines(),
        "acts": _acts(found),
    }
    return render(request, "web/mailroom/letter.html", context)


@require_safe
@supervisor_required
def paper(request: HttpRequest, supervisor: Advisor, ref: str) -> HttpResponse:
    """Give one letter alone, as an accessible PDF."""
    found = letter_for(supervisor, ref)
    return HttpResponse(
        printing.of_letter(found),
        content_type="application/pdf",
        headers={"Content-Disposition": f'attachment; filename="lettre-{found.ref}.pdf"'},
    )


@require_http_methods(["GET", "HEAD", "POST"])
@supervisor_required
def set_aside(request: HttpRequest, supervisor: Advisor, ref: str) -> HttpResponse:
    """Take a spoilt print out of its batch."""
    lead = "Elle attend le prochain lot, et son texte ne change pas."
    return _act(request, supervisor, ref, AsideForm, fates.set_aside, "Écarter une impression", lead)


@require_http_methods(["GET", "HEAD", "POST"])
@supervisor_required
def register(request: HttpRequest, supervisor: Advisor, ref: str) -> HttpResponse:
    """Note that a letter goes as a registered one."""
    lead = "La remise d’une lettre recommandée prouve que la personne sait."
    return _act(request, supervisor, ref, NumberForm, fates.register, "Envoyer en recommandé", lead)


@require_http_methods(["GET", "HEAD", "POST"])
@supervisor_required
def deliver(request: HttpRequest, supervisor: Advisor, ref: str) -> HttpResponse:
    """Note the day on which a registered letter was handed over."""
    lead = "Comme l’avis de réception le dit."
    return _act(request, supervisor, ref, DayForm, fates.deliver, "Noter la remise", lead)


@require_http_methods(["GET", "HEAD", "POST"])
@supervisor_required
def come_back(request: HttpRequest, supervisor: Advisor, ref: str) -> HttpResponse:
    """Note that a letter came back."""
    lead = "Rien n’est prouvé alors, et rien n’est reproché à la personne. Son conseiller doit l’appeler."
    return _act(request, supervisor, ref, ReturnForm, fates.come_back, "Noter un retour", lead)


def _act(
    request: HttpRequest,
    supervisor: Advisor,
    ref: str,
    form_class: type[Any],
    deed: Deed,
    title: str,
    lead: str,
) -> HttpResponse:
    """Ask for what one deed needs, do it, or say why not."""
    found = letter_for(supervisor, ref)
    form = form_class(request.POST or None)
    form.cancel_url = reverse("mailroom:letter", args=[ref])
    if request.method == "POST" and form.is_valid():
        try:
            deed(found.pk, **form.cleaned_data, by=actor(request), now=clock.now())
        except Refusal as refusal:
            form.refuse(refusal)
        else:
            messages.success(request, "C’est noté.")
            return redirect("mailroom:letter", ref=ref)
    context = {
        "title": title,
        "lead": lead,
        "letter": found,
        "about": found.ref,
        "form": form,
        "facts": _facts(found, supervisor),
    }
    return render(request, "web/mailroom/act.html", context, status=form.http_status)


def letter_for(supervisor: Advisor, ref: str) -> Letter:
    """Give one letter of the supervisor's own agency; any other does not exist."""
    rows = Letter.objects.of_agency(supervisor.agency_id).select_related("batch", "claimant")
    try:
        found: Letter = rows.get(ref=ref)
    except (Letter.DoesNotExist, ValueError) as error:
        raise Http404 from error
    return found


def _acts(row: Letter) -> list[dict[str, str]]:
    """List what may be noted of it now."""
    in_print = row.state == LetterState.BATCHED and row.batch and row.batch.state == BatchState.PRINTED
    offered = [
        (
            "set_aside",
            "Écarter cette impression",
            "Elle part alors au prochain lot.",
            in_print,
        ),
        (
            "register",
            "Envoyer en recommandé",
            "Notez le numéro du bordereau.",
            row.state in (LetterState.WAITING, LetterState.BATCHED, LetterState.POSTED),
        ),
        (
            "deliver",
            "Noter la remise",
            "La date de l’avis de réception.",
            row.state == LetterState.POSTED and row.is_registered,
        ),
        (
            "come_back",
            "Noter un retour",
            "La lettre est revenue à l’agence.",
            row.state == LetterState.POSTED,
        ),
    ]
    return [
        {"url": reverse(f"mailroom:{name}", args=[row.ref]), "label": label, "note": note}
        for name, label, note, may in offered
        if may
    ]


def _facts(row: Letter, supervisor: Advisor) -> list[dict[str, str]]:
    zone = supervisor.agency.place.zone

    def day(at: datetime | None) -> str:
        return full_date(at.astimezone(zone)) if at else ""

    back = f"{day(row.returned_at)}\u00a0: {row.return_reason}" if row.returned_at else ""
    called_back = (
        f"{day(row.called_back_at)}\u00a0: {typographic(row.called_back_for)}" if row.called_back_at else ""
    )
    return [
        {"label": "Adresse", "value": "\n".join(row.recipient)},
        {"label": "Nature", "value": line(row, zone)["what"]},
        {"label": "Écrite le", "value": full_datetime(row.written_at, zone)},
        {"label": "Pages", "value": str(row.pages or "")},
        {"label": "Recommandé", "value": row.registered_number},
        {"label": "Impression écartée", "value": row.set_aside},
        {"label": "Retirée avant l’impression", "value": called_back},
        {"label": "Postée le", "value": day(row.posted_at)},
        {"label": "Remise le", "value": day(row.delivered_at)},
        {"label": "Revenue le", "value": back},
    ]
