"""The agency in figures: right, the same on screen and in the file, of one agency, at a bounded cost."""

import csv
import io
from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from convocations import attendance, deeds
from convocations.models import Convocation, Modality
from convocations.states import ConvocationState
from messaging.models import OutboxMessage
from tests import factories
from tests.factories import NOW, acting
from tests.people import signed_in
from tests.web.desk import conftest as cast

pytestmark = pytest.mark.django_db
_S = ConvocationState


@pytest.fixture
def office(at, helene):
    """The supervisor's browser."""
    return signed_in(helene)


def met(of, outcome: ConvocationState, *, days: int = 9, late: bool = False, **fields) -> Convocation:
    """An appointment that came and was recorded, in time or a month late."""
    row, after = cast.past(
        of, known=outcome != _S.NOT_PROVEN, starts_at=NOW + timedelta(days=days, minutes=37 * days), **fields
    )
    when = after + timedelta(days=30 * late)
    return attendance.record(row.pk, outcome, by=acting(of.advisor), now=when)


def reminded(row: Convocation) -> None:
    OutboxMessage.objects.create(
        person_id=row.claimant_id,
        kind=deeds.MAIL_REMINDER,
        subject_id=row.pk,
        occurrence=int(row.starts_at.timestamp()),
        step=1,
        state=OutboxMessage.State.ACCEPTED,
        created_at=NOW,
        run_at=NOW,
        settled_at=NOW,
    )


def figures(office, period: str = "90") -> dict[tuple[str, str], tuple[str, str, str]]:
    """The file, line by line."""
    answer = office.get(f"/agence/indicateurs.csv?periode={period}")
    lines = list(csv.reader(io.StringIO(answer.content.decode("utf-8-sig")), delimiter=";"))
    assert lines[0] == ["Indicateur", "Détail", "Nombre", "Sur", "Part en %"]
    return {(title, label): tuple(rest) for title, label, *rest in lines[1:]}


def test_figures_count_what_was_recorded(office, at, camille):
    met(camille, _S.ATTENDED, days=9)
    met(camille, _S.ATTENDED, days=10)
    reminded(met(camille, _S.ABSENT, days=11))
    met(camille, _S.NOT_PROVEN, days=12, late=True)
    met(camille, _S.TECH_INCIDENT, days=13, modality=Modality.PHONE)
    at.move(days=60)
    found = figures(office)
    missed, reminders = "Rendez-vous manqués, selon le moyen", "Rendez-vous manqués, avec ou sans rappel"
    assert found[(missed, "En agence")] == ("2", "4", "50")
    assert (missed, "Par téléphone") not in found
    assert found[(reminders, "Avec un rappel par e-mail")] == ("1", "1", "100")
    assert found[(reminders, "Sans rappel par e-mail")] == ("1", "3", "33")
    assert found[("Incidents techniques, selon le moyen", "Par téléphone")] == ("1", "1", "100")
    assert found[("Travail fait à temps", "Présences enregistrées à temps")] == ("4", "5", "80")
    # The absence stands undecided past its day: overdue work counts as not done in time.
    assert found[("Travail fait à temps", "Absences décidées à temps")] == ("0", "1", "0")


def test_invitations_and_coming_appointments_count_for_nothing(office, at, camille):
    factories.convocation(camille, starts_at=NOW + timedelta(days=100))
    met(camille, _S.ATTENDED, days=9, bindingness="INVITATION")
    at.move(days=60)
    assert {whole for _, whole, _ in figures(office).values()} <= {"0", "1"}
    assert ("Rendez-vous manqués, selon le moyen", "En agence") not in figures(office)


def test_figures_are_of_one_agency(office, at, camille):
    met(factories.claimant(factories.advisor()), _S.ATTENDED)
    at.move(days=60)
    assert figures(office)[("Travail fait à temps", "Présences enregistrées à temps")] == ("0", "0", "")


def test_the_screen_says_what_the_file_says(office, at, camille):
    met(camille, _S.ATTENDED, days=9)
    met(camille, _S.ABSENT, days=10)
    at.move(days=60)
    page = office.get("/agence/indicateurs/?periode=90").content.decode().replace("\u00a0", " ")
    for (title, label), (part, whole, percent) in figures(office).items():
        assert title in page
        assert label in page
        assert (f"{part} sur {whole}" if percent else "aucun rendez-vous") in page


@pytest.mark.parametrize("period", ["", "7", "-30", "é" * 50, "9" * 50])
def test_nonsense_in_the_period_is_the_usual_one(office, period):
    page = office.get("/agence/indicateurs/", {"periode": period}).content.decode()
    assert '<a href="?periode=90" aria-current="page">' in page


def test_figures_cost_the_same_for_one_appointment_as_for_three(office, at, camille):
    costs = []
    at.now = NOW + timedelta(days=60)
    office.get("/agence/indicateurs/")  # once for the session and what a process reads once
    for days in (9, 10, 11):
        at.now = NOW
        met(camille, _S.ABSENT, days=days)
        at.now = NOW + timedelta(days=60)
        with CaptureQueriesContext(connection) as asked:
            office.get("/agence/indicateurs/")
        costs.append(len(asked))
    assert costs[0] == costs[-1] <= 9


def test_an_advisor_has_no_figures_of_the_agency(desk):
    for address in ("/agence/indicateurs/", "/agence/indicateurs.csv"):
        assert desk.get(address).status_code == 404


def test_receipt_is_the_one_the_person_has(desk, camille):
    row = cast.read(factories.convocation(camille))
    ours = desk.get(f"/conseiller/convocations/{row.ref}/recu.pdf")
    theirs = signed_in(camille).get(f"/espace/convocations/{row.ref}/recu.pdf")
    assert ours.content == theirs.content
    assert ours.content.startswith(b"%PDF-")
    assert ours["Content-Disposition"] == f'attachment; filename="recu-{row.ref}.pdf"'
