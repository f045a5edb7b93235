"""Another date, another manner, a technical problem, from the appointment's own page."""

import re
import uuid
from datetime import timedelta

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from convocations.evidence import ledger
from convocations.models import ChangeRequest, Convocation, Justificatif, Modality, SlotHold, SwornStatement
from convocations.requests import answering, papers
from convocations.requests.answering import Offer
from convocations.states import ConvocationState, RequestState
from tests import factories
from tests.convocations.requests.wishes import Channel, Kind, open_all_week, postpone, slot
from tests.factories import NOW, acting
from tests.paper import text_of
from tests.people import signed_in
from tests.web.claimant.story import document

pytestmark = pytest.mark.django_db


def page(convocation, tail=""):
    return f"/espace/convocations/{convocation.ref}/{tail}"


@pytest.fixture
def convocation(camille):
    row = factories.convocation(camille)
    open_all_week(camille.agency)
    ledger.consult(row.pk, by=acting(camille), now=NOW)
    row.refresh_from_db()
    return row


def slots_of(answer) -> list[str]:
    return re.findall(r'name="creneau"\s+value="([^"]+)"', answer.text)


def values_of(answer, name: str) -> list[str]:
    """The values of a form's radio buttons of this name."""
    inputs = re.findall(r"<input[^>]*>", answer.text)
    radios = [one for one in inputs if 'type="radio"' in one and f'name="{name}"' in one]
    return [re.search(r'value="([^"]*)"', one).group(1) for one in radios]


def key_of(answer) -> str:
    return re.search(r'name="form_key" value="([^"]+)"', answer.text).group(1)


def test_the_page_says_before_any_click_what_is_possible_and_what_it_counts_for(
    convocation, browser_of_camille
):
    answer = browser_of_camille.get(page(convocation))
    assert "Choisir une autre date" in answer.text
    assert "Report 1 sur 2 sans justificatif" in answer.text
    assert "Demander un autre moyen" in answer.text
    assert "problème technique" not in answer.text  # an appointment in person has none


def test_a_free_hour_is_picked_held_confirmed_and_the_appointment_moves(
    convocation, browser_of_camille, camille
):
    first = browser_of_camille.get(page(convocation, "reporter/"))
    assert "le report 1 sur 2 sans justificatif" in first.text
    picked = slots_of(first)[0]
    confirm = browser_of_camille.post(page(convocation, "reporter/"), {"creneau": picked}, follow=True)
    assert "Vérifiez, puis confirmez" in confirm.text
    # What she holds, nobody else is offered meanwhile.
    other = factories.claimant(camille.advisor)
    theirs = factories.convocation(other, starts_at=NOW + timedelta(days=20))
    ledger.consult(theirs.pk, by=acting(other), now=NOW)
    assert picked not in slots_of(signed_in(other).get(page(theirs, "reporter/")))
    sent = {"form_key": key_of(confirm), "slot": picked, "motive": "", "text": "", "signed_name": ""}
    done = browser_of_camille.post(page(convocation, "reporter/"), sent, follow=True)
    assert done.status_code == 200
    request = ChangeRequest.objects.get()
    assert done.redirect_chain[-1][0] == f"/espace/demandes/{request.ref}/"
    assert "report sans motif, dans la limite prévue" in done.text
    convocation.refresh_from_db()
    assert convocation.state == ConvocationState.SUPERSEDED
    again = browser_of_camille.post(page(convocation, "reporter/"), sent, follow=True)
    assert again.status_code == 200
    assert ChangeRequest.objects.count() == 1


def test_an_hour_that_has_gone_keeps_the_form_and_offers_the_nearest(
    convocation, browser_of_camille, camille
):
    picked = slots_of(browser_of_camille.get(page(convocation, "reporter/")))[0]
    start = NOW.fromtimestamp(int(picked), NOW.tzinfo)
    factories.convocation(factories.claimant(camille.advisor), starts_at=start)
    sent = {
        "form_key": uuid.uuid4(),
        "slot": picked,
        "motive": "",
        "text": "Je garde mon fils.",
        "signed_name": "",
    }
    answer = browser_of_camille.post(page(convocation, "reporter/"), sent)
    assert answer.status_code == 409
    assert "vient d’être pris" in answer.text
    assert "Je garde mon fils." in answer.text
    assert len(values_of(answer, "slot")) == 3
    assert not ChangeRequest.objects.exists()


