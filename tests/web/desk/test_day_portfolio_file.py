"""The day, the portfolio, one person's file."""

import re

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from accounts.models import BreakGlass
from convocations.models import DeliveryEvidence
from portal.web.desk import file, portfolio
from tests import factories
from tests.factories import NOW
from tests.people import signed_in
from tests.web.desk import conftest as cast
from tests.web.desk.conftest import timedelta

pytestmark = pytest.mark.django_db


def names(response) -> list[str]:
    return re.findall(r"data-desk-row>([^<]+)<", response.content.decode())


# --- the day ------------------------------------------------------------------------


def test_day_shows_appointments_and_free_hours(desk, camille):
    factories.convocation(camille, starts_at=NOW.replace(month=12, day=2, hour=12))
    text = desk.get("/conseiller/agenda/?jour=2026-12-02").content.decode().replace("\u00a0", " ")
    assert "13 h – 13 h 45" in text
    assert "12 h 30 – 13 h" in text
    assert "13 h 45 – 16 h 30" in text
    assert "?jour=2026-12-02&amp;heure=13:45" in text


def test_day_leads_over_the_weekend(desk):
    text = desk.get("/conseiller/agenda/?jour=2026-12-04").content.decode()
    assert "?jour=2026-12-07" in text
    assert "?jour=2026-12-03" in text


def test_day_of_an_overseas_agency_is_on_its_own_clock(at):
    there = factories.agency(territory="REUNION")
    advisor = factories.advisor(there)
    factories.convocation(factories.claimant(advisor), starts_at=NOW.replace(month=12, day=1, hour=21))
    client = signed_in(advisor)
    text = client.get("/conseiller/agenda/?jour=2026-12-02").content.decode().replace("\u00a0", " ")
    assert "1 h – 1 h 45" in text
    assert "heure de La Réunion" in text
    assert "1 h – 1 h 45" not in client.get("/conseiller/agenda/?jour=2026-12-01").content.decode()


@pytest.mark.parametrize(
    "day", ["", "x", "2026-02-30", "0001-01-01", "9999-12-31", "2026-12-02T00:00", "%00"[:0]]
)
def test_nonsense_day_is_today(desk, day):
    response = desk.get("/conseiller/agenda/", {"jour": day})
    assert "aujourd’hui" in response.content.decode()


def test_holiday_is_named(desk):
    assert "Jour férié" in desk.get("/conseiller/agenda/?jour=2026-12-25").content.decode()


def test_free_hour_picked_in_the_agenda_reaches_the_form(desk, camille):
    picked = desk.get("/conseiller/portefeuille/?jour=2026-12-02&heure=13:45").content.decode()
    assert '<input type="hidden" name="heure" value="13:45">' in picked
    form = desk.post(
        "/conseiller/convocations/nouvelle/", {"pour": camille.ref, "jour": "2026-12-02", "heure": "13:45"}
    ).content.decode()
    assert 'value="2026-12-02"' in form
    assert 'value="13:45"' in form


# --- the portfolio ------------------------------------------------------------------


def test_portfolio_begins_with_whom_one_has_not_heard_for_long(desk, nadia):
    for days, name in ((10, "Récent"), (90, "Ancien"), (40, "Moyen")):
        factories.claimant(
            nadia,
            last_contact_at=NOW - timedelta(days=days),
            user_fields={"first_name": name, "last_name": "X"},
        )
    assert names(desk.get("/conseiller/portefeuille/")) == ["Ancien X", "Moyen X", "Récent X"]


@pytest.mark.parametrize("words", ["evrard", "ÉVRARD", "hélène évr", "HELENE", "vrar"])
def test_portfolio_finds_names_whatever_accents_and_capitals(desk, nadia, camille, words):
    factories.claimant(nadia, user_fields={"first_name": "Hélène", "last_name": "Évrard"})
    assert names(desk.get("/conseiller/portefeuille/", {"q": words})) == ["Hélène Évrard"]


def test_portfolio_finds_a_reference_read_aloud(desk, camille):
    spoken = str(camille.ref).lower().replace("0", "o")
    assert names(desk.get("/conseiller/portefeuille/", {"q": spoken})) == ["Camille Moreau"]


@pytest.mark.parametrize(
    "query", ["q=%25", "q=_", "apres=DE-0000-0000", "apres=x", "tri=x", "agence=1", "q=" + "a" * 200]
)
def test_nonsense_in_the_address_finds_nothing_and_breaks_nothing(desk, camille, query):
    assert desk.get(f"/conseiller/portefeuille/?{query}").status_code == 200


def test_only_a_supervisor_sees_the_agencys_people(desk, camille, paul, helene):
    assert names(signed_in(paul).get("/conseiller/portefeuille/?agence=1")) == []
    assert names(signed_in(helene).get("/conseiller/portefeuille/?agence=1")) == ["Camille Moreau"]


