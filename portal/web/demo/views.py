"""The demo's own doors: its people with one click each, and their mailbox. Only the demo's settings have them."""

from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from allauth.account.internal.flows.login import record_authentication
from allauth.usersessions.models import UserSession
from csp.decorators import csp_replace, csp_update
from django.conf import settings
from django.contrib.auth import login
from django.contrib.auth.decorators import login_not_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import include, path
from django.views.decorators.clickjacking import xframe_options_sameorigin
from django.views.decorators.http import require_POST, require_safe

from accounts.models import Role, User
from accounts.sign_in.second_factor import mark_shown
from portal.core.french import short_datetime
from portal.web.demo import mailbox, ways_in
from portal.web.demo.past.cast import PASSWORD

_ROLES = {
    "claimant": ("Demandeurs d’emploi", "Ils reçoivent les convocations, répondent, envoient des documents."),
    "advisor": ("Conseillers", "Ils convoquent, notent les présences, lisent les justificatifs, décident."),
    "supervisor": ("Responsables d’agence", "Ils voient les retards de l’agence et confient le travail."),
    "admin": ("Administration", "Elle gère les agences, les personnes et les réglages."),
    "decision_maker": (
        "Délégataires du directeur régional",
        "Ils examinent ce que les conseillers transmettent, décident, répondent aux recours.",
    ),
    "controller": ("Contrôleur", "Ses pages viendront plus tard."),
    "partner": ("Partenaire", "Ses pages viendront plus tard."),
}


@login_not_required
@require_safe
def people(request: HttpRequest) -> HttpResponse:
    """List the demo's people by role, each with one click to sign in."""
    groups: dict[str, list[dict[str, Any]]] = {role: [] for role in _ROLES}
    for user in ways_in.shown():
        groups[ways_in.role_of(user)].append(
            {"id": user.pk, "name": str(user), "email": user.email, "place": _place(user)}
        )
    shown = [
        {"title": title, "lead": lead, "people": groups[role]}
        for role, (title, lead) in _ROLES.items()
        if groups[role]
    ]
    return render(request, "demo/people.html", {"groups": shown, "password": PASSWORD})


@login_not_required
@require_POST
def enter(request: HttpRequest, user_id: int) -> HttpResponse:
    """Sign in as one of the demo's people, without password or second factor."""
    user = get_object_or_404(User, pk=user_id, is_active=True)
    login(request, user, backend=settings.AUTHENTICATION_BACKENDS[0])
    record_authentication(request, user, method="demo")
    mark_shown(request, user)
    # allauth does it at its own doors: the place stands in the list of devices.
    UserSession.objects.create_from_request(request)
    return redirect("/")


@login_not_required
@require_safe
def mails(request: HttpRequest) -> HttpResponse:
    """List the newest mails, of everybody or of one address."""
    to, before = request.GET.get("a", "")[:254], request.GET.get("avant", "")[:80]
    found = mailbox.newest(_folder(), to=to, before=before)
    rows = [
        {
            "url": f"/demo/mails/{line.name}/",
            "title": line.subject,
            "meta": line.to,
            "date": short_datetime(line.sent_at, ZoneInfo("Europe/Paris")) if line.sent_at else "",
        }
        for line in found
    ]
    older = found[-1].name if len(found) == 50 else ""
    return render(request, "demo/mails.html", {"rows": rows, "to": to, "older": older})


@login_not_required
@require_safe
@csp_update({"frame-src": ["'self'"]})  # type: ignore[arg-type]  # takes views with arguments too
def mail(request: HttpRequest, name: str) -> HttpResponse:
    """Show one mail as a reader of mails would, its text beside it."""
    found = mailbox.read(_folder(), name)
    if found is None:
        raise Http404
    context = {
        "name": name,
        "subject": str(found["Subject"]),
        "to": str(found["To"]),
        "text": mailbox.part(found, "plain"),
        "sent_at": mailbox.sent_at(found),
    }
    return render(request, "demo/mail.html", context)


@login_not_required
@require_safe
@xframe_options_sameorigin
@csp_replace(  # type: ignore[arg-type]  # takes views with arguments too
    {
        "default-src": ["'none'"],
        "style-src": ["'unsafe-inline'"],
        "img-src": ["data:"],
        "frame-ancestors": ["'self'"],
    }
)
def mail_html(request: HttpRequest, name: str) -> HttpResponse:
    """Give the HTML of one mail, for the frame of its page: no script, its links open in the whole window."""
    found = mailbox.read(_folder(), name)
    if found is None:
        raise Http404
    html = mailbox.part(found, "html").replace("<head>", '<head><base target="_top">', 1)
    return HttpResponse(html)


def _folder() -> Path:
    return Path(str(getattr(settings, "MAIL_DIR", "")))


def _place(user: User) -> str:
    if user.role == Role.CLAIMANT:
        return user.claimant.agency.name
    return user.advisor.agency.name if user.role == Role.ADVISOR else ""


urlpatterns = [
    path("demo/", people, name="demo"),
    path("demo/entrer/<int:user_id>/", enter, name="demo-enter"),
    path("demo/mails/", mails, name="demo-mails"),
    path("demo/mails/<str:name>/", mail, name="demo-mail"),
    path("demo/mails/<str:name>/html", mail_html, name="demo-mail-html"),
    path("", include("portal.web.style_page")),
]
