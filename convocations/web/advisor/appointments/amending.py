"""What can be changed of an appointment, each on its own small page: cancel, move, add a proof, correct."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods

from accounts.access import actor, advisor_required
from accounts.models import Advisor
from accounts.sign_in.kept_forms import restored
from convocations import attendance
from convocations.evidence import calls, ledger
from convocations.models import Bindingness, Convocation, Kind, Modality
from convocations.scheduling import changing
from convocations.scheduling.drafts import Draft
from convocations.web.advisor import shown
from convocations.web.advisor.appointments.forms import LetterForm, MoveForm, PhoneForm, ReasonForm
from convocations.web.advisor.loading import convocation_for
from convocations.web.advisor.when import initial_of
from portal.core import clock
from portal.core.forms import HouseForm
from portal.core.journal import Actor
from portal.core.transitions import Refusal
from portal.core.working_time import day_bounds, last_day


@dataclass(frozen=True)
class _Change:
    """One change of an appointment: its words, its form, the process it calls."""

    title: str
    lead: str
    form: Callable[..., HouseForm]
    act: Callable[[Convocation, dict[str, Any], Actor, datetime], Convocation]
    done: str
    options: Callable[[Convocation, datetime], dict[str, Any]]


def _change(request: HttpRequest, advisor: Advisor, ref: str, change: _Change) -> HttpResponse:
    now = clock.now()
    row = convocation_for(advisor, ref, now)
    page = f"/conseiller/convocations/{row.ref}/"
    options = change.options(row, now)
    if request.method == "POST":
        options.pop("initial", None)
        form = change.form(request.POST, **options)
        if form.is_valid():
            try:
                result = change.act(row, form.cleaned_data, actor(request), now)
            except Refusal as refusal:
                form.refuse(refusal)
            else:
                messages.success(request, change.done)
                return redirect(f"/conseiller/convocations/{result.ref}/")
    else:
        initial = {**options.pop("initial", {}), **restored(request)}
        form = change.form(initial=initial, **options)
    form.cancel_url = page
    context = {
        "about": row.claimant,
        "title": change.title,
        "lead": change.lead,
        "form": form,
        "facts": shown.appointment_facts(row),
    }
    return render(request, "convocations/advisor/change.html", context, status=form.http_status)


@require_http_methods(["GET", "HEAD", "POST"])
@advisor_required
def cancel(request: HttpRequest, advisor: Advisor, ref: str) -> HttpResponse:
    """Cancel a coming appointment, with the reason the person will read."""
    return _change(
        request,
        advisor,
        ref,
        _Change(
            "Annuler le rendez-vous",
            "La personne est prévenue tout de suite. Elle n’a rien à faire, et rien ne compte.",
            ReasonForm,
            lambda row, data, by, now: changing.cancel(row.pk, reason=data["reason"], by=by, now=now),
            "Le rendez-vous est annulé. La personne est prévenue.",
            lambda row, now: {"submit_label": "Annuler ce rendez-vous"},
        ),
    )


@require_http_methods(["GET", "HEAD", "POST"])
@advisor_required
def move(request: HttpRequest, advisor: Advisor, ref: str) -> HttpResponse:
    """Move a coming appointment: a new one takes its place, with its own proof and reminders."""
    return _change(
        request,
        advisor,
        ref,
        _Change(
            "Déplacer le rendez-vous",
            "La personne est prévenue, son agenda suit. Les preuves du nouveau rendez-vous repartent de zéro.",
            MoveForm,
            _move,
            "Le rendez-vous est déplacé. Voici le nouveau.",
            lambda row, now: {
                "zone": row.agency.place.zone,
                "initial": {
                    **initial_of(row.starts_at, row.agency.place.zone),
                    "minutes": min(480, row.minutes),
                },
                "keeps_days": row.modality == Modality.ASYNC_MESSAGE,
            },
        ),
    )


def _moved_end(row: Convocation, data: dict[str, Any]) -> datetime:
    """A written exchange that moves keeps its number of days, and still ends at a midnight."""
    if row.modality != Modality.ASYNC_MESSAGE:
        end: datetime = data["ends_at"]
        return end
    zone = row.agency.place.zone
    days = last_day(row.ends_at, row.agency.place) - row.starts_at.astimezone(zone).date()
    return day_bounds(data["day"] + days, zone)[1]


def _move(row: Convocation, data: dict[str, Any], by: Actor, now: datetime) -> Convocation:
    draft = Draft(
        claimant_id=row.claimant_id,
        advisor_id=row.advisor_id,
        bindingness=Bindingness(row.bindingness),
        kind=Kind(row.kind),
        modality=Modality(row.modality),
        starts_at=data["starts_at"],
        ends_at=_moved_end(row, data),
        purpose=row.purpose,
        place=row.place,
        to_bring=row.to_bring,
        short_notice_agreed=data["short_notice_agreed"],
    )
    return changing.move(row.pk, draft, reason=data["reason"], form_key=data["form_key"], by=by, now=now)


@require_http_methods(["GET", "HEAD", "POST"])
@advisor_required
def letter(request: HttpRequest, advisor: Advisor, ref: str) -> HttpResponse:
    """Note that a letter was posted or delivered."""
    return _change(
        request,
        advisor,
        ref,
        _Change(
            "Noter une lettre",
            "Une preuve écrite ici ne peut plus être changée. Relisez la date avant d’envoyer.",
            LetterForm,
            lambda row, data, by, now: ledger.note_letter(
                row.pk, data["fact"], at=data["instant"], detail=data["detail"], by=by, now=now
            ),
            "La lettre est notée dans les preuves.",
            lambda row, now: {"zone": row.agency.place.zone, "now": now},
        ),
    )


@require_http_methods(["GET", "HEAD", "POST"])
@advisor_required
def phone(request: HttpRequest, advisor: Advisor, ref: str) -> HttpResponse:
    """Note that the person confirmed by phone that they know."""
    return _change(
        request,
        advisor,
        ref,
        _Change(
            "Noter une confirmation par téléphone",
            "La personne vous a dit qu’elle connaît ce rendez-vous\u00a0: cela le prouve.",
            PhoneForm,
            lambda row, data, by, now: calls.confirm(row.pk, note=data["note"], by=by, now=now),
            "La confirmation est notée dans les preuves.",
            lambda row, now: {},
        ),
    )


@require_http_methods(["GET", "HEAD", "POST"])
@advisor_required
def reopen(request: HttpRequest, advisor: Advisor, ref: str) -> HttpResponse:
    """Correct a record made in error, with the reason: it is to record again."""
    return _change(
        request,
        advisor,
        ref,
        _Change(
            "Corriger l’enregistrement",
            "Le rendez-vous revient dans votre liste, à enregistrer de nouveau.",
            ReasonForm,
            lambda row, data, by, now: attendance.reopen(row.pk, reason=data["reason"], by=by, now=now),
            "L’enregistrement est annulé. Enregistrez maintenant ce qui s’est passé.",
            lambda row, now: {"submit_label": "Annuler cet enregistrement"},
        ),
    )