@pytest.mark.parametrize("order", ["", "nom"])
def test_portfolio_goes_on_page_by_page_without_loss_or_repeat(desk, nadia, monkeypatch, order):
    monkeypatch.setattr(portfolio, "PAGE", 3)
    for number in range(8):
        factories.claimant(
            nadia,
            last_contact_at=NOW - timedelta(days=number // 3) if number % 2 else None,
            user_fields={"first_name": "É" if number % 2 else "E", "last_name": f"Nom{number // 4}"},
        )
    seen, url = [], f"/conseiller/portefeuille/?tri={order}"
    while url:
        response = desk.get(url)
        seen += re.findall(r'name="pour" value="([^"]+)"', response.content.decode())
        following = re.search(r'href="(\?[^"]+)" rel="next"', response.content.decode())
        url = "/conseiller/portefeuille/" + following[1].replace("&amp;", "&") if following else ""
    assert len(seen) == len(set(seen)) == 8


def test_portfolio_takes_as_many_queries_for_one_person_as_for_three(desk, nadia):
    desk.get("/conseiller/portefeuille/")
    counts = []
    for number in range(3):
        factories.convocation(factories.claimant(nadia), starts_at=NOW + timedelta(days=9, hours=number))
        with CaptureQueriesContext(connection) as queries:
            desk.get("/conseiller/portefeuille/")
        counts.append(len(queries))
    assert counts[0] == counts[2] <= 10


# --- one file -----------------------------------------------------------------------


def test_file_tells_what_happened_latest_first(desk, at, camille):
    absence, at.now = cast.absent(camille)
    cast.explained(absence, at.now)
    DeliveryEvidence.objects.create(
        convocation=absence.convocation,
        fact="EMAIL_BOUNCED",
        at=NOW + timedelta(hours=1),
        written_at=NOW,
        message_id=7,
    )
    text = desk.get(f"/conseiller/demandeurs/{camille.ref}/").content.decode()
    story = text[text.index("Ce qui s’est passé") :]
    order = [
        "a donné une explication",
        "a enregistré une absence",
        "refusé par sa messagerie",
        "a fixé le rendez-vous",
    ]
    places = [story.index(words) for words in order]
    assert places == sorted(places)
    assert "Absence à examiner" in text


def test_file_belongs_to_the_portfolio_in_the_menu(desk, camille):
    text = desk.get(f"/conseiller/demandeurs/{camille.ref}/").content.decode()
    assert '<a href="/conseiller/portefeuille/" aria-current="page">' in text


def test_file_flags_a_bounced_address(desk, nadia):
    person = factories.claimant(nadia, email_bounced_at=NOW)
    assert "E-mails refusés depuis le" in desk.get(f"/conseiller/demandeurs/{person.ref}/").content.decode()


def test_file_goes_back_page_by_page_without_loss_or_repeat(desk, at, camille, monkeypatch):
    monkeypatch.setattr(file, "PAGE", 4)
    row, _ = cast.past(camille)
    for number in range(6):
        DeliveryEvidence.objects.create(
            convocation=row,
            fact="EMAIL_ACCEPTED",
            at=NOW + timedelta(hours=number),
            written_at=NOW,
            message_id=number + 1,
        )
    for number in range(9):
        factories.convocation(
            camille, starts_at=NOW + timedelta(days=20 + number), now=NOW + timedelta(hours=number)
        )
    at.now = NOW + timedelta(days=15)
    seen, url = [], f"/conseiller/demandeurs/{camille.ref}/"
    while url:
        text = desk.get(url).content.decode()
        seen += re.findall(r'timeline-date">(.*?)</span>\s*<p class="timeline-title">(.*?)</p>', text, re.S)
        following = re.search(r'href="(\?[^"]+)" rel="next"', text)
        url = f"/conseiller/demandeurs/{camille.ref}/" + following[1] if following else ""
    assert sum("a fixé le rendez-vous" in title for _, title in seen) == 10
    assert sum("remis à sa messagerie" in title for _, title in seen) == 6


def test_file_opens_behind_broken_glass_for_its_time(at, camille, paul):
    client = signed_in(paul)
    assert client.get(f"/conseiller/demandeurs/{camille.ref}/").status_code == 404
    BreakGlass.objects.create(
        advisor=paul, claimant=camille, reason="Urgence", opened_at=NOW, until=NOW + timedelta(hours=24)
    )
    assert client.get(f"/conseiller/demandeurs/{camille.ref}/").status_code == 200
    at.move(hours=25)
    assert client.get(f"/conseiller/demandeurs/{camille.ref}/").status_code == 404


def test_file_takes_as_many_queries_for_one_deed_as_for_many(desk, camille):
    address = f"/conseiller/demandeurs/{camille.ref}/"
    desk.get(address)
    counts = []
    for number in range(3):
        factories.convocation(camille, starts_at=NOW + timedelta(days=9 + number))
        with CaptureQueriesContext(connection) as queries:
            desk.get(address)
        counts.append(len(queries))
    assert counts[0] == counts[2] <= 18
