"""Who may examine and decide, when, within what, with which words; and two delegates at once."""

import threading
from datetime import timedelta
from decimal import Decimal

import pytest
from django.db import connection

from measures import deeds
from measures.models import Case, Decision, Notice, Origin, Outcome, Unit
from measures.procedure.choosing import Choice, ConditionNotConfirmed, HeavierThanTold, OutsideBareme
from measures.procedure.contradiction import noticing
from measures.procedure.holding import (
    ChangedMeanwhile,
    DecidedByYou,
    InOtherHands,
    NotADelegate,
    ReferredByYou,
)
from measures.procedure.opening import examining, referring
from measures.procedure.outcome import annulling, deciding, withdrawing
from measures.states import CaseState
from messaging.models import OutboxMessage
from portal.core.journal import PORTAL, Actor
from portal.core.models import JournalEntry
from tests import factories
from tests.factories import NOW, acting
from tests.measures.cast import (
    ALL_OF_IT,
    DAY,
    FACT,
    SUSPENSION,
    WARNING,
    Cast,
    a_delegate,
    acts,
    fresh,
    work,
)
from tests.web.claimant.story import document

pytestmark = pytest.mark.django_db
_S = CaseState


@pytest.fixture
def cast() -> Cast:
    return Cast()


def mails(kind: int) -> int:
    return OutboxMessage.objects.filter(kind=kind).count()


# --- referring ------------------------------------------------------------------------


def test_refer_freezes_the_proofs_in_order_with_the_barème_of_the_facts(cast):
    paper, stranger = document(cast.person, "Attestation"), document(factories.claimant(), "Autre")
    proofs = [referring.Proof(NOW, "après"), referring.Proof(NOW - DAY, "avant")]
    case = cast.refer(evidence=proofs, documents=[paper.pk, stranger.pk])
    assert [row["what"] for row in case.evidence] == ["avant", "après"]
    assert (case.bareme.code, case.situation, case.rank) == ("fr-2025-06-01", "BENEFIT", 1)
    assert (case.region, case.daily_allowance) == ("Bretagne", Decimal("31.59"))
    # Of somebody else's documents none is taken.
    assert [piece.document_id for piece in case.pieces.all()] == [paper.pk]
    old = cast.refer(facts_on=NOW.date().replace(year=2024))
    assert old.bareme.code == "progressif"


@pytest.mark.parametrize(
    ("fields", "refusal"),
    [
        ({"report": " "}, referring.NothingReported),
        ({"evidence": []}, referring.NothingReported),
        ({"facts_on": (NOW + DAY).date()}, referring.FactsAhead),
    ],
)
def test_refer_without_facts_is_refused(cast, fields, refusal):
    with pytest.raises(refusal):
        cast.refer(**fields)


def test_refer_the_same_facts_twice_is_refused_until_they_are_annulled(cast):
    case = cast.refer(origin_id=7)
    with pytest.raises(referring.AlreadyReferred):
        cast.refer(origin_id=7)
    annulling.annul(Origin.ABSENCE, 7, reason="Erreur.", by=PORTAL, now=NOW)
    assert fresh(case).state == _S.ANNULLED
    assert cast.refer(origin_id=7).pk != case.pk


def test_refer_somebody_paid_by_the_department_is_refused(cast):
    person = factories.claimant(cast.advisor, benefit_status="RSA")
    with pytest.raises(referring.DecidedByTheDepartment):
        cast.refer(person=person)


# --- who ------------------------------------------------------------------------------


def test_take_is_for_a_delegate_of_the_region_alone(cast):
    case = cast.refer()
    for by in (
        acting(cast.advisor),
        acting(cast.person),
        acts(a_delegate("Corse")),
        acts(a_delegate(is_active=False)),
    ):
        with pytest.raises(NotADelegate):
            examining.take(case.pk, by=by, now=NOW)
    assert fresh(case).state == _S.REFERRED