def test_when_no_hour_suits_the_advisor_is_asked(convocation, browser_of_camille):
    form = browser_of_camille.get(page(convocation, "reporter/") + "?creneau=aucun")
    assert "Demander une autre date" in form.text
    sent = {"form_key": key_of(form), "slot": "", "motive": "", "text": "Plutôt le matin.", "signed_name": ""}
    done = browser_of_camille.post(page(convocation, "reporter/"), sent, follow=True)
    request = ChangeRequest.objects.get()
    assert request.state == RequestState.SUBMITTED
    assert "Tant qu’elle attend, aucune absence ne peut être notée" in done.text
    shown = browser_of_camille.get(page(convocation))
    assert f"/espace/demandes/{request.ref}/" in shown.text
    assert "Nous examinons votre réponse" in browser_of_camille.get("/espace/").text


def test_an_hour_kept_and_not_wanted_is_anybodys_once_the_advisor_is_asked(convocation, browser_of_camille):
    picked = slots_of(browser_of_camille.get(page(convocation, "reporter/")))[0]
    browser_of_camille.post(page(convocation, "reporter/"), {"creneau": picked})
    assert SlotHold.objects.count() == 1
    form = browser_of_camille.get(page(convocation, "reporter/") + "?creneau=aucun")
    sent = {"form_key": key_of(form), "slot": "", "motive": "", "text": "Plutôt le soir.", "signed_name": ""}
    browser_of_camille.post(page(convocation, "reporter/"), sent)
    assert ChangeRequest.objects.get().state == RequestState.SUBMITTED
    assert not SlotHold.objects.exists()


def test_the_third_time_a_reason_and_a_signature_are_asked_for(convocation, browser_of_camille, camille):
    for days in (20, 21):
        moved = factories.convocation(camille, starts_at=NOW + timedelta(days=days, hours=2))
        postpone(moved, now=NOW, **slot(days + 5))
    first = browser_of_camille.get(page(convocation, "reporter/"))
    assert "Vous avez déjà déplacé 2 rendez-vous" in first.text.replace("\u00a0", " ")
    picked = slots_of(first)[0]
    form = browser_of_camille.post(page(convocation, "reporter/"), {"creneau": picked}, follow=True)
    assert "Je soussigné(e) Camille Moreau" in form.text
    sent = {"form_key": key_of(form), "slot": picked, "motive": "CHILDCARE", "text": "", "signed_name": ""}
    refused = browser_of_camille.post(page(convocation, "reporter/"), sent)
    assert refused.status_code == 409
    assert "Joignez un document de la liste" in refused.text
    browser_of_camille.post(page(convocation, "reporter/"), {**sent, "signed_name": "camille moreau"})
    assert SwornStatement.objects.get().request.state == RequestState.SUBMITTED


def test_a_paper_that_is_needed_at_once_is_not_said_to_wait(convocation, browser_of_camille, camille):
    later, now = "Vous pouvez l’envoyer plus tard", "À joindre à votre demande"
    free = browser_of_camille.get(page(convocation, "reporter/") + "?creneau=aucun")
    assert (later in free.text, now in free.text) == (True, False)
    for days in (20, 21):
        moved = factories.convocation(camille, starts_at=NOW + timedelta(days=days, hours=2))
        postpone(moved, now=NOW, **slot(days + 5))
    for tail in ("reporter/?creneau=aucun", "modalite/?moyen=PHONE"):
        needed = browser_of_camille.get(page(convocation, tail))
        assert (later in needed.text, now in needed.text) == (False, True)
    # A need that is known is backed by nothing more, and the page says so where it is chosen.
    type(camille).objects.filter(pk=camille.pk).update(accommodations=["INTERPRETER"])
    known = browser_of_camille.get(page(convocation, "modalite/?moyen=PHONE"))
    assert "aucun document n’est demandé" in known.text
    assert "certificat médical de limites fonctionnelles" not in known.text


