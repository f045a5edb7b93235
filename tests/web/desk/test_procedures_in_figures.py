"""Procedures in figures: right, rounded, the same on screen and in the file, at a bounded cost."""

import csv
import io
from datetime import timedelta

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from hypothesis import given
from hypothesis import strategies as st

from measures.indicators import small
from measures.models import Decision, Notice
from measures.procedure.contradiction import noticing
from measures.procedure.opening import examining
from measures.procedure.outcome import deciding
from measures.states import GraciousState
from tests import factories
from tests.factories import NOW
from tests.measures.appeals import court_of
from tests.measures.cast import FACT, SUSPENSION, Cast, acts, work
from tests.people import signed_in

pytestmark = pytest.mark.django_db
YEAR = NOW.year
REFERRED, BECAME, PACE = "Procédures transmises", "Ce qu’elles sont devenues", "Durée des étapes"
APPEALS = "Recours et demandes de levée"


@pytest.fixture
def cast(at) -> Cast:
    return Cast()


@pytest.fixture
def office(cast):
    """The browser of the supervisor of the agency that refers."""
    return signed_in(factories.advisor(cast.advisor.agency, is_supervisor=True))


def person(cast: Cast):
    return factories.claimant(cast.advisor, benefit_status="ARE")


def some(cast: Cast, count: int, deed=Cast.refer) -> list:
    return [deed(cast, person=person(cast)) for _ in range(count)]


def figures(browser, address: str = "/agence/procedures.csv", year: int = YEAR) -> dict:
    answer = browser.get(f"{address}?annee={year}")
    lines = list(csv.reader(io.StringIO(answer.content.decode("utf-8-sig")), delimiter=";"))
    assert lines[0] == ["Indicateur", "Détail", "Nombre", "Jours (médiane)"]
    return {(title, label): (count, days) for title, label, count, days in lines[1:]}


def told(found: dict, title: str) -> dict[str, str]:
    return {label: count for (one, label), (count, _) in found.items() if one == title and count != "0"}


def test_figures_say_what_procedures_became(cast, office):
    some(cast, 7)
    for case in some(cast, 5, Cast.taken):
        examining.close(case.pk, reasons="Vu.", by=acts(cast.delegate), now=cast.now)
    cast.in_force(person=person(cast))
    found = figures(office)
    assert list(told(found, REFERRED).values()) == ["15"]
    became = {label: count.replace("\u00a0", " ") for label, count in told(found, BECAME).items()}
    assert became == {
        "Examen en cours": "5",
        "Close sans mesure": "5",
        "Suspension de l’allocation": "moins de 5",
    }


def test_figures_say_what_people_asked_after_a_decision(cast, office):
    for _ in range(5):
        cast.now = NOW
        won = court_of.contested(cast, person=person(cast))
        court_of.answers(cast, court_of.files(cast, won), GraciousState.GRANTED)
        cast.now = NOW
        court_of.asks_lift(cast, cast.in_force(person=person(cast)))
    cast.now = NOW
    court_of.mediates(cast, court_of.contested(cast, person=person(cast)))
    found = {
        label.replace("\u00a0", " "): count.replace("\u00a0", " ")
        for label, count in told(figures(office), APPEALS).items()
    }
    assert found == {
        "Demande de levée : en cours d’examen": "5",
        "Recours gracieux : accepté": "5",
        "Médiation : en cours": "moins de 5",
    }
    elsewhere = signed_in(factories.advisor(factories.agency(), is_supervisor=True))
    assert told(figures(elsewhere), APPEALS) == {}
    assert told(figures(Client(), "/chiffres.csv"), APPEALS) == told(figures(office), APPEALS)


def test_the_median_of_a_step_is_the_middle_one(cast, office):
    for days in (1, 2, 4, 9, 30):
        cast.now = NOW - timedelta(days=days)
        case = cast.taken(person=person(cast))
        noticing.prepare(case.pk, facts=FACT, choice=SUSPENSION, by=acts(cast.delegate), now=NOW)
        noticing.send(case.pk, by=acts(cast.delegate), now=NOW)
    found = figures(office)
    assert found[(PACE, "De la transmission à la lettre d’information")] == ("", "4")
    assert found[(PACE, "De la lettre d’information à sa lecture")] == ("", "")


