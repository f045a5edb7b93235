"""The pages everyone may read: the door, the help, the motives, the accessibility statement."""

from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import path
from django.views.decorators.http import require_safe

from accounts.access import home_path
from accounts.models import User


@login_not_required
@require_safe
def door(request: HttpRequest) -> HttpResponse:
    """Welcome a visitor; bring whoever is signed in to where their work begins."""
    if isinstance(request.user, User):
        return redirect(home_path(request.user))
    return render(request, "public/door.html")


urlpatterns = [
    path("", door, name="door"),
]
