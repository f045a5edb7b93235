"""What stands in every page's header: the pages of the role, the name, and for whom the forms are shown."""

from typing import Any

from django.http import HttpRequest
from django.urls import Resolver404, resolve
from django.utils.functional import SimpleLazyObject

from accounts import access
from accounts.models import Role, User
from accounts.sign_in import kept_forms, second_factor
from messaging.waiting import owed
from portal.web.space import said

Item = tuple[str, str]
_PAGES: dict[str, tuple[Item, ...]] = {
    Role.CLAIMANT: (
        ("Mon espace", "/espace/"),
        ("Mes rendez-vous", "/espace/convocations/"),
        ("Mes messages", "/espace/messages/"),
        ("Mes documents", "/espace/documents/"),
        ("Journal", "/espace/journal/"),
        ("Mon profil", "/espace/profil/"),
    ),
    Role.ADVISOR: (
        ("Ma liste", "/conseiller/"),
        ("Messages", "/conseiller/messages/"),
        ("Agenda", "/conseiller/agenda/"),
        ("Portefeuille", "/conseiller/portefeuille/"),
        ("Mon compte", "/compte/"),
    ),
    Role.DECISION_MAKER: (
        ("Procédures", "/decisions/"),
        ("Mon compte", "/compte/"),
    ),
    Role.ADMIN: (
        ("Administration", "/admin/"),
        ("Santé du portail", "/admin/sante/"),
        ("Mon compte", "/compte/"),
    ),
}
_OTHERS: tuple[Item, ...] = (("Mon compte", "/compte/"),)
# Pages that belong to another one of the menu than their address begins with.
_BELONGS = {
    "/conseiller/disponibilites": "/conseiller/agenda/",
    "/conseiller/demandeurs": "/conseiller/portefeuille/",
    "/espace/absences": "/espace/convocations/",
    "/espace/demandes": "/espace/convocations/",
    "/espace/procedures": "/espace/convocations/",
    "/espace/agenda": "/espace/convocations/",
    "/espace/suivi": "/espace/profil/",
}
_SUPERVISOR: Item = ("Agence", "/agence/")


def page_frame(request: HttpRequest) -> dict[str, Any]:
    """Give every template the navigation of the person signed in, and the sealed owner of its forms."""
    user = getattr(request, "user", None)
    if not isinstance(user, User):
        return {}
    supervisor = access.is_supervisor(user)
    # Before the second step, staff reach nothing: no menu promises otherwise.
    arrived = not access.is_staff_member(user) or second_factor.has_shown(request, user)
    return {
        # Asked for when the menu is drawn: what the page itself has opened is no longer counted.
        "nav_items": SimpleLazyObject(lambda: _items(request, user, supervisor)) if arrived else [],
        "signed_in_name": str(user),
        "signed_in_role": _role(user, supervisor),
        "form_owner": SimpleLazyObject(lambda: kept_forms.owner_token(user)),
    }


def _role(user: User, supervisor: bool) -> str:
    """Name the hat that staff wear; a claimant knows who they are."""
    if user.role == Role.CLAIMANT:
        return ""
    return "responsable d’agence" if supervisor else user.get_role_display()


def _items(request: HttpRequest, user: User, supervisor: bool) -> list[dict[str, Any]]:
    path = request.path
    pages = _PAGES.get(user.role, _OTHERS)
    if supervisor:
        pages = (*pages[:-1], _SUPERVISOR, pages[-1])
    shown = [(label, url) for label, url in pages if _exists(url)]
    # The longest address that begins the page's own: «/espace/» is not current on «/espace/profil/».
    within = _BELONGS.get("/".join(path.split("/")[:3]), path)
    current = max((url for _, url in shown if within.startswith(url)), key=len, default="")
    return [
        {"label": label, "url": url, "current": url == current, **_count(url, request, user)}
        for label, url in shown
    ]


_UNREAD = {"/espace/messages/": owed.unread_by_person, "/conseiller/messages/": owed.unread_by_advisor}


def _count(url: str, request: HttpRequest, user: User) -> dict[str, Any]:
    """Count what was written to this person and not opened; one query, unless the page has read it."""
    if url not in _UNREAD:
        return {}
    counted = said.counted(request)
    return {"count": _UNREAD[url](user.pk) if counted is None else counted, "count_label": "à lire"}


_known: dict[str, bool] = {}


def _exists(url: str) -> bool:
    if url not in _known:
        try:
            resolve(url)
            _known[url] = True
        except Resolver404:
            _known[url] = False
    return _known[url]
