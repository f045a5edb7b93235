"""The ordinary story, from the referral to the last day of a measure, by its own processes and clocks."""

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

import pytest

from measures import deeds
from measures.models import Decision, Notice
from measures.procedure.contradiction import receiving
from measures.procedure.outcome import deciding
from measures.states import CaseState
from messaging.models import OutboxMessage
from portal.core.models import JournalEntry
from tests.factories import acting
from tests.measures.cast import SUSPENSION, Cast, acts, fresh, work

pytestmark = pytest.mark.django_db

_S = CaseState


def test_a_procedure_goes_from_referral_to_the_end_of_its_measure():
    cast = Cast()
    notice = cast.told()
    case = fresh(notice.case)
    assert (case.state, case.rank, case.bareme.code) == (_S.NOTICE_SENT, 1, "fr-2025-06-01")
    # 31.59 € a day, 30 days, one half.
    assert notice.estimate == Decimal("473.85")

    assert receiving.consult(case.pk, by=acting(cast.person), now=cast.now)
    assert not receiving.consult(case.pk, by=acting(cast.person), now=cast.now + timedelta(hours=1))
    notice = Notice.objects.get(case=case)
    # Received on Monday 23 November: ten days, the last one Thursday 3 December.
    assert notice.observations_until == datetime(2026, 12, 3, 23, tzinfo=UTC)

    cast.writes(case)
    assert fresh(case).state == _S.OBSERVATIONS_FILED
    work(notice.observations_until - timedelta(seconds=1))
    assert fresh(case).state == _S.OBSERVATIONS_FILED
    cast.now = notice.observations_until
    work(cast.now)
    case = fresh(case)
    assert case.state == _S.DECISION_DUE
    # Fifteen days after 3 December.
    assert case.decide_by == datetime(2026, 12, 18, 23, tzinfo=UTC)

    cast.decides(case, SUSPENSION)
    deciding.notify(case.pk, by=acts(cast.delegate), now=cast.now)
    assert fresh(case).state == _S.DECIDED
    cast.now = datetime(2026, 12, 5, 10, tzinfo=UTC)
    receiving.consult(case.pk, by=acting(cast.person), now=cast.now)
    decision = Decision.objects.select_related("case__agency").get()
    assert (decision.starts_on, decision.ends_on) == (date(2026, 12, 6), date(2027, 1, 5))
    assert fresh(case).state == _S.NOTIFIED
    work(decision.starts_at)
    assert fresh(case).state == _S.IN_FORCE
    work(decision.ends_at - timedelta(seconds=1))
    assert fresh(case).state == _S.IN_FORCE
    work(decision.ends_at)
    assert fresh(case).state == _S.EXPIRED

    told = (
        OutboxMessage.objects.filter(person_id=cast.person.pk).order_by("id").values_list("kind", flat=True)
    )
    assert list(told) == [deeds.MAIL_NOTICE, deeds.MAIL_OBSERVATIONS, deeds.MAIL_DECISION]
    lines = JournalEntry.objects.filter(file_id=cast.person.pk).order_by("id").values_list("code", flat=True)
    assert list(lines) == [310, 311, 314, 315, 316, 318, 324, 326, 329, 330, 350, 331, 332]
