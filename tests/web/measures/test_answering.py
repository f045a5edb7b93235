"""The person before their procedure: read, answered, heard, decided; their time begins when they open it."""

import uuid
from datetime import timedelta

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from measures.models import Hearing, Notice, Observations
from measures.procedure.contradiction import hearing, receiving
from measures.procedure.opening import examining
from measures.procedure.outcome import deciding
from measures.states import CaseState
from tests import factories
from tests.access.conftest import PDF
from tests.factories import acting
from tests.measures.cast import DAY, FACT, acts, fresh
from tests.people import signed_in
from tests.web.claimant import readability

pytestmark = pytest.mark.django_db
_S = CaseState


def own(case, rest="") -> str:
    return f"/espace/procedures/{case.ref}/{rest}"


def sent(text="Mon train était supprimé.", **fields) -> dict:
    return {"text": text, "form_key": str(uuid.uuid4())} | fields


def test_the_ten_days_begin_when_the_person_opens_the_page(cast, person):
    case = cast.told().case
    person.head(own(case))
    person.get(own(case), headers={"Sec-Purpose": "prefetch"})
    assert fresh(case).state == _S.NOTICE_SENT
    shown = person.get(own(case))
    assert fresh(case).state == _S.NOTICE_RECEIVED
    for words in (
        "Vous êtes informé avant toute décision",
        "Rien n’est décidé.",
        "Jeudi 3\u00a0décembre 2026 avant\u00a0minuit",
        "Il vous reste 10\u00a0jours",
        FACT,
        "Suspension de 50\u00a0% de votre allocation",
        "473,85\u00a0€",
        "Convocation déposée dans l’espace personnel",
        "Rendez-vous du 20 novembre manqué",
        "être entendu",
    ):
        assert words in shown.text, words
    person.get(own(case))
    assert Notice.objects.get(case=case).received_at == cast.now


def test_somebody_else_starts_nothing(cast, delegate):
    case = cast.told().case
    stranger = signed_in(factories.claimant(cast.advisor))
    assert stranger.get(own(case)).status_code == 404
    assert signed_in(cast.advisor).get(own(case)).status_code == 404
    delegate.get(f"/decisions/{case.ref}/")
    assert fresh(case).state == _S.NOTICE_SENT


def test_before_any_notice_the_page_says_that_nothing_is_decided(cast, person):
    case = cast.taken()
    shown = person.get(own(case))
    assert "Votre situation est examinée" in shown.text
    assert "Rien n’est décidé." in shown.text
    assert "<form" not in shown.text.partition("<main")[2].partition("</main>")[0]
    assert person.get(own(case, "lettre.pdf")).status_code == 404


def test_what_a_delegate_prepares_is_not_told_before_it_is_sent(cast, delegate, person):
    case = cast.taken()
    delegate.post(
        f"/decisions/{case.ref}/lettre/",
        {"facts": "Des faits à relire", "outcome": "SUSPENSION", "share": "30", "length": "1"},
    )
    assert "Des faits à relire" not in person.get(own(case)).text
    due = cast.due()
    cast.decides(due)
    shown = person.get(own(due))
    assert "Ce qui est décidé" not in shown.text
    assert fresh(due).state == _S.DECIDED


def test_observations_are_taken_once_and_proven(cast, person):
    case = cast.received()
    typed = sent(uploads=SimpleUploadedFile("billet.pdf", PDF))
    first = person.post(own(case), typed, follow=True)
    assert "Vos observations sont reçues" in first.text
    assert "billet" in first.text
    again = person.post(own(case), typed | {"uploads": SimpleUploadedFile("billet.pdf", PDF)}, follow=True)
    assert again.redirect_chain == first.redirect_chain
    filed = Observations.objects.get()
    assert filed.pieces.count() == 1
    paper = person.get(own(case, "recu.pdf"))
    assert paper["Content-Type"] == "application/pdf"
    assert paper.content.startswith(b"%PDF")
    assert person.get(own(case, "recu.pdf?envoi=9")).status_code == 404
    shown = person.get(own(case))
    assert "Mon train était supprimé." in shown.text
    assert "Vous voulez ajouter quelque chose" in shown.text


