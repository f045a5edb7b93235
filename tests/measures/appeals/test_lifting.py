"""«J’ai fait le nécessaire»: asked at any time, answered by a delegate, lifted from a day or refused with remedies."""

import uuid
from datetime import timedelta
from decimal import Decimal

import pytest

from measures import deeds, signals
from measures.appeals.holding import AuthorOfIt
from measures.lifting import deciding, requesting
from measures.models import AppealCase, Decision, Effect, EffectKind, LiftRequest
from measures.procedure.contradiction import receiving
from measures.procedure.holding import ChangedMeanwhile, NotADelegate
from measures.procedure.outcome.deciding import NoReasons
from measures.states import CaseState, GraciousState, WindowState
from messaging.models import OutboxMessage
from portal.core.models import Deadline, JournalEntry
from tests.factories import acting
from tests.measures.appeals.court_of import (
    again,
    answers,
    asks_lift,
    files,
    lifts,
    refused_lift,
    refuses_lift,
    state_of,
    today,
)
from tests.measures.cast import DAY, WARNING, Cast, a_delegate, acts, work

pytestmark = pytest.mark.django_db
_C = CaseState


@pytest.fixture
def cast() -> Cast:
    return Cast()


def mails(kind: int, **fields) -> int:
    return OutboxMessage.objects.filter(kind=kind, **fields).count()


def test_a_wish_has_its_receipt_and_the_day_of_its_answer(cast):
    case = cast.in_force()
    asked = asks_lift(cast, case)
    assert state_of(case) == _C.LIFT_REQUESTED
    assert mails(deeds.MAIL_LIFT_RECEIPT, subject_id=asked.pk) == 1
    assert JournalEntry.objects.filter(code=deeds.LIFT_ASKED.number).count() == 1
    work(asked.answer_by - timedelta(seconds=1))
    assert mails(deeds.MAIL_ANSWERS_SOON) == 0
    work(asked.answer_by)
    assert mails(deeds.MAIL_ANSWERS_SOON) == 2


def test_the_same_sending_asks_once(cast):
    case, key = cast.in_force(), uuid.uuid4()
    assert asks_lift(cast, case, form_key=key).pk == asks_lift(cast, case, form_key=key).pk
    assert LiftRequest.objects.count() == 1


def test_a_wish_is_refused_where_it_has_no_sense(cast):
    case = cast.in_force()
    with pytest.raises(requesting.NothingSaid):
        asks_lift(cast, case, text=" ")
    asks_lift(cast, case)
    with pytest.raises(requesting.AlreadyAsked) as refused:
        asks_lift(cast, case)
    assert "déjà examinée" in refused.value.sentence
    other = Cast()
    with pytest.raises(requesting.NotRunning):
        asks_lift(other, other.received())


def test_an_interview_is_said_upward(cast):
    heard = []

    def hear(sender, **said):
        heard.append(said)

    signals.interview_wanted.connect(hear)
    try:
        asks_lift(cast, cast.in_force(), wants_interview=True)
    finally:
        signals.interview_wanted.disconnect(hear)
    (said,) = heard
    assert said["claimant_id"] == cast.person.pk


def test_a_measure_is_lifted_from_a_day_and_the_rest_paid_back(cast):
    case = cast.in_force()
    asked = asks_lift(cast, case)
    decision = Decision.objects.get()
    cast.now += 9 * DAY
    # Its author may lift it; from its fourth day on, seven days are owed back.
    lifts(cast, asked, decision.starts_on + 3 * DAY)
    assert state_of(case) == _C.LIFTED
    effects = {row.kind: row for row in Effect.objects.all()}
    assert effects[EffectKind.PAY_BACK].amount == Decimal("110.57")
    assert effects[EffectKind.REINSTATED].since == decision.starts_on + 3 * DAY
    assert mails(deeds.MAIL_LIFTED, subject_id=asked.pk) == 1
    pending = Deadline.objects.filter(state=Deadline.State.PENDING)
    assert not pending.filter(kind=deeds.DUE_END, subject_id=case.pk).exists()
    work(decision.ends_at + DAY)
    assert state_of(case) == _C.LIFTED


