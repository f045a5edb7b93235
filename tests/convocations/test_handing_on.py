"""A referred absence opens a procedure with the ledger's facts; what undoes the referral undoes the procedure."""

from datetime import timedelta

import pytest

from accounts.models import Claimant
from convocations import attendance
from convocations.absences import deciding, opening
from convocations.evidence import ledger
from convocations.models import Absence, CallTask
from convocations.states import AbsenceState, ConvocationState
from measures import deeds, signals
from measures.models import AppealCase, Case
from measures.procedure.contradiction import noticing, receiving
from measures.procedure.opening import examining
from measures.procedure.opening.referring import DecidedByTheDepartment
from measures.procedure.outcome import deciding as outcome
from measures.states import CaseState, GraciousState
from messaging.models import OutboxMessage
from portal.core import deadlines, outages
from portal.core.journal import PORTAL
from tests import factories
from tests.factories import NOW, acting
from tests.measures.appeals import court_of
from tests.measures.cast import FACT, SUSPENSION, Cast, a_delegate, acts
from tests.people import signed_in

pytestmark = pytest.mark.django_db
DAY = timedelta(days=1)


@pytest.fixture
def absence() -> Absence:
    """An absence whose time to explain is over."""
    person = factories.claimant(benefit_status="ARE")
    convocation = factories.convocation(person)
    ledger.consult(convocation.pk, by=acting(person), now=NOW + timedelta(hours=1))
    deadlines.work(lambda: convocation.ends_at)
    now = convocation.ends_at + timedelta(hours=1)
    attendance.record(convocation.pk, ConvocationState.ABSENT, by=acting(person.advisor), now=now)
    return Absence.objects.select_related("claimant__user", "advisor__user").get()


def refer(absence: Absence) -> Case:
    deciding.decide(
        absence.pk,
        AbsenceState.REFERRED,
        reasons="Sans nouvelles.",
        report="Rendez-vous manqué, sans nouvelles depuis.",
        by=acting(absence.advisor),
        now=absence.explanation_due_at,
    )
    return Case.objects.get()


def told(case: Case, now) -> None:
    by = acts(a_delegate())
    examining.take(case.pk, by=by, now=now)
    noticing.prepare(case.pk, facts=FACT, choice=SUSPENSION, by=by, now=now)
    noticing.send(case.pk, by=by, now=now)


def test_a_referral_opens_a_case_with_the_ledgers_facts(absence):
    case = refer(absence)
    assert (case.origin, case.origin_id, case.origin_ref) == ("ABSENCE", absence.pk, str(absence.ref))
    assert case.facts_on == absence.convocation.starts_at.date()
    assert case.referred_by_id == absence.advisor_id
    said = " ".join(row["what"] for row in case.evidence)
    for fact in ("déposée dans l’espace personnel", "première consultation", "Absence"):
        assert fact in said
    assert [row["at"] for row in case.evidence] == sorted(row["at"] for row in case.evidence)


def test_a_referral_that_cannot_be_handed_on_refers_nothing(absence):
    Claimant.objects.update(benefit_status="RSA")
    with pytest.raises(DecidedByTheDepartment):
        refer(absence)
    absence.refresh_from_db()
    assert absence.state == AbsenceState.EXPLANATION_REQUESTED


@pytest.mark.parametrize("sent", [False, True])
def test_a_corrected_absence_annuls_its_procedure(absence, sent):
    case = refer(absence)
    now = absence.explanation_due_at + DAY
    if sent:
        told(case, now)
    opening.correct(
        absence.pk, ConvocationState.ATTENDED, reason="Elle était là.", by=acting(absence.advisor), now=now
    )
    case.refresh_from_db()
    assert case.state == CaseState.ANNULLED
    assert str(absence.ref) in case.ending_reasons
    assert OutboxMessage.objects.filter(kind=deeds.MAIL_ANNULLED).count() == int(sent)


def test_a_referral_taken_back_for_an_outage_annuls_its_procedure_and_may_come_again(absence):
    case = refer(absence)
    end = absence.explanation_due_at
    outages.record(
        end - timedelta(hours=10), end - timedelta(hours=8), "Panne", by=PORTAL, now=end + timedelta(hours=1)
    )
    deadlines.work(lambda: end + timedelta(hours=1))
    case.refresh_from_db()
    absence.refresh_from_db()
    assert (case.state, absence.state) == (CaseState.ANNULLED, AbsenceState.EXPLANATION_REQUESTED)
    deciding.decide(
        absence.pk,
        AbsenceState.REFERRED,
        reasons="Sans nouvelles.",
        report="Toujours sans nouvelles.",
        by=acting(absence.advisor),
        now=absence.explanation_due_at,
    )
    assert Case.objects.exclude(pk=case.pk).get().state == CaseState.REFERRED


def test_a_call_about_a_procedure_is_asked_once_and_dropped_when_moot(absence):

    person, now = absence.claimant_id, NOW
    for _ in range(2):
        signals.ask_for_calls([person], now)
    call = CallTask.objects.get(reason=CallTask.Reason.PROCEDURE)
    assert call.state == "OPEN"
    signals.drop_calls([person], now)
    call.refresh_from_db()
    assert call.state == "DROPPED"


def won(absence: Absence):
    """The measure decided after an absence is annulled by a second delegate; give the hour and who did."""
    case = refer(absence)
    cast = Cast(absence.advisor, absence.claimant, now=absence.explanation_due_at + DAY)
    examining.take(case.pk, by=acts(cast.delegate), now=cast.now)
    noticing.prepare(case.pk, facts=FACT, choice=SUSPENSION, by=acts(cast.delegate), now=cast.now)
    noticing.send(case.pk, by=acts(cast.delegate), now=cast.now)
    receiving.consult(case.pk, by=acting(absence.claimant), now=cast.now)
    cast.now += 15 * DAY
    deadlines.work(lambda: cast.now)
    cast.decides(case, SUSPENSION)
    outcome.notify(case.pk, by=acts(cast.delegate), now=cast.now)
    receiving.consult(case.pk, by=acting(absence.claimant), now=cast.now)
    cast.now += DAY
    deadlines.work(lambda: cast.now)
    appeal = AppealCase.objects.get(case=case)
    court_of.answers(cast, court_of.files(cast, appeal), GraciousState.GRANTED)
    return case, cast


def test_a_won_appeal_excuses_the_absence(absence):
    case, cast = won(absence)
    absence.refresh_from_db()
    assert absence.state == AbsenceState.REFERRED, "not in the transaction that holds the procedure"
    for _ in range(2):
        deadlines.work(lambda: cast.now)
        absence.refresh_from_db()
        assert (absence.state, absence.decided_by_id) == (AbsenceState.EXCUSED, cast.other.pk)
        assert str(case.ref) in absence.reasons
    absence.convocation.refresh_from_db()
    assert absence.convocation.state == ConvocationState.EXCUSED
    shown = signed_in(absence.claimant).get(f"/espace/absences/{absence.ref}/").text
    assert "est sans conséquence" in shown
    assert str(case.ref) in shown
    journal = signed_in(absence.claimant).get("/espace/journal/").text
    assert "ne compte plus" in journal


def test_an_absence_corrected_before_the_worker_comes_stays_corrected(absence):
    _, cast = won(absence)
    opening.correct(
        absence.pk, ConvocationState.ATTENDED, reason="Elle était là.", by=acting(cast.advisor), now=cast.now
    )
    deadlines.work(lambda: cast.now)
    absence.refresh_from_db()
    assert absence.state == AbsenceState.ANNULLED
    absence.convocation.refresh_from_db()
    assert absence.convocation.state == ConvocationState.ATTENDED
