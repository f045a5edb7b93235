"""The second step: enrolled once, asked at each sign-in, never skipped by staff, recovered with codes."""

import re
import time

import pytest
from allauth.mfa.models import Authenticator
from allauth.mfa.totp.internal.auth import TOTP, format_hotp_value, generate_totp_secret, hotp_value
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver

from accounts.models import User
from accounts.sign_in import second_factor
from portal.core.models import JournalEntry
from tests import people

pytestmark = pytest.mark.django_db

ENROL = "/compte/deuxieme-etape/activer/"


def code_of(secret: str, step: int = 0) -> str:
    return format_hotp_value(hotp_value(secret, int(time.time()) // 30 + step))


def enrolled(user: User) -> str:
    secret = generate_totp_secret()
    TOTP.activate(user, secret)
    return secret


def with_password(client: Client, user: User):
    return client.post("/connexion/", {"login": user.email, "password": people.PASSWORD})


# --- enrolling ----------------------------------------------------------------------------


def test_advisor_enrols_at_first_sign_in_and_gets_recovery_codes(client, django_capture_on_commit_callbacks):
    advisor = people.make_advisor().user
    assert with_password(client, advisor)["Location"] == "/conseiller/"
    page = client.get(ENROL)
    assert page.status_code == 200
    secret = page.context["form"].secret
    with django_capture_on_commit_callbacks(execute=True):
        answer = client.post(ENROL, {"code": code_of(secret)})
    assert answer["Location"] == "/compte/deuxieme-etape/codes-de-secours/"
    codes = client.get(answer["Location"])
    assert codes.status_code == 200
    assert len(codes.context["unused_codes"]) == 10
    assert JournalEntry.objects.filter(code=4, subject_id=advisor.pk).count() == 1


def test_secrets_are_sealed_in_the_database():
    user = people.make_advisor().user
    secret = enrolled(user)
    stored = Authenticator.objects.get(user=user).data["secret"]
    assert secret not in stored
    assert second_factor.SecondFactorAdapter().decrypt(stored) == secret


def test_secret_sealed_with_yesterdays_key_still_opens(settings):
    sealed = second_factor.SecondFactorAdapter().encrypt("TOTPSECRET")
    settings.SECRET_KEY_FALLBACKS = [settings.SECRET_KEY]
    settings.SECRET_KEY = "a-new-secret-of-today"
    assert second_factor.SecondFactorAdapter().decrypt(sealed) == "TOTPSECRET"


# --- signing in with it ---------------------------------------------------------------------


def test_password_alone_does_not_let_an_enrolled_advisor_in(client):
    advisor = people.make_advisor().user
    enrolled(advisor)
    assert with_password(client, advisor)["Location"] == "/connexion/deuxieme-etape/"
    assert "_auth_user_id" not in client.session
    assert client.get("/connexion/deuxieme-etape/").status_code == 200


def test_code_of_the_application_lets_the_advisor_in(client):
    advisor = people.make_advisor().user
    secret = enrolled(advisor)
    with_password(client, advisor)
    assert client.post("/connexion/deuxieme-etape/", {"code": code_of(secret)})["Location"] == "/conseiller/"
    assert client.get("/compte/").status_code == 200


@pytest.mark.parametrize("step", [-1, 0, 1])
def test_code_serves_once_even_where_the_clock_may_drift(time_machine, step):
    advisor = people.make_advisor().user
    secret = enrolled(advisor)
    time_machine.move_to("2026-12-01 09:00:05+01:00", tick=False)
    code = code_of(secret, step)
    first, second = Client(), Client()
    with_password(first, advisor)
    assert first.post("/connexion/deuxieme-etape/", {"code": code}).status_code == 302
    time_machine.move_to(
        "2026-12-01 09:00:36+01:00" if step >= 0 else "2026-12-01 09:00:20+01:00", tick=False
    )
    with_password(second, advisor)
    second.post("/connexion/deuxieme-etape/", {"code": code})
    assert "_auth_user_id" not in second.session


def test_recovery_code_lets_in_once(client, django_capture_on_commit_callbacks):
    advisor = people.make_advisor().user
    with_password(client, advisor)
    secret = client.get(ENROL).context["form"].secret
    with django_capture_on_commit_callbacks(execute=True):
        client.post(ENROL, {"code": code_of(secret)})
    code = client.get("/compte/deuxieme-etape/codes-de-secours/").context["unused_codes"][0]
    first, second = Client(), Client()
    with_password(first, advisor)
    assert first.post("/connexion/deuxieme-etape/", {"code": code})["Location"] == "/conseiller/"
    with_password(second, advisor)
    second.post("/connexion/deuxieme-etape/", {"code": code})
    assert "_auth_user_id" not in second.session


def test_eleventh_wrong_code_is_refused_even_if_the_next_is_right(client):
    advisor = people.make_advisor().user
    secret = enrolled(advisor)
    with_password(client, advisor)
    for _ in range(10):
        client.post("/connexion/deuxieme-etape/", {"code": "000001"})
    answer = client.post("/connexion/deuxieme-etape/", {"code": code_of(secret)})
    assert "Trop d’essais" in answer.content.decode()
    assert "_auth_user_id" not in client.session


# --- staff cannot do without -----------------------------------------------------------------

ALLOWED = {"mfa_activate_totp", "account_reauthenticate", "account_logout", "account_inactive"}


def every_address() -> list[tuple[str, str]]:
    """Give an address for every pattern of the URL conf, with its name."""
    found: list[tuple[str, str]] = []

    def walk(patterns, prefix: str) -> None:
        for pattern in patterns:
            route = prefix + str(pattern.pattern).replace("^", "").replace("\\Z", "").replace("$", "")
            if isinstance(pattern, URLResolver):
                walk(pattern.url_patterns, route)
            elif isinstance(pattern, URLPattern):
                found.append((filled(route), pattern.name or ""))

    walk(get_resolver().url_patterns, "/")
    return found


def filled(route: str) -> str:
    route = re.sub(r"<(?:int:|slug:|str:|path:|uuid:)?(?:pk|id|object_id|n|number|position)>", "1", route)
    route = re.sub(r"<ref(?:erence)?:\w+>", "CV-7K3M-92QD", route)
    route = re.sub(r"<(\w+:)?\w+>", "x", route)
    return re.sub(r"\(\?P<\w+>[^)]*\)", "x", route)


# One door for all roles: an advisor stands for those with pages, a partner for those without.
@pytest.mark.parametrize("make", ["make_advisor", "make_admin", "make_partner"])
def test_staff_without_a_second_factor_reach_nothing_private(make):
    person = getattr(people, make)()
    client = Client()
    client.force_login(person if isinstance(person, User) else person.user)
    reached = []
    for address, name in every_address():
        if name == "account_logout":
            continue
        for method in (client.get, client.post):
            response = method(address)
            sent_to_enrol = response.status_code == 302 and response["Location"] == ENROL
            stranger = getattr(Client(), method.__name__)(address)
            open_to_all = stranger.status_code == response.status_code and not (
                stranger.status_code == 302 and stranger["Location"].startswith("/connexion/?next=")
            )
            if not (sent_to_enrol or open_to_all or name in ALLOWED or response.status_code in (404, 405)):
                reached.append((address, response.status_code))
    # Entrance pages send whoever is signed in on to their own page, which is closed.
    reached = [
        (address, status)
        for address, status in reached
        if address != "/" and not address.startswith("/connexion/")
    ]
    assert reached == []


def test_enrolled_advisor_whose_session_did_not_show_it_is_asked_to():
    advisor = people.make_advisor().user
    secret = enrolled(advisor)
    client = Client()
    client.force_login(advisor)
    answer = client.get("/compte/")
    assert answer["Location"] == "/compte/confirmer/deuxieme-etape/?next=%2Fcompte%2F"
    assert client.get("/compte/deuxieme-etape/desactiver/").status_code == 302
    assert client.post(answer["Location"], {"code": code_of(secret)})["Location"] == "/compte/"
    assert client.get("/compte/").status_code == 200


def test_staff_cannot_switch_their_second_factor_off():
    advisor = people.make_advisor().user
    secret = enrolled(advisor)
    client = Client()
    with_password(client, advisor)
    client.post("/connexion/deuxieme-etape/", {"code": code_of(secret)})
    answer = client.post("/compte/deuxieme-etape/desactiver/")
    assert answer.status_code == 200
    assert "deux étapes" in answer.content.decode()
    assert Authenticator.objects.filter(user=advisor).exists()


def test_claimant_may_choose_it_and_leave_it(client):
    person = people.make_claimant().user
    with_password(client, person)
    secret = client.get(ENROL).context["form"].secret
    client.post(ENROL, {"code": code_of(secret)})
    other = Client()
    assert with_password(other, person)["Location"] == "/connexion/deuxieme-etape/"
    assert client.post("/compte/deuxieme-etape/desactiver/").status_code == 302
    assert not Authenticator.objects.filter(user=person).exists()
