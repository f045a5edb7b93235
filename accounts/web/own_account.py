"""One's own account: address, password, devices, second step; for claimants contact data and preferences."""

from typing import Any

from allauth.account import views as account
from allauth.mfa.models import Authenticator
from allauth.mfa.utils import is_mfa_enabled
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods, require_safe

from accounts import access, deeds, people
from accounts.models import Claimant, User
from accounts.sign_in import kept_forms, sessions, trail
from accounts.sign_in.proof import proof_required
from accounts.web.forms import ContactForm
from portal.core import clock

change_email = proof_required(account.email)
confirm_email = proof_required(account.email_verification_sent)
change_password = proof_required(account.password_change)
choose_password = proof_required(account.password_set)


@require_safe
def overview(request: HttpRequest) -> HttpResponseBase:
    """Show staff their account; a claimant's is part of their profile."""
    user = access.signed_in(request)
    if not access.is_staff_member(user):
        return redirect("profile")
    return render(request, "account/overview.html", {"account": _account(user)})


def second_factor_index(request: HttpRequest) -> HttpResponse:
    """The second step is shown with the rest of the account."""
    return redirect("own_account")


@require_http_methods(["GET", "HEAD", "POST"])
@access.claimant_required
def profile(request: HttpRequest, claimant: Claimant) -> HttpResponse:
    """Show and correct what the service knows to reach a person, and how they want to be reminded."""
    if request.method == "POST":
        form = ContactForm(request.POST, claimant=claimant)
        if form.is_valid():
            people.change_contact(claimant.pk, form.cleaned_data, by=access.actor(request), now=clock.now())
            messages.success(request, "Vos informations sont enregistrées.")
            return redirect("profile")
    else:
        form = ContactForm(claimant=claimant, initial=kept_forms.restored(request))
    context = {"form": form, "claimant": claimant, "account": _account(claimant.user)}
    return render(request, "account/profile.html", context, status=422 if form.errors else 200)


@require_http_methods(["GET", "HEAD", "POST"])
def devices(request: HttpRequest) -> HttpResponse:
    """List where the account is signed in, and sign out one place or all the others."""
    user = access.signed_in(request)
    living = sessions.of(user)
    if request.method == "POST":
        others = [session for session in living if not session.is_current()]
        wanted = request.POST.get("device", "")
        chosen = others if wanted == "others" else [one for one in others if str(one.pk) == wanted]
        if not chosen:
            raise Http404
        count = sessions.end(chosen)
        trail.note(deeds.SESSIONS_ENDED, request, user, count=count)
        messages.success(request, "C’est fait\u00a0: déconnecté.")
        return redirect("usersessions_list")
    lines = [{"session": one, "name": _device(one.user_agent), "current": one.is_current()} for one in living]
    return render(request, "account/devices.html", {"lines": lines, "others": len(lines) > 1})


def _account(user: User) -> dict[str, Any]:
    return {
        "name": str(user),
        "email": user.email,
        "has_password": user.has_usable_password(),
        "second_factor": is_mfa_enabled(user, [Authenticator.Type.TOTP]),
        "is_staff_member": access.is_staff_member(user),
    }


_BROWSERS = (
    ("Edg", "Edge"),
    ("OPR", "Opera"),
    ("Firefox", "Firefox"),
    ("Chrome", "Chrome"),
    ("Safari", "Safari"),
)
_SYSTEMS = (
    ("Android", "Android"),
    ("iPhone", "iPhone"),
    ("iPad", "iPad"),
    ("Windows", "Windows"),
    ("Macintosh", "Mac"),
    ("Linux", "Linux"),
)


def _device(user_agent: str) -> str:
    """Name a device as people do: «Firefox sur Windows»."""
    browser = next((name for mark, name in _BROWSERS if mark in user_agent), "Navigateur")
    system = next((name for mark, name in _SYSTEMS if mark in user_agent), "")
    return f"{browser} sur {system}" if system else browser
