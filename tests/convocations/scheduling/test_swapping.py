"""Two people whose appointments change places in one instant: nobody waits for ever, nobody loses their hour."""

import contextlib
import uuid
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from threading import Barrier, BrokenBarrierError

import pytest
from django.db import connection

from accounts.models import Claimant
from convocations.models import Convocation, Modality
from convocations.scheduling import changing
from convocations.scheduling.issuing import issue
from convocations.states import ConvocationState
from portal.core.transitions import Refusal
from tests import factories
from tests.factories import NOW, acting

# Wednesday 25 November 2026, 13 o'clock in Paris.
ONE = datetime(2026, 11, 25, 12, 0, tzinfo=UTC)
TWO = ONE + timedelta(hours=1)


@pytest.mark.django_db(transaction=True)
def test_an_advisor_and_their_deputy_who_swap_two_hours_are_both_answered(monkeypatch):
    advisor = factories.advisor()
    nour, sam = factories.claimant(advisor), factories.claimant(advisor)
    at_one, at_two = (
        issue(
            factories.draft(person, starts_at=hour, minutes=30, modality=Modality.PHONE),
            form_key=uuid.uuid4(),
            by=acting(advisor),
            now=NOW,
        )
        for person, hour in ((nour, ONE), (sam, TWO))
    )
    # Both have let go of their old hour before either asks for the new one, where the processes allow that.
    together = Barrier(2)

    def issue_together(*args, **kwargs):
        with contextlib.suppress(BrokenBarrierError):
            together.wait(timeout=1)
        return issue(*args, **kwargs)

    monkeypatch.setattr(changing, "issue", issue_together)

    def move(row: Convocation, person: Claimant, hour: datetime) -> None:
        draft = factories.draft(person, starts_at=hour, minutes=30, modality=Modality.PHONE)
        changing.move(row.pk, draft, reason="Échange", form_key=uuid.uuid4(), by=acting(advisor), now=NOW)

    def told(deed) -> str:
        try:
            deed()
        except Refusal:
            return "refused"
        finally:
            connection.close()
        return "moved"

    with ThreadPoolExecutor(2) as pool:
        answers = list(pool.map(told, [lambda: move(at_one, nour, TWO), lambda: move(at_two, sam, ONE)]))
    # Neither hour was free while the other still stood: both are told so, and both appointments stand.
    assert answers == ["refused", "refused"]
    standing = Convocation.objects.exclude(state=ConvocationState.SUPERSEDED)
    assert set(standing.values_list("pk", "starts_at")) == {(at_one.pk, ONE), (at_two.pk, TWO)}
