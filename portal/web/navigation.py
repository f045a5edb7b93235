"""What stands in every page's header: the pages of the role, the name, and for whom the forms are shown."""

from typing import Any

from django.http import HttpRequest
from django.urls import Resolver404, resolve
from django.utils.functional import SimpleLazyObject

from accounts import access
from accounts.models import Role, User
from accounts.sign_in import kept_forms, second_factor

Item = tuple[str, str]
_PAGES: dict[str, tuple[Item, ...]] = {
    Role.CLAIMANT: (
        ("Mon espace", "/espace/"),
        ("Mes rendez-vous", "/espace/convocations/"),
        ("Mes documents", "/espace/documents/"),
        ("Journal", "/espace/journal/"),
        ("Mon profil", "/espace/profil/"),
    ),
    Role.ADVISOR: (
        ("Ma liste", "/conseiller/"),
        ("Agenda", "/conseiller/agenda/"),
        ("Portefeuille", "/conseiller/portefeuille/"),
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
        "nav_items": _items(request.path, user, supervisor) if arrived else [],
        "signed_in_name": str(user),
        "signed_in_role": _role(user, supervisor),
        "form_owner": SimpleLazyObject(lambda: kept_forms.owner_token(user)),
    }


def _role(user: User, supervisor: bool) -> str:
    """Name the hat that staff wear; a claimant knows who they are."""
    if user.role == Role.CLAIMANT:
        return ""
    return "responsable d’agence" if supervisor else user.get_role_display()


def _items(path: str, user: User, supervisor: bool) -> list[dict[str, Any]]:
    pages = _PAGES.get(user.role, _OTHERS)
    if supervisor:
        pages = (*pages[:3], _SUPERVISOR, *pages[3:])
    shown = [(label, url) for label, url in pages if _exists(url)]
    # The longest address that begins the page's own: «/espace/» is not current on «/espace/profil/».
    within = _BELONGS.get("/".join(path.split("/")[:3]), path)
    current = max((url for _, url in shown if within.startswith(url)), key=len, default="")
    return [{"label": label, "url": url, "current": url == current} for label, url in shown]


_known: dict[str, bool] = {}


def _exists(url: str) -> bool:
    if url not in _known:
        try:
            resolve(url)
            _known[url] = True
        except Resolver404:
            _known[url] = False
    return _known[url]
