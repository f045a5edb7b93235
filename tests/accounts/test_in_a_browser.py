"""The entrance, the account and the back office in a real browser: nothing blocked, nothing unreadable."""

import pytest
from axe_playwright_python.sync_playwright import Axe
from django.urls import reverse

from accounts.models import User
from tests import people

pytestmark = pytest.mark.django_db(transaction=True)

ENTRANCE = ["/connexion/", "/connexion/code/", "/connexion/mot-de-passe-oublie/", "/inscription/"]
OWN = ["/espace/profil/", "/compte/appareils/", "/deconnexion/"]
STAFF = ["/compte/", "/conseiller/acces-motive/"]
LISTS = ["index", "accounts_user_changelist", "accounts_agency_changelist", "accounts_claimant_changelist"]
LISTS += [
    "core_parameteroverride_changelist",
    "core_deadline_changelist",
    "messaging_outboxmessage_changelist",
]


@pytest.fixture
def visit(live_server, page, context):
    """Open pages as somebody, and give what is wrong there."""
    blocked: list[str] = []
    page.on("console", lambda message: blocked.append(message.text) if message.type == "error" else None)

    def visit(addresses, person=None, widths=(1280,)) -> list:
        context.clear_cookies()
        if person is not None:
            key = people.signed_in(person).session.session_key
            context.add_cookies([{"name": "session", "value": key, "url": live_server.url}])
        wrong: list = []
        for address in addresses:
            for width in widths:
                page.set_viewport_size({"width": width, "height": 900})
                blocked.clear()
                page.goto(live_server.url + address)
                wrong += [(address, text) for text in blocked]
                if page.evaluate(
                    "document.documentElement.scrollWidth > document.documentElement.clientWidth"
                ):
                    wrong.append((address, f"overflows at {width}"))
            found = Axe().run(page, options={"resultTypes": ["violations"]}).response["violations"]
            wrong += [(address, each["id"], [node["target"] for node in each["nodes"]]) for each in found]
        return wrong

    return visit


def test_entrance_pages_are_sound(visit):
    assert visit(ENTRANCE, widths=(320, 1280)) == []


def test_account_pages_are_sound(visit):
    claimant = people.make_claimant()
    assert visit(OWN, claimant, widths=(320, 1280)) == []
    assert visit(STAFF, claimant.advisor, widths=(320, 1280)) == []


def test_back_office_works_under_the_strict_policy(visit):
    claimant = people.make_claimant()
    forms = [
        reverse("admin:accounts_user_add"),
        reverse("admin:accounts_user_change", args=[claimant.advisor_id]),
        reverse("admin:accounts_agency_change", args=[claimant.agency_id]),
        reverse("admin:accounts_claimant_change", args=[claimant.pk]),
        reverse("admin:core_parameteroverride_change", args=["portfolio_max"]),
    ]
    lists = [reverse(f"admin:{name}") for name in LISTS]
    assert visit([*lists, *forms], people.make_admin()) == []


def test_advisor_enrols_the_second_step_with_the_key_in_letters(live_server, page):
    advisor: User = people.make_advisor().user
    page.goto(live_server.url + "/connexion/")
    page.get_by_label("Adresse e-mail").fill(advisor.email)
    page.get_by_label("Mot de passe", exact=True).fill(people.PASSWORD)
    page.get_by_role("button", name="Me connecter").click()
    page.wait_for_url("**/compte/deuxieme-etape/activer/")
    page.get_by_label("Code affiché par l’application").fill(
        people.totp_code(page.locator(".secret-key").inner_text())
    )
    page.get_by_role("button", name="Activer").click()
    page.wait_for_url("**/codes-de-secours/")
    assert page.locator("li code").count() == 10
