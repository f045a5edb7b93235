"""The entrance in a real browser; how its pages look is tests/seen."""

import pytest

from accounts.models import User
from tests import people

pytestmark = pytest.mark.django_db(transaction=True)


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
