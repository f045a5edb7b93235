"""Each message after a decision: what waits is said, its content is not; the letter says all of it."""

import pytest

from measures import deeds
from measures.appeals import effects
from measures.appeals.court import declaring
from measures.appeals.court.declaring import Judgment
from measures.appeals.window import growing
from measures.models import AppealCase, Effect, HeldBy, Residence
from measures.states import CourtState, GraciousState, MediationState
from tests import factories
from tests.factories import acting
from tests.measures.appeals.court_of import (
    ASKS,
    WHY,
    answers,
    asks_lift,
    contested,
    ends,
    files,
    goes_to_court,
    lifts,
    mediates,
    reads,
    refuses_lift,
    today,
)
from tests.measures.cast import DAY, Cast, acts, fresh, work
from tests.measures.written import composed, on_paper, shown
from tests.messaging.rendering import Shown

pytestmark = pytest.mark.django_db


@pytest.fixture
def cast() -> Cast:
    return Cast()


@pytest.fixture
def appeal(cast) -> AppealCase:
    return contested(cast)


def discreet(said: Shown) -> None:
    for word in ("suspension", "50 %", "train", "transporteur"):
        assert word not in said.text.lower()


def test_a_gracious_appeal_has_its_receipt(cast, appeal):
    filed = files(cast, appeal)
    facts = (str(appeal.ref), bytes(filed.content_hash).hex()[:16])
    discreet(shown(deeds.MAIL_GRACIOUS_RECEIPT, cast.now, facts=facts))
    paper = on_paper(deeds.MAIL_GRACIOUS_RECEIPT, cast.now)
    for needed in ("accusé de réception", "Votre délai", "2 mois"):
        assert needed in paper, needed


def test_one_that_comes_late_is_told_what_stays_open(cast, appeal):
    cast.now = appeal.deadline + DAY
    work(cast.now)
    files(cast, appeal)
    shown(deeds.MAIL_GRACIOUS_RECEIPT, cast.now)
    assert "médiation" in on_paper(deeds.MAIL_GRACIOUS_RECEIPT, cast.now)


@pytest.mark.parametrize("verdict", [GraciousState.GRANTED, GraciousState.REJECTED])
def test_an_answer_waits_and_its_letter_says_all(cast, appeal, verdict):
    answers(cast, files(cast, appeal), verdict)
    discreet(shown(deeds.MAIL_GRACIOUS_ANSWER, cast.now))
    paper = on_paper(deeds.MAIL_GRACIOUS_ANSWER, cast.now)
    assert WHY in paper
    won = verdict == GraciousState.GRANTED
    assert ("Ce qui vous est dû" in paper) is won
    assert ("Tribunal administratif" in paper) is not won


def test_an_answer_unread_goes_on_paper_and_no_more_once_it_is_read(cast, appeal):
    answers(cast, files(cast, appeal))
    at = cast.now + 10 * DAY
    work(at)
    shown(deeds.MAIL_ANSWER_UNREAD, at)
    reads(appeal, at)
    assert composed(deeds.MAIL_ANSWER_UNREAD, at) is None


def test_silence_is_told_with_what_can_be_done(cast, appeal):
    filed = files(cast, appeal)
    work(filed.implicit_at)
    shown(deeds.MAIL_IMPLICIT, filed.implicit_at)
    assert "médiateur régional" in on_paper(deeds.MAIL_IMPLICIT, filed.implicit_at)
    answers(cast, filed, GraciousState.GRANTED, now=filed.implicit_at + DAY)
    assert composed(deeds.MAIL_IMPLICIT, filed.implicit_at + DAY) is None


def test_the_end_of_the_time_to_act_is_recalled_and_no_more_once_one_acted(cast, appeal):
    at = appeal.deadline - 15 * DAY
    work(at)
    discreet(shown(deeds.MAIL_WINDOW_SOON, at))
    files(cast, appeal, now=at)
    assert composed(deeds.MAIL_WINDOW_SOON, at) is None


def test_more_time_is_told_with_its_new_day(cast, appeal):
    growing.live_elsewhere(appeal.pk, Residence.ABROAD, by=acting(cast.person), now=cast.now)
    shown(deeds.MAIL_WINDOW_LONGER, cast.now)


