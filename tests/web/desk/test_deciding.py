"""Decide an absence: what is offered, each refusal, two advisors at once, correct, hear by phone."""

import html
import threading

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection, connections
from django.test.utils import CaptureQueriesContext

from accounts.models import Claimant
from convocations.coverage.importing import SAMPLES, import_file
from convocations.models import Absence, Convocation, Explanation
from convocations.motives import Motive
from convocations.states import AbsenceState, ConvocationState
from portal.core.french import NBSP
from portal.core.models import Document
from tests import factories
from tests.factories import NOW
from tests.people import signed_in
from tests.web.desk import conftest as cast
from tests.web.desk.conftest import timedelta

pytestmark = pytest.mark.django_db


def url(absence, page=""):
    return f"/conseiller/absences/{absence.ref}/{page}"


def decision(outcome: str, **more) -> dict:
    return {
        "outcome": outcome,
        "reasons": "Le train était supprimé, le bulletin le montre.",
        "form_key": str(cast.uuid.uuid4()),
    } | more


@pytest.fixture
def absence(at, camille):
    """Camille's absence, explained, the clock an hour later."""
    row, after = cast.absent(camille)
    cast.explained(row, after)
    at.now = after + timedelta(hours=1)
    row.refresh_from_db()
    return row


def test_page_shows_what_the_person_said_and_what_is_proven(desk, absence):
    text = desk.get(url(absence)).content.decode()
    assert "Mon train était supprimé." in text
    assert "Connue de la personne le" in text
    assert "Délais" in text


@pytest.mark.parametrize("outcome", ["EXCUSED", "CLOSED_NO_ACTION"])
def test_decision_in_favour(desk, absence, outcome):
    response = desk.post(url(absence), decision(outcome))
    assert response["Location"] == url(absence)
    absence.refresh_from_db()
    assert absence.state == outcome
    page = desk.get(url(absence)).content.decode()
    assert "Le train était supprimé, le bulletin le montre." in page
    assert 'name="outcome"' not in page


@pytest.mark.parametrize(
    ("posted", "sentence"),
    [
        ({"outcome": ""}, "Choisissez une réponse"),
        ({"outcome": "ANNULLED"}, "Ce choix n’existe plus"),
        ({"reasons": ""}, "Remplissez ce champ"),
        ({"reasons": "x" * 4001}, "4000"),
    ],
)
def test_decision_without_answer_or_reasons_is_not_one(desk, absence, posted, sentence):
    response = desk.post(url(absence), decision("EXCUSED") | posted)
    assert response.status_code == 422
    assert sentence in response.content.decode().replace("\u202f", "")
    absence.refresh_from_db()
    assert absence.state == AbsenceState.EXPLAINED


def test_new_appointment_is_issued_with_the_decision(desk, absence):
    desk.post(
        url(absence),
        decision("INVITED_TO_REGULARISE", day="2026-12-16", at="14:00", minutes="30", modality="PHONE"),
    )
    absence.refresh_from_db()
    assert absence.state == AbsenceState.INVITED_TO_REGULARISE
    assert absence.new_appointment.starts_at.isoformat() == "2026-12-16T13:00:00+00:00"
    assert "06 11 22 33 44" in absence.new_appointment.place


@pytest.mark.parametrize(
    ("posted", "status", "sentence"),
    [
        ({}, 422, "Indiquez une date"),
        ({"day": "2026-12-16"}, 422, "Indiquez une heure"),
        ({"day": "2027-03-28", "at": "02:30"}, 422, "n’existe pas"),
        ({"day": "2026-11-02", "at": "14:00"}, 409, "déjà passée"),
        ({"day": "2026-12-25", "at": "14:00"}, 409, "jour férié"),
        ({"day": "2026-12-15", "at": "14:00"}, 409, "déjà un rendez-vous à cette heure"),
    ],
)
def test_new_appointment_that_cannot_be_leaves_the_absence_undecided(
    desk, absence, nadia, posted, status, sentence
):
    factories.convocation(factories.claimant(nadia), starts_at=NOW.replace(month=12, day=15, hour=13))
    response = desk.post(url(absence), decision("INVITED_TO_REGULARISE", minutes="45", **posted))
    text = response.content.decode()
    assert response.status_code == status
    assert sentence in text
    assert "Le train était supprimé, le bulletin le montre." in text
    absence.refresh_from_db()
    assert absence.state == AbsenceState.EXPLAINED
    assert Convocation.objects.count() == 2


def test_unused_parts_of_the_form_disturb_no_other_answer(desk, absence):
    desk.post(
        url(absence), decision("EXCUSED", day="n’importe quoi", at="99:99", minutes="-1", report="2 mois")
    )
    absence.refresh_from_db()
    assert (absence.state, absence.report, absence.new_appointment) == (AbsenceState.EXCUSED, "", None)


# --- referring ----------------------------------------------------------------------


