"""The gracious appeal: who files and answers it, what it does to the time to act, what a win undoes."""

import uuid
from datetime import timedelta
from decimal import Decimal

import pytest

from measures import deeds
from measures.appeals.gracious import answering, filing
from measures.appeals.gracious.answering import Left
from measures.appeals.holding import AuthorOfIt, NothingLeft
from measures.models import Annex, AppealCase, Decision, Effect, EffectKind, GraciousAppeal
from measures.procedure import choosing
from measures.procedure.choosing import OutsideBareme
from measures.procedure.holding import NotADelegate, ReferredByYou
from measures.procedure.outcome import withdrawing
from measures.procedure.outcome.deciding import NoReasons
from measures.states import CaseState, GraciousState, WindowState
from messaging.models import OutboxMessage
from portal.core.models import Deadline, JournalEntry
from tests.factories import acting
from tests.measures.appeals.court_of import (
    ASKS,
    again,
    answers,
    contested,
    files,
    mediates,
    reads,
)
from tests.measures.cast import DAY, WARNING, Cast, a_delegate, acts, fresh, work
from tests.web.claimant.story import document

pytestmark = pytest.mark.django_db
_G, _W, _C = GraciousState, WindowState, CaseState


@pytest.fixture
def cast() -> Cast:
    return Cast()


def mails(kind: int, **fields) -> int:
    return OutboxMessage.objects.filter(kind=kind, **fields).count()


# --- filed ----------------------------------------------------------------------------------


def test_a_gracious_appeal_stops_the_time_and_has_its_receipt(cast):
    appeal = contested(cast)
    paper = document(cast.person, "Attestation")
    filed = files(cast, appeal, document_ids=[paper.pk])
    assert (filed.state, filed.interrupts, filed.late) == (_G.FILED, True, False)
    assert again(appeal).state == _W.INTERRUPTED
    assert Annex.objects.get().document_id == paper.pk
    assert mails(deeds.MAIL_GRACIOUS_RECEIPT, subject_id=filed.pk) == 1
    waiting = Deadline.objects.filter(subject_id=appeal.pk, kind__in=deeds.OF_WINDOW)
    assert set(waiting.values_list("state", flat=True)) == {Deadline.State.CANCELLED}
    line = JournalEntry.objects.get(code=deeds.GRACIOUS_FILED.number)
    assert (line.file_id, line.data["hash"]) == (cast.person.pk, bytes(filed.content_hash).hex())
    assert ASKS not in str(line.data)


def test_the_same_sending_files_one_appeal(cast):
    appeal, key = contested(cast), uuid.uuid4()
    assert files(cast, appeal, form_key=key).pk == files(cast, appeal, form_key=key).pk
    assert GraciousAppeal.objects.count() == 1


def test_documents_of_somebody_else_are_not_joined(cast):
    appeal = contested(cast)
    other = Cast()
    files(cast, appeal, document_ids=[document(other.person, "Attestation").pk])
    assert not Annex.objects.exists()


def test_an_appeal_without_a_word_is_refused(cast):
    with pytest.raises(filing.NothingSaid):
        files(cast, contested(cast), text="  ")


def test_a_second_appeal_waits_for_the_first(cast):
    appeal = contested(cast)
    first = files(cast, appeal)
    with pytest.raises(filing.AlreadyWaiting) as refused:
        files(cast, appeal)
    assert "déjà examiné" in refused.value.sentence
    answers(cast, first)
    reads(appeal, cast.now)
    second = files(cast, appeal)
    # It is taken and answered; the time to act goes on.
    assert not second.interrupts
    assert again(appeal).state == _W.RUNNING


def test_an_appeal_after_a_mediation_does_not_stop_the_time(cast):
    appeal = contested(cast)
    mediates(cast, appeal)
    assert not files(cast, appeal).interrupts


def test_a_late_appeal_is_taken_and_told_so(cast):
    appeal = contested(cast)
    cast.now = appeal.deadline + DAY
    work(cast.now)
    filed = files(cast, appeal)
    assert (filed.late, filed.interrupts) == (True, False)
    assert again(appeal).state == _W.OVER
    assert "après le délai" in JournalEntry.objects.get(code=deeds.GRACIOUS_FILED.number).data["note"]


def test_nothing_is_contested_once_it_has_no_effect(cast):
    appeal = contested(cast)
    withdrawing.withdraw(appeal.case_id, reasons="Erreur.", by=acts(cast.delegate), now=cast.now)
    assert again(appeal).state == _W.SETTLED
    with pytest.raises(NothingLeft) as refused:
        files(cast, appeal)
    assert "n’avez rien à contester" in refused.value.sentence


