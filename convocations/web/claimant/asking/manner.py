"""Ask for another manner: which, why, and for a place at a kiosk at what hour."""

from datetime import datetime
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.views.decorators.http import require_http_methods

from accounts.access import claimant_required
from accounts.models import Claimant
from convocations.models import ChangeRequest, Convocation, Modality
from convocations.motives import TO_CHANGE_MODALITY
from convocations.requests.asking import Wish
from convocations.requests.grounds import signing
from convocations.told import requests as told
from convocations.web.claimant import taking
from convocations.web.claimant.abilities import of_appointment
from convocations.web.claimant.asking import offers, sharing
from convocations.web.claimant.asking.forms import MannerForm, WhichMannerForm
from convocations.web.claimant.loading import own_appointment
from portal.core import clock
from portal.core.transitions import Refusal

Kind = ChangeRequest.Kind


@require_http_methods(["GET", "HEAD", "POST"])
@claimant_required
def change_manner(request: HttpRequest, claimant: Claimant, ref: str) -> HttpResponse:
    """Ask which manner the person would like, then why, and for a place at a kiosk which hour."""
    now = clock.now()
    convocation = own_appointment(claimant, ref)
    if not of_appointment(convocation, now).change_manner:
        return sharing.not_now(request, convocation)
    which = WhichMannerForm(request.GET if "moyen" in request.GET else None, current=convocation.modality)
    if "moyen" not in request.GET or not which.is_valid():
        return _which_page(request, convocation, which, now)
    modality = which.cleaned_data["moyen"]
    if request.method == "POST":
        return _send(request, claimant, convocation, modality, now)
    form = MannerForm(
        initial={"needs": claimant.accommodations},
        owned=taking.usable(convocation),
        tz=taking.zone(convocation),
        **_options(claimant, convocation, modality, now),
    )
    return _page(request, claimant, convocation, modality, form, now)


def _which_page(
    request: HttpRequest, convocation: Convocation, form: WhichMannerForm, now: datetime
) -> HttpResponse:
    form.cancel_url = reverse("espace:appointment", args=[convocation.ref])
    return sharing.page(
        request,
        "convocations/claimant/manner.html",
        convocation,
        now,
        {"title": "Choisir un autre moyen", "form": form},
        status=422 if form.is_bound else 200,
    )


def _send(
    request: HttpRequest, claimant: Claimant, convocation: Convocation, modality: str, now: datetime
) -> HttpResponse:
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
        return _page(request, claimant, convocation, modality, form, now)

    options = _options(claimant, convocation, modality, now)
    sent = sharing.send(request, convocation, MannerForm, options, wish, again, now)
    if isinstance(sent, Refusal):
        # The hour has gone: the places are looked for anew.
        form = MannerForm(
            request.POST,
            owned=taking.usable(convocation),
            tz=taking.zone(convocation),
            **_options(claimant, convocation, modality, now),
        )
        form.full_clean()
        form.refuse(sent)
        return again(form)
    return sent


def _options(claimant: Claimant, convocation: Convocation, modality: str, now: datetime) -> dict[str, Any]:
    at_a_kiosk = modality == Modality.KIOSK_VIDEO
    found = offers.of(convocation, claimant, now=now, modality=modality)[:12] if at_a_kiosk else []
    return {
        "slots": offers.choices(found, taking.zone(convocation)),
        "needs_slot": at_a_kiosk,
        "statement": signing.statement_of(str(claimant.user)),
        # A place at the agency for a video is taken at once; everything else is asked for.
        "reason_needed": not (at_a_kiosk and convocation.modality == Modality.VIDEO),
    }


def _page(
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
    return sharing.page(
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
            "motives": sharing.rules(TO_CHANGE_MODALITY, need_is_known=bool(needs)),
            "papers_now": form.reason_needed,
        },
        status=form.http_status,
    )