def test_referral_is_closed_with_its_reasons_while_the_person_can_explain(desk, absence):
    page = desk.get(url(absence)).content.decode()
    assert "La transmission n’est pas possible pour le moment" in page
    assert "peut encore s’expliquer jusqu’au" in page
    response = desk.post(url(absence), decision("REFERRED", report="La personne n’est pas venue."))
    assert response.status_code == 409
    assert "peut encore s’expliquer jusqu’au" in response.content.decode()
    absence.refresh_from_db()
    assert absence.state == AbsenceState.EXPLAINED


def test_referral_waits_for_the_review_of_a_justificatif(desk, at, absence):
    cast.explained(absence, at.now, cast.document(absence.claimant))
    at.now = cast.period_over(absence)
    assert "Un justificatif attend votre examen." in desk.get(url(absence)).content.decode()


def test_referral_states_facts_without_a_figure(desk, at, absence):
    at.now = cast.period_over(absence)
    assert "La transmission n’est pas possible" not in desk.get(url(absence)).content.decode()
    without = desk.post(url(absence), decision("REFERRED"))
    assert without.status_code == 409
    assert "Écrivez un rapport des faits" in without.content.decode()
    figure = desk.post(url(absence), decision("REFERRED", report="Je propose 30 % pendant un mois."))
    assert figure.status_code == 409
    assert "retirez tout montant" in figure.content.decode()
    assert "Je propose 30 % pendant un mois." in figure.content.decode()
    desk.post(url(absence), decision("REFERRED", report="Entretien prévu. La personne n’est pas venue."))
    absence.refresh_from_db()
    assert absence.state == AbsenceState.REFERRED


# --- two at once --------------------------------------------------------------------


def test_second_advisor_reads_what_the_first_decided_and_keeps_their_text(desk, at, absence, helene):
    signed_in(helene).post(url(absence), decision("EXCUSED"))
    response = desk.post(url(absence), decision("CLOSED_NO_ACTION", reasons="Mon texte à moi."))
    text = response.content.decode()
    assert response.status_code == 409
    assert "Hélène Roy a déjà décidé" in text
    assert "excusée" in text
    assert "Mon texte à moi." in text
    absence.refresh_from_db()
    assert absence.state == AbsenceState.EXCUSED


@pytest.mark.django_db(transaction=True)
def test_two_advisors_at_the_same_instant_one_decides(at, absence, nadia, helene):
    browsers = [signed_in(nadia), signed_in(helene)]
    together = threading.Barrier(2)
    answers: list[tuple[int, str]] = []

    def decide(client, outcome):
        try:
            together.wait(10)
            response = client.post(url(absence), decision(outcome))
            answers.append((response.status_code, response.content.decode()))
        finally:
            connections.close_all()

    threads = [
        threading.Thread(target=decide, args=pair)
        for pair in zip(browsers, ("EXCUSED", "CLOSED_NO_ACTION"), strict=True)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)
    assert sorted(status for status, _ in answers) == [302, 409]
    (told,) = [text for status, text in answers if status == 409]
    assert "a déjà décidé" in told
    absence.refresh_from_db()
    assert absence.state in (AbsenceState.EXCUSED, AbsenceState.CLOSED_NO_ACTION)
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM core_journalentry WHERE code = 122")
        assert cursor.fetchone()[0] == 1


# --- correct, hear ------------------------------------------------------------------


def test_correction_undoes_the_absence_and_says_what_happened(desk, absence):
    assert desk.post(url(absence, "corriger/"), {"outcome": "ATTENDED", "reason": ""}).status_code == 422
    response = desk.post(
        url(absence, "corriger/"), {"outcome": "ATTENDED", "reason": "Elle était à l’accueil."}
    )
    absence.refresh_from_db()
    assert response["Location"] == f"/conseiller/convocations/{absence.convocation.ref}/"
    assert absence.state == AbsenceState.ANNULLED
    assert Convocation.objects.get().state == ConvocationState.ATTENDED
    again = desk.post(url(absence, "corriger/"), {"outcome": "ATTENDED", "reason": "Encore."})
    assert again.status_code == 409
    assert "déjà été corrigée" in again.content.decode()
    assert "elle n’existe plus" in desk.get(url(absence)).content.decode()


def test_decision_on_a_corrected_absence_is_refused(desk, absence):
    desk.post(url(absence, "corriger/"), {"outcome": "ATTENDED", "reason": "Erreur."})
    response = desk.post(url(absence), decision("EXCUSED"))
    assert response.status_code == 409
    assert "a corrigé cette absence" in response.content.decode()


def test_explanation_by_telephone_is_written_for_the_person_once(desk, at, camille):
    absence, at.now = cast.absent(camille)
    posted = {
        "channel": "par téléphone",
        "motive": "CHILDCARE",
        "text": "Sa fille était malade.",
        "form_key": str(cast.uuid.uuid4()),
    }
    for _ in range(2):
        assert desk.post(url(absence, "explications/"), posted).status_code == 302
    said = Explanation.objects.get()
    assert said.text == "Recueilli par téléphone\u00a0: Sa fille était malade."
    assert said.given_by == camille.advisor.user
    absence.refresh_from_db()
    assert absence.state == AbsenceState.EXPLAINED
    assert "écrit par Nadia Benali" in desk.get(url(absence)).content.decode()


