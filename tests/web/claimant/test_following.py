"""A person moves, chooses how they are followed, asks to be called back: seen before each click, and after it."""

import re
from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from accounts.following import modes
from accounts.models import Advisor, Claimant, Transfer, WebWish
from convocations.evidence import calls
from convocations.models import CallTask, FollowUpTask, Modality
from portal.core.models import JournalEntry
from tests import factories
from tests.factories import NOW, acting
from tests.messaging.threads import talk
from tests.people import signed_in

pytestmark = pytest.mark.django_db

MOVING, FOLLOW_UP, CALL_BACK = "/espace/profil/demenagement/", "/espace/suivi/", "/espace/rappel/"
ADDRESS = {"street": "2 rue de Siam", "postcode": "29200", "city": "Brest"}
ALL = dict.fromkeys(("computer", "camera", "microphone", "at_ease", "consents"), "on")


def plain(answer) -> str:
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", answer.text.replace("&nbsp;", " "))).replace(
        "\u00a0", " "
    )


@pytest.fixture
def brest():
    agency = factories.agency(name="Agence de Brest", postcode="29200", city="Brest")
    return factories.advisor(agency, first_name="Yann", last_name="Le Bras")


def test_move_is_seen_before_it_is_made(camille, browser_of_camille, brest):
    factories.convocation(camille)
    text = plain(browser_of_camille.post(MOVING, ADDRESS))
    for expected in (
        "Agence de Brest",
        "Yann Le Bras",
        "Mercredi 2 décembre 2026",
        "n’est pas compté comme un report",
    ):
        assert expected in text
    assert "mardi 8 décembre 2026" in text
    assert not Transfer.objects.exists()


def test_move_that_is_confirmed_is_told_on_the_page(camille, browser_of_camille, brest):
    factories.convocation(camille)
    answer = browser_of_camille.post(
        MOVING, {**ADDRESS, "agency": brest.agency_id, "etape": "confirmer"}, follow=True
    )
    text = plain(answer)
    assert "votre dossier est suivi par Agence de Brest" in text
    assert "Yann Le Bras" in text
    assert "restent comme annoncés" in text
    camille.refresh_from_db()
    assert (camille.advisor_id, camille.city) == (brest.pk, "Brest")
    # A second click finds it done.
    again = browser_of_camille.post(
        MOVING, {**ADDRESS, "agency": brest.agency_id, "etape": "confirmer"}, follow=True
    )
    assert "Votre agence et votre conseiller ne changent pas" in plain(again)
    assert Transfer.objects.count() == 1


def test_move_goes_back_to_the_form_with_what_was_typed(browser_of_camille, brest):
    answer = browser_of_camille.post(MOVING, {**ADDRESS, "etape": "corriger"})
    assert answer.status_code == 200
    assert 'value="2 rue de Siam"' in answer.text


def test_move_within_the_same_agency_changes_the_address_only(camille, browser_of_camille):
    here = {**ADDRESS, "postcode": "35200"}
    assert "ne changent pas" in plain(browser_of_camille.post(MOVING, here))
    browser_of_camille.post(MOVING, {**here, "etape": "confirmer"})
    camille.refresh_from_db()
    assert (camille.postcode, Transfer.objects.exists()) == ("35200", False)


@pytest.mark.parametrize(
    ("sent", "sentence"),
    [
        ({**ADDRESS, "postcode": "13001"}, "Nous n’avons pas trouvé d’agence proche"),
        ({**ADDRESS, "postcode": "29"}, "cinq chiffres"),
        ({**ADDRESS, "agency": "999999"}, "choix"),
        ({"postcode": "29200"}, "Remplissez ce champ"),
    ],
)
def test_move_that_is_not_understood_says_what_to_do(browser_of_camille, brest, sent, sentence):
    answer = browser_of_camille.post(MOVING, sent)
    assert answer.status_code == 422
    assert sentence in plain(answer) or "réponse" in plain(answer)
    assert not Transfer.objects.exists()


