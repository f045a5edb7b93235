"""The frame's doors, in the order of settings.MIDDLEWARE: silence, sign-in, second factor, lost Redis."""

import logging
from collections.abc import Callable
from typing import Any
from urllib.parse import urlencode

from allauth.mfa.models import Authenticator
from allauth.mfa.utils import is_mfa_enabled
from django.contrib import messages
from django.contrib.auth.middleware import LoginRequiredMiddleware
from django.http import HttpRequest, HttpResponse, HttpResponseBase, HttpResponseRedirect
from django.shortcuts import redirect, render
from django.urls import reverse
from redis.exceptions import RedisError

from accounts import access
from accounts.sign_in import kept_forms, second_factor, sessions
from portal.core import clock

log = logging.getLogger(__name__)

Answer = Callable[[HttpRequest], HttpResponse]

# Where staff may go before their second factor is on: to turn it on, to prove who they are, to leave.
ENROLMENT = frozenset({"mfa_activate_totp", "account_reauthenticate", "account_logout", "account_inactive"})
# Where they go when it is on, but was not shown in this session.
SHOWING = frozenset({"mfa_reauthenticate", "account_logout", "account_inactive"})


class IdleSessionMiddleware:
    """Sign out whoever was silent too long, and keep private pages out of every cache."""

    def __init__(self, get_response: Answer) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        # No cookie, no session: a visitor of a public page costs no query.
        signed_in = bool(request.session.session_key) and request.user.is_authenticated
        if signed_in:
            user = access.signed_in(request)
            minutes = sessions.idle_minutes(user)
            if not sessions.touch(request, user, now=clock.now()):
                kept_forms.note_ended(request, user)
                messages.warning(
                    request,
                    f"Par sécurité, votre session a pris fin après {_spell(minutes)} sans activité. "
                    "Reconnectez-vous pour continuer.",
                )
        response = self.get_response(request)
        if signed_in or request.user.is_authenticated:
            response.headers.setdefault("Cache-Control", "no-store, private")
        return response


def _spell(minutes: int) -> str:
    if minutes % 60:
        return f"{minutes} minutes"
    return f"{minutes // 60} heure" + ("s" if minutes >= 120 else "")


class SignedInMiddleware(LoginRequiredMiddleware):
    """Closed by default; what was typed in a form before the session ended is kept for the same person."""

    def handle_no_permission(self, request: HttpRequest, view_func: Any) -> HttpResponseRedirect:
        if request.method == "POST":
            kept_forms.keep(request)
        return super().handle_no_permission(request, view_func)


class SecondFactorMiddleware:
    """Staff without a second factor in this session reach the pages that turn it on, and nothing else."""

    def __init__(self, get_response: Answer) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        return self.get_response(request)

    def process_view(
        self, request: HttpRequest, view_func: Any, view_args: Any, view_kwargs: Any
    ) -> HttpResponseBase | None:
        if not getattr(view_func, "login_required", True) or not request.user.is_authenticated:
            return None
        user = access.signed_in(request)
        if not access.is_staff_member(user) or second_factor.has_shown(request, user):
            return None
        enrolled = is_mfa_enabled(user, [Authenticator.Type.TOTP])
        match = request.resolver_match
        if match is not None and match.url_name in (SHOWING if enrolled else ENROLMENT):
            return None
        if enrolled:
            return redirect(f"{reverse('mfa_reauthenticate')}?{urlencode({'next': request.get_full_path()})}")
        return redirect("mfa_activate_totp")


class FailClosedMiddleware:
    """Without Redis nobody's tries can be counted: signing in waits, and says so. Other pages go on."""

    def __init__(self, get_response: Answer) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        return self.get_response(request)

    def process_exception(self, request: HttpRequest, exception: Exception) -> HttpResponse | None:
        if not isinstance(exception, RedisError):
            return None
        log.error("Redis does not answer: %s refused.", request.path)
        response = render(request, "account/unavailable.html", status=503)
        response.headers["Retry-After"] = "60"
        return response
