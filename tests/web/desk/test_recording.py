"""One appointment: record who came, and each refusal; move, cancel, prove."""

import pytest

from convocations.models import Absence, Convocation
from convocations.states import ConvocationState
from tests import factories
from tests.factories import NOW, acting
from tests.web.desk import conftest as cast
from tests.web.desk.conftest import timedelta

pytestmark = pytest.mark.django_db


def url(row, page=""):
    return f"/conseiller/convocations/{row.ref}/{page}"


def test_absent_recorded_leads_to_its_examination(desk, at, camille):
    row, at.now = cast.past(camille)
    response = desk.post(url(row, "presence/"), {"outcome": "ABSENT", "note": ""})
    absence = Absence.objects.get(convocation=row)
    assert response["Location"] == f"/conseiller/absences/{absence.ref}/"


def test_absent_is_closed_on_the_page_and_refused_when_not_validly_notified(desk, at, camille):
    row, at.now = cast.past(camille, known=False)
    page = desk.get(url(row)).content.decode()
    assert "L’absence ne peut pas être enregistrée" in page
    assert "Rien ne prouve que la personne en a eu connaissance" in page
    assert f"/conseiller/convocations/nouvelle/?pour={camille.ref}" in page
    response = desk.post(url(row, "presence/"), {"outcome": "ABSENT", "note": "J’ai attendu 20 minutes."})
    assert response.status_code == 409
    text = response.content.decode()
    assert "Une absence ne peut pas être enregistrée ici" in text
    assert "J’ai attendu 20 minutes." in text
    assert not Absence.objects.exists()


def test_not_proven_offers_a_new_date(desk, at, camille):
    row, at.now = cast.past(camille, known=False)
    desk.post(url(row, "presence/"), {"outcome": "NOT_PROVEN"})
    page = desk.get(url(row)).content.decode()
    assert "Proposer une nouvelle date" in page


def test_invitation_offers_no_absence(desk, at, camille):
    row = factories.convocation(camille, bindingness="INVITATION")
    at.now = row.ends_at + timedelta(minutes=1)
    page = desk.get(url(row)).content.decode()
    assert 'value="ATTENDED"' in page
    assert 'value="ABSENT"' not in page
    assert 'value="NOT_PROVEN"' not in page


def test_record_before_the_hour_is_refused(desk, at, camille):
    row = factories.convocation(camille)
    response = desk.post(url(row, "presence/"), {"outcome": "ATTENDED"})
    assert response.status_code == 409
    assert "n’est pas encore passé" in response.content.decode()


def test_record_without_an_answer_says_which_field(desk, at, camille):
    row, at.now = cast.past(camille)
    response = desk.post(url(row, "presence/"), {"note": "bonjour"})
    assert response.status_code == 422
    assert "Choisissez une réponse." in response.content.decode()
    assert "bonjour" in response.content.decode()


def test_record_of_two_colleagues_tells_the_second_what_the_first_wrote(desk, at, camille, helene):
    row, at.now = cast.past(camille)
    cast.attendance.record(row.pk, ConvocationState.ATTENDED, by=acting(helene), now=at.now)
    response = desk.post(url(row, "presence/"), {"outcome": "ABSENT"})
    assert response.status_code == 409
    assert "Hélène Roy a déjà enregistré" in response.content.decode()
    assert not Absence.objects.exists()


def test_get_never_records(desk, at, camille):
    row, at.now = cast.past(camille)
    assert desk.get(url(row, "presence/")).status_code == 405


def test_correction_of_a_record_takes_a_reason(desk, at, camille):
    row, at.now = cast.past(camille)
    cast.attendance.record(row.pk, ConvocationState.ATTENDED, by=acting(camille.advisor), now=at.now)
    assert desk.post(url(row, "corriger/"), {"reason": ""}).status_code == 422
    desk.post(url(row, "corriger/"), {"reason": "Erreur de ligne."})
    row.refresh_from_db()
    assert row.state == ConvocationState.AWAITING_STATUS


def test_record_behind_a_decided_absence_is_corrected_from_the_absence(desk, at, camille):
    absence, at.now = cast.absent(camille)
    row = absence.convocation
    cast.explained(absence, at.now)
    desk.post(f"/conseiller/absences/{absence.ref}/", decision("EXCUSED"))
    response = desk.post(url(row, "corriger/"), {"reason": "Erreur."})
    assert response.status_code == 409
    row.refresh_from_db()
    assert row.state == ConvocationState.EXCUSED


def decision(outcome: str, **more) -> dict:
    return {"outcome": outcome, "reasons": "Train supprimé.", "form_key": cast.uuid.uuid4(), **more}


