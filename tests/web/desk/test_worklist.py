"""One list by deadline: what stands on it, in which order, found by the address, done in one click."""

import re

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from convocations.models import Convocation
from convocations.states import ConvocationState
from portal.web.desk import worklist
from tests import factories
from tests.factories import NOW, acting
from tests.web.desk import conftest as cast
from tests.web.desk.conftest import timedelta

pytestmark = pytest.mark.django_db


def names(response) -> list[str]:
    return re.findall(r"data-desk-row>([^<]+)<", response.content.decode())


def someone(of, name: str):
    return factories.claimant(of, user_fields={"first_name": name, "last_name": "Test"})


@pytest.fixture
def five(at, nadia):
    """One line of each kind; the instant when all five wait."""
    decided, after = cast.absent(someone(nadia, "Absente"), starts_at=NOW + timedelta(days=3, hours=0))
    link_of, _ = cast.absent(someone(nadia, "Preuve"), starts_at=NOW + timedelta(days=3, hours=1))
    cast.explained(decided, after)
    cast.explained(link_of, after + timedelta(hours=2), cast.document(link_of.claimant))
    at.now = after + timedelta(hours=3)
    cast.past(someone(nadia, "Venue"), starts_at=NOW + timedelta(days=3, hours=2))
    letters = factories.claimant(
        nadia, user_fields={"first_name": "Appel", "last_name": "Test", "email": None}
    )
    factories.convocation(letters, starts_at=NOW + timedelta(days=12))
    factories.convocation(someone(nadia, "Silence"), starts_at=NOW + timedelta(days=8))
    return at


def test_list_shows_each_kind_by_deadline(desk, five):
    response = desk.get("/conseiller/")
    shown = names(response)
    assert sorted(set(shown)) == ["Absente Test", "Appel Test", "Preuve Test", "Silence Test", "Venue Test"]
    text = response.content.decode()
    for label in (
        "Présence à enregistrer",
        "Absence à examiner",
        "Justificatif à examiner",
        "Appel à passer",
        "Convocation non lue",
    ):
        assert label in text


def test_list_of_a_colleague_stays_empty(five, paul):
    text = cast.signed_in(paul).get("/conseiller/").content.decode()
    assert "Rien ne vous attend" in text


@pytest.mark.parametrize(
    ("slug", "name"),
    [
        ("presences", "Venue Test"),
        ("justificatifs", "Preuve Test"),
        ("appels", "Appel Test"),
        ("non-lues", "Silence Test"),
    ],
)
def test_address_filters_by_kind(desk, five, slug, name):
    assert names(desk.get(f"/conseiller/?nature={slug}")) == [name]


def test_address_filters_by_person_whatever_the_accents(desk, five, nadia):
    helene = factories.claimant(nadia, user_fields={"first_name": "Hélène", "last_name": "Évrard"})
    cast.past(helene, starts_at=NOW + timedelta(days=3, hours=3))
    assert names(desk.get("/conseiller/?personne=evrard+HELENE")) == ["Hélène Évrard"]
    assert names(desk.get("/conseiller/?personne=personne")) == []


def test_address_filters_what_is_late(desk, five):
    assert names(desk.get("/conseiller/?retard=1")) == []
    five.move(days=20)
    assert "Venue Test" in names(desk.get("/conseiller/?retard=1"))


@pytest.mark.parametrize(
    "query",
    [
        "nature=inconnue",
        "apres=1.2",
        "apres=x.y.z",
        "apres=9999999999999999999.1.1",
        "apres=-1.-1.-1",
        "fait=XX",
        "fait=AB-0000-0000",
        "personne=%25%5F%27",
        "retard=oui",
    ],
)
def test_nonsense_in_the_address_is_an_ordinary_list(desk, five, query):
    assert desk.get(f"/conseiller/?{query}").status_code == 200


def test_silence_comes_to_the_list_only_when_the_period_is_over(desk, at, camille):
    absence, after = cast.absent(camille, starts_at=NOW + timedelta(days=3))
    at.now = after + timedelta(days=1)
    assert names(desk.get("/conseiller/?nature=absences")) == []
    at.now = cast.period_over(absence)
    assert names(desk.get("/conseiller/?nature=absences")) == ["Camille Moreau"]


def test_unread_convocation_with_an_open_call_stands_once(desk, at, camille):
    row = factories.convocation(camille, starts_at=NOW + timedelta(days=5))
    row.calls.create(
        claimant=camille,
        advisor=camille.advisor,
        reason="UNREAD",
        opened_at=NOW,
        due_at=NOW + timedelta(days=4),
    )
    assert names(desk.get("/conseiller/")) == ["Camille Moreau"]


