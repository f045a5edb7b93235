"""Portfolios moved with a preview, lines of follow-up, calls that were asked for, what nobody may overlook."""

import re

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from accounts.following import modes
from accounts.models import Advisor, Claimant, Transfer, User
from convocations.evidence import call_backs
from convocations.evidence.call_backs import Asked
from convocations.following import nightly
from convocations.models import CallTask, Convocation, FollowUpTask, Modality
from portal.core import parameters
from portal.core.models import ParameterOverride
from tests import factories
from tests.convocations.requests.wishes import postpone
from tests.factories import NOW, acting
from tests.people import signed_in
from tests.web.desk.conftest import timedelta

pytestmark = pytest.mark.django_db

PREVIEW = "/agence/portefeuilles/apercu/"


def plain(answer) -> str:
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", answer.text.replace("&nbsp;", " "))).replace(
        "\u00a0", " "
    )


@pytest.fixture
def office(at, helene):
    return signed_in(helene)


@pytest.fixture
def small():
    for key in ("portfolio_min", "portfolio_max", "portfolio_reinforced_max"):
        ParameterOverride.objects.create(key=key, value=2 if key == "portfolio_max" else 1)
    parameters.forget()
    yield
    parameters.forget()


# --- portfolios ----------------------------------------------------------------


def test_load_of_each_advisor_against_the_marks(office, nadia, paul, small):
    for _ in range(3):
        factories.claimant(nadia)
    text = plain(office.get("/agence/portefeuilles/"))
    assert "1 à 2 personnes par conseiller" in text
    assert re.search(r"Nadia Benali 3 0 au-dessus", text)
    assert re.search(r"Paul Keller 0 0 sous le repère", text)


def test_moving_shows_each_line_first_and_changes_nothing(office, nadia, paul, camille):
    call_backs.ask(camille.pk, Asked("OTHER", "06", "ANY"), by=acting(camille), now=NOW)
    text = plain(office.post(PREVIEW, {"ligne": [camille.ref], "to": paul.pk, "conseiller": nadia.pk}))
    assert "Camille Moreau Nadia Benali Paul Keller 1 chose en cours suit" in text
    assert "Paul Keller suivra 1 personne, 0 aujourd’hui" in text
    camille.refresh_from_db()
    assert camille.advisor_id == nadia.pk


def test_a_request_that_waits_is_counted_with_what_follows(office, nadia, paul, camille):
    postpone(factories.convocation(camille), now=NOW, text="Plutôt le matin.")
    text = plain(office.post(PREVIEW, {"ligne": [camille.ref], "to": paul.pk, "conseiller": nadia.pk}))
    assert "Camille Moreau Nadia Benali Paul Keller 1 chose en cours suit" in text


def test_moving_gives_a_result_per_line(office, nadia, paul, camille, small):
    others = [factories.claimant(nadia) for _ in range(2)]
    Advisor.objects.filter(pk=nadia.pk).update(volunteers_for_web=True)
    web = factories.claimant(nadia, follow_up_mode="WEB")
    refs = [str(one.ref) for one in (camille, *others, web)]
    sent = {"ligne": refs, "to": paul.pk, "conseiller": nadia.pk}
    text = plain(office.post(PREVIEW, sent))
    assert "dépasserait le repère" in text
    assert "n’est pas volontaire" in text
    text = plain(office.post(PREVIEW, {**sent, "etape": "confirmer"}))
    assert "2 personnes confiées à Paul Keller" in text
    assert "2 personnes n’ont pas changé" in text
    assert Claimant.objects.filter(advisor=paul).count() == 2
    # With a reason a supervisor may go beyond the mark; never without a volunteer.
    office.post(PREVIEW, {**sent, "reason": "Congé long", "etape": "confirmer"})
    assert Claimant.objects.filter(advisor=paul).count() == 3


