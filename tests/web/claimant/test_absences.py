"""An absence through its addresses: told, explained, proved, examined, decided."""

import io
import uuid
from datetime import date, timedelta

import pikepdf
import pytest

from convocations import attendance
from convocations.absences import deciding, explaining, opening
from convocations.evidence import ledger
from convocations.justificatifs import reviewing
from convocations.models import Absence, Explanation, Justificatif
from convocations.motives import RULES, Motive
from convocations.states import AbsenceState, ConvocationState, ReviewState
from portal.core.models import Document, DocumentReading
from portal.core.models.document import DocumentState
from tests import factories
from tests.factories import NOW, acting
from tests.paper import text_of
from tests.people import signed_in

pytestmark = pytest.mark.django_db


@pytest.fixture
def absence(camille, at):
    """The absence of Camille at Friday's interview, just noted."""
    then = NOW - timedelta(days=3)
    convocation = factories.convocation(camille, now=then - timedelta(days=10), starts_at=then)
    ledger.consult(convocation.pk, by=acting(camille), now=then - timedelta(days=9))
    attendance.record(
        convocation.pk,
        ConvocationState.ABSENT,
        by=acting(camille.advisor),
        now=then + timedelta(hours=3),
    )
    return Absence.objects.get(convocation=convocation)


def page(absence, tail=""):
    return f"/espace/absences/{absence.ref}/{tail}"


def answers(**changed):
    return {
        "motive": "TRANSPORT",
        "text": "Le train a été supprimé.",
        "form_key": str(uuid.uuid4()),
    } | changed


def explained(absence, document_ids=()):
    return explaining.explain(
        absence.pk,
        motive=Motive.TRANSPORT,
        text="Le train a été supprimé.",
        sworn=True,
        document_ids=list(document_ids),
        form_key=uuid.uuid4(),
        by=acting(absence.claimant),
        now=NOW,
    )


def document(owner, **fields):
    return Document.objects.create(
        **{
            "owner_id": owner.pk,
            "uploaded_by_id": owner.pk,
            "title": "Bulletin de retard",
            "state": DocumentState.RECEIVED,
            "uploaded_at": NOW,
            "settled_at": NOW,
            "sha256": b"\x01" * 32,
            "size": 1000,
            "clean_key": uuid.uuid4().hex,
            "scan": "sain",
            "keep_until": date(2028, 1, 1),
        }
        | fields
    )


def test_an_absence_says_that_nothing_is_decided_and_by_when_to_explain(browser_of_camille, absence):
    text = browser_of_camille.get(page(absence)).text
    assert "Rien n’est décidé" in text
    assert "À expliquer au plus tard" in text
    assert "il vous reste" in text.lower()
    assert "Expliquer mon absence" in text
    for motive in Motive:
        assert motive.label.replace("'", "&#x27;") in text
    assert "jamais de diagnostic" in text


def test_explaining_gives_a_receipt_at_once(browser_of_camille, absence):
    answer = browser_of_camille.post(page(absence), answers(sworn="on"), follow=True)
    assert answer.redirect_chain == [(page(absence, "envois/1/"), 302)]
    given = Explanation.objects.get()
    assert given.sworn
    assert given.content_hash.hex() in answer.text
    assert "recu.pdf?envoi=1" in answer.text
    absence.refresh_from_db()
    assert absence.state == AbsenceState.EXPLAINED
    paper = browser_of_camille.get(page(absence, "recu.pdf?envoi=1"))
    with pikepdf.open(io.BytesIO(paper.content)) as pdf:
        assert pdf.Root.MarkInfo.Marked
        assert "/StructTreeRoot" in pdf.Root
    assert browser_of_camille.get(page(absence, "recu.pdf")).content == paper.content
    text = text_of(paper.content)
    assert "Le train a été supprimé." in text
    assert given.content_hash.hex() in text.replace(" ", "")
    assert absence.agency.phone in text
    assert "close en votre faveur" in text


def test_a_double_click_explains_once(browser_of_camille, absence):
    sent = answers()
    chains = [browser_of_camille.post(page(absence), sent, follow=True).redirect_chain for _ in range(2)]
    assert chains[0] == chains[1] == [(page(absence, "envois/1/"), 302)]
    assert Explanation.objects.count() == 1


def test_a_second_explanation_has_its_own_receipt(browser_of_camille, absence):
    browser_of_camille.post(page(absence), answers())
    answer = browser_of_camille.post(page(absence), answers(text="J’ajoute l’heure."), follow=True)
    assert answer.redirect_chain == [(page(absence, "envois/2/"), 302)]


