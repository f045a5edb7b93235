"""What the person receives, writes and says: when their time begins, what still counts, who is heard when."""

import uuid
from datetime import UTC, date, datetime, timedelta

import pytest

from measures import deeds
from measures.models import Decision, Hearing, Notice, Observations, ReceivedHow
from measures.procedure.contradiction import hearing, observing, receiving
from measures.procedure.holding import ChangedMeanwhile, InOtherHands
from measures.procedure.outcome import deciding, withdrawing
from measures.states import CaseState
from messaging.models import OutboxMessage
from tests import factories
from tests.factories import NOW, acting
from tests.measures.cast import DAY, Cast, acts, fresh, work
from tests.web.claimant.story import document

pytestmark = pytest.mark.django_db
_S = CaseState


@pytest.fixture
def cast() -> Cast:
    return Cast()


def mails(kind: int) -> int:
    return OutboxMessage.objects.filter(kind=kind).count()


def until(case) -> datetime:
    return Notice.objects.get(case=case).observations_until


# --- receiving ------------------------------------------------------------------------


def test_nobody_elses_reading_begins_the_ten_days(cast):
    notice = cast.told()
    for by in (acts(cast.delegate), acting(cast.advisor), acting(factories.claimant())):
        assert not receiving.consult(notice.case_id, by=by, now=NOW)
    assert fresh(notice.case).state == _S.NOTICE_SENT


def test_the_time_alone_never_begins_the_ten_days(cast):
    notice = cast.told()
    work(NOW + 300 * DAY)
    assert fresh(notice.case).state == _S.NOTICE_SENT


def test_a_prepared_notice_is_not_received_before_it_is_sent(cast):
    case = cast.taken()
    assert not receiving.consult(case.pk, by=acting(cast.person), now=NOW)
    assert fresh(case).state == _S.EXAMINED


def test_a_decision_is_received_after_it_was_sent_and_binds_the_day_after(cast):
    case = cast.due()
    cast.decides(case)
    assert not receiving.consult(case.pk, by=acting(cast.person), now=cast.now)
    deciding.notify(case.pk, by=acts(cast.delegate), now=cast.now)
    work(cast.now + 100 * DAY)
    assert fresh(case).state == _S.DECIDED
    cast.now += 100 * DAY
    assert receiving.consult(case.pk, by=acting(cast.person), now=cast.now)
    decision = Decision.objects.select_related("case__agency").get()
    assert decision.notified_how == ReceivedHow.CONSULTED
    # A quarter past midnight on Sunday 14 March in Paris.
    assert decision.starts_on == date(2027, 3, 15)


def test_an_answer_before_any_reading_proves_the_reception(cast):
    notice = cast.told()
    observing.file_observations(
        notice.case_id,
        text="Lettre reçue.",
        document_ids=[],
        form_key=uuid.uuid4(),
        by=acts(cast.delegate),
        now=NOW,
    )
    case = fresh(notice.case)
    assert case.state == _S.OBSERVATIONS_FILED
    assert Notice.objects.get(case=case).received_how == ReceivedHow.ANSWERED


# --- observations ---------------------------------------------------------------------


def test_observations_keep_their_documents_and_give_a_receipt(cast):
    case = cast.received()
    paper = document(cast.person, "Billet")
    filed = cast.writes(case, "", document_ids=[paper.pk])
    assert [piece.document_id for piece in filed.pieces.all()] == [paper.pk]
    assert mails(deeds.MAIL_OBSERVATIONS) == 1
    assert not filed.after_period


def test_the_same_sending_twice_is_kept_once(cast):
    case = cast.received()
    key = uuid.uuid4()
    assert cast.writes(case, form_key=key).pk == cast.writes(case, form_key=key).pk
    assert Observations.objects.count() == 1


def test_nothing_said_is_refused(cast):
    with pytest.raises(observing.NothingSaid):
        cast.writes(cast.received(), " ")


def test_observations_after_the_ten_days_count_until_the_decision(cast):
    case = cast.due()
    filed = cast.writes(case)
    assert filed.after_period
    assert fresh(case).state == _S.DECISION_DUE
    with pytest.raises(deciding.NoAnswer):
        cast.decides(case, answer="")
    cast.decides(case)
    with pytest.raises(observing.TooLateToBeRead, match="3949"):
        cast.writes(case)


# --- the hearing ----------------------------------------------------------------------


def asks(cast: Cast, case) -> Hearing:
    return hearing.ask_hearing(
        case.pk, wishes="Le matin.", assistant="Mme Roux", by=acting(case.claimant), now=cast.now
    )


def fixes(cast: Cast, case, at: datetime) -> Hearing:
    return hearing.fix(case.pk, at=at, place="Agence de Rennes", by=acts(cast.delegate), now=cast.now)