def test_a_signature_that_is_not_enough_is_answered_with_what_is(convocation, browser_of_camille, camille):
    sent = {"form_key": uuid.uuid4(), "text": "", "signed_name": str(camille.user)}
    refused = browser_of_camille.post(
        page(convocation, "modalite/?moyen=PHONE"), {**sent, "motive": "DISABILITY"}
    )
    assert "un document est nécessaire" in refused.text
    assert "la déclaration sur l’honneur ne suffit pas" in refused.text
    assert not ChangeRequest.objects.exists()


def test_a_written_exchange_that_was_granted_is_told_from_day_to_day(
    convocation, browser_of_camille, camille
):
    written = {"modality": Modality.ASYNC_MESSAGE, "motive": "CONNECTIVITY", "signed_name": str(camille.user)}
    request = postpone(convocation, kind=Kind.MODALITY, **written)
    answering.accept(request.pk, Offer(), by=acting(camille.advisor), now=NOW + timedelta(days=1))
    days = "du mercredi 2 décembre 2026 au vendredi 4 décembre 2026 inclus"
    for browser, door in ((browser_of_camille, "espace"), (signed_in(camille.advisor), "conseiller")):
        shown = browser.get(f"/{door}/demandes/{request.ref}/").text
        assert days in shown.replace("\u00a0", " ")


def test_a_paper_sent_with_the_request_is_kept_and_reviewed(convocation, browser_of_camille, camille):
    form = browser_of_camille.get(page(convocation, "modalite/") + "?moyen=PHONE")
    paper = SimpleUploadedFile("carte.pdf", b"%PDF-1.4\n%%EOF", "application/pdf")
    sent = {
        "form_key": key_of(form),
        "motive": "TRANSPORT",
        "text": "Plus de car.",
        "signed_name": "Camille Moreau",
    }
    answer = browser_of_camille.post(
        page(convocation, "modalite/") + "?moyen=PHONE", {**sent, "uploads": paper}
    )
    assert answer.status_code in {302, 422}
    browser_of_camille.post(page(convocation, "modalite/") + "?moyen=PHONE", sent)
    request = ChangeRequest.objects.get()
    assert (request.kind, request.wished_modality) == ("MODALITY", Modality.PHONE)


def test_the_manner_that_is_planned_is_no_choice(convocation, browser_of_camille):
    assert browser_of_camille.get(page(convocation, "modalite/")).status_code == 200
    assert browser_of_camille.get(page(convocation, "modalite/") + "?moyen=IN_PERSON").status_code == 422


def test_a_technical_problem_gets_a_new_date_at_once(camille, at):
    call = factories.convocation(camille, modality=Modality.PHONE)
    open_all_week(camille.agency)
    at(call.starts_at + timedelta(minutes=5))
    browser_of_camille = signed_in(camille)
    shown = browser_of_camille.get(page(call))
    assert "Signaler un problème technique" in shown.text
    form = browser_of_camille.get(page(call, "incident/"))
    values = values_of(form, "solution")
    sent = {
        "form_key": key_of(form),
        "solution": next(v for v in values if v != "appel"),
        "text": "Pas de son.",
    }
    done = browser_of_camille.post(page(call, "incident/"), sent, follow=True)
    assert "nouveau rendez-vous après un problème technique" in done.text
    assert Convocation.objects.get(pk=call.pk).state == ConvocationState.SUPERSEDED


def test_a_call_is_asked_for_instead(camille, at):
    call = factories.convocation(camille, modality=Modality.PHONE)
    open_all_week(camille.agency)
    at(call.starts_at + timedelta(minutes=5))
    browser_of_camille = signed_in(camille)
    form = browser_of_camille.get(page(call, "incident/"))
    done = browser_of_camille.post(
        page(call, "incident/"), {"form_key": key_of(form), "solution": "appel", "text": ""}, follow=True
    )
    assert "Votre conseiller vous appelle dès qu’il peut" in done.text


