"""After a decision, in the person's space: a lifting, the ways to contest, the papers for the court."""

import uuid
from datetime import timedelta

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test.utils import CaptureQueriesContext

from measures.models import Annex, AppealCase, GraciousAppeal, LiftRequest, Mediation
from measures.states import CaseState, GraciousState
from portal.core.french import full_date, last_day
from tests import factories
from tests.access.conftest import PDF
from tests.measures.appeals.court_of import (
    again,
    answers,
    asks_lift,
    contested,
    files,
    lifts,
    refuses_lift,
    today,
)
from tests.measures.cast import fresh
from tests.people import signed_in

pytestmark = pytest.mark.django_db


def own(case, rest="") -> str:
    return f"/espace/procedures/{case.ref}/{rest}"


def sent(**fields) -> dict:
    return {"text": "Je suis venu hier.", "form_key": str(uuid.uuid4())} | fields


def test_a_lifting_is_asked_once_and_proven(cast, person, at):
    case = cast.in_force()
    at(cast.now)
    assert "J’ai fait le nécessaire" in person.get(own(case)).text
    assert "entretien de recadrage" in person.get(own(case, "levee/")).text
    key = sent(wants_interview="on")
    for _ in range(2):
        typed = key | {"uploads": SimpleUploadedFile("billet.pdf", PDF)}
        shown = person.post(own(case, "levee/"), typed, follow=True)
        assert "Votre demande est examinée" in shown.text
        assert "Réponse attendue jusqu’au" in shown.text
    asked = LiftRequest.objects.get()
    assert asked.wants_interview
    assert Annex.objects.filter(lift=asked).count() == 1
    assert bytes(asked.content_hash).hex()[:16] in shown.text
    assert "Aucune levée" in person.get(own(case, "levee/"), follow=True).text


def test_what_is_not_right_in_a_lifting_is_said_and_kept(cast, person, at):
    case = cast.in_force()
    at(cast.now)
    assert person.post(own(case, "levee/"), sent(text=" ")).status_code == 422
    asks_lift(cast, case)
    stale = person.post(own(case, "levee/"), sent(text="Encore une fois."))
    assert stale.status_code == 409
    assert "déjà examinée" in stale.text
    assert "Encore une fois." in stale.text
    assert signed_in(factories.claimant(cast.advisor)).get(own(case, "levee/")).status_code == 404


def test_a_refusal_to_lift_is_read_on_the_page_of_the_procedure(cast, person, at):
    case = cast.in_force()
    asked = refuses_lift(cast, asks_lift(cast, case))
    at(cast.now)
    person.head(own(case))
    assert not AppealCase.objects.filter(lift=asked).exists()
    shown = person.get(own(case))
    appeal = AppealCase.objects.get(lift=asked)
    for words in ("La levée est refusée", asked.reasons_law, "Recours gracieux", "J’ai fait le nécessaire"):
        assert words in shown.text, words
    for row in (appeal, AppealCase.objects.get(decision__isnull=False)):
        assert f"/espace/recours/{row.ref}/" in shown.text


def test_a_lifting_says_from_which_day(cast, person, at):
    case = cast.in_force()
    lifts(cast, asks_lift(cast, case))
    at(cast.now)
    shown = person.get(own(case))
    assert fresh(case).state == CaseState.LIFTED
    assert "La mesure est levée à partir du" in shown.text
    assert "Vos paiements reprennent" in shown.text


def test_an_unread_answer_stands_among_what_is_due(cast, person, at):
    case = cast.in_force()
    refuses_lift(cast, asks_lift(cast, case))
    appeal = AppealCase.objects.get(decision__isnull=False)
    answers(cast, files(cast, appeal))
    at(cast.now)
    home = person.get("/espace/").text
    assert "Votre recours gracieux a sa réponse" in home
    person.get(f"/espace/recours/{appeal.ref}/")
    home = person.get("/espace/").text
    assert "Votre demande de levée a sa réponse" in home
    person.get(own(case))
    assert "a sa réponse" not in person.get("/espace/").text