def test_fewer_than_five_are_told_nowhere(cast, office):
    some(cast, 4, lambda it, **who: it.told(SUSPENSION, **who))
    for browser, address in ((office, "/agence/procedures"), (Client(), "/chiffres")):
        found = figures(browser, f"{address}.csv")
        numbers = {count for count, _ in found.values()} | {days for _, days in found.values()}
        assert {one.replace("\u00a0", " ") for one in numbers} == {"", "0", "moins de 5"}
        page = browser.get(f"{address}/").text
        assert "moins de\u00a05" in page
        assert ">4<" not in page


def test_a_decision_put_aside_counts_once(cast, office):
    cases = some(cast, 5, Cast.received)
    cast.now = Notice.objects.latest("observations_until").observations_until + timedelta(minutes=5)
    work(cast.now)
    for case in cases:
        cast.decides(case)
        deciding.reconsider(case.pk, reason="Relue.", by=acts(cast.delegate), now=cast.now)
        cast.decides(case)
    assert Decision.objects.count() == 10
    assert told(figures(office), BECAME) == {"Examen en cours": "5"}


def test_an_agency_has_its_own_and_everybody_has_all(cast, office):
    some(cast, 5)
    elsewhere = Cast()
    some(elsewhere, 6)
    some(elsewhere, 4)
    quarter = next(iter(told(figures(office), REFERRED)))
    assert told(figures(office), REFERRED) == {quarter: "5"}
    assert told(figures(Client(), "/chiffres.csv"), REFERRED) == {quarter: "15"}


def test_a_year_begins_and_ends_on_the_wall_of_the_agency(cast, office):
    # 23:30 UTC on New Year's Eve is the new year in Paris.
    cast.now = NOW.replace(year=YEAR - 1, month=12, day=31, hour=23, minute=30, second=0, microsecond=0)
    some(cast, 5)
    assert told(figures(office), REFERRED) == {"Janvier à mars": "5"}
    assert told(figures(office, year=YEAR - 1), REFERRED) == {}
    assert "Aucune procédure cette année-là" in office.get(f"/agence/procedures/?annee={YEAR - 1}").text


@pytest.mark.parametrize("address", ["/agence/procedures/", "/chiffres/"])
@pytest.mark.parametrize("year", ["", "1066", "-1", "é" * 50, "9" * 50])
def test_nonsense_in_the_year_is_this_year(office, address, year):
    page = office.get(address, {"annee": year}).text
    assert f'<a href="?annee={YEAR}" aria-current="page">' in page


def test_the_screen_says_what_the_file_says(cast, office):
    some(cast, 6)
    some(cast, 5, lambda it, **who: it.told(SUSPENSION, **who))
    page = office.get("/agence/procedures/").text
    for (title, label), (count, days) in figures(office).items():
        assert title in page
        assert not count or (label in page and f">{count}</td>" in page)
        assert not days or label in page


def test_figures_cost_the_same_for_one_procedure_as_for_three(cast, office):
    office.get("/agence/procedures/")
    costs = []
    for _ in range(3):
        some(cast, 1)
        with CaptureQueriesContext(connection) as asked:
            office.get("/agence/procedures/")
        costs.append(len(asked))
    assert costs[0] == costs[-1] <= 9


def test_everybodys_figures_are_counted_once_a_day(cast, at, django_assert_num_queries):
    some(cast, 6)
    first = Client().get("/chiffres/").text
    some(cast, 20)
    with django_assert_num_queries(0):
        assert Client().get("/chiffres/").text == first
    at.move(days=1)
    assert Client().get("/chiffres/").text != first


def test_an_advisor_has_no_figures_of_the_agency(cast):
    for address in ("/agence/procedures/", "/agence/procedures.csv"):
        assert signed_in(cast.advisor).get(address).status_code == 404


@given(st.integers(0, 10_000))
def test_what_is_told_leaves_the_count_open(count):
    same = [other for other in range(count + 6) if small.told(other) == small.told(count)]
    assert count in same
    assert len(same) >= 3 or count == 0
    assert small.told(count) is None or abs(small.told(count) - count) <= 2
