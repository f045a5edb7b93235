"""An appeal before the delegates: read, answered by somebody else than the author, carried out, proved."""

import uuid

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from measures.models import CourtAppeal, Effect, GraciousAppeal, LiftRequest, Mediation, Stay
from measures.states import CaseState, CourtState, GraciousState, MediationState
from tests.measures.appeals.court_of import (
    again,
    answers,
    asks_lift,
    contested,
    ends,
    files,
    goes_to_court,
    lifts,
    mediates,
    refused_lift,
    today,
)
from tests.measures.cast import WARNING, Cast, a_delegate, fresh, work
from tests.people import signed_in

pytestmark = pytest.mark.django_db
WHY = {"reasons_fact": "Le train était bien supprimé ce jour-là.", "reasons_law": "Article R5412-1."}


def page(appeal, rest="") -> str:
    return f"/decisions/recours/{appeal.ref}/{rest}"


@pytest.fixture
def filed(cast, at):
    """A gracious appeal that waits."""
    row = files(cast, contested(cast), text="Le train était supprimé.")
    at(cast.now)
    return row


def test_an_appeal_is_answered_by_another_person_who_reads_it_before_it_goes(cast, delegate, other, filed):
    appeal, granted = filed.appeal, {"verdict": GraciousState.GRANTED, **WHY}
    shown = other.get(page(appeal))
    for words in (
        "Le train était supprimé.",
        "Répondre au recours gracieux",
        "Une personne décide",
        "Ce que le barème permet",
    ):
        assert words in shown.text, words
    assert "checked" not in other.get(page(appeal, "repondre/")).text
    preview = other.post(page(appeal, "repondre/"), granted)
    assert "Votre recours est accepté" in preview.text
    assert GraciousAppeal.objects.get().state == GraciousState.FILED
    assert WHY["reasons_fact"] in other.post(page(appeal, "repondre/"), granted | {"etape": "modifier"}).text
    for _ in range(2):
        done = other.post(page(appeal, "repondre/"), granted | {"etape": "confirmer"}, follow=True)
        assert "Votre réponse est envoyée" in done.text
    assert GraciousAppeal.objects.get().state == GraciousState.GRANTED
    assert fresh(appeal.case).state == CaseState.ANNULLED
    assert "Ce qui est dû à la personne" in done.text
    # Whoever decided reads it, and is told that somebody else answers.
    assert "n’attend pas de réponse" in delegate.get(page(appeal, "repondre/"), follow=True).text


def test_the_author_is_told_that_another_person_answers_and_what_they_typed_is_kept(cast, delegate, filed):
    shown = delegate.get(page(filed.appeal)).text
    assert "À répondre par une autre personne" in shown
    assert "Répondre au recours gracieux" not in shown
    refused = delegate.post(
        page(filed.appeal, "repondre/"), {"verdict": "REJECTED", "etape": "confirmer", **WHY}
    )
    assert refused.status_code == 409
    assert WHY["reasons_fact"] in refused.text
    assert GraciousAppeal.objects.get().state == GraciousState.FILED


def test_a_decision_that_does_not_say_how_to_contest_it_has_no_end_to_act(delegate, other, filed):
    shown = delegate.get(page(filed.appeal)).text
    assert "Les recours manquent dans la décision" in shown
    assert other.post(page(filed.appeal, "sans-delai/"), {}).status_code == 200
    for _ in range(2):
        done = delegate.post(page(filed.appeal, "sans-delai/"), {"read": "on"}, follow=True)
        assert "Aucun délai ne court plus" in done.text
    assert again(filed.appeal).state == "UNLIMITED"
    assert "Les recours manquent" not in done.text


def test_two_answer_at_once_and_the_second_is_told_what_the_first_did(cast, other, filed):
    third = signed_in(a_delegate())
    other.post(page(filed.appeal, "repondre/"), {"verdict": "REJECTED", "etape": "confirmer", **WHY})
    late = third.post(
        page(filed.appeal, "repondre/"),
        {"verdict": "GRANTED", "etape": "confirmer", **WHY, "reasons_fact": "Autre avis."},
    )
    assert late.status_code == 409
    assert "a déjà répondu" in late.text
    assert "Autre avis." in late.text


