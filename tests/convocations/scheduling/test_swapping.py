"""Hours that change hands in one instant: nobody waits for ever, nobody loses theirs."""

import contextlib
import time
import uuid
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from threading import Barrier, BrokenBarrierError
from typing import Any

import pytest
from django.db import connection

from accounts.models import Claimant
from convocations.models import Convocation, Modality
from convocations.requests.grounds import counting
from convocations.scheduling import changing, issuing
from convocations.scheduling.issuing import issue, issue_many
from convocations.states import ConvocationState, RequestState
from portal.core.transitions import Refusal
from tests import factories
from tests.convocations.requests.wishes import open_all_week, postpone, slot
from tests.factories import NOW, acting

# Wednesday 25 November 2026, 13 o'clock in Paris.
ONE = datetime(2026, 11, 25, 12, 0, tzinfo=UTC)
TWO = ONE + timedelta(hours=1)


def meeting(together: Barrier, then: Callable[..., Any], pause: float = 0) -> Callable[..., Any]:
    """Do it once the other side has come this far too, or after a while where the processes do not allow that."""

    def met(*args: Any, **kwargs: Any) -> Any:
        with contextlib.suppress(BrokenBarrierError):
            together.wait(timeout=2)
        time.sleep(pause)
        return then(*args, **kwargs)

    return met


def on_its_own(deed: Callable[[], str]) -> str:
    """Do it on a connection of this thread, closed after it."""
    try:
        return deed()
    finally:
        connection.close()


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
    monkeypatch.setattr(changing, "issue", meeting(Barrier(2), issue))

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


@pytest.mark.django_db(transaction=True)
def test_a_batch_across_both_hours_of_a_move_is_answered_and_so_is_the_move(monkeypatch):
    advisor = factories.advisor()
    nour, sam, ali = (factories.claimant(advisor) for _ in range(3))

    def draft(person: Claimant, hour: datetime):
        return factories.draft(person, starts_at=hour, minutes=30, modality=Modality.PHONE)

    how = {"by": acting(advisor), "now": NOW}
    at_one = issue(draft(nour, ONE), form_key=uuid.uuid4(), **how)
    together, insert = Barrier(2), issuing._insert

    # The old hour is given up, the new one not yet taken, when the batch takes the one and asks for the other.
    monkeypatch.setattr(changing, "issue", meeting(together, issue, 0.5))
    monkeypatch.setattr(issuing, "_insert", meeting(together, insert))

    def move() -> str:
        try:
            changing.move(at_one.pk, draft(nour, TWO), reason="Plus tard", form_key=uuid.uuid4(), **how)
        except Refusal:
            return "refused"
        return "moved"

    def batch() -> str:
        results = issue_many([draft(sam, TWO), draft(ali, ONE)], form_key=uuid.uuid4(), **how)
        return " ".join("refused" if result.refused else "issued" for result in results)

    with ThreadPoolExecutor(2) as pool:
        answers = tuple(pool.map(on_its_own, [move, batch]))
    # Whoever came first: hours that were free then are given, the others refused by name.
    assert answers in {("moved", "refused issued"), ("refused", "issued refused")}


@pytest.mark.django_db(transaction=True)
def test_a_batch_that_convokes_who_is_just_picking_an_hour_waits_for_nobody(monkeypatch):
    advisor = factories.advisor()
    open_all_week(advisor.agency)
    nour = factories.claimant(advisor)
    by = acting(advisor)
    appointment = issue(factories.draft(nour, modality=Modality.PHONE), form_key=uuid.uuid4(), by=by, now=NOW)
    together, insert, tolerance = Barrier(2), issuing._insert, counting.tolerance_of

    # The one holds the person and asks for the agency, the other holds the agency and writes of the person.
    monkeypatch.setattr(issuing, "_insert", meeting(together, insert, 0.5))
    monkeypatch.setattr(counting, "tolerance_of", meeting(together, tolerance))

    def pick() -> str:
        return postpone(appointment, now=NOW, **slot()).state

    def batch() -> str:
        draft = factories.draft(nour, starts_at=ONE, minutes=30, modality=Modality.PHONE)
        (result,) = issue_many([draft], form_key=uuid.uuid4(), by=by, now=NOW)
        return result.refused

    with ThreadPoolExecutor(2) as pool:
        assert list(pool.map(on_its_own, [pick, batch])) == [RequestState.ACCEPTED, ""]