def test_cancel_tells_why(desk, at, camille):
    row = factories.convocation(camille)
    assert desk.post(url(row, "annuler/"), {"reason": ""}).status_code == 422
    desk.post(url(row, "annuler/"), {"reason": "Je suis souffrante."})
    row.refresh_from_db()
    assert (row.state, row.note) == (ConvocationState.CANCELLED, "Je suis souffrante.")
    again = desk.post(url(row, "annuler/"), {"reason": "Encore."})
    assert again.status_code == 409
    assert "n’est plus à venir" in again.content.decode()


def move(**fields) -> dict:
    return {
        "day": "2026-12-09",
        "at": "14:00",
        "minutes": "30",
        "reason": "Réunion d’équipe.",
        "form_key": cast.uuid.uuid4(),
    } | fields


def test_move_issues_a_successor(desk, at, camille):
    row = factories.convocation(camille)
    response = desk.post(url(row, "deplacer/"), move())
    row.refresh_from_db()
    assert row.state == ConvocationState.SUPERSEDED
    assert response["Location"] == f"/conseiller/convocations/{row.successor.ref}/"
    assert row.successor.starts_at.isoformat() == "2026-12-09T13:00:00+00:00"


@pytest.mark.parametrize(
    ("fields", "status", "sentence"),
    [
        ({"day": "2026-11-20"}, 409, "déjà passée"),
        ({"day": "2026-11-24", "at": "10:00"}, 409, "moins de 48 heures"),
        ({"day": "2027-03-28", "at": "02:30"}, 422, "n’existe pas"),
        ({"day": "2026-12-25"}, 409, "jour férié"),
        ({"day": "pas un jour"}, 422, "n’est pas reconnue"),
        ({"day": "9999-12-31"}, 422, "trop loin"),
        ({"minutes": "0"}, 422, "au moins 5 minutes"),
        ({"reason": ""}, 422, "Remplissez ce champ"),
    ],
)
def test_move_that_cannot_be_keeps_the_form_and_the_appointment(desk, at, camille, fields, status, sentence):
    row = factories.convocation(camille)
    response = desk.post(url(row, "deplacer/"), move(**fields))
    assert response.status_code == status
    assert sentence in response.content.decode()
    row.refresh_from_db()
    assert row.state == ConvocationState.ISSUED
    assert Convocation.objects.count() == 1


def test_move_onto_a_taken_hour_names_it(desk, at, nadia, camille):
    row = factories.convocation(camille)
    factories.convocation(factories.claimant(nadia), starts_at=NOW.replace(month=12, day=9, hour=13))
    response = desk.post(url(row, "deplacer/"), move())
    assert response.status_code == 409
    assert "Le conseiller a déjà un rendez-vous à cette heure" in response.content.decode()


def test_delivered_letter_proves_that_the_person_knew(desk, at, camille):
    row = factories.convocation(camille)
    at.move(days=4)
    desk.post(url(row, "lettre/"), {"fact": "LETTER_DELIVERED", "day": "2026-11-26", "at": "10:00"})
    row.refresh_from_db()
    assert row.known_at is not None
    assert cast.ledger.why_not_valid(row) == []


@pytest.mark.parametrize("day", ["2026-11-30", "2025-01-01"])
def test_letter_of_an_impossible_day_is_refused(desk, at, camille, day):
    row = factories.convocation(camille)
    response = desk.post(url(row, "lettre/"), {"fact": "LETTER_DELIVERED", "day": day})
    assert response.status_code == 409
    assert "Cette date ne convient pas" in response.content.decode()


def test_phone_confirmation_proves_and_closes_the_call(desk, at, nadia):
    person = factories.claimant(nadia, user_fields={"email": None})
    row = factories.convocation(person)
    assert desk.post(url(row, "telephone/"), {"note": ""}).status_code == 422
    desk.post(url(row, "telephone/"), {"confirmed": "on", "note": "Elle viendra."})
    row.refresh_from_db()
    assert row.known_at is not None
    assert row.calls.get().state == "REACHED"


def test_phone_confirmation_after_the_start_proves_nothing(desk, at, camille):
    row = factories.convocation(camille)
    at.now = row.starts_at + timedelta(minutes=1)
    response = desk.post(url(row, "telephone/"), {"confirmed": "on"})
    assert response.status_code == 409
    row.refresh_from_db()
    assert row.known_at is None


def test_double_click_on_present_changes_nothing_more(desk, at, camille):
    row, at.now = cast.past(camille)
    desk.post(url(row, "presence/"), {"outcome": "ATTENDED"})
    second = desk.post(url(row, "presence/"), {"outcome": "ATTENDED"})
    assert second.status_code == 409
    assert "a déjà enregistré" in second.content.decode()