def test_in_part_says_what_is_left_and_never_more(cast, other, filed):
    url, part = page(filed.appeal, "repondre/"), {"verdict": GraciousState.PARTIAL, **WHY}
    assert other.post(url, part).status_code == 422
    heavier = other.post(url, part | {"share": 100, "length": 2, "etape": "confirmer"})
    assert heavier.status_code == 409
    assert "plus léger" in heavier.text
    assert "Ce qui reste" in other.post(url, part | {"share": 30, "length": 1}).text
    other.post(url, part | {"share": 30, "length": 1, "etape": "confirmer"})
    assert GraciousAppeal.objects.get().share == 30


def test_a_warning_is_never_accepted_in_part(cast, other, at):
    # Only who receives nothing is warned.
    type(cast.person).objects.filter(pk=cast.person.pk).update(benefit_status="NONE", daily_allowance=None)
    cast.person.refresh_from_db()
    row = files(cast, contested(cast, WARNING))
    at(cast.now)
    assert "Accepter en partie" not in other.get(page(row.appeal, "repondre/")).text
    sent = {"verdict": GraciousState.PARTIAL, **WHY}
    assert other.post(page(row.appeal, "repondre/"), sent).status_code == 422


def test_silence_can_still_be_turned_in_the_persons_favour_only(cast, other, filed, at):
    work(filed.implicit_at)
    at(filed.implicit_at)
    shown = other.get(page(filed.appeal, "repondre/")).text
    assert "Accepter" in shown
    assert "Refuser" not in shown
    sent = {"verdict": GraciousState.GRANTED, "etape": "confirmer", **WHY}
    assert "Votre réponse est envoyée" in other.post(page(filed.appeal, "repondre/"), sent, follow=True).text


def test_mediation_is_begun_and_ended_once(cast, delegate, at):
    appeal = contested(cast)
    mediates(cast, appeal)
    at(cast.now)
    assert "Le médiateur a commencé" in delegate.get(page(appeal)).text
    for _ in range(2):
        delegate.post(page(appeal, "mediation/commencer/"))
    assert Mediation.objects.get().state == MediationState.IN_MEDIATION
    ended = {"state": MediationState.AGREED, "ended_on": today(cast).isoformat(), "outcome": ""}
    assert "ce qui a été convenu" in delegate.post(page(appeal, "mediation/fin/"), ended).text
    for _ in range(2):
        done = delegate.post(
            page(appeal, "mediation/fin/"), ended | {"outcome": "Une semaine de moins."}, follow=True
        )
        assert "La fin de la médiation est notée" in done.text
    assert Effect.objects.get().what.endswith("Une semaine de moins.")
    assert (
        "Ce n’est pas possible à cette étape"
        in delegate.get(page(appeal, "mediation/fin/"), follow=True).text
    )


@pytest.mark.parametrize(
    ("state", "becomes"),
    [(CourtState.ANNULLED, CaseState.ANNULLED), (CourtState.REJECTED, CaseState.IN_FORCE)],
)
def test_a_judgment_is_carried_out_by_somebody_else(cast, delegate, other, at, state, becomes):
    appeal = contested(cast)
    ends(cast, mediates(cast, appeal))
    goes_to_court(cast, again(appeal))
    at(cast.now)
    sent = {"state": state, "judged_on": today(cast).isoformat(), "said": "Jugement n° 2600001."}
    assert delegate.post(page(appeal, "jugement/"), sent).status_code == 409
    assert other.post(page(appeal, "jugement/"), sent | {"state": "REFORMED"}).status_code == 422
    for _ in range(2):
        assert "Le jugement est noté" in other.post(page(appeal, "jugement/"), sent, follow=True).text
    assert CourtAppeal.objects.get().state == state
    assert fresh(appeal.case).state == becomes


def test_a_measure_is_held_off_then_applied_again(cast, other, at):
    appeal = contested(cast)
    at(cast.now)
    day = today(cast).isoformat()
    sent = {"held_by": "JUDGE", "since": day, "reason": "Ordonnance n° 12."}
    for _ in range(2):
        shown = other.post(page(appeal, "suspendre/"), sent, follow=True)
        assert "Mesure suspendue" in shown.text
    assert Stay.objects.count() == 1
    shown = other.post(page(appeal, "reprendre/"), {"until": day}, follow=True)
    assert "La fin de cette période est notée" in shown.text
    assert Stay.objects.get().until == today(cast)


