"""Ask for another date: the free hours, one held, the reason where one is needed."""

from datetime import datetime
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.views.decorators.http import require_http_methods

from accounts.access import claimant_required
from accounts.models import Claimant
from convocations.hours import holding
from convocations.hours.free import FreeSlot
from convocations.models import ChangeRequest, Convocation
from convocations.motives import TO_RESCHEDULE
from convocations.requests.asking import Wish
from convocations.requests.grounds import counting, signing
from convocations.scheduling import displacing
from convocations.told import requests as told
from convocations.web.claimant import taking
from convocations.web.claimant.abilities import of_appointment
from convocations.web.claimant.asking import offers, sharing
from convocations.web.claimant.asking.forms import PostponeForm
from convocations.web.claimant.loading import own_appointment
from portal.core import clock
from portal.core.french import first_up, full_datetime
from portal.core.transitions import Refusal

Kind = ChangeRequest.Kind


@require_http_methods(["GET", "HEAD", "POST"])
@claimant_required
def postpone(request: HttpRequest, claimant: Claimant, ref: str) -> HttpResponse:
    """Show the free hours; hold the one that is picked; move the appointment, or send the request."""
    now = clock.now()
    convocation = own_appointment(claimant, ref)
    if not of_appointment(convocation, now).postpone:
        return sharing.not_now(request, convocation)
    if "form_key" in request.POST:
        return _send(request, claimant, convocation, now)
    if request.method == "POST":
        return _pick(request, claimant, convocation, now)
    picked = offers.read(request.GET.get("creneau", ""), convocation)
    if picked or request.GET.get("creneau") == "aucun":
        return _reason_page(request, claimant, convocation, picked, now)
    return _slots_page(request, claimant, convocation, now)


def _slots_page(
    request: HttpRequest, claimant: Claimant, convocation: Convocation, now: datetime, wrong: str = ""
) -> HttpResponse:
    first = offers.read_hour(request.GET.get("apres", ""))
    tz = convocation.agency.place.zone
    days = offers.by_day(offers.of(convocation, claimant, now=now, first=first), tz)
    days, more = days[: offers.DAYS_SHOWN], days[offers.DAYS_SHOWN :]
    here = reverse("espace:postpone", args=[convocation.ref])
    return sharing.page(
        request,
        "convocations/claimant/postpone.html",
        convocation,
        now,
        {
            "title": "Choisir une autre date",
            "days": days,
            "tolerance": _counting(claimant, convocation, now),
            "wrong": wrong,
            "later_url": f"{here}?apres={more[0]['hours'][0]['value']}" if more else "",
            "first_url": here if first else "",
        },
        status=409 if wrong else 200,
    )


def _pick(request: HttpRequest, claimant: Claimant, convocation: Convocation, now: datetime) -> HttpResponse:
    """Hold the hour the person picked while they read and write."""
    here = reverse("espace:postpone", args=[convocation.ref])
    key = request.POST.get("creneau", "")
    if key == "aucun":
        return redirect(f"{here}?creneau=aucun")
    slot = offers.read(key, convocation)
    if slot is None:
        return _slots_page(request, claimant, convocation, now, "Choisissez une heure dans la liste.")
    try:
        holding.hold(offers.search(convocation, claimant, now=now), slot.starts_at)
    except Refusal as refusal:
        return _slots_page(request, claimant, convocation, now, refusal.sentence)
    return redirect(f"{here}?creneau={key}")


def _reason_page(
    request: HttpRequest, claimant: Claimant, convocation: Convocation, slot: FreeSlot | None, now: datetime
) -> HttpResponse:
    options = _options(claimant, convocation, [slot] if slot else [], now)
    form = PostponeForm(
        initial={"slot": offers.key_of(slot) if slot else ""},
        owned=taking.usable(convocation),
        tz=taking.zone(convocation),
        **options,
    )
    return _confirm_page(request, claimant, convocation, form, slot, now)


def _options(
    claimant: Claimant, convocation: Convocation, slots: list[FreeSlot], now: datetime
) -> dict[str, Any]:
    tz = convocation.agency.place.zone
    tolerance = counting.tolerance_of(claimant.pk, tz=tz, now=now)
    return {
        "slots": offers.choices(slots, tz),
        "statement": signing.statement_of(str(claimant.user)),
        "reason_needed": not tolerance.left
        and convocation.agency_id == claimant.agency_id
        and displacing.of_appointment(convocation.pk) is None,
    }


def _send(request: HttpRequest, claimant: Claimant, convocation: Convocation, now: datetime) -> HttpResponse:
    slot = offers.read(request.POST.get("slot", ""), convocation)
    options = _options(claimant, convocation, [slot] if slot else [], now)

    def wish(data: dict[str, Any], documents: list[int]) -> Wish:
        return Wish(
            kind=Kind.RESCHEDULE,
            motive=data["motive"],
            text=data["text"],
            starts_at=slot.starts_at if slot else None,
            ends_at=slot.ends_at if slot else None,
            document_ids=documents,
            signed_name=data["signed_name"],
        )

    def again(form: Any) -> HttpResponse:
        return _confirm_page(request, claimant, convocation, form, slot, now)

    sent = sharing.send(request, convocation, PostponeForm, options, wish, again, now)
    if isinstance(sent, holding.SlotGone) and slot:
        # The form is kept; in the place of the hour that has gone stand the nearest ones.
        options["slots"] = offers.choices(sent.nearest, taking.zone(convocation))
        data = request.POST.copy()
        data["slot"] = offers.key_of(sent.nearest[0]) if sent.nearest else ""
        form = PostponeForm(data, owned=taking.usable(convocation), tz=taking.zone(convocation), **options)
        form.full_clean()
        form.refuse(sent)
        return _confirm_page(request, claimant, convocation, form, None, now)
    assert isinstance(sent, HttpResponse)
    return sent


def _confirm_page(
    request: HttpRequest,
    claimant: Claimant,
    convocation: Convocation,
    form: PostponeForm,
    slot: FreeSlot | None,
    now: datetime,
) -> HttpResponse:
    tz = convocation.agency.place.zone
    form.cancel_url = reverse("espace:postpone", args=[convocation.ref])
    form.cancel_label = "Choisir une autre heure"
    return sharing.page(
        request,
        "convocations/claimant/postpone_confirm.html",
        convocation,
        now,
        {
            "title": "Déplacer votre rendez-vous" if slot else "Demander une autre date",
            "form": form,
            "new_date": first_up(full_datetime(slot.starts_at, tz)) if slot else "",
            "tolerance": _counting(claimant, convocation, now),
            "at_once": form.reason_optional,
            "kept": told.kept_sentence(convocation.modality) if slot else "",
            "statement": form.statement,
            "motives": sharing.rules(TO_RESCHEDULE),
            "papers_now": form.reason_needed,
        },
        status=form.http_status,
    )


def _counting(claimant: Claimant, convocation: Convocation, now: datetime) -> dict[str, Any]:
    """Say what another date would count for."""
    tz = convocation.agency.place.zone
    exempt = told.not_counted(
        displaced=bool(displacing.kept_from(convocation, now)),
        moved=convocation.agency_id != claimant.agency_id,
    )
    return told.counting(counting.tolerance_of(claimant.pk, tz=tz, now=now), tz, exempt=exempt)
