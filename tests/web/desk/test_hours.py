"""The pages that set hours: what is written, what is refused with a sentence, who must be moved, and the queries."""

from datetime import UTC, datetime, time, timedelta

import pytest
from django.test import Client

from accounts.models import Availability, AvailabilityException, Closure, Kiosk, Leave, OpeningHours
from tests import factories, people
from tests.factories import NOW

pytestmark = pytest.mark.django_db

MINE, AGENCY = "/conseiller/disponibilites/", "/agence/horaires/"
THURSDAY = {
    "weekday": "3",
    "starts": "13:00",
    "ends": "14:30",
    "modalities": ["PHONE"],
    "kinds": ["INTERVIEW", "REFRAMING"],
}
# Thursday 3 December 2026, 13 o'clock in Paris.
ONE = datetime(2026, 12, 3, 12, 0, tzinfo=UTC)


@pytest.fixture(autouse=True)
def _clock(monkeypatch):
    monkeypatch.setattr("portal.core.clock.now", lambda: NOW)


@pytest.fixture
def supervisor():
    person = factories.advisor(is_supervisor=True)
    for weekday in range(5):
        OpeningHours.objects.create(
            agency=person.agency, kind="BY_APPOINTMENT", weekday=weekday, opens=time(13), closes=time(16)
        )
    return person


@pytest.fixture
def advisor(supervisor):
    return factories.advisor(supervisor.agency)


@pytest.fixture
def desk(advisor) -> Client:
    return people.signed_in(advisor)


@pytest.fixture
def agency(supervisor) -> Client:
    return people.signed_in(supervisor)


def text(answer) -> str:
    return " ".join(answer.content.decode().replace("\u00a0", " ").replace("\u202f", " ").split())


def test_an_advisor_writes_their_week_and_sees_what_follows(desk, advisor):
    assert "Votre semaine est vide" in text(desk.get(MINE))
    answer = desk.post(
        f"{MINE}semaine/",
        {**THURSDAY, "modalities": ["PHONE", "VIDEO"]},
        follow=True,
    )
    page = text(answer)
    assert "Jeudi de 13 h à 14 h 30" in page
    # Two Thursdays within two weeks past the notice floor, four starts each.
    assert "4 heures à choisir" in page
    row = Availability.objects.get()
    desk.post(MINE, {"retirer": f"semaine:{row.pk}"})
    assert not Availability.objects.exists()


def test_hours_reserved_for_one_kind_are_counted_apart(desk, advisor):
    assert "Pour un entretien ou un entretien de recadrage" in text(desk.get(MINE))
    page = text(desk.post(f"{MINE}semaine/", {**THURSDAY, "kinds": ["REFRAMING"]}, follow=True))
    assert "Par téléphone ; seulement entretien de recadrage" in page
    ordinary, _, reframing = page.partition("<h3>Pour un entretien de recadrage</h3>")
    assert "heures à choisir" not in ordinary
    assert "4 heures à choisir" in reframing


def test_hours_for_nothing_are_refused_and_kept(desk):
    for where in ("semaine/", "exception/"):
        answer = desk.post(f"{MINE}{where}", {**THURSDAY, "day": "2026-12-04", "is_free": "1", "kinds": []})
        assert answer.status_code == 409 if where == "exception/" else 200, where
        assert 'value="13:00"' in answer.content.decode()
    assert not Availability.objects.exists()
    assert not AvailabilityException.objects.exists()


def test_hours_across_midnight_are_refused_and_kept(desk):
    answer = desk.post(f"{MINE}semaine/", {**THURSDAY, "starts": "22:00", "ends": "02:00"})
    assert answer.status_code == 409
    assert "Pour passer minuit, notez deux disponibilités" in text(answer)
    assert 'value="22:00"' in answer.content.decode()
    assert not Availability.objects.exists()


def test_exceptions_and_leave_are_written_and_taken_back(desk, advisor, supervisor):
    desk.post(f"{MINE}exception/", {"day": "2026-12-03", "is_free": "0", "note": "Formation"})
    assert AvailabilityException.objects.get().starts is None
    free = desk.post(f"{MINE}exception/", {"day": "2026-12-04", "is_free": "1", "modalities": ["PHONE"]})
    assert "de quelle heure à quelle heure" in text(free)
    page = text(
        desk.post(
            f"{MINE}absence/",
            {"first_day": "2026-12-07", "last_day": "2026-12-11", "deputy": ""},
            follow=True,
        )
    )
    assert "Personne ne vous remplace" in page
    assert "Sans remplaçant" in text(people.signed_in(supervisor).get(AGENCY))
    leave = Leave.objects.get()
    desk.post(MINE, {"retirer": f"conge:{leave.pk}"})
    desk.post(
        f"{MINE}absence/",
        {"first_day": "2026-12-07", "last_day": "2026-12-11", "deputy": supervisor.pk},
    )
    assert Leave.objects.get().deputy == supervisor