def test_a_mediation_is_noted_at_both_ends(cast, appeal):
    asked = mediates(cast, appeal)
    shown(deeds.MAIL_MEDIATION_RECEIPT, cast.now)
    ends(cast, asked, MediationState.AGREED, outcome="La mesure est levée au 1er janvier.")
    said = shown(deeds.MAIL_MEDIATION_ENDED, cast.now)
    assert "levée au 1er" not in said.text


def test_the_court_is_noted_then_its_judgment(cast, appeal):
    ends(cast, mediates(cast, appeal))
    goes_to_court(cast, appeal)
    shown(deeds.MAIL_COURT_RECEIPT, cast.now, facts=("Tribunal administratif de Rennes",))
    judgment = Judgment(CourtState.ANNULLED, today(cast), "Jugement no 26-1.")
    declaring.judge(appeal.pk, judgment, by=acts(cast.other), now=cast.now)
    shown(deeds.MAIL_JUDGED, cast.now)
    paper = on_paper(deeds.MAIL_JUDGED, cast.now)
    assert "Jugement no 26-1." in paper
    assert "Vos droits sont rétablis" in paper


def test_a_measure_held_off_is_told_and_told_again_when_it_is_applied(cast, appeal):
    known = {"held_by": HeldBy.JUDGE, "reason": "Ordonnance no 3.", "since": today(cast)}
    by = acts(cast.other)
    declaring.hold_off(appeal.pk, **known, by=by, now=cast.now)
    shown(deeds.MAIL_STAY, cast.now)
    declaring.apply_again(appeal.pk, until=today(cast) + DAY, by=by, now=cast.now)
    shown(deeds.MAIL_STAY, cast.now)


def test_a_wish_to_lift_has_its_receipt_and_its_answer(cast, appeal):
    asked = asks_lift(cast, appeal.case, wants_interview=True)
    facts = (bytes(asked.content_hash).hex()[:16],)
    discreet(shown(deeds.MAIL_LIFT_RECEIPT, cast.now, facts=facts))
    lifts(cast, asked)
    shown(deeds.MAIL_LIFTED, cast.now)
    assert "Vos paiements reprennent" in on_paper(deeds.MAIL_LIFTED, cast.now)


def test_a_refusal_to_lift_waits_and_has_remedies_on_paper(cast, appeal):
    refuses_lift(cast, asks_lift(cast, appeal.case))
    discreet(shown(deeds.MAIL_LIFT_REFUSED, cast.now))
    paper = on_paper(deeds.MAIL_LIFT_REFUSED, cast.now)
    for needed in (WHY, "Recours gracieux", "médiateur régional"):
        assert needed in paper, needed
    at = cast.now + 10 * DAY
    work(at)
    shown(deeds.MAIL_LIFT_UNREAD, at)


def test_what_was_owed_and_is_done_is_told(cast, appeal):
    answers(cast, files(cast, appeal), GraciousState.GRANTED)
    owed = Effect.objects.filter(done_at=None).earliest("pk")
    effects.prove(owed.pk, proof="Virement no 7.", by=acts(cast.delegate), now=cast.now)
    shown(deeds.MAIL_EFFECT_DONE, cast.now)
    assert "C’est fait depuis le" in on_paper(deeds.MAIL_EFFECT_DONE, cast.now)


def test_delegates_are_told_what_waits_and_staff_what_is_late(cast, appeal):
    supervisor = factories.advisor(cast.advisor.agency, is_supervisor=True)
    filed = files(cast, appeal)
    at = filed.implicit_at - 14 * DAY
    work(at)
    said = shown(deeds.MAIL_ANSWERS_SOON, at)
    assert ASKS not in said.text
    answers(cast, filed, GraciousState.GRANTED, now=at)
    late = Effect.objects.filter(done_at=None).earliest("pk").due_at
    work(late)
    shown(deeds.MAIL_EFFECTS_OF_REGION, late)
    shown(deeds.MAIL_EFFECTS_LATE, late)
    for effect in Effect.objects.filter(done_at=None):
        effects.prove(effect.pk, proof="Virement no 7.", by=acting(supervisor), now=late)
    assert composed(deeds.MAIL_EFFECTS_LATE, late) is None
    assert fresh(appeal.case).state == "ANNULLED"