@pytest.mark.parametrize(
    ("changed", "sentence", "status"),
    [
        ({"motive": ""}, "Choisissez une réponse", 422),
        ({"motive": "NONSENSE"}, "Ce choix n’existe plus", 422),
        ({"form_key": "x"}, "Cette page a expiré", 422),
        ({"text": "a" * 4001}, "4000", 422),
        ({"text": ""}, "Écrivez quelques mots", 409),
    ],
)
def test_what_cannot_be_taken_is_said_and_the_form_kept(
    browser_of_camille, absence, changed, sentence, status
):
    answer = browser_of_camille.post(page(absence), answers(sworn="on", **changed))
    assert answer.status_code == status
    assert sentence in answer.text
    assert "error-summary" in answer.text
    assert "checked" in answer.text
    assert not Explanation.objects.exists()


def test_an_absence_decided_meanwhile_tells_what_was_decided(browser_of_camille, absence):
    deciding.decide(
        absence.pk,
        AbsenceState.EXCUSED,
        reasons="Grève des trains.",
        by=acting(absence.claimant.advisor),
        now=NOW,
    )
    answer = browser_of_camille.post(page(absence), answers(), follow=True)
    assert "Dominique Le Goff a déjà décidé" in answer.text
    assert "Grève des trains." in answer.text
    assert "Envoyer mon explication" not in answer.text


def test_explaining_after_the_period_still_counts(camille, absence, at):
    at(NOW + timedelta(days=20))
    browser = signed_in(camille)
    assert "Votre réponse compte encore" in browser.get(page(absence)).text
    browser.post(page(absence), answers())
    assert Explanation.objects.get().after_period


@pytest.mark.parametrize("outcome", [AbsenceState.EXCUSED, AbsenceState.CLOSED_NO_ACTION])
def test_a_decision_is_shown_with_its_reasons(browser_of_camille, absence, outcome):
    deciding.decide(absence.pk, outcome, reasons="Raison <b>écrite</b>.", by=acting(absence.advisor), now=NOW)
    text = browser_of_camille.get(page(absence)).text
    assert "Raison &lt;b&gt;écrite&lt;/b&gt;." in text
    assert "par Dominique Le Goff" in text


def test_a_referral_says_that_no_measure_is_taken_and_what_comes(camille, absence, at):
    later = NOW + timedelta(days=20)
    deciding.decide(
        absence.pk,
        AbsenceState.REFERRED,
        reasons="Sans réponse.",
        report="L’entretien était prévu. La personne n’est pas venue.",
        by=acting(absence.advisor),
        now=later,
    )
    at(later)
    text = signed_in(camille).get(page(absence)).text
    assert "Aucune mesure n’est prise" in text
    assert "R5412-7" in text
    assert "3949" in text
    # What the advisor reports is for the examiner; the person reads the reasons.
    assert "Sans réponse." in text


def test_a_new_appointment_is_one_click_away(browser_of_camille, absence):
    decided = deciding.decide(
        absence.pk,
        AbsenceState.INVITED_TO_REGULARISE,
        reasons="Un point reste à faire.",
        new_appointment=factories.draft(absence.claimant, starts_at=NOW + timedelta(days=10)),
        form_key=uuid.uuid4(),
        by=acting(absence.advisor),
        now=NOW,
    )
    text = browser_of_camille.get(page(absence)).text
    assert f"/espace/convocations/{decided.new_appointment.ref}/" in text
    assert "L5312-12-1" in text


def test_an_absence_noted_in_error_is_told_as_none(browser_of_camille, absence):
    opening.correct(
        absence.pk, ConvocationState.ATTENDED, reason="Mauvaise ligne.", by=acting(absence.advisor), now=NOW
    )
    text = browser_of_camille.get(page(absence)).text
    assert "notée par erreur" in text
    assert "Mauvaise ligne." in text


def test_the_appointment_leads_to_its_examination(browser_of_camille, absence):
    text = browser_of_camille.get(f"/espace/convocations/{absence.convocation.ref}/").text
    assert page(absence) in text
    assert "annulé" not in text.lower()


def test_a_document_already_sent_can_be_taken_again(camille, browser_of_camille, absence):
    kept = document(camille)
    theirs = document(factories.claimant())
    text = browser_of_camille.get(page(absence)).text
    assert str(kept.ref) in text
    assert str(theirs.ref) not in text
    refused = browser_of_camille.post(page(absence), answers(documents=[str(theirs.ref)]))
    assert refused.status_code == 422
    browser_of_camille.post(page(absence), answers(documents=[str(kept.ref)]))
    assert [row.document_id for row in Justificatif.objects.all()] == [kept.pk]
    assert f'value="{kept.ref}"' not in browser_of_camille.get(page(absence)).text