def test_an_appeal_is_moot_when_the_case_is_withdrawn(cast):
    appeal = contested(cast)
    filed = files(cast, appeal)
    withdrawing.withdraw(appeal.case_id, reasons="Erreur.", by=acts(cast.delegate), now=cast.now)
    filed.refresh_from_db()
    assert filed.state == _G.MOOT
    work(filed.implicit_at + DAY)
    filed.refresh_from_db()
    assert (filed.state, mails(deeds.MAIL_IMPLICIT)) == (_G.MOOT, 0)


# --- answered -------------------------------------------------------------------------------


def test_an_answer_needs_somebody_else_and_reasons(cast):
    filed = files(cast, contested(cast))
    with pytest.raises(AuthorOfIt):
        answers(cast, filed, by=acts(cast.delegate))
    with pytest.raises(NotADelegate):
        answers(cast, filed, by=acts(a_delegate("Corse")))
    with pytest.raises(NotADelegate):
        answers(cast, filed, by=acting(cast.person))
    with pytest.raises(NoReasons):
        answers(cast, filed, reasons_law=" ")
    filed.refresh_from_db()
    assert filed.state == _G.FILED


def test_the_second_reader_does_not_answer(cast):
    filed = files(cast, contested(cast))
    decision = Decision.objects.get()
    Decision.objects.filter(pk=decision.pk).update(second_reader=cast.other.user, second_read_at=cast.now)
    with pytest.raises(AuthorOfIt):
        answers(cast, filed)


def test_who_referred_does_not_answer(cast):
    filed = files(cast, contested(cast))
    with pytest.raises((ReferredByYou, NotADelegate)):
        answers(cast, filed, by=acting(cast.advisor))


def test_a_rejection_starts_the_time_anew_when_it_is_read(cast):
    appeal = contested(cast)
    before = appeal.deadline
    filed = files(cast, appeal)
    answers(cast, filed)
    # On its way, it takes nothing from the person's time.
    assert again(appeal).state == _W.INTERRUPTED
    at = cast.now + 5 * DAY
    assert reads(appeal, at)
    assert not reads(appeal, at + DAY)
    appeal = again(appeal)
    assert (appeal.state, appeal.counts_from) == (_W.RUNNING, at)
    assert appeal.deadline > before
    assert state(filed) == _G.REJECTED
    # The measure stays in force meanwhile.
    assert fresh(appeal.case).state == _C.IN_FORCE


def state(row: GraciousAppeal) -> str:
    row.refresh_from_db()
    return row.state


def test_of_two_who_answer_the_second_is_told_what_the_first_said(cast):
    filed = files(cast, contested(cast))
    answers(cast, filed)
    with pytest.raises(answering.AlreadyAnswered) as refused:
        answers(cast, filed, _G.GRANTED, by=acts(a_delegate()))
    assert str(cast.other) in refused.value.sentence


def test_a_win_annuls_the_measure_and_owes_its_effects(cast):
    appeal = contested(cast)
    filed = files(cast, appeal)
    decision = Decision.objects.get()
    # Ten days of the measure have passed, the first and the tenth among them.
    cast.now += 9 * DAY
    answers(cast, filed, _G.GRANTED)
    case = fresh(appeal.case)
    assert (case.state, case.ended_by_id) == (_C.ANNULLED, cast.other.pk)
    assert (again(appeal).state, state(filed)) == (_W.SETTLED, _G.GRANTED)
    effects = {row.kind: row for row in Effect.objects.all()}
    assert set(effects) == {EffectKind.REINSTATED, EffectKind.PAY_BACK, EffectKind.ERASED}
    assert effects[EffectKind.REINSTATED].since == decision.starts_on
    # 31.59 a day, ten days, 50 %.
    assert effects[EffectKind.PAY_BACK].amount == Decimal("157.95")
    erased = effects[EffectKind.ERASED]
    assert erased.done_at == cast.now
    assert erased.proof
    # It counts for no rank any more.
    assert choosing.rank_of(cast.refer()) == 1
    assert not Deadline.objects.filter(
        kind__in=deeds.OF_CASE, subject_id=case.pk, state=Deadline.State.PENDING
    ).exists()


