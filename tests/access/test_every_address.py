"""Every address × every kind of person: who gets in is written here, everybody else meets a page that is not there."""

import re

import pytest

from tests.access.addresses import MISSING, filled, routes

STAFF = {"advisor", "colleague", "supervisor", "other agency", "other supervisor"}
CLAIMANTS = {"person", "stranger"}
DELEGATES = {"decision maker", "other region"}
SIGNED_IN = STAFF | CLAIMANTS | DELEGATES | {"controller", "partner", "admin"}
EVERYBODY = SIGNED_IN | {"nobody"}
HERS, HER_ADVISORS = {"person"}, {"advisor", "supervisor"}

# By the beginning of the route, the longest that fits; a route that fits none fails the test.
TABLE: dict[str, set[str]] = {
    "/": EVERYBODY,
    "/healthz": EVERYBODY,
    "/aide/": EVERYBODY,
    "/motifs/": EVERYBODY,
    "/accessibilite/": EVERYBODY,
    "/vos-donnees/": EVERYBODY,
    "/chiffres/": EVERYBODY,
    "/chiffres.csv": EVERYBODY,
    "/inscription/": EVERYBODY,
    "/connexion/…": EVERYBODY,
    # Signed calls of mail servers: whoever asks, and nobody without the secret (tests/messaging/returns).
    "/retours/…": EVERYBODY,
    "/deconnexion/": EVERYBODY,
    "/compte/…": SIGNED_IN,
    "/documents/…": HERS | HER_ADVISORS,
    "/espace/": CLAIMANTS,
    "/espace/nouveautes/lues/": CLAIMANTS,
    "/espace/profil/": CLAIMANTS,
    "/espace/documents/": CLAIMANTS,
    "/espace/journal/": CLAIMANTS,
    "/espace/donnees/…": CLAIMANTS,
    "/espace/profil/demenagement/": CLAIMANTS,
    "/espace/suivi/…": CLAIMANTS,
    "/espace/rappel/": CLAIMANTS,
    "/espace/entretien-de-recadrage/": CLAIMANTS,
    "/espace/rappel/<ref:ref>/…": HERS,
    "/espace/convocations/": CLAIMANTS,
    "/espace/agenda/": CLAIMANTS,
    # Whoever has the key: it is drawn, never guessed (tests/web/claimant/test_feed.py).
    "/agenda/<str:feed>.ics": EVERYBODY,
    "/espace/convocations/<ref:ref>/…": HERS,
    "/espace/demandes/": CLAIMANTS,
    "/espace/demandes/<ref:ref>/…": HERS,
    "/espace/absences/<ref:ref>/…": HERS,
    "/espace/procedures/": CLAIMANTS,
    "/espace/procedures/<ref:ref>/…": HERS,
    "/espace/recours/<ref:ref>/…": HERS,
    "/espace/messages/": CLAIMANTS,
    "/espace/messages/nouveau/": CLAIMANTS,
    "/espace/messages/chercher/": CLAIMANTS,
    "/espace/messages/<ref:ref>/…": HERS,
    "/conseiller/": STAFF,
    "/conseiller/agenda/": STAFF,
    "/conseiller/portefeuille/": STAFF,
    "/conseiller/disponibilites/…": STAFF,
    "/conseiller/acces-motive/": STAFF,
    "/conseiller/convocations/nouvelle/…": STAFF,
    "/conseiller/convocations/envois/<uuid:key>/…": {"advisor"},
    "/conseiller/convocations/<ref:ref>/…": HER_ADVISORS,
    "/conseiller/demandeurs/<ref:ref>/…": HER_ADVISORS,
    "/conseiller/demandes/<ref:ref>/…": HER_ADVISORS,
    "/conseiller/absences/<ref:ref>/…": HER_ADVISORS,
    "/conseiller/justificatifs/<ref:ref>/…": HER_ADVISORS,
    "/conseiller/appels/<ref:ref>/…": HER_ADVISORS,
    "/conseiller/suivis/<ref:ref>/…": HER_ADVISORS,
    "/conseiller/suivi-web/": STAFF,
    "/conseiller/messages/": STAFF,
    "/conseiller/messages/nouveau/": STAFF,
    "/conseiller/messages/chercher/": STAFF,
    "/conseiller/messages/reponses-types/": STAFF,
    "/conseiller/messages/reponses-types/nouvelle/": STAFF,
    "/conseiller/messages/reponses-types/<ref:ref>/…": {"advisor"},
    "/conseiller/messages/<ref:ref>/…": HER_ADVISORS,
    "/decisions/": DELEGATES,
    "/decisions/recours/": DELEGATES,
    "/decisions/recours/<ref:ref>/…": {"decision maker"},
    "/decisions/effets/<int:owed>/": {"decision maker"},
    "/decisions/<ref:ref>/…": {"decision maker"},
    "/agence/…": {"supervisor", "other supervisor"},
    "/agence/effets/<int:owed>/": {"supervisor"},
    "/agence/courrier/lots/<ref:ref>/…": {"supervisor"},
    "/agence/courrier/lettres/<ref:ref>/…": {"supervisor"},
    "/admin/…": {"admin"},
    "/admin/sante/…": {"admin", "supervisor", "other supervisor"},
}