def test_a_justificatif_says_where_it_stands_and_who_read_it(camille, browser_of_camille, absence):
    kept = document(camille, is_health=True)
    explained(absence, [kept.pk])
    assert "personne ne l’a encore ouvert" in browser_of_camille.get(page(absence)).text
    DocumentReading.objects.create(document=kept, reader_id=absence.advisor_id, at=NOW)
    DocumentReading.objects.create(document=kept, reader_id=camille.pk, at=NOW)
    text = browser_of_camille.get(page(absence)).text
    assert "En cours d’examen" in text
    assert f"/documents/{kept.ref}/" in text
    assert "Lu par Dominique Le Goff" in text
    assert "Lu par Camille" not in text


def incomplete(absence, kept):
    explained(absence, [kept.pk])
    row = Justificatif.objects.get()
    reviewing.review(
        row.pk,
        ReviewState.INCOMPLETE,
        remark="La date manque.",
        complete_by=(NOW + timedelta(days=5)).date(),
        by=acting(absence.advisor),
        now=NOW,
    )
    return row


def test_an_incomplete_justificatif_is_completed(camille, browser_of_camille, absence):
    row = incomplete(absence, document(camille))
    where = page(absence, f"justificatifs/{row.ref}/")
    assert where in browser_of_camille.get("/espace/").text
    text = browser_of_camille.get(where).text
    assert "La date manque." in text
    assert "il vous reste 5" in text.lower()
    nothing = browser_of_camille.post(where, {"form_key": str(uuid.uuid4())})
    assert nothing.status_code == 409
    assert "Ajoutez un fichier" in nothing.text
    better = document(camille, title="Bulletin daté")
    done = browser_of_camille.post(
        where, {"form_key": str(uuid.uuid4()), "documents": [str(better.ref)]}, follow=True
    )
    assert "C’est reçu" in done.text
    row.refresh_from_db()
    assert row.state == ReviewState.IN_REVIEW
    assert Justificatif.objects.filter(document=better, state=ReviewState.IN_REVIEW).exists()
    assert where not in browser_of_camille.get("/espace/").text
    again = browser_of_camille.post(where, {"form_key": str(uuid.uuid4())}, follow=True)
    assert "n’attend plus rien de vous" in again.text


def test_an_unreadable_file_is_replaced(camille, browser_of_camille, absence):
    broken = document(
        camille,
        state=DocumentState.REJECTED_TECH,
        rejection="Ce fichier est abîmé. Prenez une nouvelle photo.",
        clean_key="",
    )
    explained(absence, [broken.pk])
    row = Justificatif.objects.get()
    where = page(absence, f"justificatifs/{row.ref}/")
    home = browser_of_camille.get("/espace/").text
    assert where in home
    assert "Ce fichier est abîmé" in home
    better = document(camille, title="Nouvelle photo")
    browser_of_camille.post(where, {"form_key": str(uuid.uuid4()), "documents": [str(better.ref)]})
    row.refresh_from_db()
    assert row.document_id == better.pk
    assert Justificatif.objects.count() == 1
    assert where not in browser_of_camille.get("/espace/").text


def test_the_examination_is_told_in_order(browser_of_camille, absence):
    explained(absence)
    history = browser_of_camille.get(page(absence)).context["history"]
    titles = [step["title"] for step in history]
    assert titles[0] == "Le rendez-vous"
    assert titles.index("Vous donnez une explication") < titles.index("Fin du délai pour expliquer")
    assert titles[-1] == "Sans décision, l’absence est close en votre faveur"


@pytest.mark.parametrize("tail", ["", "recu.pdf", "envois/1/", "justificatifs/JU-0000-0000/"])
def test_a_stranger_finds_no_absence(camille, browser_of_camille, absence, tail):
    stranger = signed_in(factories.claimant())
    assert stranger.get(page(absence, tail)).status_code == 404
    if tail in ("", "justificatifs/JU-0000-0000/"):
        assert stranger.post(page(absence, tail), answers()).status_code == 404
    assert not Explanation.objects.exists()


@pytest.mark.parametrize(
    "asked", ["envois/0/", "envois/2/", "envois/99999999999999999999/", "recu.pdf?envoi=9"]
)
def test_an_explanation_that_was_not_given_has_no_receipt(browser_of_camille, absence, asked):
    explained(absence)
    assert browser_of_camille.get(page(absence, asked)).status_code == 404


@pytest.mark.parametrize("documents", [1, 3])
def test_the_page_keeps_its_query_budget(
    camille, browser_of_camille, absence, django_assert_max_num_queries, documents
):
    explained(absence, [document(camille).pk for _ in range(documents)])
    document(camille)
    browser_of_camille.get(page(absence))
    # The menu counts what was written to the person: a query of its own, but for the first page's.
    for address, most in ((page(absence), 9), ("/espace/", 8)):
        with django_assert_max_num_queries(most):
            assert browser_of_camille.get(address).status_code == 200


def test_every_motive_has_its_rule():
    assert set(RULES) == set(Motive)