@pytest.mark.parametrize(
    ("typed", "sentence"),
    [
        ({"text": " "}, "Écrivez quelques mots, ou joignez un document."),
        ({"text": "a" * 5_000}, "4000"),
        ({"documents": ["DO-0000-0001"]}, "documents"),
        ({"form_key": "x"}, "Cette page a expiré"),
    ],
)
def test_what_is_not_right_is_said_and_kept(cast, person, typed, sentence):
    case = cast.received()
    answer = person.post(own(case), sent() | typed)
    assert answer.status_code in (409, 422) or "documents" in typed
    assert sentence in answer.text or "documents" in typed
    if "text" not in typed and "documents" not in typed:
        assert "Mon train était supprimé." in answer.text
        assert not Observations.objects.exists()


def test_a_page_left_open_past_the_decision_keeps_what_was_written(cast, person, at):
    case = cast.due()
    cast.decides(case, None, answer="")
    at(cast.now)
    answer = person.post(own(case), sent("Une longue réponse."))
    assert answer.status_code == 409
    assert "n’attend plus cet acte" in answer.text
    assert "Une longue réponse." in answer.text
    assert not Observations.objects.exists()


def test_a_form_whose_session_ended_is_given_back(cast, person):
    case = cast.received()
    owner = person.get(own(case)).context["form_owner"]
    stranger = Client()
    answer = stranger.post(own(case), sent("Gardez ceci.", form_owner=str(owner)))
    assert answer["Location"].startswith("/connexion/")
    stranger = signed_in(cast.person, stranger)
    assert "Gardez ceci." in stranger.get(own(case)).text


def test_after_the_period_writing_still_counts_and_is_marked(cast, person, at):
    case = cast.due()
    at(cast.now)
    assert "Votre réponse compte encore" in person.get(own(case)).text
    person.post(own(case), sent("Trop tard ?"))
    assert Observations.objects.get().after_period
    assert ", après le délai" in person.get(own(case)).text
    closed = person.get(own(case, "audition/"), follow=True)
    assert "Vous pouvez encore écrire, jusqu’à la décision." in closed.text


def test_a_hearing_is_asked_for_fixed_and_held(cast, person, delegate, at):
    case = cast.received()
    assert "Demander à être entendu" in person.get(own(case)).text
    typed = {"wishes": "Par téléphone", "assistant": "Maître Aubry"}
    for _ in range(2):
        asked = person.post(own(case, "audition/"), typed, follow=True)
        assert "Vous serez entendu avant toute décision" in asked.text
    assert Hearing.objects.count() == 1
    assert "déjà demandée" in person.get(own(case, "audition/"), follow=True).text
    person.post(own(case, "audition/assistance/"), {"assistant": "Ma sœur"}, follow=True)
    desk = f"/decisions/{case.ref}/audition/"
    page = delegate.get(desk)
    assert "Ma sœur" in page.text
    assert "Par téléphone" in page.text
    past = delegate.post(desk, {"day": "2026-11-20", "at": "10:00", "place": "Agence"})
    assert past.status_code == 409
    assert "Laissez au moins 5\u00a0jours" in past.text
    assert delegate.post(desk, {"day": "2126-11-20", "at": "10:00", "place": "Agence"}).status_code == 422
    fixed = {"day": "2026-12-02", "at": "10:00", "place": "Agence de Rennes, avec Mme Roy"}
    assert "L’audition est fixée" in delegate.post(desk, fixed, follow=True).text
    shown = person.get(own(case))
    assert "Mercredi 2\u00a0décembre 2026 à\u00a010\u00a0h" in shown.text
    assert "avec Mme Roy" in shown.text
    assert "pas encore passée" in delegate.post(f"{desk}compte-rendu/", {"minutes": "Dit."}).text
    at(Hearing.objects.get().at + timedelta(hours=1))
    assert (
        "compte rendu est enregistré"
        in delegate.post(f"{desk}compte-rendu/", {"minutes": "Le train était supprimé."}, follow=True).text
    )
    assert "Le train était supprimé." in person.get(own(case)).text