def test_a_win_owes_a_sum_to_work_out_where_the_allowance_is_unknown(cast):
    person = Cast().person
    type(person).objects.filter(pk=person.pk).update(daily_allowance=None)
    person.refresh_from_db()
    filed = files(cast, contested(cast, person=person))
    answers(cast, filed, _G.GRANTED)
    owed = Effect.objects.get(kind=EffectKind.PAY_BACK)
    assert owed.amount is None
    assert "calcule" in owed.what


def test_a_warning_that_is_annulled_owes_no_money(cast):
    person = Cast().person
    type(person).objects.filter(pk=person.pk).update(benefit_status="NONE", daily_allowance=None)
    person.refresh_from_db()
    filed = files(cast, contested(cast, WARNING, person=person))
    answers(cast, filed, _G.GRANTED)
    assert Effect.objects.get().kind == EffectKind.ERASED


def test_a_win_in_part_reduces_the_measure_and_owes_the_difference(cast):
    appeal = contested(cast)
    filed = files(cast, appeal)
    cast.now += 9 * DAY
    answers(cast, filed, _G.PARTIAL, Left(share=30, length=1))
    case = fresh(appeal.case)
    assert (case.state, state(filed), filed.share) == (_C.IN_FORCE, _G.PARTIAL, 30)
    # 31.59 a day, ten days: 50 % was taken, 30 % is left.
    assert Effect.objects.get(kind=EffectKind.PAY_BACK).amount == Decimal("157.95") - Decimal("94.77")
    # What is left can still be contested, from the day the answer is read.
    reads(appeal, cast.now)
    assert again(appeal).state == _W.RUNNING


@pytest.mark.parametrize("left", [None, Left(50, 1), Left(60, 1), Left(30, 2), Left(30, 0)])
def test_a_win_in_part_leaves_something_lighter(cast, left):
    filed = files(cast, contested(cast))
    with pytest.raises((answering.NotInPart, answering.NotLighter)):
        answers(cast, filed, _G.PARTIAL, left)


def test_a_win_in_part_stays_within_the_bareme(cast):
    filed = files(cast, contested(cast))
    with pytest.raises(OutsideBareme):
        answers(cast, filed, _G.PARTIAL, Left(10, 1))


# --- silence --------------------------------------------------------------------------------


def test_silence_for_two_months_is_a_refusal_and_the_time_starts_anew(cast):
    appeal = contested(cast)
    filed = files(cast, appeal)
    work(filed.implicit_at - timedelta(seconds=1))
    assert state(filed) == _G.FILED
    work(filed.implicit_at)
    work(filed.implicit_at + DAY)
    assert state(filed) == _G.IMPLICIT_REJECTION
    appeal = again(appeal)
    assert (appeal.state, appeal.counts_from) == (_W.RUNNING, filed.implicit_at)
    assert mails(deeds.MAIL_IMPLICIT, subject_id=filed.pk) == 1
    assert JournalEntry.objects.filter(code=deeds.GRACIOUS_IMPLICIT.number).count() == 1


def test_silence_can_still_become_a_win_never_a_rejection(cast):
    filed = files(cast, contested(cast))
    cast.now = filed.implicit_at + DAY
    # Before the clock came by, too.
    with pytest.raises(answering.TooLateToRefuse):
        answers(cast, filed)
    work(cast.now)
    with pytest.raises(answering.TooLateToRefuse):
        answers(cast, filed)
    answers(cast, filed, _G.GRANTED)
    assert state(filed) == _G.GRANTED


def test_delegates_are_reminded_once_a_day(cast):
    filed = files(cast, contested(cast))
    work(filed.implicit_at - 16 * DAY)
    assert mails(deeds.MAIL_ANSWERS_SOON) == 0
    work(filed.implicit_at - 15 * DAY)
    assert mails(deeds.MAIL_ANSWERS_SOON) == 2


def test_an_answer_unread_goes_on_paper_and_takes_no_time(cast):
    appeal = contested(cast)
    filed = files(cast, appeal)
    answers(cast, filed)
    work(cast.now + 12 * DAY)
    assert mails(deeds.MAIL_ANSWER_UNREAD, subject_id=filed.pk) == 1
    assert again(appeal).state == _W.INTERRUPTED


def test_many_silences_cost_as_many_queries_as_one(cast, django_assert_max_num_queries):
    filed = [files(cast, contested(cast)) for _ in range(3)]
    work(filed[-1].implicit_at - 2 * DAY)
    with django_assert_max_num_queries(150):
        work(filed[-1].implicit_at)
    assert {state(row) for row in filed} == {_G.IMPLICIT_REJECTION}
    assert AppealCase.objects.filter(state=_W.RUNNING).count() == 3
