"""What asking for another date, another manner or help shares: the sending, the page, the way back."""

from collections.abc import Callable
from datetime import datetime
from typing import Any

from django.contrib import messages
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse

from accounts.access import actor
from convocations.hours import holding
from convocations.models import ChangeRequest, Convocation
from convocations.motives import RULES, Motive
from convocations.requests import asking
from convocations.requests.asking import Wish
from convocations.told import requests as told
from convocations.told import words
from convocations.web.claimant import taking
from portal.core import parameters
from portal.core.french import first_up, full_datetime, plural
from portal.core.transitions import Refusal


def send(
    request: HttpRequest,
    convocation: Convocation,
    kind: type[Any],
    options: dict[str, Any],
    wish: Callable[[dict[str, Any], list[int]], Wish],
    again: Callable[[Any], HttpResponse],
    now: datetime,
) -> HttpResponse | Refusal:
    """Take a form with files and send the request: where it leads, or the refusal of an hour that has gone."""
    motive = request.POST.get("motive", "")
    is_health = motive in RULES and RULES[Motive(motive)].is_health
    gone: Refusal | None = None
    with transaction.atomic():
        key = taking.form_key(request)
        taking.one_at_a_time(key)
        earlier = ChangeRequest.objects.filter(form_key=key, convocation=convocation).first()
        if earlier is not None:
            return redirect("espace:request", ref=earlier.ref)
        form = taking.take(kind, request, convocation, is_health=is_health, now=now, **options)
        if form.is_valid():
            try:
                with transaction.atomic():
                    made = asking.ask(
                        convocation.pk,
                        wish(form.cleaned_data, taking.chosen_ids(form, convocation)),
                        form_key=key,
                        by=actor(request),
                        now=now,
                    )
            except holding.SlotGone as refusal:
                gone = refusal
            except Refusal as refusal:
                form.refuse(refusal)
            else:
                return redirect("espace:request", ref=made.ref)
    return gone if gone is not None else again(form)


def rules(motives: tuple[Motive, ...], *, need_is_known: bool = False) -> list[dict[str, Any]]:
    """Say what backs each reason; a need that is noted already is backed by nothing more."""
    return [
        {
            "value": motive.value,
            "label": motive.label,
            "documents": RULES[motive].documents,
            "sworn": RULES[motive].sworn_is_enough,
            "hint": RULES[motive].hint,
            "known": need_is_known and motive == Motive.DISABILITY,
        }
        for motive in motives
    ]


def not_now(request: HttpRequest, convocation: Convocation) -> HttpResponse:
    """Lead back to the appointment, which says what is possible."""
    messages.warning(request, "Ce n’est plus possible pour ce rendez-vous. Voici où il en est.")
    return redirect("espace:appointment", ref=convocation.ref)


def page(
    request: HttpRequest,
    template: str,
    convocation: Convocation,
    now: datetime,
    context: dict[str, Any],
    status: int = 200,
) -> HttpResponse:
    """Show a page of the asking: which appointment it is about, by when the answer comes, the way back."""
    tz = convocation.agency.place.zone
    back = reverse("espace:appointment", args=[convocation.ref])
    shared = {
        "convocation": convocation,
        "planned": full_datetime(convocation.starts_at, tz),
        "old_date": first_up(full_datetime(convocation.starts_at, tz)),
        "appointment": f"{words.KINDS[convocation.kind]} {words.MODALITIES[convocation.modality].lower()}",
        "late": told.lead_warning(convocation, now),
        "answer_within": told.answer_within(),
        "hold_minutes": plural(parameters.current().slot_hold_minutes, "minute"),
        "breadcrumb": [
            {"label": "Mon espace", "url": reverse("espace:home")},
            {"label": "Mes rendez-vous", "url": reverse("espace:appointments")},
            {"label": str(convocation.ref), "url": back},
        ],
    }
    return render(request, template, {**shared, **context}, status=status)