def test_moving_to_another_agency_needs_a_reason_and_says_who(office, nadia, camille):
    yann = factories.advisor(factories.agency(name="Agence de Brest"), first_name="Yann", last_name="Le Bras")
    sent = {"ligne": [camille.ref], "to": f"agence-{yann.agency_id}", "conseiller": nadia.pk}
    assert "Indiquez le motif" in plain(office.post(PREVIEW, sent))
    sent["reason"] = "Rapprochement"
    assert "Agence de Brest, en principe Yann Le Bras" in plain(office.post(PREVIEW, sent))
    assert "Suivi par Yann Le Bras" in plain(office.post(PREVIEW, {**sent, "etape": "confirmer"}))
    assert Transfer.objects.get().reason == "Rapprochement"
    assert "vers Agence de Brest" in plain(signed_in(nadia).get("/conseiller/portefeuille/"))


def test_people_of_another_agency_are_not_moved(office, nadia, paul):
    stranger = factories.claimant(factories.advisor())
    text = plain(office.post(PREVIEW, {"ligne": [stranger.ref], "to": paul.pk, "etape": "confirmer"}))
    assert "0 personne confiée" in text
    assert Claimant.objects.get(pk=stranger.pk).advisor_id != paul.pk


def test_moving_nobody_says_so(office, nadia, paul, camille):
    answer = office.post(PREVIEW, {"to": paul.pk, "conseiller": nadia.pk})
    assert answer.status_code == 422
    assert "Cochez au moins une personne" in plain(answer)
    # One summary, whatever is missing.
    assert answer.text.count('id="erreurs"') == 1
    assert "<title>Erreur" in answer.text
    answer = office.post(PREVIEW, {"ligne": [camille.ref], "conseiller": nadia.pk})
    assert answer.status_code == 422


@pytest.mark.parametrize("query", ["?conseiller=x", "?conseiller=999999999999", "?apres=x", "?conseiller=²"])
def test_nonsense_in_the_address_is_an_ordinary_page(office, query):
    assert office.get(f"/agence/portefeuilles/{query}").status_code == 200


def test_preview_takes_as_many_queries_for_one_as_for_three(office, nadia, paul):
    people = [str(factories.claimant(nadia).ref) for _ in range(3)]
    yann = factories.advisor()
    for to in (paul.pk, f"agence-{yann.agency_id}"):
        sent = {"to": to, "reason": "Départ", "conseiller": nadia.pk}
        office.post(PREVIEW, {**sent, "ligne": people[:1]})
        with CaptureQueriesContext(connection) as one:
            office.post(PREVIEW, {**sent, "ligne": people[:1]})
        with CaptureQueriesContext(connection) as three:
            office.post(PREVIEW, {**sent, "ligne": people})
        assert len(one) == len(three) <= 18


@pytest.mark.parametrize("address", ["/agence/portefeuilles/", "/agence/suivis/"])
def test_page_of_the_agency_takes_as_many_queries_for_one_as_for_three(office, nadia, address):
    def silent() -> None:
        factories.claimant(nadia, last_contact_at=NOW - timedelta(days=70))
        nightly.check(NOW)

    silent()
    office.get(address)
    with CaptureQueriesContext(connection) as one:
        office.get(address)
    silent()
    silent()
    with CaptureQueriesContext(connection) as three:
        office.get(address)
    assert len(one) == len(three) <= 12


# --- what nobody may overlook --------------------------------------------------


def test_page_shows_each_finding_and_is_empty_without(office, nadia, camille):
    assert "Rien à regarder" in plain(office.get("/agence/suivis/"))
    Claimant.objects.filter(pk=camille.pk).update(last_contact_at=NOW - timedelta(days=70))
    wishing = factories.claimant(nadia, user_fields={"first_name": "Alix"})
    test = modes.SelfTest(computer=True, camera=True, microphone=True, at_ease=True)
    modes.take_web(wishing.pk, test, consents=True, by=acting(wishing), now=NOW)
    call_backs.ask(wishing.pk, Asked("OTHER", "06", "ANY"), by=acting(wishing), now=NOW)
    nightly.check(NOW)
    User.objects.filter(pk=nadia.pk).update(is_active=False)
    text = plain(office.get("/agence/suivis/"))
    for title in (
        "Sans conseiller actif",
        "Travail sans responsable",
        "Sans contact",
        "Souhaits de suivi 100 % web",
    ):
        assert title in text
    assert "dont l’accès est fermé" in text
    assert "accès fermé" in plain(office.get("/agence/portefeuilles/"))


