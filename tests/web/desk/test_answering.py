"""A request before its advisor: on the list, read, answered; and a request made aloud."""

import re
from datetime import timedelta

import pytest

from convocations import deeds
from convocations.models import ChangeRequest, Convocation
from convocations.requests import answering, changing_mind
from convocations.states import ConvocationState, RequestState
from messaging.models import OutboxMessage
from portal.core import clock
from tests import factories
from tests.convocations.requests.wishes import Channel, Kind, postpone
from tests.factories import NOW, acting
from tests.people import signed_in

pytestmark = pytest.mark.django_db


@pytest.fixture
def advisor(at):
    return factories.advisor()


@pytest.fixture
def at(monkeypatch):

    def move(moment):
        monkeypatch.setattr(clock, "now", lambda: moment)

    move(NOW)
    return move


@pytest.fixture
def convocation(advisor):
    return factories.convocation(factories.claimant(advisor))


@pytest.fixture
def desk(advisor):
    return signed_in(advisor)


@pytest.fixture
def request_(convocation):
    return postpone(convocation, now=NOW, text="Je travaille ce jour-là.")


def page(row):
    return f"/conseiller/demandes/{row.ref}/"


def test_a_request_stands_on_the_list_with_its_deadline(request_, desk):
    listed = desk.get("/conseiller/?nature=demandes")
    assert page(request_) in listed.text
    assert "Demande à étudier" in listed.text


def test_opening_it_is_noted_and_the_person_sees_it(request_, desk):
    assert desk.head(page(request_)).status_code == 200
    request_.refresh_from_db()
    assert request_.state == RequestState.SUBMITTED
    shown = desk.get(page(request_))
    assert "Je travaille ce jour-là." in shown.text
    assert "aucune absence n’est possible" in shown.text
    request_.refresh_from_db()
    assert (request_.state, request_.opened_at) == (RequestState.UNDER_REVIEW, NOW)


def test_yes_at_an_hour_the_advisor_chooses(request_, convocation, desk):
    sent = {
        "outcome": "autre",
        "day": "2026-12-15",
        "at": "14:00",
        "minutes": "45",
        "modality": "",
        "reasons": "",
    }
    done = desk.post(page(request_), sent, follow=True)
    assert "Votre réponse est envoyée" in done.text
    convocation.refresh_from_db()
    assert convocation.state == ConvocationState.SUPERSEDED
    assert convocation.successor.starts_at.isoformat() == "2026-12-15T13:00:00+00:00"


def test_a_video_needs_its_link(convocation, desk):
    name = str(convocation.claimant.user)
    row = postpone(
        convocation, now=NOW, kind=Kind.MODALITY, modality="VIDEO", motive="TRANSPORT", signed_name=name
    )
    answer = desk.post(page(row), {"outcome": "oui", "reasons": ""})
    assert answer.status_code == 422
    assert "Collez le lien" in answer.text
    desk.post(page(row), {"outcome": "oui", "reasons": "", "place": "https://visio.exemple/abc"})
    convocation.refresh_from_db()
    assert convocation.successor.place == "https://visio.exemple/abc"


def test_no_without_reasons_keeps_the_form(request_, desk):
    answer = desk.post(page(request_), {"outcome": "non", "reasons": ""})
    assert answer.status_code == 422
    assert "la personne les lit" in answer.text
    done = desk.post(page(request_), {"outcome": "non", "reasons": "Aucune place ce mois-ci."}, follow=True)
    assert "Aucune place ce mois-ci." in done.text


def test_yes_as_wished_is_closed_where_no_hour_was_wished(request_, desk):
    answer = desk.post(page(request_), {"outcome": "oui"})
    assert answer.status_code == 422
    assert "choisissez-en une" in answer.text


def test_documents_are_asked_for_with_a_list(request_, desk):
    assert desk.post(page(request_), {"outcome": "documents", "docs": ""}).status_code == 422
    desk.post(page(request_), {"outcome": "documents", "docs": "Votre contrat."})
    request_.refresh_from_db()
    assert (request_.state, request_.docs_asked) == (RequestState.DOCS_REQUESTED, "Votre contrat.")
    assert page(request_) not in desk.get("/conseiller/?nature=demandes").text


def test_the_second_who_answers_is_told_what_the_first_said(request_, advisor, desk):

    answering.refuse(request_.pk, reasons="Non.", by=acting(advisor), now=NOW)
    answer = desk.post(page(request_), {"outcome": "non", "reasons": "Non plus."})
    assert answer.status_code == 409
    assert "a déjà répondu" in answer.text