def test_papers_brought_to_the_counter_are_kept_with_the_words_once(desk, at, camille):
    absence, at.now = cast.absent(camille)
    key = str(cast.uuid.uuid4())
    for _ in range(2):
        response = desk.post(
            url(absence, "explications/"),
            {
                "channel": "à l’accueil de l’agence",
                "motive": "HEALTH_SELF",
                "text": "Elle était malade.",
                "uploads": [
                    SimpleUploadedFile("arrêt.pdf", b"%PDF-1.4 arret"),
                    SimpleUploadedFile("note.exe", b"MZ nothing we take"),
                ],
                "form_key": key,
            },
        )
        assert response.status_code == 302
    (paper,) = Document.objects.all()
    assert (paper.owner_id, paper.uploaded_by_id, paper.is_health) == (camille.pk, camille.advisor_id, True)
    assert absence.justificatifs.get().document == paper
    page = desk.get(url(absence)).content.decode()
    assert "«\u00a0note\u00a0»" in page
    assert "Vérification en cours" in page


def test_papers_are_not_kept_when_the_words_are_refused(desk, absence):
    desk.post(url(absence), decision("EXCUSED"))
    desk.post(
        url(absence, "explications/"),
        {
            "channel": "par courrier",
            "motive": "OTHER",
            "text": "Un mot reçu.",
            "uploads": [SimpleUploadedFile("mot.pdf", b"%PDF-1.4 mot")],
            "form_key": str(cast.uuid.uuid4()),
        },
    )
    assert not Document.objects.exists()


def test_explanation_after_the_decision_says_what_was_decided(desk, absence):
    desk.post(url(absence), decision("EXCUSED"))
    response = desk.post(
        url(absence, "explications/"),
        {
            "channel": "par courrier",
            "motive": "OTHER",
            "text": "Un mot reçu.",
            "form_key": str(cast.uuid.uuid4()),
        },
    )
    assert response.status_code == 409
    assert "a déjà décidé" in response.content.decode()
    assert "Un mot reçu." in response.content.decode()


def test_closed_by_rule_is_told_as_such(desk, at, absence):
    at.now = absence.closes_at + timedelta(minutes=1)
    cast.clocks.close_in_favour([cast.Due(0, absence.pk, 0, 0)], at.now)
    assert Absence.objects.get().state == AbsenceState.CLOSED_NO_ACTION
    assert "en faveur de la personne" in desk.get(url(absence)).content.decode()


def test_page_takes_as_many_queries_for_one_explanation_as_for_three(
    desk, at, absence, django_assert_num_queries
):
    counts = []
    desk.get(url(absence))
    for _ in range(3):
        cast.explained(absence, at.now, cast.document(absence.claimant))
        with CaptureQueriesContext(connection) as queries:
            desk.get(url(absence))
        counts.append(len(queries))
    assert counts[0] == counts[2] <= 16


# --- the networks beside a bad connection ---------------------------------------------


def test_a_bad_connection_shows_the_networks_of_the_commune(desk, at, absence):
    for path in sorted(SAMPLES.glob("*.csv")):
        import_file(path, is_sample=True, now=at.now)
    Claimant.objects.filter(pk=absence.claimant_id).update(postcode="35380", city="Paimpont")
    page = html.unescape(desk.get(url(absence)).text)
    assert "Réseaux publiés" not in page  # the motive is another one
    cast.explained(absence, at.now, motive=Motive.CONNECTIVITY)
    page = html.unescape(desk.get(url(absence)).text)
    assert f"Réseaux publiés{NBSP}: Paimpont" in page
    assert "Ils ne comptent jamais contre la personne" in page
    assert "une donnée absente ne prouve rien" in page
    assert "Échantillon fictif" in page
    assert f"2e{NBSP}trimestre 2026" in page
    for operator in ("Orange", "SFR", "Free Mobile", "Bouygues Telecom"):
        assert operator in page
    assert f"30{NBSP}Mbit/s ou plus" in page


def test_an_unknown_commune_is_said_and_stops_nothing(desk, at, absence):
    cast.explained(absence, at.now, motive=Motive.CONNECTIVITY)
    page = html.unescape(desk.get(url(absence)).text)
    assert "Aucune donnée de couverture n’est chargée" in page
    assert "Votre décision" in page


def test_the_networks_cost_four_questions_more(desk, at, absence, django_assert_max_num_queries):
    for path in sorted(SAMPLES.glob("*.csv")):
        import_file(path, is_sample=True, now=at.now)
    Claimant.objects.filter(pk=absence.claimant_id).update(postcode="35000", city="Rennes")
    desk.get(url(absence))
    with CaptureQueriesContext(connection) as without:
        desk.get(url(absence))
    cast.explained(absence, at.now, motive=Motive.CONNECTIVITY)
    with django_assert_max_num_queries(len(without) + 4):
        assert desk.get(url(absence)).status_code == 200