def test_a_line_of_somebody_else_is_never_taken_back(desk, advisor, supervisor):
    other = Availability.objects.create(
        advisor=supervisor, weekday=0, starts="13:00", ends="14:00", modalities=["PHONE"]
    )
    leave = Leave.objects.create(advisor=supervisor, first_day=NOW.date(), last_day=NOW.date())
    for key in (f"semaine:{other.pk}", f"conge:{leave.pk}", "semaine:x", "", "conge:" + "9" * 40):
        assert desk.post(MINE, {"retirer": key}).status_code == 302
    assert Availability.objects.exists()
    assert Leave.objects.exists()


def test_closing_a_day_lists_whom_to_move_and_moves_nobody(agency, advisor):
    row = factories.convocation(factories.claimant(advisor), starts_at=ONE)
    page = text(
        agency.post(
            f"{AGENCY}fermeture/",
            {"first_day": "2026-12-03", "last_day": "2026-12-03", "reason": "Travaux"},
            follow=True,
        )
    )
    assert "1 rendez-vous est à déplacer : rien n’a été déplacé ni annulé" in page
    assert str(row.claimant) in page
    mine = text(people.signed_in(advisor).get("/conseiller/"))
    assert "Rendez-vous à déplacer" in mine
    there = text(people.signed_in(advisor).get(f"/conseiller/convocations/{row.ref}/"))
    assert "ne peut pas avoir lieu comme prévu" in there
    row.refresh_from_db()
    assert row.starts_at == ONE
    closure = Closure.objects.get()
    page = text(agency.post(AGENCY, {"retirer": f"fermeture:{closure.pk}"}, follow=True))
    assert "Aucun rendez-vous n’est à déplacer" in page


def test_a_kiosk_is_added_and_put_out_of_use(agency, supervisor):
    agency.post(f"{AGENCY}espace-numerique/", {"name": "Poste 1", "has_video": "on", "is_active": "on"})
    kiosk = Kiosk.objects.get()
    again = agency.post(f"{AGENCY}espace-numerique/", {"name": "poste 1", "has_video": "on"})
    assert "porte déjà ce nom" in text(again)
    agency.post(f"{AGENCY}espace-numerique/?espace={kiosk.pk}", {"name": "Poste 1", "has_video": "on"})
    kiosk.refresh_from_db()
    assert not kiosk.is_active
    elsewhere = Kiosk.objects.create(agency=factories.agency(), name="Poste 1")
    for asked in (elsewhere.pk, "x", "9" * 40):
        assert agency.get(f"{AGENCY}espace-numerique/?espace={asked}").status_code == 404


def test_opening_hours_are_added_refused_and_taken_off(agency, supervisor):
    thursday = {"kind": "BY_APPOINTMENT", "weekday": "3", "opens": "15:00", "closes": "17:00"}
    assert agency.post(f"{AGENCY}ouverture/", thursday).status_code == 409
    agency.post(f"{AGENCY}ouverture/", {**thursday, "opens": "16:00"})
    row = OpeningHours.objects.get(opens="16:00")
    agency.post(AGENCY, {"retirer": f"horaire:{row.pk}"})
    assert OpeningHours.objects.count() == 5


@pytest.mark.parametrize("rows", [1, 3])
def test_the_pages_cost_as_many_queries_with_three_rows_as_with_one(
    desk, agency, advisor, supervisor, rows, django_assert_max_num_queries
):
    for number in range(rows):
        day = (NOW + timedelta(days=30 + number)).date()
        Availability.objects.create(
            advisor=advisor, weekday=number, starts="13:00", ends="14:00", modalities=["PHONE"]
        )
        AvailabilityException.objects.create(advisor=advisor, day=day)
        Leave.objects.create(advisor=advisor, first_day=day, last_day=day, deputy=supervisor)
        Kiosk.objects.create(agency=advisor.agency, name=f"Poste {number}")
        Closure.objects.create(agency=advisor.agency, first_day=day, last_day=day, reason="Pont")
    with django_assert_max_num_queries(16):
        desk.get(MINE)
    with django_assert_max_num_queries(12):
        agency.get(AGENCY)
