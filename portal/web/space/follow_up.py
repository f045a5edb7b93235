"""How a person is followed: take the 100 % web follow-up after a self-test, leave it without a reason."""

from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_POST

from accounts.access import actor, claimant_required
from accounts.following import modes
from accounts.models import Claimant, FollowUpModeChange, WebWish
from accounts.sign_in.kept_forms import restored
from convocations.following import owed
from portal.core import clock
from portal.core.forms import HouseForm
from portal.core.french import full_date, full_datetime
from portal.core.transitions import Refusal
from portal.web.middleware.headers import permissions

WEB = Claimant.FollowUpMode.WEB
WHAT = {
    Claimant.FollowUpMode.WEB: "Vos rendez-vous se font en vidéo ou par écrit, avec un conseiller volontaire.",
    Claimant.FollowUpMode.GUIDED: "Vos rendez-vous se font en agence, par téléphone ou en vidéo, selon le besoin.",
    Claimant.FollowUpMode.REINFORCED: "Vous voyez votre conseiller plus souvent, surtout en agence.",
    Claimant.FollowUpMode.GLOBAL: "Un conseiller et un travailleur social vous suivent ensemble.",
}


class SelfTestForm(HouseForm, forms.Form):
    """What the person has and how they feel about it; the browser may look for the camera itself."""

    submit_label = "Choisir le suivi 100\u00a0% web"
    marks_optional = False

    computer = forms.BooleanField(label="J’ai un ordinateur ou une tablette à moi", required=False)
    camera = forms.BooleanField(label="J’ai une caméra qui marche", required=False)
    microphone = forms.BooleanField(label="J’ai un micro qui marche", required=False)
    at_ease = forms.BooleanField(label="Je suis à l’aise avec la vidéo", required=False)
    consents = forms.BooleanField(
        label="Je suis d’accord pour être suivi à 100\u00a0% par le web. Je peux changer d’avis à tout moment.",
        required=False,
    )
    seen = forms.CharField(required=False, max_length=3, widget=forms.HiddenInput)


@require_http_methods(["GET", "HEAD", "POST"])
@claimant_required
def index(request: HttpRequest, claimant: Claimant) -> HttpResponse:
    """Show how the person is followed and since when; take their wish to be followed by web."""
    sent = request.POST if request.method == "POST" else None
    form = SelfTestForm(sent, initial=restored(request))
    if request.method == "POST" and form.is_valid():
        try:
            return _take(request, claimant, form.cleaned_data)
        except Refusal as refusal:
            form.refuse(refusal)
    response = render(request, "space/follow_up.html", _context(claimant, form), status=form.http_status)
    # The only page that may ask a browser for its camera: the self-test looks whether there is one.
    response.headers["Permissions-Policy"] = permissions("camera", "microphone")
    return response


def _take(request: HttpRequest, claimant: Claimant, data: dict[str, Any]) -> HttpResponse:
    names = ("computer", "camera", "microphone", "at_ease")
    test = modes.SelfTest(**{name: data[name] for name in names}, seen=data["seen"] == "oui")
    person = modes.take_web(claimant.pk, test, consents=data["consents"], by=actor(request), now=clock.now())
    if person.follow_up_mode == WEB:
        messages.success(
            request, f"C’est fait\u00a0: vous êtes suivi à 100\u00a0% par le web, par {person.advisor}."
        )
    else:
        messages.success(request, "Votre demande est gardée. Votre suivi actuel continue en attendant.")
    return redirect("espace:follow_up")


@require_POST
@claimant_required
def leave(request: HttpRequest, claimant: Claimant) -> HttpResponse:
    """Leave the web follow-up, or take back the wish; no reason is asked."""
    try:
        modes.leave_web(claimant.pk, by=actor(request), now=clock.now())
    except Refusal as refusal:
        messages.error(request, refusal.sentence)
    else:
        messages.success(
            request, "C’est fait. Vous n’avez pas à dire pourquoi, et rien ne vous est reproché."
        )
    return redirect("espace:follow_up")


def _context(claimant: Claimant, form: SelfTestForm) -> dict[str, Any]:
    tz = claimant.agency.place.zone
    by_web = claimant.follow_up_mode == WEB
    wish = None if by_web else WebWish.objects.filter(claimant=claimant).first()
    history = FollowUpModeChange.objects.filter(claimant=claimant).order_by("-at", "-pk")[:20]
    return {
        "breadcrumb": [
            {"label": "Mon espace", "url": reverse("espace:home")},
            {"label": "Mon profil", "url": reverse("profile")},
        ],
        "claimant": claimant,
        "mode": claimant.get_follow_up_mode_display(),
        "what": WHAT[Claimant.FollowUpMode(claimant.follow_up_mode)],
        "by_web": by_web,
        "wish": wish and full_datetime(wish.wished_at, tz),
        "who": None if by_web or wish else modes.who_would_follow(claimant),
        "form": form,
        "to_propose": [] if by_web else owed.to_propose(claimant.pk, tz),
        "history": [
            {
                "date": full_datetime(change.at, tz),
                "title": f"De «\u00a0{change.get_before_display()}\u00a0» à «\u00a0{change.get_after_display()}\u00a0»",
                "text": f"Accord donné le {full_date(change.consent_at.astimezone(tz))}."
                if change.consent_at
                else "",
                "icon": "users",
            }
            for change in history
        ],
    }
