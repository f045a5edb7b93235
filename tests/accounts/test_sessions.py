"""Sessions: they end after a silence, can be seen and ended, and die when rights change."""

from datetime import timedelta

import pytest
from allauth.usersessions.models import UserSession
from django.contrib.sessions.models import Session
from django.test import Client

from accounts import people as processes
from accounts.models import Role, User
from accounts.sign_in import sessions
from portal.core import clock, parameters, personal_data
from portal.core.journal import PORTAL
from portal.core.models import JournalEntry, ParameterOverride
from tests import people

pytestmark = pytest.mark.django_db


@pytest.fixture
def moved(monkeypatch):
    """Move the portal's clock: `moved(minutes=31)`."""
    real = clock.now

    def move(**by: float) -> None:
        monkeypatch.setattr(clock, "now", lambda: real() + timedelta(**by))

    return move


@pytest.fixture(autouse=True)
def _parameters_are_read_anew():
    parameters.forget()
    yield
    parameters.forget()


def with_password(user: User, **headers) -> Client:
    client = Client(headers=headers)
    client.post("/connexion/", {"login": user.email, "password": people.PASSWORD})
    return client


@pytest.mark.parametrize(("minutes", "stays"), [(119, True), (122, False)])
def test_claimant_is_signed_out_after_two_hours_of_silence(moved, minutes, stays):
    client = people.signed_in(people.make_claimant())
    assert client.get("/espace/profil/").status_code == 200
    moved(minutes=minutes)
    assert (client.get("/espace/profil/").status_code == 200) is stays


@pytest.mark.parametrize(("minutes", "stays"), [(29, True), (32, False)])
def test_staff_are_signed_out_after_half_an_hour_of_silence(moved, minutes, stays):
    client = people.signed_in(people.make_advisor())
    assert client.get("/compte/").status_code == 200
    moved(minutes=minutes)
    assert (client.get("/compte/").status_code == 200) is stays


def test_silence_starts_at_sign_in(moved):
    client = with_password(people.make_claimant().user)
    moved(minutes=122)
    assert client.get("/espace/profil/").status_code == 302


def test_silence_is_a_parameter(moved):
    ParameterOverride.objects.create(key="claimant_idle_minutes", value=15)
    client = people.signed_in(people.make_claimant())
    client.get("/espace/profil/")
    moved(minutes=17)
    assert client.get("/espace/profil/").status_code == 302


def test_sentence_says_why_one_was_signed_out(moved):
    client = people.signed_in(people.make_claimant())
    client.get("/espace/profil/")
    moved(minutes=122)
    page = client.get("/espace/profil/", follow=True).content.decode()
    assert "après 2 heures sans activité" in page


def test_session_is_written_at_most_once_a_minute(moved, django_assert_num_queries):
    client = people.signed_in(people.make_claimant())
    client.get("/compte/appareils/")
    with django_assert_num_queries(1):  # the session, and the account with it
        client.get("/compte/")
    moved(seconds=90)
    seen_at = client.session[sessions.SEEN_AT]
    client.get("/compte/")
    assert client.session[sessions.SEEN_AT] > seen_at


def test_it_is_the_session_that_says_who_asks_whatever_the_list_of_devices_says():
    person, other = people.make_claimant(), people.make_claimant()
    client = people.signed_in(person)
    client.get("/espace/")
    UserSession.objects.filter(user=person.user).update(user=other.user)
    page = client.get("/espace/").content.decode()
    assert str(person.user) in page
    assert str(other.user) not in page


# --- seen and ended -----------------------------------------------------------------------------


def test_devices_are_listed_by_name():
    person = people.make_claimant().user
    with_password(person, **{"User-Agent": "Mozilla/5.0 (Linux; Android 14) Chrome/120 Mobile Safari/537"})
    here = with_password(person, **{"User-Agent": "Mozilla/5.0 (Windows NT 10.0) Firefox/130"})
    page = here.get("/compte/appareils/").content.decode()
    assert "Chrome sur Android" in page
    assert "Firefox sur Windows" in page
    assert page.count("Cet appareil") == 1


def test_one_device_is_signed_out_and_the_journal_says_so():
    person = people.make_claimant().user
    there, here = with_password(person), with_password(person)
    (other,) = [one for one in sessions.of(person) if one.session_key == there.session.session_key]
    here.post("/compte/appareils/", {"device": str(other.pk)})
    assert there.get("/espace/profil/").status_code == 302
    assert here.get("/espace/profil/").status_code == 200
    assert JournalEntry.objects.get(code=7).data == {"count": 1}


def test_all_other_devices_are_signed_out_at_once():
    person = people.make_claimant().user
    others, here = [with_password(person) for _ in range(3)], with_password(person)
    here.post("/compte/appareils/", {"device": "others"})
    assert [one.get("/espace/profil/").status_code for one in others] == [302] * 3
    assert here.get("/espace/profil/").status_code == 200


def test_somebody_elses_device_answers_like_one_that_does_not_exist():
    stranger, person = people.make_claimant().user, people.make_claimant().user
    theirs = with_password(stranger)
    (device,) = sessions.of(stranger)
    client = with_password(person)
    assert client.post("/compte/appareils/", {"device": str(device.pk)}).status_code == 404
    assert client.post("/compte/appareils/", {"device": "999999"}).status_code == 404
    assert theirs.get("/espace/profil/").status_code == 200


# --- rights change ----------------------------------------------------------------------------------


def test_sessions_end_when_the_role_changes():
    advisor = people.make_advisor()
    client = people.signed_in(advisor)
    assert client.get("/compte/").status_code == 200
    processes.change_role(advisor.pk, Role.CONTROLLER, by=PORTAL, now=clock.now())
    assert client.get("/compte/").status_code == 302


def test_sessions_end_when_a_role_is_changed_past_every_process():
    advisor = people.make_advisor()
    client = people.signed_in(advisor)
    User.objects.filter(pk=advisor.pk).update(role=Role.ADMIN)
    assert client.get("/compte/").status_code == 302


def test_sessions_end_when_somebody_becomes_supervisor():
    advisor = people.make_advisor()
    client = with_password(advisor.user)
    key = client.session.session_key
    processes.set_supervisor(advisor.pk, True, by=PORTAL, now=clock.now())
    assert not Session.objects.filter(session_key=key).exists()


def test_sessions_end_when_the_access_is_closed():
    person = people.make_claimant().user
    client = people.signed_in(person)
    processes.close(person.pk, by=PORTAL, now=clock.now())
    assert client.get("/espace/profil/").status_code == 302


# --- what is over is forgotten ------------------------------------------------------------------------


def test_ended_sessions_are_forgotten_and_living_ones_stay(time_machine):
    person = people.make_claimant().user
    time_machine.move_to("2026-12-01 09:00+01:00")
    with_password(person)
    time_machine.move_to("2026-12-02 09:00+01:00")
    here = with_password(person)
    personal_data.let_go(clock.now(), only=["sessions"])
    assert [session.pk for session in Session.objects.all()] == [here.session.session_key]
    assert [session.session_key for session in UserSession.objects.all()] == [here.session.session_key]
