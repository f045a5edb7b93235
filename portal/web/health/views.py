"""`/healthz` for machines and `/admin/sante/` for the people who answer for the portal."""

from django.contrib import messages
from django.contrib.auth.decorators import login_not_required
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_POST, require_safe

from accounts import access
from accounts.models import Role
from portal.core import clock
from portal.core.french import plural
from portal.web.health import probes, repairing
from portal.web.health.page import health_page

KIND_COLUMNS = [{"label": "Nature"}, {"label": "Dues", "number": True}, {"label": "Depuis"}]
STUCK_COLUMNS = [{"label": "Nature"}, {"label": "Objet"}, {"label": "Échéance"}, {"label": "Erreur"}]
_PARTS = {"database": probes.DATABASE, "broker": probes.BROKER, "beat": probes.BEAT}


@login_not_required
@require_safe
def healthz(request: HttpRequest) -> HttpResponse:
    """Say in JSON whether web, database, broker and beat work: 200 when all do, else 503.

    `?only=web` (or a list) asks for some parts: a load balancer must not take every web process away
    because the beat stands still.
    """
    asked = request.GET.get("only", "").split(",") if request.GET.get("only") else ["web", *_PARTS]
    found = {"web": probes.State.OK} if "web" in asked else {}
    named = [name for name in _PARTS if name in asked]
    found |= dict(zip(named, probes.ask_all([_PARTS[name] for name in named]), strict=True))
    well = bool(found) and all(state is probes.State.OK for state in found.values())
    body = {
        "status": "ok" if well else "failing",
        "checks": {name: str(state) for name, state in found.items()},
    }
    return JsonResponse(body, status=200 if well else 503)


@require_safe
def page(request: HttpRequest) -> HttpResponse:
    """Show administrators and supervisors what runs, what waits and what is stuck."""
    _require_answerable(request)
    context = {
        "health": health_page(clock.now()),
        "kind_columns": KIND_COLUMNS,
        "stuck_columns": STUCK_COLUMNS,
    }
    return render(request, "health/page.html", context)


@require_POST
def retry_stuck(request: HttpRequest) -> HttpResponse:
    """Put the stuck deadlines back to work, once somebody mended the cause."""
    _require_answerable(request)
    count = repairing.retry_stuck_deadlines(by=access.actor(request), now=clock.now())
    messages.success(request, f"{plural(count, 'échéance remise', 'échéances remises')} en route.")
    return redirect("health")


def _require_answerable(request: HttpRequest) -> None:
    user = access.signed_in(request)
    if user.role != Role.ADMIN and not access.is_supervisor(user):
        raise Http404