def test_a_warning_is_lifted_without_money(cast):
    person = Cast().person
    type(person).objects.filter(pk=person.pk).update(benefit_status="NONE", daily_allowance=None)
    person.refresh_from_db()
    lifts(cast, asks_lift(cast, cast.in_force(WARNING, person=person)))
    assert not Effect.objects.exists()


def test_a_measure_is_lifted_within_its_own_days(cast):
    asked = asks_lift(cast, cast.in_force())
    for day in (today(cast) - 40 * DAY, today(cast) + 5 * DAY):
        with pytest.raises(deciding.DayRefused):
            lifts(cast, asked, day)


def test_only_a_delegate_of_the_region_answers(cast):
    asked = asks_lift(cast, cast.in_force())
    for by in (acts(a_delegate("Corse")), acting(cast.person), acting(cast.advisor)):
        with pytest.raises(NotADelegate):
            lifts(cast, asked, by=by)
        with pytest.raises(NotADelegate):
            refuses_lift(cast, asked, by=by)


def test_of_two_who_answer_the_second_is_told(cast):
    asked = asks_lift(cast, cast.in_force())
    lifts(cast, asked)
    with pytest.raises(deciding.AlreadyAnswered) as refused:
        refuses_lift(cast, asked, by=acts(cast.other))
    assert str(cast.delegate) in refused.value.sentence


def test_a_refusal_has_reasons_and_opens_a_time_to_act_when_it_is_read(cast):
    case = cast.in_force()
    asked = asks_lift(cast, case)
    with pytest.raises(NoReasons):
        refuses_lift(cast, asked, reasons_fact=" ")
    refuses_lift(cast, asked)
    assert state_of(case) == _C.LIFT_REFUSED
    assert not AppealCase.objects.filter(lift=asked).exists()
    assert receiving.consult(case.pk, by=acting(cast.person), now=cast.now)
    assert not receiving.consult(case.pk, by=acting(cast.person), now=cast.now)
    assert AppealCase.objects.get(lift=asked).state == WindowState.RUNNING
    # One may ask again at any time.
    assert asks_lift(cast, case).pk != asked.pk


def test_a_refusal_unread_goes_on_paper(cast):
    asked = refuses_lift(cast, asks_lift(cast, cast.in_force()))
    work(cast.now + 12 * DAY)
    assert mails(deeds.MAIL_LIFT_UNREAD, subject_id=asked.pk) == 1
    assert not AppealCase.objects.filter(lift=asked).exists()


def test_an_appeal_against_a_refusal_lifts_the_measure_after_all(cast):
    appeal = refused_lift(cast)
    filed = files(cast, appeal)
    with pytest.raises(AuthorOfIt):
        answers(cast, filed, by=acts(cast.delegate))
    cast.now += 9 * DAY
    answers(cast, filed, GraciousState.GRANTED)
    assert state_of(appeal.case) == _C.LIFTED
    assert again(appeal).state == WindowState.SETTLED
    # Against the measure itself, the time to act goes on.
    assert AppealCase.objects.get(decision__isnull=False).state == WindowState.RUNNING
    assert {row.kind for row in Effect.objects.all()} == {EffectKind.REINSTATED, EffectKind.PAY_BACK}


def test_a_lifting_settles_what_contests_an_earlier_refusal(cast):
    appeal = refused_lift(cast)
    files(cast, appeal)
    lifts(cast, asks_lift(cast, appeal.case))
    assert again(appeal).state == WindowState.SETTLED
    assert appeal.gracious.get().state == GraciousState.MOOT


def test_a_measure_that_ended_is_not_lifted(cast):
    case = cast.in_force()
    asked = asks_lift(cast, case)
    work(Decision.objects.get().ends_at)
    assert state_of(case) == _C.EXPIRED
    with pytest.raises(ChangedMeanwhile):
        lifts(cast, asked)