def test_the_page_asks_as_much_for_three_liftings_as_for_one(cast, person, at):
    case = cast.in_force()
    counts = []
    refuses_lift(cast, asks_lift(cast, case))
    at(cast.now)
    for _ in range(2):
        person.get(own(case))
        with CaptureQueriesContext(connection) as asked:
            person.get(own(case))
        counts.append(len(asked))
        refuses_lift(cast, asks_lift(cast, case))
        refuses_lift(cast, asks_lift(cast, case))
    assert counts[0] == counts[1] <= 18, counts


def test_an_appeal_is_filed_once_and_its_answer_is_read_on_its_page(cast, person, at):
    appeal = contested(cast)
    at(cast.now)
    url = f"/espace/recours/{appeal.ref}/"
    assert "Vous pouvez agir jusqu’au" in person.get(url).text
    key = sent(text="Le train ne circulait pas.")
    for _ in range(2):
        shown = person.post(f"{url}gracieux/", key, follow=True)
        assert "Sans réponse après 2 mois" in shown.text
    filed = GraciousAppeal.objects.get()
    again_ = person.post(f"{url}gracieux/", sent(text="Encore une fois."))
    assert again_.status_code == 409
    assert "Encore une fois." in again_.text
    answers(cast, filed)
    person.head(url)
    assert GraciousAppeal.objects.get().notified_at is None
    assert "refusé, avec des raisons" in person.get(url).text
    assert GraciousAppeal.objects.get().notified_at == cast.now
    assert signed_in(factories.claimant(cast.advisor)).get(url).status_code == 404


def test_mediation_comes_before_the_court(cast, person, at):
    appeal = contested(cast)
    at(cast.now)
    url, day = f"/espace/recours/{appeal.ref}/", today(cast).isoformat()
    court = {"court": "Tribunal administratif de Rennes", "number": "", "filed_on": day}
    early = person.post(f"{url}tribunal/", court)
    assert early.status_code == 409
    assert "demande d’abord une médiation" in early.text
    asked = {"asked_on": day, "note": "", "form_key": str(uuid.uuid4())}
    assert person.post(f"{url}mediation/", {**asked, "asked_on": ""}).status_code == 422
    for _ in range(2):
        assert "Une médiation est en cours" in person.post(f"{url}mediation/", asked, follow=True).text
    assert Mediation.objects.count() == 1
    ended = {"state": "FAILED", "ended_on": day, "outcome": ""}
    assert "La médiation est finie" in person.post(f"{url}mediation/fin/", ended, follow=True).text
    assert "Tribunal administratif de Rennes" in person.post(f"{url}tribunal/", court, follow=True).text
    assert "Ce n’est pas possible à cette étape" in person.get(f"{url}tribunal/", follow=True).text


def test_who_lives_far_away_has_more_time(cast, person, at):
    appeal = contested(cast)
    at(cast.now)
    page = f"/espace/recours/{appeal.ref}/domicile/"
    assert "Je vis outre-mer ou à l’étranger" in person.get(f"/espace/recours/{appeal.ref}/").text
    assert person.post(page, {}).status_code == 200
    for _ in range(2):
        shown = person.post(page, {"residence": "ABROAD"}, follow=True)
        assert "C’est noté" in shown.text
    later = again(appeal)
    # Two months and two more, by the calendar on the wall.
    assert (later.deadline - appeal.deadline).days in range(57, 65)
    assert full_date(last_day(later.deadline, cast.advisor.agency.place.zone)) in shown.text
    assert later.extensions.count() == 0
    assert "Je vis outre-mer" not in shown.text
    assert "Ce n’est pas possible" in person.get(page, follow=True).text


def test_what_is_owed_and_late_says_what_to_do(cast, person, at):
    appeal = contested(cast)
    answers(cast, files(cast, appeal), GraciousState.GRANTED)
    at(cast.now)
    page = f"/espace/recours/{appeal.ref}/"
    assert "C’est fait au plus tard le" in person.get(page).text
    at(cast.now + timedelta(days=40))
    assert "Ce jour est passé" in person.get(page).text
    other = signed_in(cast.other)
    assert "C’était attendu jusqu’au" in other.get(f"/decisions/recours/{appeal.ref}/").text


def test_an_answer_to_a_lifting_that_is_late_says_so(cast, person, at):
    case = cast.in_force()
    asks_lift(cast, case)
    at(cast.now)
    assert "en retard" not in person.get(own(case)).text
    at(cast.now + timedelta(days=12))
    assert "La réponse est en retard" in person.get(own(case)).text
