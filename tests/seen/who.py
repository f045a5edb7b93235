"""Who sees which page: the roles, the routes of each, their addresses, somebody with nothing yet."""

import time
from typing import Any

from django.test import Client
from django.urls import NoReverseMatch, resolve

from tests import factories, people
from tests.access.addresses import filled, routes
from tests.access.test_every_address import let_in
from tests.seen.world import World

URLS = "tests.seen.urls"
# Who opens pages, and which line of the table of access is theirs. The first who may open a page looks
# thoroughly; the others see the same page under their own menu.
ROLES = {
    "nobody": "nobody",
    "claimant": "person",
    "advisor": "advisor",
    "supervisor": "supervisor",
    "admin": "admin",
    "decision maker": "decision maker",
    "controller": "controller",
    "partner": "partner",
}
EMPTY = {
    "claimant": [
        "/espace/",
        "/espace/convocations/",
        "/espace/convocations/?vue=passes",
        "/espace/demandes/",
        "/espace/agenda/",
        "/espace/documents/",
        "/espace/journal/",
        "/espace/suivi/",
        "/espace/rappel/",
        "/espace/procedures/",
        "/espace/messages/",
        "/espace/messages/nouveau/",
        "/espace/profil/demenagement/",
    ],
    "advisor": [
        "/conseiller/",
        "/conseiller/agenda/",
        "/conseiller/portefeuille/",
        "/conseiller/disponibilites/",
        "/conseiller/messages/",
        "/conseiller/messages/reponses-types/",
    ],
    "supervisor": [
        "/agence/",
        "/agence/?retards=absences",
        "/agence/?retards=messages",
        "/agence/sans-e-mail/",
        "/agence/portefeuilles/",
        "/agence/suivis/",
        "/agence/procedures/",
        "/agence/effets/",
        "/agence/horaires/",
        "/admin/sante/",
    ],
    "decision maker": ["/decisions/", "/decisions/?nature=finies", "/decisions/recours/"],
}


def signed_in(person: Any) -> Client:
    """A browser of theirs, who has just shown a password: the account's own pages open."""
    if person is None:
        return Client()
    browser = people.signed_in(person)
    session = browser.session
    session["account_authentication_methods_user"] = str(person.pk)
    session["account_authentication_methods"] = [{"method": "password", "at": time.time()}]
    session.save()
    return browser


def every_route() -> list[str]:
    return [route.replace("^", "") for route in routes(URLS)]


def may_open(route: str, who: str) -> bool:
    if route.startswith(("/demo/", "/erreur/")):
        return who == "nobody"
    return ROLES[who] in let_in(route)


def addresses(world: World, who: str) -> list[str]:
    """Every address this role may open, from the URL conf, and the states of theirs."""
    found = []
    for route in every_route():
        if may_open(route, who):
            found += _filled(route, world)
    return list(dict.fromkeys([*found, *world.states.get(who, [])]))


def _filled(route: str, world: World) -> list[str]:
    if "(?P<app_label>" in route:
        return [f"/admin/{app}/" for app in ("accounts", "core", "measures", "messaging")]
    if "(?P" in route:
        return []
    if route.startswith("/admin/") and "<" in route:
        return _in_the_back_office(route)
    return [filled(route, world.parts)]


def _in_the_back_office(route: str) -> list[str]:
    """Give an object of its model to a route of the back office."""
    from django.apps import apps

    if "<str:key>" in route:
        return [route.replace("<str:key>", key) for key in ("notice_floor_hours", "reminder_steps_hours")]
    label, _, rest = route.removeprefix("/admin/").partition("/")
    model, _, _ = rest.partition("/")
    try:
        row = apps.get_model(label, model).objects.order_by("pk").last()
    except LookupError:
        return []
    return (
        [route.replace("<path:object_id>", str(row.pk))]
        if row is not None and "<path:object_id>" in route
        else []
    )


def route_of(address: str) -> str:
    """Name the route an address belongs to, as the walk of the URL conf writes it."""
    try:
        return "/" + resolve(address.partition("?")[0], URLS).route.replace("^", "")
    except NoReverseMatch:
        return address


def first_of(route: str) -> str:
    """Who looks at a page thoroughly."""
    return next((who for who in ROLES if may_open(route, who)), "")


def empty_handed(who: str) -> Any:
    """Somebody of this role for whom nothing has happened yet."""
    agency = factories.agency(name="Agence du Port")
    if who == "claimant":
        return factories.claimant(factories.advisor(agency))
    if who == "decision maker":
        return people.make_decision_maker(agency.region)
    return factories.advisor(agency, is_supervisor=who == "supervisor")
