"""The pages everyone may read: the door, the help, the motives, the data held, the accessibility statement."""

from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import path
from django.views.decorators.http import require_safe

from accounts.access import home_path
from accounts.models import User
from convocations.motives import RULES, Motive
from portal.core import parameters, personal_data
from portal.core.french import plural
from portal.web.figures import pages as figures


@login_not_required
@require_safe
def door(request: HttpRequest) -> HttpResponse:
    """Welcome a visitor; bring whoever is signed in to where their work begins."""
    if isinstance(request.user, User):
        return redirect(home_path(request.user))
    return render(request, "public/door.html")


@login_not_required
@require_safe
def help_page(request: HttpRequest) -> HttpResponse:
    """Say what people ask most, and every way to reach somebody."""
    numbers = parameters.current()
    return render(
        request,
        "public/help.html",
        {"numbers": numbers, "megabytes": numbers.upload_max_bytes // 1024**2},
    )


@login_not_required
@require_safe
def motives(request: HttpRequest) -> HttpResponse:
    """Show the one catalogue of motives: what each serves, what backs it, what it counts for (product §4)."""
    numbers = parameters.current()
    return render(
        request,
        "public/motives.html",
        {
            "lines": [{"motive": motive.label, "rule": RULES[motive]} for motive in Motive],
            "free": plural(numbers.free_reschedules, "report") if numbers.free_reschedules else "",
            "months": numbers.reschedule_window_months,
        },
    )


@login_not_required
@require_safe
def accessibility(request: HttpRequest) -> HttpResponse:
    """State how accessible the portal is, how that was measured, and how to report a barrier."""
    return render(request, "public/accessibility.html")


@login_not_required
@require_safe
def your_data(request: HttpRequest) -> HttpResponse:
    """Say in plain words what is held about people, why, for how long, who reads it, how to get it."""
    held = [
        {"label": kind.label, "why": kind.why, "how_long": kind.how_long()} for kind in personal_data.kinds()
    ]
    return render(request, "public/your_data.html", {"held": held})


urlpatterns = [
    path("", door, name="door"),
    path("aide/", help_page, name="help"),
    path("motifs/", motives, name="motives"),
    path("chiffres/", figures.of_service, name="service_figures"),
    path("chiffres.csv", figures.of_service_csv, name="service_figures_csv"),
    path("vos-donnees/", your_data, name="your_data"),
    path("accessibilite/", accessibility, name="accessibility"),
]