@pytest.mark.parametrize("tail", ["reporter/", "modalite/", "incident/"])
def test_what_is_no_longer_possible_leads_back_with_a_sentence(convocation, camille, at, tail):
    at(convocation.ends_at + timedelta(days=1))
    answer = signed_in(camille).get(page(convocation, tail), follow=True)
    assert answer.redirect_chain == [(page(convocation), 302)]
    assert "Ce n’est plus possible pour ce rendez-vous" in answer.text


# --- the request's own page ---------------------------------------------------------


@pytest.fixture
def request_(convocation):
    return postpone(convocation, now=NOW, text="Je travaille ce jour-là.")


def test_the_receipt_says_when_to_whom_and_carries_the_fingerprint(request_, browser_of_camille):
    shown = browser_of_camille.get(f"/espace/demandes/{request_.ref}/")
    assert bytes(request_.content_hash).hex() in shown.text
    assert "mercredi 25 novembre 2026" in shown.text.replace("\u00a0", " ")
    paper = browser_of_camille.get(f"/espace/demandes/{request_.ref}/recu.pdf")
    assert paper.headers["Content-Type"] == "application/pdf"
    assert "Je travaille ce jour-là." in text_of(paper.content)
    assert str(request_.ref) in browser_of_camille.get("/espace/demandes/").text


def test_documents_asked_for_stand_first_and_are_sent(request_, browser_of_camille, camille):
    papers.ask_documents(request_.pk, what="Votre contrat.", by=acting(camille.advisor), now=NOW)
    home = browser_of_camille.get("/espace/")
    assert "Envoyez les documents demandés" in home.text
    shown = browser_of_camille.get(f"/espace/demandes/{request_.ref}/")
    assert "Votre contrat." in shown.text
    paper = document(camille, "Contrat")
    sent = {"form_key": key_of(shown), "documents": str(paper.ref)}
    done = browser_of_camille.post(f"/espace/demandes/{request_.ref}/", sent, follow=True)
    assert "C’est reçu" in done.text
    assert Justificatif.objects.get().request == request_


def test_a_request_is_taken_back(request_, convocation, browser_of_camille):
    done = browser_of_camille.post(f"/espace/demandes/{request_.ref}/retirer/", follow=True)
    assert "Votre demande est retirée" in done.text
    convocation.refresh_from_db()
    assert convocation.state == ConvocationState.READ


def test_what_was_noted_aloud_can_be_corrected(convocation, browser_of_camille, camille):
    row = postpone(
        convocation, by=acting(camille.advisor), channel=Channel.PHONE, text="Veut un mardi.", now=NOW
    )
    shown = browser_of_camille.get(f"/espace/demandes/{row.ref}/")
    assert "Ce n’est pas ce que vous avez dit" in shown.text
    done = browser_of_camille.post(f"/espace/demandes/{row.ref}/corriger/", {"text": "Jeudi."}, follow=True)
    assert "Votre correction est reçue" in done.text
    assert ChangeRequest.objects.get().correction == "Jeudi."


def test_somebody_elses_request_is_not_there(request_, camille):
    stranger = signed_in(factories.claimant())
    for tail in ("", "recu.pdf"):
        assert stranger.get(f"/espace/demandes/{request_.ref}/{tail}").status_code == 404
    for tail in ("retirer/", "corriger/"):
        assert stranger.post(f"/espace/demandes/{request_.ref}/{tail}", {"text": "x"}).status_code == 404


@pytest.mark.parametrize("requests", [1, 3])
def test_these_pages_ask_few_questions(camille, browser_of_camille, requests, django_assert_max_num_queries):
    for number in range(requests):
        row = factories.convocation(camille, starts_at=NOW + timedelta(days=9 + number))
        made = postpone(
            row,
            now=NOW,
            kind=Kind.MODALITY,
            modality="PHONE",
            motive="TRANSPORT",
            signed_name=str(camille.user),
        )
    another = factories.convocation(camille, starts_at=NOW + timedelta(days=30))
    browser_of_camille.get("/espace/")
    for address in ("/espace/", "/espace/demandes/", f"/espace/demandes/{made.ref}/"):
        with django_assert_max_num_queries(8):
            assert browser_of_camille.get(address).status_code == 200
    with django_assert_max_num_queries(12):
        assert browser_of_camille.get(page(another, "reporter/")).status_code == 200
