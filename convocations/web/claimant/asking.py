"""From an appointment: ask for another date, another manner, or say that the technique failed."""

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

from django.contrib import messages
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_http_methods

from accounts.access import actor, claimant_required
from accounts.models import Claimant
from convocations.hours import holding
from convocations.hours.free import FreeSlot
from convocations.models import ChangeRequest, Convocation, Modality
from convocations.motives import RULES, TO_CHANGE_MODALITY, TO_RESCHEDULE, Motive
from convocations.requests import asking
from convocations.requests.asking import Wish
from convocations.requests.grounds import counting, signing
from convocations.scheduling import displacing
from convocations.told import requests as told
from convocations.told import words
from convocations.web.claimant import offers, taking
from convocations.web.claimant.abilities import of_appointment
from convocations.web.claimant.asking_forms import (
    IncidentForm,
    MannerForm,
    PostponeForm,
    WhichMannerForm,
)
from convocations.web.claimant.loading import own_appointment
from portal.core import clock, parameters
from portal.core.french import first_up, full_datetime, plural
from portal.core.transitions import Refusal

Kind = ChangeRequest.Kind


# --- another date -----------------------------------------------------------------


@require_http_methods(["GET", "HEAD", "POST"])
@claimant_required
def postpone(request: HttpRequest, claimant: Claimant, ref: str) -> HttpResponse:
    """Show the free hours; hold the one that is picked; move the appointment, or send the request."""
    now = clock.now()
    convocation = own_appointment(claimant, ref)
    if not of_appointment(convocation, now).postpone:
        return _not_now(request, convocation)
    if "form_key" in request.POST:
        return _postpone(request, claimant, convocation, now)
    if request.method == "POST":
        return _pick(request, claimant, convocation, now)
    picked = offers.read(request.GET.get("creneau", ""), convocation)
    if picked or request.GET.get("creneau") == "aucun":
        return _reason_page(request, claimant, convocation, picked, now)
    return _slots_page(request, claimant, convocation, now)


