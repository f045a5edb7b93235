"""What a page and a letter both say of a procedure."""

from datetime import UTC, datetime, timedelta

import pytest

from measures.models import Case, Decision, Notice
from measures.procedure.outcome import deciding
from measures.states import CaseState
from measures.told import measure, procedure, remedies
from portal.core.french import NBSP
from tests import factories
from tests.factories import NOW
from tests.measures.cast import DAY, Cast, acts, fresh

pytestmark = pytest.mark.django_db


def test_each_state_is_said_and_tells_nothing_that_was_not_sent():
    assert set(procedure.STATES) == set(CaseState)
    cast = Cast()
    case = cast.due()
    decision = cast.decides(case)
    assert procedure.standing(fresh(case), decision).label == "Décision attendue"
    decision = deciding.notify(case.pk, by=acts(cast.delegate), now=cast.now)
    assert procedure.standing(fresh(case), decision).label == "Décision à lire"


def test_the_time_to_answer_is_said_with_its_days_and_only_while_it_runs():
    cast = Cast()
    notice = cast.told()
    assert procedure.answer_by(notice, NOW) == ""
    notice = Notice.objects.select_related("case__agency").get(case=cast.received())
    said = procedure.answer_by(notice, NOW).replace(NBSP, " ")
    assert said.startswith("Répondez jusqu’au jeudi 3 décembre 2026")
    assert "10 jours" in said
    assert procedure.answer_by(notice, NOW + 11 * DAY) == ""


def test_a_measure_says_its_days_and_a_decision_until_when_one_may_act():
    cast = Cast()
    case = cast.in_force()
    decision = Decision.objects.select_related("case__agency").get(case=case)
    assert measure.days(decision).replace(NBSP, " ") == ("du samedi 5 décembre 2026 au lundi 4 janvier 2027")
    # Received on Friday 4 December in Paris: two months, date to date.
    assert remedies.until(decision) == datetime(2027, 2, 4, 23, tzinfo=UTC)
    assert remedies.until(Decision(case=case)) is None


def test_overseas_there_is_a_month_more_to_act():
    case = Case(agency=factories.agency(territory="REUNION"))
    assert remedies.months(case.agency.place) == 3


def test_the_proofs_are_told_on_the_agencys_clock():
    case = fresh(Cast().refer())
    assert procedure.evidence(case)[0][0].replace(NBSP, " ") == "mercredi 11 novembre 2026 à 10 h"


def test_history_leaves_sight_after_twenty_four_months_and_not_before():
    case = Cast().in_force()
    notified = Decision.objects.get(case=case).notified_at
    assert case in Case.objects.in_sight(notified + timedelta(days=700))
    assert case not in Case.objects.in_sight(notified + timedelta(days=740))