def test_take_twice_tells_the_second_who_was_first(cast):
    case = cast.taken()
    assert examining.take(case.pk, by=acts(cast.delegate), now=NOW).decider_id == cast.delegate.pk
    with pytest.raises(examining.AlreadyTaken, match=str(cast.delegate)):
        examining.take(case.pk, by=acts(cast.other), now=NOW)
    with pytest.raises(InOtherHands, match=str(cast.delegate)):
        examining.close(case.pk, reasons="Rien.", by=acts(cast.other), now=NOW)


def test_nobody_examines_what_they_referred(cast):
    case = cast.refer(by=Actor(cast.delegate.pk, "DECISION_MAKER"))
    with pytest.raises(ReferredByYou):
        examining.take(case.pk, by=acts(cast.delegate), now=NOW)
    assert case not in Case.objects.visible_to(cast.delegate)
    assert case in Case.objects.to_take(cast.other)


def test_nobody_decides_twice_on_the_same_facts(cast):
    cast.in_force(origin_id=7)
    annulling.annul(Origin.ABSENCE, 7, reason="Erreur.", by=PORTAL, now=cast.now)
    again = cast.refer(origin_id=7)
    with pytest.raises(DecidedByYou):
        examining.take(again.pk, by=acts(cast.delegate), now=cast.now)
    assert examining.take(again.pk, by=acts(cast.other), now=cast.now).state == _S.EXAMINED


def test_hand_over_gives_the_case_to_another_delegate_of_the_region(cast):
    case = cast.taken()
    by = acts(cast.delegate)
    with pytest.raises(examining.NoReasons):
        examining.hand_over(case.pk, cast.other.pk, reason="", by=by, now=NOW)
    with pytest.raises(examining.NobodyToHandTo):
        examining.hand_over(case.pk, a_delegate("Corse").pk, reason="Congés.", by=by, now=NOW)
    examining.hand_over(case.pk, cast.other.pk, reason="Congés.", by=by, now=NOW)
    assert fresh(case).decider_id == cast.other.pk


def test_close_ends_a_case_without_a_measure_and_says_why(cast):
    case = cast.taken()
    with pytest.raises(examining.NoReasons):
        examining.close(case.pk, reasons=" ", by=acts(cast.delegate), now=NOW)
    closed = examining.close(case.pk, reasons="Le train.", by=acts(cast.delegate), now=NOW)
    assert (closed.state, closed.ending_reasons) == (_S.CLOSED, "Le train.")
    assert mails(deeds.MAIL_CLOSED) == 1
    with pytest.raises(ChangedMeanwhile, match="close sans mesure depuis le"):
        noticing.send(case.pk, by=acts(cast.delegate), now=NOW)


# --- the notice -----------------------------------------------------------------------


@pytest.mark.parametrize(
    "choice",
    [
        Choice(Outcome.SUSPENSION, share=29, length=1),
        Choice(Outcome.SUSPENSION, share=30, length=3),
        Choice(Outcome.SUSPENSION, share=30, length=30, unit=Unit.DAYS),
        Choice(Outcome.SUPPRESSION, share=30, length=1),
        WARNING,
        ALL_OF_IT,
    ],
)
def test_prepare_outside_the_barème_is_refused_with_what_it_permits(cast, choice):
    case = cast.taken()
    with pytest.raises(OutsideBareme) as refused:
        noticing.prepare(case.pk, facts=FACT, choice=choice, by=acts(cast.delegate), now=NOW)
    said = refused.value.sentence.replace("\u00a0", " ")
    assert "suspension de 30 à 100 % de l’allocation, pendant 1 à 2 mois (R5412-1)" in said
    assert not Notice.objects.exists()