def test_agency_that_cannot_take_anybody_is_told_and_nothing_changes(camille, browser_of_camille, brest):
    type(brest.user).objects.filter(pk=brest.pk).update(is_active=False)
    answer = browser_of_camille.post(MOVING, {**ADDRESS, "agency": brest.agency_id, "etape": "confirmer"})
    assert answer.status_code == 422
    assert not Transfer.objects.exists()


# --- the mode ------------------------------------------------------------------


def test_web_is_chosen_and_left_on_the_page(camille, browser_of_camille):
    modes.set_volunteer(camille.advisor_id, True, by=acting(camille.advisor), now=NOW)
    assert "votre conseiller d’aujourd’hui" in plain(browser_of_camille.get(FOLLOW_UP))
    answer = browser_of_camille.post(FOLLOW_UP, {**ALL, "seen": "oui"}, follow=True)
    assert "suivi à 100 % par le web" in plain(answer)
    factories.convocation(camille, modality=Modality.VIDEO)
    answer = browser_of_camille.post("/espace/suivi/quitter/", follow=True)
    text = plain(answer)
    assert "rien ne vous est reproché" in text
    assert "va vous les proposer en agence" in text
    assert "Mercredi 2 décembre 2026" in text
    assert "Accord donné le lundi 23 novembre 2026" in text
    assert JournalEntry.objects.filter(code__in=[25, 26], file_id=camille.pk).count() == 2


def test_web_is_refused_in_words_when_something_is_missing(camille, browser_of_camille):
    answer = browser_of_camille.post(FOLLOW_UP, {**ALL, "camera": ""})
    assert answer.status_code == 409
    assert "une caméra" in plain(answer)
    answer = browser_of_camille.post(FOLLOW_UP, {**ALL, "consents": ""})
    assert "Cochez votre accord" in plain(answer)


def test_wish_is_kept_and_taken_back(camille, browser_of_camille):
    assert "Aucun conseiller volontaire" in plain(browser_of_camille.get(FOLLOW_UP))
    assert "est gardée" in plain(browser_of_camille.post(FOLLOW_UP, ALL, follow=True))
    assert WebWish.objects.get().claimant_id == camille.pk
    browser_of_camille.post("/espace/suivi/quitter/")
    assert not WebWish.objects.exists()


def test_only_this_page_may_ask_for_the_camera(browser_of_camille):
    asked = browser_of_camille.get(FOLLOW_UP)["Permissions-Policy"]
    assert "camera=(self)" in asked
    assert "microphone=(self)" in asked
    assert "geolocation=()" in asked
    elsewhere = browser_of_camille.get("/espace/")["Permissions-Policy"]
    assert "camera=()" in elsewhere


@pytest.mark.django_db(transaction=True)
def test_browser_looks_for_camera_and_microphone(camille, live_server, new_context):
    context = new_context(viewport={"width": 400, "height": 900}, permissions=[])
    session = signed_in(camille).cookies["session"].value
    context.add_cookies([{"name": "session", "value": session, "url": live_server.url}])
    page = context.new_page()
    said: list[str] = []
    page.on("console", lambda message: said.append(message.text))
    page.goto(live_server.url + FOLLOW_UP)
    page.get_by_role("button", name="Vérifier ma caméra").click()
    page.get_by_text(re.compile("trouvé")).wait_for()
    # No device in this browser: the boxes say so, and the policy let it look.
    assert not page.get_by_label("J’ai une caméra").is_checked()
    assert not [line for line in said if "policy" in line.lower()], said


# --- being called back ---------------------------------------------------------


def ask(browser, **other):
    sent = {
        "topic": "BENEFITS",
        "phone": "06 11 22 33 44",
        "reachable": "MORNING",
        "words": "Le matin",
        **other,
    }
    return browser.post(CALL_BACK, sent, follow=True)


def test_call_back_has_an_instant_receipt(camille, browser_of_camille):
    answer = ask(browser_of_camille)
    call = CallTask.objects.get()
    text = plain(answer)
    for expected in (
        str(call.ref),
        "mercredi 25 novembre 2026",
        "06 11 22 33 44",
        bytes(call.content_hash).hex(),
    ):
        assert expected in text
    assert (
        str(call.ref) in plain(browser_of_camille.get(CALL_BACK))
        or f"/{call.ref}/" in browser_of_camille.get(CALL_BACK).text
    )


