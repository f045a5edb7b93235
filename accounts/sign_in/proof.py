"""Asking again who somebody is, before what a borrowed screen must not do."""

from collections.abc import Callable
from functools import wraps
from typing import Any
from urllib.parse import urlencode

from allauth.account.internal.flows.reauthentication import get_reauthentication_flows
from allauth.mfa.models import Authenticator
from allauth.mfa.utils import is_mfa_enabled
from django.contrib import messages
from django.contrib.auth import logout
from django.http import HttpRequest, HttpResponseBase
from django.shortcuts import redirect
from django.urls import reverse

from accounts import access
from accounts.sign_in import adapter

View = Callable[..., HttpResponseBase]


def proof_required(view: View, *, then: str = "") -> View:
    """Ask again who it is before the address or the password changes, or a copy leaves, unless they just signed in.

    A POST that comes too late is not kept: it carries passwords. `then` names the page to come back to where
    it is not the view's own. An account without password or second step proves itself with a code by e-mail.
    """

    @wraps(view)
    def guarded(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        user = access.signed_in(request)
        if adapter.proved_lately(request):
            return view(request, *args, **kwargs)
        wanted = urlencode({"next": reverse(then) if then else request.path})
        if is_mfa_enabled(user, [Authenticator.Type.TOTP]):
            return redirect(f"{reverse('mfa_reauthenticate')}?{wanted}")
        if get_reauthentication_flows(user):
            return redirect(f"{reverse('account_reauthenticate')}?{wanted}")
        logout(request)
        messages.info(
            request, "Pour continuer, confirmez que c’est bien vous\u00a0: recevez un code par e-mail."
        )
        return redirect(f"{reverse('account_request_login_code')}?{wanted}")

    # One of allauth's is open to strangers, for a sign-up that does not exist here.
    guarded.login_required = True  # type: ignore[attr-defined]
    return guarded