def let_in(route: str) -> set[str]:
    """Give who may open a route."""
    if route in TABLE:
        return TABLE[route]
    fitting = [key for key in TABLE if key.endswith("…") and route.startswith(key[:-1])]
    assert fitting, f"{route} is a new address: say in this table who may open it"
    return TABLE[max(fitting, key=len)]


def body(answer) -> str:
    """Give a page without what differs from one answer to the next."""
    content = b"" if answer.streaming else answer.content
    return re.sub(r'(value|content)="[^"]*"', "", content.decode(errors="replace"))


def outside(answer) -> bool:
    """Say whether an answer gives nothing away: not there, or sign in first."""
    return answer.status_code == 404 or (
        answer.status_code == 302
        and answer["Location"].startswith(("/connexion/", "/compte/", "/admin/login/"))
    )


def addresses(parts) -> list[tuple[str, str, str]]:
    """Give each route with its address here and the same address of what does not exist."""
    found = []
    for route in routes():
        if route.startswith("/admin/") and ("<path" in route or "(?P" in route or "<str" in route):
            address = re.sub(
                r"<path:content_type_id>|<path:object_id>|<str:key>|\^?\(\?P<\w+>[^)]*\)/?\$?", "1", route
            )
            found.append((route, address, address))
        else:
            found.append((route, filled(route, parts), filled(route, MISSING)))
    return found


def test_nobody_but_those_named_opens_an_address(world):
    leaks = []
    for route, address, missing in addresses(world.parts):
        allowed = let_in(route)
        for who, browser in world.browsers.items():
            if who in allowed:
                continue
            for method in ("get", "post"):
                answer = getattr(browser, method)(address)
                if answer.status_code == 405:
                    continue
                same = getattr(browser, method)(missing)
                alike = answer.status_code == same.status_code and body(answer) == body(same).replace(
                    missing, address
                )
                if not outside(answer) or not alike:
                    leaks.append(
                        f"{method} {address} by {who}: {answer.status_code}, missing {same.status_code}"
                    )
    assert not leaks, "\n".join(leaks)


def test_those_named_open_their_addresses(world):
    shut = []
    for route, address, _ in addresses(world.parts):
        if route.startswith("/admin/") and address != route:
            continue
        # These sessions never showed a password: the account's own pages ask for it first (tests/accounts);
        # the health page says 503 here, where no worker beats.
        if route.startswith("/compte/") or route == "/healthz":
            continue
        for who in sorted(let_in(route)):
            answer = world.browsers[who].get(address)
            sign_in = answer.status_code == 302 and answer["Location"].startswith("/connexion/?")
            if answer.status_code == 404 or answer.status_code >= 500 or sign_in:
                shut.append(f"{address} for {who}: {answer.status_code}")
    assert not shut, "\n".join(shut)


def test_a_signed_out_person_is_sent_to_sign_in_and_back(world):
    answer = world.browsers["nobody"].get("/espace/convocations/")
    assert answer["Location"] == "/connexion/?next=/espace/convocations/"


@pytest.mark.parametrize("who", ["person", "advisor", "supervisor", "admin"])
def test_a_post_without_our_token_changes_nothing(world, who):
    strict = type(world.browsers[who])(enforce_csrf_checks=True)
    strict.cookies = world.browsers[who].cookies
    assert strict.post("/deconnexion/").status_code in {302, 403}
    assert "_auth_user_id" in strict.session, "signed out by a page that is not ours"