def test_call_back_about_an_appointment_names_it(camille, browser_of_camille):
    row = factories.convocation(camille)
    page = browser_of_camille.get(f"{CALL_BACK}?rendez_vous={row.ref}")
    assert "votre rendez-vous du mercredi 2 décembre 2026" in plain(page)
    ask(browser_of_camille, topic="APPOINTMENT", rendez_vous=row.ref)
    assert CallTask.objects.get(reason="CALL_BACK").convocation_id == row.pk
    assert f"?rendez_vous={row.ref}" in browser_of_camille.get(f"/espace/convocations/{row.ref}/").text


def test_call_back_about_somebody_elses_appointment_names_nothing(camille, browser_of_camille):
    other = factories.convocation(factories.claimant(factories.advisor()))
    ask(browser_of_camille, rendez_vous=other.ref)
    assert CallTask.objects.get(reason="CALL_BACK").convocation_id is None


def test_call_back_about_a_late_answer_says_which_message(camille, browser_of_camille):
    thread = talk.ask(camille, "Bonjour", subject="Compte bancaire")
    page = plain(browser_of_camille.get(f"{CALL_BACK}?echange={thread.ref}"))
    assert "Vous nous avez écrit le lundi 23 novembre 2026" in page
    assert f"Mon message, échange {thread.ref}" in page
    stranger = signed_in(factories.claimant(factories.advisor()))
    for ref in (thread.ref, "MS-0000-0000", "x"):
        browser = browser_of_camille if ref != thread.ref else stranger
        answer = browser.get(CALL_BACK, {"echange": ref})
        assert answer.status_code == 200
        assert "Revoir l’échange" not in answer.text


def test_call_back_is_withdrawn(browser_of_camille):
    ask(browser_of_camille)
    call = CallTask.objects.get()
    address = f"/espace/rappel/{call.ref}/retirer/"
    assert "sans conséquence" in plain(browser_of_camille.post(address, follow=True))
    assert "déjà close" in plain(browser_of_camille.post(address, follow=True))


def test_calls_in_vain_are_told_without_blame(camille, browser_of_camille):
    ask(browser_of_camille)
    call = CallTask.objects.get()
    for _ in range(3):
        calls.log_call(call.pk, reached=False, by=acting(camille.advisor), now=NOW)
    text = plain(browser_of_camille.get(f"/espace/rappel/{call.ref}/"))
    assert "Nous avons appelé trois fois" in text
    assert "Rien ne vous est reproché" in text


@pytest.mark.parametrize(
    ("field", "value"), [("phone", "abc"), ("topic", ""), ("reachable", "X"), ("words", "x" * 300)]
)
def test_call_back_that_is_not_understood_keeps_what_was_typed(browser_of_camille, field, value):
    answer = ask(browser_of_camille, **{field: value})
    assert answer.status_code == 422
    assert not CallTask.objects.exists()


# --- budgets -------------------------------------------------------------------


@pytest.mark.parametrize("address", [MOVING, FOLLOW_UP, CALL_BACK])
def test_page_takes_as_many_queries_for_one_as_for_three(camille, browser_of_camille, brest, address):
    Advisor.objects.filter(pk=camille.advisor_id).update(volunteers_for_web=True)

    def lived(n: int) -> None:
        factories.convocation(camille, modality=Modality.VIDEO, starts_at=NOW + timedelta(days=5 + n))
        ask(browser_of_camille, topic=("BENEFITS", "OTHER", "SEARCH")[n])
        Claimant.objects.filter(pk=camille.pk).update(follow_up_mode="WEB")
        modes.leave_web(camille.pk, by=acting(camille), now=NOW)

    lived(0)
    browser_of_camille.get(address)
    with CaptureQueriesContext(connection) as one:
        browser_of_camille.get(address)
    lived(1)
    lived(2)
    with CaptureQueriesContext(connection) as three:
        browser_of_camille.get(address)
    assert len(one) == len(three)
    assert len(three) <= 12
    assert FollowUpTask.objects.count() == 3