def test_prepare_anew_replaces_what_was_not_sent_and_reads_the_allowance_anew(cast):
    case = cast.taken()
    by = acts(cast.delegate)
    with pytest.raises(noticing.NoFacts):
        noticing.prepare(case.pk, facts=" ", choice=SUSPENSION, by=by, now=NOW)
    first = noticing.prepare(case.pk, facts=FACT, choice=SUSPENSION, by=by, now=NOW)
    type(cast.person).objects.filter(pk=cast.person.pk).update(daily_allowance=Decimal("40"))
    second = noticing.prepare(
        case.pk, facts=FACT, choice=Choice(Outcome.SUSPENSION, share=30, length=2), by=by, now=NOW
    )
    assert second.pk == first.pk
    # 40 € × 60 days × 30 %.
    assert second.estimate == Decimal("720.00")
    assert mails(deeds.MAIL_NOTICE) == 0


def test_a_warning_leaves_time_to_comply(cast):
    person = factories.claimant(cast.advisor, benefit_status="NONE")
    case = cast.taken(person=person)
    by = acts(cast.delegate)
    with pytest.raises(OutsideBareme, match="au moins 8"):
        noticing.prepare(
            case.pk, facts=FACT, choice=Choice(Outcome.AVERTISSEMENT, comply_days=7), by=by, now=NOW
        )
    notice = noticing.prepare(case.pk, facts=FACT, choice=WARNING, by=by, now=NOW)
    assert (notice.estimate, notice.comply_days) == (None, 15)


# --- the decision ------------------------------------------------------------------------


def test_decide_before_the_decision_is_due_is_refused(cast):
    case = cast.received()
    with pytest.raises(ChangedMeanwhile):
        cast.decides(case)


@pytest.mark.parametrize(
    ("fields", "refusal"),
    [
        ({"reasons_law": " "}, deciding.NoReasons),
        ({"reasons_fact": ""}, deciding.NoReasons),
        ({"answer": ""}, deciding.NoAnswer),
        ({"choice": Choice(Outcome.SUSPENSION, share=51, length=1)}, HeavierThanTold),
        ({"choice": Choice(Outcome.SUSPENSION, share=50, length=2)}, HeavierThanTold),
        ({"choice": Choice(Outcome.SUSPENSION, share=10, length=1)}, OutsideBareme),
    ],
)
def test_decide_without_reasons_answer_or_bounds_is_refused(cast, fields, refusal):
    case = cast.due(says="Mon train était supprimé.")
    with pytest.raises(refusal):
        cast.decides(case, **fields)
    assert fresh(case).state == _S.DECISION_DUE


def test_decide_after_fifteen_days_is_refused_even_before_the_clock_came(cast):
    case = cast.due()
    cast.now = case.decide_by
    with pytest.raises(deciding.TooLate, match="jusqu’au"):
        cast.decides(case)


def test_decide_no_measure_ends_the_case_at_once(cast):
    case = cast.due(says="Voici mon billet.")
    decision = cast.decides(case, None, reasons_law="", answer="")
    assert (decision.outcome, fresh(case).state) == ("", _S.CLOSED)
    assert mails(deeds.MAIL_CLOSED) == 1


def test_notify_sends_once_and_only_from_the_hands_of_who_examines(cast):
    case = cast.due()
    cast.decides(case)
    with pytest.raises(InOtherHands):
        deciding.notify(case.pk, by=acts(cast.other), now=cast.now)
    sent = deciding.notify(case.pk, by=acts(cast.delegate), now=cast.now)
    assert deciding.notify(case.pk, by=acts(cast.delegate), now=cast.now + DAY).sent_at == sent.sent_at
    assert mails(deeds.MAIL_DECISION) == 1
    with pytest.raises(deciding.AlreadySent):
        deciding.reconsider(case.pk, reason="Non.", by=acts(cast.delegate), now=cast.now)


def second_measure(cast: Cast) -> Case:
    """A repeat within 24 months, whose radiation waits for a second reader."""
    cast.in_force()
    cast.now += 10 * DAY
    case = cast.due(ALL_OF_IT, facts_on=(cast.now - DAY).date())
    assert case.rank == 2
    return case