# --- lines of follow-up --------------------------------------------------------


def line(of, **fields) -> FollowUpTask:
    return FollowUpTask.objects.create(
        **{
            "claimant": of,
            "advisor": of.advisor,
            "agency": of.agency,
            "reason": "NO_CONTACT",
            "opened_at": NOW,
            "due_at": NOW + timedelta(days=7),
        }
        | fields
    )


def test_line_stands_on_the_list_until_a_contact(desk, camille):
    row = line(camille)
    assert "Suivi à faire" in plain(desk.get("/conseiller/?nature=suivis"))
    assert "sans contact depuis longtemps" in plain(desk.get(f"/conseiller/suivis/{row.ref}/")).lower()
    Claimant.objects.filter(pk=camille.pk).update(last_contact_at=NOW + timedelta(minutes=1))
    assert "Camille Moreau" not in plain(desk.get("/conseiller/?nature=suivis"))


def test_line_done_otherwise_is_noted(desk, camille):
    row = line(camille)
    assert desk.post(f"/conseiller/suivis/{row.ref}/", {"note": ""}).status_code == 422
    answer = desk.post(f"/conseiller/suivis/{row.ref}/", {"note": "Vue à l’accueil."}, follow=True)
    assert "Vue à l’accueil." in plain(answer)
    assert desk.post(f"/conseiller/suivis/{row.ref}/", {"note": "Encore."}).status_code == 409


def test_video_is_proposed_in_person_from_the_list(desk, camille):
    row = factories.convocation(camille, modality=Modality.VIDEO)
    owed = line(camille, reason="IN_PERSON", convocation=row)
    page = desk.get(f"/conseiller/suivis/{owed.ref}/proposer/")
    key = re.search(r'name="form_key" value="([^"]+)"', page.text).group(1)
    answer = desk.post(
        f"/conseiller/suivis/{owed.ref}/proposer/",
        {"day": "2026-12-02", "at": "11:00", "minutes": "45", "form_key": key},
        follow=True,
    )
    assert "proposé en agence" in plain(answer)
    row.refresh_from_db()
    assert Convocation.objects.get(pk=row.successor_id).modality == Modality.IN_PERSON
    assert desk.get(f"/conseiller/suivis/{line(camille).ref}/proposer/").status_code == 404


def test_volunteering_is_set_and_kept_while_people_are_followed_by_web(desk, nadia):
    assert "Vous êtes volontaire" in plain(
        desk.post("/conseiller/suivi-web/", {"volunteers": "on"}, follow=True)
    )
    factories.claimant(nadia, follow_up_mode="WEB")
    answer = desk.post("/conseiller/suivi-web/", {})
    assert answer.status_code == 409
    assert "confier à un autre volontaire" in plain(answer)


# --- calls that were asked for -------------------------------------------------


def test_call_back_shows_what_was_asked_and_the_number_given(desk, camille):
    call = call_backs.ask(
        camille.pk,
        Asked("BENEFITS", "07 00 00 00 00", "MORNING", "Mon versement"),
        by=acting(camille),
        now=NOW,
    )
    assert "demande à être rappelé" in plain(desk.get("/conseiller/?nature=appels"))
    text = plain(desk.get(f"/conseiller/appels/{call.ref}/"))
    for expected in ("07 00 00 00 00", "Mon allocation", "Plutôt le matin", "Mon versement"):
        assert expected in text
    for left in ("2 essais", "1 essai"):
        answer = desk.post(f"/conseiller/appels/{call.ref}/", {"reached": "non"}, follow=True)
        assert left in plain(answer)
    answer = desk.post(f"/conseiller/appels/{call.ref}/", {"reached": "non"}, follow=True)
    assert "prévenue par écrit" in plain(answer)
    assert CallTask.objects.get().state == "UNREACHED"
