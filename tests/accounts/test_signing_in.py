"""Coming in: by password, by code, with a second factor; strangers learn nothing."""

import time

import pytest
from allauth.mfa.totp.internal.auth import format_hotp_value, hotp_value
from django.test import Client

from tests import people

pytestmark = pytest.mark.django_db


def sign_in(client: Client, email: str, password: str = people.PASSWORD, next_url: str = ""):
    address = f"/connexion/?next={next_url}" if next_url else "/connexion/"
    return client.post(address, {"login": email, "password": password})


def totp_code(secret: str, step: int = 0) -> str:
    return format_hotp_value(hotp_value(secret, int(time.time()) // 30 + step))


def test_claimant_signs_in_with_a_password_and_lands_in_the_personal_space(client):
    person = people.make_claimant().user
    response = sign_in(client, person.email.upper())
    assert response.status_code == 302
    assert response["Location"] == "/espace/"
    assert client.session["_auth_user_id"] == str(person.pk)


def test_session_is_renewed_at_sign_in(client):
    person = people.make_claimant().user
    client.get("/connexion/")
    client.post("/connexion/", {"login": "x@exemple.fr", "password": "faux"})
    client.session["something"] = 1
    session = client.session
    session["something"] = 1
    session.save()
    before = session.session_key
    sign_in(client, person.email)
    assert client.session.session_key != before


def test_known_and_unknown_addresses_are_answered_alike(client):
    person = people.make_claimant().user
    answers = []
    for email in (person.email, "personne@exemple.fr"):
        response = sign_in(client, email, "pas le bon mot")
        answers.append(response.content.decode().replace(email, "…"))
    first, second = (strip_token(answer) for answer in answers)
    assert first == second
    assert "ne correspond pas" in first


def strip_token(html: str) -> str:
    import re

    return re.sub(r'name="csrfmiddlewaretoken" value="[^"]+"', "", html)