def test_present_in_one_click_and_taken_back_in_another(desk, at, camille):
    row, at.now = cast.past(camille)
    response = desk.post(
        f"/conseiller/convocations/{row.ref}/presence/",
        {"outcome": "ATTENDED", "retour": "/conseiller/?nature=presences"},
    )
    assert response["Location"] == f"/conseiller/?nature=presences&fait={row.ref}"
    page = desk.get(response["Location"]).content.decode()
    assert f"/conseiller/convocations/{row.ref}/reprendre/" in page
    desk.post(f"/conseiller/convocations/{row.ref}/reprendre/", {"retour": "/conseiller/"})
    row.refresh_from_db()
    assert row.state == ConvocationState.AWAITING_STATUS


def test_undo_is_not_offered_for_what_a_colleague_recorded(desk, at, camille, paul):
    row, at.now = cast.past(camille)
    cast.attendance.record(row.pk, ConvocationState.ATTENDED, by=acting(paul), now=at.now)
    assert "reprendre" not in desk.get(f"/conseiller/?fait={row.ref}").content.decode()


@pytest.mark.parametrize(
    "elsewhere", ["https://ailleurs.example/", "//ailleurs.example/", "/espace/", "javascript:x"]
)
def test_way_back_never_leads_out_of_the_desk(desk, at, camille, elsewhere):
    row, at.now = cast.past(camille)
    response = desk.post(
        f"/conseiller/convocations/{row.ref}/presence/", {"outcome": "ATTENDED", "retour": elsewhere}
    )
    assert response["Location"] == f"/conseiller/convocations/{row.ref}/"


def test_several_present_at_once_with_a_result_per_line(desk, at, nadia, paul):
    good, at.now = cast.past(someone(nadia, "Un"), starts_at=NOW + timedelta(days=3))
    done, _ = cast.past(someone(nadia, "Deux"), starts_at=NOW + timedelta(days=3, hours=1))
    foreign, _ = cast.past(someone(paul, "Trois"), starts_at=NOW + timedelta(days=3))
    at.move(hours=3)
    cast.attendance.record(done.pk, ConvocationState.TECH_INCIDENT, by=acting(paul), now=at.now)
    response = desk.post("/conseiller/", {"ligne": [good.ref, done.ref, foreign.ref, "x", good.ref]})
    text = response.content.decode()
    assert response.status_code == 200
    assert "1\u00a0présence enregistrée" in text
    assert "incident technique" in text
    assert text.count("n’est pas dans votre liste") == 2
    states = dict(Convocation.objects.values_list("pk", "state"))
    assert states[good.pk] == ConvocationState.ATTENDED
    assert states[done.pk] == ConvocationState.TECH_INCIDENT
    assert states[foreign.pk] == ConvocationState.AWAITING_STATUS


def test_nothing_ticked_says_so(desk, at, camille):
    cast.past(camille)
    response = desk.post("/conseiller/", {})
    assert response.status_code == 422
    assert "Cochez au moins une ligne" in response.content.decode()


def test_long_list_goes_on_page_by_page_without_loss_or_repeat(desk, at, nadia, monkeypatch):
    monkeypatch.setattr(worklist, "PAGE", 3)
    expected = set()
    for number in range(8):
        _, at.now = cast.past(someone(nadia, f"Nom{number}"), starts_at=NOW + timedelta(days=3, hours=number))
        expected.add(f"Nom{number} Test")
    seen, url = [], "/conseiller/?nature=presences"
    for _ in range(3):
        response = desk.get(url)
        seen += names(response)
        following = re.search(r'href="(\?[^"]+)" rel="next"', response.content.decode())
        url = "/conseiller/" + following[1].replace("&amp;", "&") if following else ""
    assert url == ""
    assert len(seen) == 8
    assert set(seen) == expected


def test_page_takes_as_many_queries_for_one_line_as_for_three_and_at_most_14(desk, at, nadia):
    desk.get("/conseiller/")
    counts = []
    for number in range(3):
        cast.past(someone(nadia, f"A{number}"), starts_at=NOW + timedelta(days=3, hours=number))
        factories.convocation(someone(nadia, f"B{number}"), starts_at=NOW + timedelta(hours=49 + number))
        with CaptureQueriesContext(connection) as queries:
            desk.get("/conseiller/")
        counts.append(len(queries))
    assert counts[0] == counts[2]
    assert counts[0] <= 14, [query["sql"][:90] for query in queries]