def test_a_hearing_is_given_up_and_writing_stays_possible(cast, person):
    case = cast.received()
    hearing.ask_hearing(case.pk, wishes="", assistant="", by=acting(cast.person), now=cast.now)
    assert "Oui, renoncer" in person.get(own(case, "audition/renoncer/")).text
    answer = person.post(own(case, "audition/renoncer/"), follow=True)
    assert "Vous pouvez encore écrire" in answer.text
    assert fresh(case).state == _S.NOTICE_RECEIVED
    assert person.post(own(case, "audition/renoncer/"), follow=True).status_code == 200


def test_the_decision_is_told_with_its_effect_and_remedies(cast, person, at):
    case = cast.due(says="Mon train était supprimé.")
    cast.decides(case)
    deciding.notify(case.pk, by=acts(cast.delegate), now=cast.now)
    at(cast.now)
    assert person.get(own(case, "decision.pdf")).status_code == 404
    shown = person.get(own(case))
    assert fresh(case).state == _S.NOTIFIED
    for words in (
        "Une décision est prise, avec ses raisons",
        "Le train circulait ce jour-là.",
        "délégataire du directeur régional (Bretagne)",
        "Vous pouvez agir jusqu’au",
        "Recours gracieux",
        "Médiation",
        "Tribunal administratif",
        "du samedi 5\u00a0décembre 2026",
    ):
        assert words in shown.text, words
    for name in ("decision.pdf", "lettre.pdf"):
        assert person.get(own(case, name)).content.startswith(b"%PDF")


def test_a_closed_case_says_why_and_asks_nothing(cast, person):
    case = cast.taken()
    examining.close(case.pk, reasons="Le motif est légitime.", by=acts(cast.delegate), now=cast.now)
    shown = person.get(own(case))
    assert "Cette procédure est finie" in shown.text
    assert "Le motif est légitime." in shown.text
    assert "Vous n’avez rien à faire." in shown.text


def test_the_list_tells_each_procedure(cast, person):
    assert "Rien n’est examiné à votre sujet" in person.get("/espace/procedures/").text
    case = cast.received()
    shown = person.get("/espace/procedures/")
    assert str(case.ref) in shown.text
    assert "À vous de répondre" in shown.text


def test_pages_ask_as_much_for_three_answers_as_for_one(cast, person):
    case = cast.received()
    cast.writes(case)
    counts = []
    for n in range(2):
        person.get(own(case))
        with CaptureQueriesContext(connection) as asked:
            person.get(own(case))
        counts.append(len(asked))
        cast.writes(case, f"Encore {n}.")
        cast.writes(case, f"Et encore {n}.")
    assert counts[0] == counts[1] <= 14, counts
    lists = []
    for _ in range(2):
        person.get("/espace/procedures/")
        with CaptureQueriesContext(connection) as asked:
            person.get("/espace/procedures/")
        lists.append(len(asked))
        cast.received()
        cast.received()
    assert lists[0] == lists[1] <= 8, lists


def test_each_state_is_told_in_short_sentences(cast, person, at):
    texts = {}
    case = cast.told().case
    texts["to read"] = person.get(own(case)).text
    texts["hearing"] = person.get(own(case, "audition/")).text
    cast.writes(case)
    texts["answered"] = person.get(own(case)).text
    texts["receipt"] = person.get(own(case, "envois/1/")).text
    force = cast.in_force()
    at(cast.now)
    texts["in force"] = person.get(own(force)).text
    texts["list"] = person.get("/espace/procedures/").text
    means = {name: readability.average(text) for name, text in texts.items()}
    assert {name: mean for name, mean in means.items() if mean > readability.LONGEST_AVERAGE} == {}
    long = {
        one
        for text in texts.values()
        for one in readability.sentences(text)
        if len(readability.words(one)) > 40
    }
    assert long == set()
    for name, text in texts.items():
        for word in ("définitif", "définitive", "sanction", "impérativement"):
            assert word not in text.lower(), (name, word)


def test_a_receipt_after_a_letter_was_signed_for(cast, person):
    """Who answers by the page without having opened it first has received it by answering."""
    case = cast.told().case
    person.post(own(case), sent())
    assert fresh(case).state == _S.OBSERVATIONS_FILED
    assert Notice.objects.get(case=case).received_how == "ANSWERED"
    assert not receiving.consult(case.pk, by=acting(cast.person), now=cast.now + DAY)