def test_a_hearing_is_asked_fixed_and_held_and_the_fifteen_days_run_from_it(cast):
    case = cast.received()
    cast.writes(case)
    first = asks(cast, case)
    assert asks(cast, case).pk == first.pk
    assert fresh(case).state == _S.HEARING_REQUESTED
    at = NOW + 20 * DAY
    fixes(cast, case, at)
    work(until(case))
    assert fresh(case).state == _S.HEARING_REQUESTED
    by = acts(cast.delegate)
    with pytest.raises(hearing.NotYet):
        hearing.hold_hearing(case.pk, minutes="Dit.", by=by, now=at - timedelta(minutes=1))
    cast.now = at + timedelta(hours=1)
    with pytest.raises(hearing.NoMinutes):
        hearing.hold_hearing(case.pk, minutes=" ", by=by, now=cast.now)
    hearing.hold_hearing(case.pk, minutes="Le train était supprimé.", by=by, now=cast.now)
    case = fresh(case)
    assert case.state == _S.DECISION_DUE
    # Sunday 13 December and fifteen days: Monday 28.
    assert case.decide_by == datetime(2026, 12, 28, 23, tzinfo=UTC)
    with pytest.raises(deciding.NoAnswer):
        cast.decides(case, answer="")
    assert cast.decides(case).answer
    assert (mails(deeds.MAIL_HEARING_ASKED), mails(deeds.MAIL_HEARING_FIXED)) == (1, 1)


def test_a_hearing_within_the_ten_days_does_not_shorten_them(cast):
    case = cast.received()
    asks(cast, case)
    fixes(cast, case, NOW + 6 * DAY)
    cast.now = NOW + 7 * DAY
    hearing.hold_hearing(case.pk, minutes="Dit.", by=acts(cast.delegate), now=cast.now)
    assert fresh(case).state == _S.HEARING_HELD
    cast.writes(case, "Encore un mot.")
    work(until(case))
    case = fresh(case)
    assert case.state == _S.DECISION_DUE
    assert case.decide_by == datetime(2026, 12, 18, 23, tzinfo=UTC)


def test_a_hearing_is_fixed_with_place_and_time_to_prepare_and_may_move(cast):
    case = cast.received()
    asks(cast, case)
    for at in (NOW + 4 * DAY, NOW + 40 * DAY):
        with pytest.raises(hearing.WrongHour):
            fixes(cast, case, at)
    with pytest.raises(hearing.NoPlace):
        hearing.fix(case.pk, at=NOW + 9 * DAY, place=" ", by=acts(cast.delegate), now=NOW)
    with pytest.raises(InOtherHands):
        hearing.fix(case.pk, at=NOW + 9 * DAY, place="Agence", by=acts(cast.other), now=NOW)
    fixes(cast, case, NOW + 9 * DAY)
    fixes(cast, case, NOW + 12 * DAY)
    assert mails(deeds.MAIL_HEARING_FIXED) == 2
    assert (
        hearing.name_assistant(case.pk, assistant="M. Petit", by=acting(cast.person), now=NOW).assistant
        == "M. Petit"
    )


def test_a_hearing_asked_for_after_the_ten_days_is_refused_and_writing_stays_open(cast):
    case = cast.due()
    with pytest.raises(hearing.TooLateToAsk, match="jusqu’au jeudi 3"):
        asks(cast, case)
    assert cast.writes(case).after_period


def test_a_hearing_the_person_gives_up_leaves_them_what_is_left_of_their_time(cast):
    case = cast.received()
    asks(cast, case)
    hearing.drop(case.pk, reason="Je préfère écrire.", by=acting(cast.person), now=NOW + DAY)
    assert fresh(case).state == _S.NOTICE_RECEIVED
    cast.writes(case)
    work(until(case))
    assert fresh(case).state == _S.DECISION_DUE


def test_a_hearing_nobody_came_to_is_noted_once_its_hour_is_past(cast):
    case = cast.received()
    asks(cast, case)
    by = acts(cast.delegate)
    with pytest.raises(hearing.NotYet):
        hearing.drop(case.pk, reason="Absent.", by=by, now=NOW + DAY)
    fixes(cast, case, NOW + 12 * DAY)
    work(until(case))
    with pytest.raises(hearing.SayWhy):
        hearing.drop(case.pk, reason="", by=by, now=NOW + 13 * DAY)
    hearing.drop(case.pk, reason="La personne n’est pas venue.", by=by, now=NOW + 13 * DAY)
    case = fresh(case)
    assert case.state == _S.DECISION_DUE
    # From Saturday 5 December, the day it was to be: Sunday 20 runs to Monday 21.
    assert case.decide_by == datetime(2026, 12, 21, 23, tzinfo=UTC)
    with pytest.raises(hearing.NoHearing):
        hearing.drop(case.pk, reason="Encore.", by=by, now=NOW + 13 * DAY)


def test_a_hearing_that_is_not_held_in_time_ends_the_case_in_favour(cast):
    case = cast.received()
    asks(cast, case)
    limit = fresh(case).decide_by
    work(limit - timedelta(seconds=1))
    assert fresh(case).state == _S.HEARING_REQUESTED
    work(limit)
    assert fresh(case).state == _S.LAPSED
    assert mails(deeds.MAIL_LAPSED) == 1


def test_nothing_is_asked_of_a_case_that_is_over(cast):
    case = cast.received()
    withdrawing.withdraw(case.pk, reasons="Erreur.", by=acts(cast.delegate), now=NOW)
    with pytest.raises(ChangedMeanwhile):
        asks(cast, case)
    with pytest.raises(ChangedMeanwhile):
        cast.writes(case)
