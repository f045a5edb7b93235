"""The doors that strangers may try: they answer alike, and in the same time, for known and unknown people."""

import time
from collections.abc import Callable
from functools import wraps
from typing import Any

from allauth.account import views as account
from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import render
from django.views.decorators.http import require_safe

# Owing a mail takes some milliseconds more than owing none: every answer takes at least this.
UNIFORM_SECONDS = 0.25

View = Callable[..., HttpResponseBase]


def uniform(view: View) -> View:
    """Answer a POST never sooner than `UNIFORM_SECONDS`: the time tells nothing about who exists."""

    @wraps(view)
    def timed(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        started = time.monotonic()
        response = view(request, *args, **kwargs)
        if request.method == "POST":
            time.sleep(max(0.0, UNIFORM_SECONDS - (time.monotonic() - started)))
        return response

    return timed


ask_code = login_not_required(uniform(account.request_login_code))
forgotten_password = login_not_required(uniform(account.password_reset))


@require_safe
@login_not_required
def registration(request: HttpRequest) -> HttpResponse:
    """Say how one registers: by phone or at an agency."""
    return render(request, "account/registration.html")
