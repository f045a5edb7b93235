"""«Je déménage»: the new address, the new agency, what will happen and what stays, then the move itself."""

from datetime import datetime
from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_http_methods

from accounts import people
from accounts.access import actor, claimant_required
from accounts.following import choosing, transfers
from accounts.models import Agency, Claimant, Transfer
from accounts.sign_in.kept_forms import restored
from convocations.desk.people import ahead_after_transfer, in_hand
from portal.core import clock, parameters
from portal.core.forms import HouseForm
from portal.core.french import full_date, full_datetime, last_day, plural
from portal.core.transitions import Refusal
from portal.core.working_time import end_of_period


class MovingForm(HouseForm, forms.Form):
    """The new address, and the agency if the person wants another one than we propose."""

    submit_label = "Voir ce qui va changer"
    cancel_url, cancel_label = "/espace/profil/", "Revenir sans rien changer"
    autocomplete = {"street": "street-address", "postcode": "postal-code", "city": "address-level2"}

    street = forms.CharField(label="Nouvelle adresse", max_length=160)
    postcode = forms.RegexField(
        label="Code postal",
        regex=r"\A[0-9]{5}\Z",
        max_length=5,
        error_messages={"invalid": "Un code postal a cinq chiffres. Exemple\u00a0: 35000."},
    )
    city = forms.CharField(label="Ville", max_length=80)
    agency = forms.ModelChoiceField(
        label="Nouvelle agence",
        queryset=Agency.objects.none(),
        required=False,
        empty_label="La plus proche de mon code postal",
        help_text="Vous pouvez en choisir une autre.",
    )

    def __init__(self, *args: Any, agencies: list[Agency], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.agencies = agencies
        field: Any = self.fields["agency"]
        field.queryset = Agency.objects.filter(pk__in=[one.pk for one in agencies]).order_by("name")

    def clean(self) -> dict[str, Any]:
        """Propose the agency of the postcode where none was chosen."""
        data: dict[str, Any] = super().clean() or self.cleaned_data
        if data.get("postcode") and not data.get("agency") and "agency" not in self.errors:
            data["agency"] = choosing.proposed(data["postcode"], self.agencies)
            if data["agency"] is None:
                self.add_error(
                    "agency", "Nous n’avons pas trouvé d’agence proche. Choisissez-en une dans la liste."
                )
        return data


@require_http_methods(["GET", "HEAD", "POST"])
@claimant_required
def move(request: HttpRequest, claimant: Claimant) -> HttpResponse:
    """Take the new address, show what follows, and move the file once the person confirms."""
    now = clock.now()
    form = MovingForm(request.POST or None, agencies=choosing.open_agencies(), initial=restored(request))
    if request.method == "POST" and form.is_valid():
        try:
            if request.POST.get("etape") == "confirmer":
                return _moved(request, claimant, form.cleaned_data, now)
            if request.POST.get("etape") != "corriger":
                return render(request, "space/moving_preview.html", _preview(claimant, form, now))
        except Refusal as refusal:
            form.refuse(refusal)
    status = form.http_status
    return render(request, "space/moving.html", _page(claimant, form, now), status=status)


def _moved(request: HttpRequest, claimant: Claimant, data: dict[str, Any], now: datetime) -> HttpResponse:
    address = {name: data[name] for name in ("street", "postcode", "city")}
    by = actor(request)
    if data["agency"].pk == claimant.agency_id:
        people.change_contact(claimant.pk, address, by=by, now=now)
        messages.success(
            request, "Votre adresse est enregistrée. Votre agence et votre conseiller ne changent pas."
        )
        return redirect("espace:moving")
    moved = transfers.transfer(claimant.pk, data["agency"].pk, by=by, now=now, address=address)
    messages.success(request, f"C’est fait\u00a0: votre dossier est suivi par {moved.new_agency.name}.")
    return redirect("espace:moving")


def _page(claimant: Claimant, form: MovingForm, now: datetime) -> dict[str, Any]:
    tz = claimant.agency.place.zone
    last = Transfer.objects.filter(claimant=claimant).order_by("-at", "-pk").first()
    return {
        "breadcrumb": _trail(),
        "claimant": claimant,
        "form": form,
        "last": last and full_datetime(last.at, tz),
        "to_assign": last is not None and last.to_assign and last.new_advisor_id == claimant.advisor_id,
        "stay": ahead_after_transfer([claimant.pk], now).get(claimant.pk, []) if last else [],
    }


def _preview(claimant: Claimant, form: MovingForm, now: datetime) -> dict[str, Any]:
    """Say what will happen and what stays, before the click."""
    data = form.cleaned_data
    agency: Agency = data["agency"]
    kept = [(name, data[name]) for name in ("street", "postcode", "city")] + [("agency", agency.pk)]
    context = {
        "breadcrumb": [*_trail(), {"label": "Déménagement", "url": reverse("espace:moving")}],
        "agency": agency,
        "claimant": claimant,
        "address": f"{data['street']}, {data['postcode']} {data['city']}",
        "hidden": [{"name": name, "value": value} for name, value in kept],
        "same": agency.pk == claimant.agency_id,
    }
    if context["same"]:
        return context
    choice = transfers.preview(claimant, agency).choice
    due = end_of_period(now, days=parameters.current().first_interview_days, territory=agency.place)
    count = in_hand([claimant.pk]).get(claimant.pk, 0)
    return {
        **context,
        "choice": choice,
        "by": full_date(last_day(due, agency.place.zone)),
        "in_hand": plural(count, "chose en cours", "choses en cours") if count else "",
        "stay": ahead_after_transfer([claimant.pk], now).get(claimant.pk, []),
    }


def _trail() -> list[dict[str, str]]:
    return [
        {"label": "Mon espace", "url": reverse("espace:home")},
        {"label": "Mon profil", "url": reverse("profile")},
    ]