def test_a_radiation_waits_for_a_second_reader_who_is_another(cast):
    case = second_measure(cast)
    with pytest.raises(ConditionNotConfirmed, match="seulement avec"):
        cast.decides(case, Choice(Outcome.RADIATION, share=100, length=4))
    cast.decides(case, ALL_OF_IT)
    with pytest.raises(deciding.WaitsForReading):
        deciding.notify(case.pk, by=acts(cast.delegate), now=cast.now)
    with pytest.raises(deciding.ReadByAnother):
        deciding.read_second(case.pk, agrees=True, remark="", by=acts(cast.delegate), now=cast.now)
    assert list(Case.objects.to_read_second(cast.other)) == [case]
    assert not Case.objects.to_read_second(cast.delegate)
    deciding.read_second(case.pk, agrees=True, remark="", by=acts(cast.other), now=cast.now)
    with pytest.raises(deciding.NotToRead):
        deciding.read_second(case.pk, agrees=True, remark="", by=acts(cast.other), now=cast.now)
    assert deciding.notify(case.pk, by=acts(cast.delegate), now=cast.now).sent_at == cast.now


def test_a_second_reader_sends_a_decision_back_with_a_reason(cast):
    case = second_measure(cast)
    cast.decides(case, ALL_OF_IT)
    with pytest.raises(deciding.NoReasons):
        deciding.read_second(case.pk, agrees=False, remark=" ", by=acts(cast.other), now=cast.now)
    deciding.read_second(case.pk, agrees=False, remark="Trop lourd.", by=acts(cast.other), now=cast.now)
    assert fresh(case).state == _S.DECISION_DUE
    lighter = cast.decides(case, SUSPENSION)
    assert Decision.objects.filter(case=case, set_aside_at__isnull=False).count() == 1
    deciding.notify(case.pk, by=acts(cast.delegate), now=cast.now)
    lighter.refresh_from_db()
    assert lighter.sent_at == cast.now


def test_reconsider_puts_a_decision_aside_that_was_not_sent(cast):
    case = cast.due()
    cast.decides(case)
    with pytest.raises(deciding.NoReasons):
        deciding.reconsider(case.pk, reason="", by=acts(cast.delegate), now=cast.now)
    deciding.reconsider(case.pk, reason="Faute de frappe.", by=acts(cast.delegate), now=cast.now)
    assert fresh(case).state == _S.DECISION_DUE
    assert cast.decides(case).set_aside_at is None


def test_a_measure_annulled_meanwhile_lowers_the_rank_of_the_next(cast):
    first = cast.in_force(origin_id=7)
    cast.now += 10 * DAY
    case = cast.due(ALL_OF_IT, facts_on=(cast.now - DAY).date())
    annulling.annul(Origin.ABSENCE, 7, reason="Erreur.", by=PORTAL, now=cast.now)
    assert fresh(first).state == _S.ANNULLED
    # At the first rank the barème knows no radiation.
    with pytest.raises(OutsideBareme):
        cast.decides(case, ALL_OF_IT)
    assert cast.decides(case, SUSPENSION).case.rank == 1


def test_notify_after_the_rank_has_changed_asks_to_decide_anew(cast):
    cast.in_force(origin_id=7)
    cast.now += 10 * DAY
    case = cast.due(ALL_OF_IT, facts_on=(cast.now - DAY).date())
    cast.decides(case, SUSPENSION)
    annulling.annul(Origin.ABSENCE, 7, reason="Erreur.", by=PORTAL, now=cast.now)
    with pytest.raises(deciding.RankChanged):
        deciding.notify(case.pk, by=acts(cast.delegate), now=cast.now)


# --- withdrawing, annulling ------------------------------------------------------------