def _slots_page(
    request: HttpRequest, claimant: Claimant, convocation: Convocation, now: datetime, wrong: str = ""
) -> HttpResponse:
    first = _later(request.GET.get("apres", ""))
    tz = convocation.agency.place.zone
    days = offers.by_day(offers.of(convocation, claimant, now=now, first=first), tz)
    days, more = days[: offers.DAYS_SHOWN], days[offers.DAYS_SHOWN :]
    here = reverse("espace:postpone", args=[convocation.ref])
    return _page(
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


def _later(text: str) -> datetime | None:
    if not (text.isascii() and text.isdigit() and len(text) < 12):
        return None
    return datetime.fromtimestamp(int(text), UTC)


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
    options = _postpone_options(claimant, convocation, [slot] if slot else [], now)
    form = PostponeForm(
        initial={"slot": offers.key_of(slot) if slot else ""},
        owned=taking.usable(convocation),
        tz=taking.zone(convocation),
        **options,
    )
    return _confirm_page(request, claimant, convocation, form, slot, now)


def _postpone_options(
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


def _postpone(
    request: HttpRequest, claimant: Claimant, convocation: Convocation, now: datetime
) -> HttpResponse:
    slot = offers.read(request.POST.get("slot", ""), convocation)
    options = _postpone_options(claimant, convocation, [slot] if slot else [], now)

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

    sent = _send(request, claimant, convocation, PostponeForm, options, wish, again, now)
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
    return _page(
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
            "motives": _rules(TO_RESCHEDULE),
            "papers_now": form.reason_needed,
        },
        status=form.http_status,
    )


# --- another manner ---------------------------------------------------------------


@require_http_methods(["GET", "HEAD", "POST"])
@claimant_required
def change_manner(request: HttpRequest, claimant: Claimant, ref: str) -> HttpResponse:
    """Ask which manner the person would like, then why, and for a place at a kiosk which hour."""
    now = clock.now()
    convocation = own_appointment(claimant, ref)
    if not of_appointment(convocation, now).change_manner:
        return _not_now(request, convocation)
    which = WhichMannerForm(request.GET if "moyen" in request.GET else None, current=convocation.modality)
    if "moyen" not in request.GET or not which.is_valid():
        which.cancel_url = reverse("espace:appointment", args=[convocation.ref])
        context = {"title": "Choisir un autre moyen", "form": which}
        return _page(
            request,
            "convocations/claimant/manner.html",
            convocation,
            now,
            context,
            status=422 if which.is_bound else 200,
        )
    modality = which.cleaned_data["moyen"]
    options = _manner_options(claimant, convocation, modality, now)
    if request.method != "POST":
        form = MannerForm(
            initial={"needs": claimant.accommodations},
            owned=taking.usable(convocation),
            tz=taking.zone(convocation),
            **options,
        )
        return _manner_page(request, claimant, convocation, modality, form, now)

    def wish(data: dict[str, Any], documents: list[int]) -> Wish:
        slot = offers.read(data.get("slot", ""), convocation)
        return Wish(
            kind=Kind.MODALITY,
            motive=data["motive"],
            text=data["text"],
            modality=modality,
            starts_at=slot.starts_at if slot else None,
            ends_at=slot.ends_at if slot else None,
            needs=data["needs"],
            document_ids=documents,
            signed_name=data["signed_name"],
        )

    def again(form: Any) -> HttpResponse:
        return _manner_page(request, claimant, convocation, modality, form, now)

    sent = _send(request, claimant, convocation, MannerForm, options, wish, again, now)
    if isinstance(sent, Refusal):
        form = MannerForm(
            request.POST,
            owned=taking.usable(convocation),
            tz=taking.zone(convocation),
            **_manner_options(claimant, convocation, modality, now),
        )
        form.full_clean()
        form.refuse(sent)
        return again(form)
    return sent


def _manner_options(
    claimant: Claimant, convocation: Convocation, modality: str, now: datetime
) -> dict[str, Any]:
    at_a_kiosk = modality == Modality.KIOSK_VIDEO
    found = offers.of(convocation, claimant, now=now, modality=modality)[:12] if at_a_kiosk else []
    return {
        "slots": offers.choices(found, taking.zone(convocation)),
        "needs_slot": at_a_kiosk,
        "statement": signing.statement_of(str(claimant.user)),
        # A place at the agency for a video is taken at once; everything else is asked for.
        "reason_needed": not (at_a_kiosk and convocation.modality == Modality.VIDEO),
    }


def _manner_page(
    request: HttpRequest,
    claimant: Claimant,
    convocation: Convocation,
    modality: str,
    form: MannerForm,
    now: datetime,
) -> HttpResponse:
    form.cancel_url = reverse("espace:change_manner", args=[convocation.ref])
    form.cancel_label = "Choisir un autre moyen"
    needs = claimant.accommodation_labels
    return _page(
        request,
        "convocations/claimant/manner_confirm.html",
        convocation,
        now,
        {
            "title": f"Demander ce rendez-vous {Modality(modality).label}",
            "form": form,
            "at_once": not form.reason_needed,
            "kept": told.kept_sentence(modality) if modality == Modality.KIOSK_VIDEO else "",
            "known_needs": ", ".join(needs),
            "no_kiosk": modality == Modality.KIOSK_VIDEO and not form.fields["slot"].choices,  # type: ignore[attr-defined]
            "statement": form.statement,
            "motives": _rules(TO_CHANGE_MODALITY, need_is_known=bool(needs)),
            "papers_now": form.reason_needed,
        },
        status=form.http_status,
    )


# --- a technical problem ----------------------------------------------------------


@require_http_methods(["GET", "HEAD", "POST"])
@claimant_required
def incident(request: HttpRequest, claimant: Claimant, ref: str) -> HttpResponse:
    """Take word of a technical problem: a new date at once, or a call; it counts for nothing."""
    now = clock.now()
    convocation = own_appointment(claimant, ref)
    if not of_appointment(convocation, now).report_incident:
        return _not_now(request, convocation)
    tz = convocation.agency.place.zone
    choices = offers.choices(offers.of(convocation, claimant, now=now)[:4], tz)
    form = IncidentForm(request.POST or None, slots=choices, phone=claimant.phone)
    if request.method == "POST" and form.is_valid():
        data = form.cleaned_data
        slot = offers.read(data["solution"], convocation)
        wish = Wish(
            kind=Kind.INCIDENT,
            text=data["text"],
            starts_at=slot.starts_at if slot else None,
            ends_at=slot.ends_at if slot else None,
            wants_call=slot is None,
        )
        try:
            made = asking.ask(convocation.pk, wish, form_key=data["form_key"], by=actor(request), now=now)
        except Refusal as refusal:
            form.refuse(refusal)
        else:
            return redirect("espace:request", ref=made.ref)
    form.cancel_url = reverse("espace:appointment", args=[convocation.ref])
    return _page(
        request,
        "convocations/claimant/incident.html",
        convocation,
        now,
        {"title": "Signaler un problème technique", "form": form},
        status=form.http_status,
    )


# --- what they share ----------------------------------------------------------------


def _send(
    request: HttpRequest,
    claimant: Claimant,
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


def _counting(claimant: Claimant, convocation: Convocation, now: datetime) -> dict[str, Any]:
    """Say what another date would count for."""
    tz = convocation.agency.place.zone
    exempt = told.not_counted(
        displaced=bool(displacing.kept_from(convocation, now)),
        moved=convocation.agency_id != claimant.agency_id,
    )
    return told.counting(counting.tolerance_of(claimant.pk, tz=tz, now=now), tz, exempt=exempt)


def _rules(motives: tuple[Motive, ...], *, need_is_known: bool = False) -> list[dict[str, Any]]:
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


def _not_now(request: HttpRequest, convocation: Convocation) -> HttpResponse:
    """Lead back to the appointment, which says what is possible."""
    messages.warning(request, "Ce n’est plus possible pour ce rendez-vous. Voici où il en est.")
    return redirect("espace:appointment", ref=convocation.ref)


def _page(
    request: HttpRequest,
    template: str,
    convocation: Convocation,
    now: datetime,
    context: dict[str, Any],
    status: int = 200,
) -> HttpResponse:
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
