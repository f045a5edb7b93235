"""Without Redis nobody's tries can be counted: signing in waits, everything else goes on."""

import pytest
from django.core.cache import caches
from django.test import Client

from tests import people

pytestmark = pytest.mark.django_db


@pytest.fixture
def lost_redis(settings, tmp_path):
    settings.CACHES = {
        "default": settings.CACHES["default"] | {"LOCATION": f"unix://{tmp_path}/nobody-there.sock?db=0"}
    }
    caches.close_all()


@pytest.mark.usefixtures("lost_redis")
@pytest.mark.parametrize(
    ("address", "fields"),
    [
        ("/connexion/", {"login": "personne@exemple.fr", "password": people.PASSWORD}),
        ("/connexion/code/", {"email": "personne@exemple.fr"}),
        ("/connexion/mot-de-passe-oublie/", {"email": "personne@exemple.fr"}),
    ],
)
def test_signing_in_waits_and_says_so(address, fields):
    client = Client()
    people.make_claimant(user=people.make_user(email="personne@exemple.fr"))
    answer = client.post(address, fields)
    assert answer.status_code == 503
    assert answer["Retry-After"] == "60"
    assert "momentanément impossible" in answer.content.decode()
    assert "_auth_user_id" not in client.session


@pytest.mark.usefixtures("lost_redis")
def test_people_signed_in_go_on():
    client = people.signed_in(people.make_claimant())
    assert client.get("/espace/profil/").status_code == 200
    assert client.post("/espace/profil/", {"city": "Lyon"}).status_code == 302


@pytest.mark.usefixtures("lost_redis")
def test_entrance_still_opens():
    assert Client().get("/connexion/").status_code == 200
