"""The supervisor's page: what is late, who owns it, handed over with a result per line."""

import re

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from convocations.models import Absence, Convocation, Justificatif
from portal.core.models import JournalEntry
from portal.web.agency import overview
from tests import factories
from tests.factories import NOW
from tests.people import signed_in
from tests.web.desk import conftest as cast
from tests.web.desk.conftest import timedelta

pytestmark = pytest.mark.django_db


@pytest.fixture
def office(at, helene):
    """The supervisor's browser."""
    return signed_in(helene)


def late_record(of, **fields):
    row, _ = cast.past(of, **fields)
    return row


def names(response) -> list[str]:
    return re.findall(r"data-desk-row>([^<]+)<", response.content.decode())


def test_agency_page_is_not_there_for_an_advisor_or_a_claimant(at, nadia, camille):
    for person in (nadia, camille):
        client = signed_in(person)
        for address in ("/agence/", "/agence/sans-e-mail/"):
            assert client.get(address).status_code == 404
            assert client.post(address, {}).status_code in (404, 405)


def test_late_records_of_the_agency_only(office, at, camille):
    late_record(camille)
    late_record(
        factories.claimant(factories.advisor(), user_fields={"first_name": "Ailleurs", "last_name": "X"})
    )
    assert names(office.get("/agence/")) == []
    at.move(days=20)
    assert names(office.get("/agence/")) == ["Camille Moreau"]


def test_late_decisions_with_who_owns_them(office, at, camille):
    absence, after = cast.absent(camille)
    cast.explained(absence, after)
    at.now = absence.decide_by + timedelta(minutes=1)
    response = office.get("/agence/?retards=absences")
    assert names(response) == ["Camille Moreau"]
    assert "Nadia Benali" in response.content.decode()


def test_hand_over_of_records_with_a_result_per_line(office, at, nadia, paul, camille):
    late = late_record(camille)
    done = late_record(factories.claimant(nadia), starts_at=NOW + timedelta(days=4))
    already = late_record(factories.claimant(paul), starts_at=NOW + timedelta(days=4))
    foreign = late_record(factories.claimant(factories.advisor()))
    at.move(days=20)
    cast.attendance.record(done.pk, "ATTENDED", by=factories.acting(nadia), now=at.now)
    response = office.post(
        "/agence/",
        {
            "ligne": [late.ref, done.ref, already.ref, foreign.ref, "rien"],
            "to": paul.pk,
            "reason": "Nadia est en congé.",
        },
    )
    text = response.content.decode()
    assert response.status_code == 200
    assert "1\u00a0ligne confiée à Paul Keller" in text
    assert "C’est déjà fait" in text
    assert "s’en occupe déjà" in text
    assert text.count("n’est pas de votre agence") == 2
    owners = dict(Convocation.objects.values_list("pk", "advisor_id"))
    assert owners[late.pk] == paul.pk
    assert owners[done.pk] == nadia.pk
    assert owners[foreign.pk] != paul.pk
    assert JournalEntry.objects.filter(file_id=camille.pk, data__reason="Nadia est en congé.").exists()


def test_handed_over_record_is_worked_by_its_new_owner(office, at, paul, camille):
    row = late_record(camille)
    at.move(days=20)
    office.post("/agence/", {"ligne": [row.ref], "to": paul.pk, "reason": "Congé."})
    colleague = signed_in(paul)
    response = colleague.post(f"/conseiller/convocations/{row.ref}/presence/", {"outcome": "ATTENDED"})
    assert response.status_code == 302


def test_hand_over_of_decisions_takes_the_justificatifs_along(office, at, paul, camille):
    absence, after = cast.absent(camille)
    cast.explained(absence, after, cast.document(camille))
    at.now = absence.decide_by + timedelta(minutes=1)
    office.post("/agence/?retards=absences", {"ligne": [absence.ref], "to": paul.pk, "reason": "Congé."})
    assert Absence.objects.get().advisor == paul
    assert Justificatif.objects.get().advisor == paul


@pytest.mark.parametrize(
    ("fields", "sentence"),
    [
        ({"reason": "Congé."}, "Choisissez une réponse"),
        ({"to": "x", "reason": "Congé."}, "Ce choix n’existe plus"),
        ({"to": "paul"}, "Remplissez ce champ"),
        ({"to": "elsewhere", "reason": "Congé."}, "Ce choix n’existe plus"),
    ],
)
def test_incomplete_hand_over_keeps_what_was_ticked(office, at, paul, camille, fields, sentence):
    row = late_record(camille)
    at.move(days=20)
    people = {"paul": paul.pk, "elsewhere": factories.advisor().pk}
    posted = {**fields, "ligne": [row.ref]}
    if "to" in fields:
        posted["to"] = people.get(fields["to"], fields["to"])
    response = office.post("/agence/", posted)
    assert response.status_code == 422
    assert sentence in response.content.decode()
    assert re.search(rf'value="{row.ref}"[^>]* checked', response.content.decode())


def test_hand_over_of_nothing_says_so(office, at, camille, paul):
    late_record(camille)
    at.move(days=20)
    response = office.post("/agence/", {"to": paul.pk, "reason": "Congé."})
    assert response.status_code == 422
    assert "Cochez au moins une ligne" in response.content.decode()


def test_late_list_goes_on_page_by_page(office, at, nadia, monkeypatch):
    monkeypatch.setattr(overview, "PAGE", 2)
    for number in range(5):
        late_record(factories.claimant(nadia), starts_at=NOW + timedelta(days=3, hours=number))
    at.move(days=20)
    seen, url = [], "/agence/"
    while url:
        response = office.get(url)
        seen += re.findall(r'name="ligne"\s[^>]*?value="([^"]+)"', response.content.decode())
        following = re.search(r'href="(\?[^"]+)"\s+rel="next"', response.content.decode())
        url = "/agence/" + following[1].replace("&amp;", "&") if following else ""
    assert len(seen) == len(set(seen)) == 5


def test_load_counts_each_advisors_people(office, nadia, paul):
    for _ in range(3):
        factories.claimant(nadia)
    text = office.get("/agence/").content.decode()
    assert text.index("Nadia Benali") < text.index("Paul Keller")


def test_people_whom_no_email_reaches(office, nadia):
    factories.claimant(nadia, email_bounced_at=NOW, user_fields={"last_name": "Refus"})
    factories.claimant(nadia, user_fields={"email": None, "last_name": "Sans"})
    factories.claimant(nadia, **factories.ON_PAPER, user_fields={"last_name": "Lettre"})
    factories.claimant(nadia, user_fields={"last_name": "Joignable"})
    text = office.get("/agence/sans-e-mail/").content.decode()
    for name in ("Refus", "Sans", "Lettre"):
        assert name in text
    assert "Joignable" not in text


@pytest.mark.parametrize(
    "query", ["retards=x", "apres=1.1.1", "apres=a", "retards=absences&apres=1.99999999999999999999"]
)
def test_nonsense_in_the_address_is_an_ordinary_page(office, query):
    assert office.get(f"/agence/?{query}").status_code == 200
    assert office.get(f"/agence/sans-e-mail/?{query}").status_code == 200


def test_page_takes_as_many_queries_for_one_line_as_for_three(office, at, nadia):
    at.move(days=30)
    office.get("/agence/")
    counts = []
    for number in range(3):
        late_record(factories.claimant(nadia), starts_at=NOW + timedelta(days=3, hours=number))
        with CaptureQueriesContext(connection) as queries:
            office.get("/agence/")
        counts.append(len(queries))
    assert counts[0] == counts[2] <= 14