def test_a_request_made_by_phone_is_written_down_and_confirmed(convocation, desk):
    address = f"/conseiller/convocations/{convocation.ref}/demande/"
    form = desk.get(address)
    key = re.search(r'name="form_key" value="([^"]+)"', form.text).group(1)
    sent = {
        "form_key": key,
        "channel": "PHONE",
        "kind": Kind.RESCHEDULE,
        "motive": "",
        "modality": "",
        "day": "",
        "at": "",
        "text": "Préfère un matin.",
    }
    done = desk.post(address, sent, follow=True)
    assert "en reçoit la confirmation écrite" in done.text
    row = ChangeRequest.objects.get()
    assert (row.channel, row.submitted_by_id) == (Channel.PHONE, convocation.advisor_id)
    assert OutboxMessage.objects.filter(kind=deeds.MAIL_REQUEST_RECEIVED).count() == 1
    desk.post(address, sent)
    assert ChangeRequest.objects.count() == 1


def test_an_hour_without_a_day_and_a_manner_left_out_are_said(convocation, desk):
    address = f"/conseiller/convocations/{convocation.ref}/demande/"
    sent = {"channel": "PHONE", "kind": "MODALITY", "at": "10:00", "text": "x"}
    answer = desk.post(address, sent)
    assert answer.status_code == 422
    assert "Donnez le jour et l’heure" in answer.text
    assert "par quel moyen" in answer.text


def test_a_correction_comes_back_to_the_list_and_is_answered(convocation, advisor, desk):
    row = postpone(convocation, by=acting(advisor), channel=Channel.PHONE, text="Veut un mardi.", now=NOW)
    desk.post(page(row), {"outcome": "non", "reasons": "Pas le mardi."})
    changing_mind.correct(row.pk, text="Jeudi.", by=acting(convocation.claimant), now=NOW)
    assert page(row) in desk.get("/conseiller/?nature=demandes").text
    shown = desk.get(page(row))
    assert "Répondre à la correction" in shown.text
    desk.post(page(row), {"answer": "Je vous rappelle jeudi."})
    row.refresh_from_db()
    assert not row.correction_open


def test_a_bad_connection_stands_beside_the_published_networks(advisor, desk):
    video = factories.convocation(factories.claimant(advisor), modality="VIDEO")
    name = str(video.claimant.user)
    row = postpone(
        video, now=NOW, kind=Kind.MODALITY, modality="PHONE", motive="CONNECTIVITY", signed_name=name
    )
    assert "comptent jamais contre la personne" in desk.get(page(row)).text


def test_a_colleague_and_a_stranger_find_nothing(request_, advisor):
    for other in (factories.advisor(advisor.agency), factories.advisor()):
        assert signed_in(other).get(page(request_)).status_code == 404


def test_a_late_request_is_handed_over_by_the_supervisor(request_, advisor, at):
    supervisor = factories.advisor(advisor.agency, is_supervisor=True)
    colleague = factories.advisor(advisor.agency)
    at(NOW + timedelta(days=5))
    browser = signed_in(supervisor)
    assert str(request_.ref) in browser.get("/agence/?retards=demandes").text
    browser.post(
        "/agence/?retards=demandes", {"ligne": [str(request_.ref)], "to": colleague.pk, "reason": "Congés"}
    )
    request_.refresh_from_db()
    assert request_.advisor_id == colleague.pk


def test_a_frozen_appointment_leads_to_the_request_and_offers_no_absence(request_, convocation, advisor, at):
    at(convocation.ends_at + timedelta(hours=1))
    shown = signed_in(advisor).get(f"/conseiller/convocations/{convocation.ref}/")
    assert page(request_) in shown.text
    assert 'value="ABSENT"' not in shown.text
    assert 'value="ATTENDED"' in shown.text
    assert Convocation.objects.get(pk=convocation.pk).state == ConvocationState.RESCHEDULE_PENDING


@pytest.mark.parametrize("rows", [1, 3])
def test_the_page_asks_few_questions(advisor, desk, rows, django_assert_max_num_queries):
    for number in range(rows):
        person = factories.claimant(advisor)
        made = postpone(
            factories.convocation(person, starts_at=NOW + timedelta(days=9 + number)), now=NOW, text="x"
        )
    desk.get(page(made))
    with django_assert_max_num_queries(14):
        assert desk.get(page(made)).status_code == 200