def test_what_is_owed_is_proved_once_and_read_by_all(cast, other, delegate, at):
    case = cast.in_force()
    lifts(cast, asks_lift(cast, case))
    at(cast.now)
    effect = Effect.objects.first()
    url = f"/decisions/effets/{effect.pk}/"
    assert url in delegate.get(f"/decisions/{case.ref}/").text
    assert other.post(url, {"proof": " "}).status_code == 422
    for _ in range(2):
        done = other.post(url, {"proof": "Virement n° 42."}, follow=True)
        assert "avec sa preuve" in done.text
    assert "Virement n° 42." in done.text
    assert delegate.post(url, {"proof": "Autre."}).status_code == 409
    assert delegate.get(url).url == f"/decisions/{case.ref}/"


def test_a_wish_to_lift_is_answered_with_a_day_or_with_reasons(cast, delegate, at):
    case = cast.in_force()
    asks_lift(cast, case, text="Je suis venu mardi.")
    at(cast.now)
    url = f"/decisions/{case.ref}/levee/"
    shown = delegate.get(f"/decisions/{case.ref}/").text
    assert "Je suis venu mardi." in shown
    assert url in shown
    assert delegate.post(url, {"verdict": "oui", **WHY}).status_code == 422
    assert delegate.post(url, {"verdict": "non", "reasons_fact": "Non."}).status_code == 422
    sent = {"verdict": "oui", "effective_on": today(cast).isoformat(), **WHY}
    assert "La mesure est levée à partir du" in delegate.post(url, sent).text
    assert LiftRequest.objects.get().decided_at is None
    for _ in range(2):
        done = delegate.post(url, sent | {"etape": "confirmer"}, follow=True)
        assert "Votre réponse est envoyée" in done.text
    assert fresh(case).state == CaseState.LIFTED
    assert delegate.get(url).status_code == 302


def test_a_refusal_to_lift_carries_its_remedies(cast, delegate, at):
    case = cast.in_force()
    asks_lift(cast, case)
    at(cast.now)
    url, sent = f"/decisions/{case.ref}/levee/", {"verdict": "non", **WHY}
    assert "Tribunal administratif" in delegate.post(url, sent).text
    delegate.post(url, sent | {"etape": "confirmer"})
    assert fresh(case).state == CaseState.LIFT_REFUSED
    assert LiftRequest.objects.get().reasons_law == WHY["reasons_law"]


def test_the_file_of_an_appeal_against_a_refused_lift_shows_the_refusal(cast, other, at):
    appeal = refused_lift(cast)
    files(cast, appeal)
    at(cast.now)
    shown = other.get(page(appeal)).text
    assert "le refus de lever la mesure" in shown
    assert "La levée est refusée" in shown


def test_another_region_finds_nothing(cast, filed):
    stranger = signed_in(a_delegate("Occitanie"))
    for rest in ("", "repondre/", "mediation/fin/", "jugement/", "suspendre/", "reprendre/"):
        assert stranger.get(page(filed.appeal, rest)).status_code == 404
    assert stranger.post(page(filed.appeal, "mediation/commencer/")).status_code == 404
    assert stranger.get(f"/decisions/{filed.appeal.case.ref}/levee/").status_code == 404
    assert stranger.get("/decisions/effets/1/").status_code == 404
    assert stranger.get("/decisions/recours/RC-0000-0000/").status_code == 404


def test_the_file_asks_as_much_for_three_acts_as_for_one(cast, other, at):
    appeal = contested(cast)
    counts = []
    for _ in range(2):
        answers(cast, files(cast, again(appeal), form_key=uuid.uuid4()))
        ends(cast, mediates(cast, again(appeal)))
        at(cast.now)
        other.get(page(appeal))
        with CaptureQueriesContext(connection) as asked:
            other.get(page(appeal))
        counts.append(len(asked))
    assert counts[0] == counts[1] <= 18, counts


def test_each_page_of_acts_reads_well_for_a_case_of_another_person(delegate, at):
    elsewhere = Cast()
    case = elsewhere.in_force()
    at(elsewhere.now)
    assert delegate.get(f"/decisions/{case.ref}/levee/").status_code == 302