def test_withdraw_ends_a_measure_in_force_and_takes_it_from_the_rank(cast):
    case = cast.in_force()
    with pytest.raises(examining.NoReasons):
        withdrawing.withdraw(case.pk, reasons="", by=acts(cast.other), now=cast.now)
    with pytest.raises(NotADelegate):
        withdrawing.withdraw(case.pk, reasons="Erreur.", by=acting(cast.advisor), now=cast.now)
    withdrawing.withdraw(case.pk, reasons="Erreur.", by=acts(cast.other), now=cast.now)
    assert fresh(case).state == _S.WITHDRAWN
    assert mails(deeds.MAIL_WITHDRAWN) == 1
    work(cast.now + 60 * DAY)
    assert fresh(case).state == _S.WITHDRAWN
    assert cast.refer(facts_on=cast.now.date()).rank == 1


def test_annul_before_the_person_was_told_anything_tells_them_nothing(cast):
    case = cast.taken(origin_id=7)
    annulling.annul(Origin.ABSENCE, 7, reason="Erreur.", by=acting(cast.advisor), now=NOW)
    assert fresh(case).state == _S.ANNULLED
    assert mails(deeds.MAIL_ANNULLED) == 0
    assert annulling.annul(Origin.ABSENCE, 7, reason="Erreur.", by=PORTAL, now=NOW) is None


def test_annul_leaves_what_ended_without_effect_as_it_is(cast):
    case = cast.taken(origin_id=7)
    examining.close(case.pk, reasons="Rien.", by=acts(cast.delegate), now=NOW)
    assert annulling.annul(Origin.ABSENCE, 7, reason="Erreur.", by=PORTAL, now=NOW) is None
    assert fresh(case).state == _S.CLOSED


def test_each_deed_leaves_a_line_in_the_persons_journal(cast):
    cast.in_force()
    codes = set(JournalEntry.objects.filter(file_id=cast.person.pk).values_list("code", flat=True))
    assert codes >= {one.number for one in (deeds.REFERRED, deeds.TAKEN, deeds.NOTICE_SENT, deeds.DECIDED)}


# --- two at once -------------------------------------------------------------------------


def at_once(*acts_) -> list[object]:
    """Run deeds in threads that begin together; what each gave or refused."""
    ready, results = threading.Barrier(len(acts_)), [None] * len(acts_)

    def run(number, act):
        try:
            ready.wait()
            results[number] = act()
        except Exception as error:
            results[number] = error
        finally:
            connection.close()

    threads = [threading.Thread(target=run, args=pair) for pair in enumerate(acts_)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return results


@pytest.mark.django_db(transaction=True)
def test_two_delegates_take_at_once_and_one_has_it():
    cast = Cast()
    case = cast.refer()
    results = at_once(
        *(lambda by=by: examining.take(case.pk, by=acts(by), now=NOW) for by in (cast.delegate, cast.other))
    )
    refused = [one for one in results if isinstance(one, examining.AlreadyTaken)]
    assert len(refused) == 1, results
    assert Case.objects.get().decider_id in (cast.delegate.pk, cast.other.pk)


@pytest.mark.django_db(transaction=True)
def test_a_case_decided_twice_at_once_is_decided_once():
    cast = Cast()
    case = cast.due()
    lighter = Choice(Outcome.SUSPENSION, share=30, length=1)
    results = at_once(*(lambda choice=choice: cast.decides(case, choice) for choice in (SUSPENSION, lighter)))
    assert len([one for one in results if isinstance(one, ChangedMeanwhile)]) == 1, results
    assert Decision.objects.count() == 1


def test_a_file_in_force_counts_for_twenty_four_months_from_its_reception(cast):
    case = cast.in_force()
    notified = Decision.objects.get(case=case).notified_at
    for days, rank in ((2, 2), (700, 2), (760, 1)):
        day = (notified + timedelta(days=days)).date()
        assert cast.refer(facts_on=day, now=notified + timedelta(days=days)).rank == rank
