"""The time an outage gives back, on the clock of each territory and when the hour changes."""

from datetime import UTC, date, datetime, timedelta
from itertools import pairwise

import pytest
from django.db import transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from convocations import attendance
from convocations.evidence import ledger
from convocations.models import Absence, Extension
from convocations.states import AbsenceState, ConvocationState
from portal.core.working_time import Territory
from tests import factories
from tests.convocations.outages.days import (
    PARIS,
    absence_of,
    down,
    last_day_of,
    paris,
    work,
)
from tests.core import calendar_oracle as oracle
from tests.factories import NOW, acting

pytestmark = pytest.mark.django_db


def test_an_evening_in_paris_is_the_next_day_in_la_reunion():
    row = absence_of("REUNION")
    assert last_day_of(row) == date(2026, 12, 9)
    # 21 h to 22 h in Paris on the 9th is past midnight there: their last day was whole.
    down(paris(9, 21), paris(9, 22))
    assert last_day_of(row) == date(2026, 12, 9)


def test_the_last_half_hour_in_la_reunion_is_an_evening_in_paris():
    row = absence_of("REUNION")
    # 20 h 30 in Paris is 23 h 30 there.
    down(paris(9, 20, 30), paris(9, 20, 45))
    assert last_day_of(row) == date(2026, 12, 10)


def test_a_holiday_of_the_territory_is_not_the_day_given():
    # 20 December is a holiday in La Réunion: a Sunday in 2026; Christmas is one everywhere.
    row = absence_of(day=15)
    assert last_day_of(row) == date(2026, 12, 24)
    down(paris(24, 10), paris(24, 11))
    assert last_day_of(row) == date(2026, 12, 28)


def test_a_day_of_twenty_three_hours_is_given_whole():
    person = factories.claimant()
    start = datetime(2027, 3, 19, 9, tzinfo=UTC)
    convocation = factories.convocation(person, starts_at=start)
    ledger.consult(convocation.pk, by=acting(person), now=NOW + timedelta(hours=1))
    work(convocation.ends_at)
    attendance.record(
        convocation.pk,
        ConvocationState.ABSENT,
        by=acting(convocation.advisor),
        now=start + timedelta(hours=2),
    )
    row = Absence.objects.select_related("agency").get()
    assert last_day_of(row) == date(2027, 3, 26)
    # The hour changes on Sunday 28; Monday 29 is Easter Monday.
    down(datetime(2027, 3, 26, 23, tzinfo=PARIS), datetime(2027, 3, 27, 1, tzinfo=PARIS))
    assert row.agency.place.zone == PARIS
    assert last_day_of(row) == date(2027, 3, 30)
    assert row.explanation_due_at == datetime(2027, 3, 30, 22, tzinfo=UTC)


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    territory=st.sampled_from(list(Territory)),
    recorded=st.datetimes(datetime(2026, 1, 5), datetime(2027, 11, 30), timezones=st.just(UTC)),  # noqa: DTZ001
    spans=st.lists(st.tuples(st.integers(-50, 500), st.integers(1, 100)), min_size=1, max_size=3),
    late=st.integers(0, 100),
)
def test_whatever_happens_the_time_given_is_what_a_calendar_by_hand_gives(territory, recorded, spans, late):
    """Each outage recorded in turn: never earlier, a working day without outage, and as the oracle counts."""
    with transaction.atomic():
        row = _absence_anywhere(territory, recorded)
        clock = oracle.CLOCKS[territory]
        seen = [row.explanation_due_at]
        recorded_outages: list[tuple[datetime, datetime]] = []
        for begins, lasts in sorted(spans):
            since = recorded + timedelta(hours=begins)
            until = since + timedelta(hours=lasts)
            now = max(until + timedelta(hours=late), recorded)
            recorded_outages.append((since, until))
            down(since, until, now=now)
            row.refresh_from_db()
            seen.append(row.explanation_due_at)
            if seen[-1] != seen[-2]:
                last = oracle.wall_date(seen[-1] - timedelta(seconds=1), clock)
                assert seen[-1] == oracle.midnight_after(last, clock)
                assert oracle.is_ouvre(last, territory)
                # Nobody is told of a day that is over: the next working day at least is theirs.
                told = oracle.wall_date(now, clock)
                days = [oracle.is_ouvre(day, territory) for day in oracle.days_from(told)]
                assert last >= oracle.nth_after(told, 1, days)
        assert all(before <= after for before, after in pairwise(seen))
        last = oracle.wall_date(seen[-1] - timedelta(seconds=1), clock)
        opens = oracle.midnight_after(last - timedelta(days=1), clock)
        touched = [
            (since, until)
            for since, until in recorded_outages
            if since < seen[-1] and until > max(opens, recorded)
        ]
        assert touched == []
        assert Extension.objects.filter(absence=row).count() == len(set(seen)) - 1
        transaction.set_rollback(True)


def _absence_anywhere(territory: Territory, recorded: datetime) -> Absence:
    """An absence recorded at any instant anywhere: an appointment two hours before, known a month ahead."""
    from portal.core.working_time import end_of_period

    advisor = factories.advisor(factories.agency(territory=territory))
    person = factories.claimant(advisor)
    row = _absent(person, recorded - timedelta(hours=3))
    absence = Absence.objects.create(
        convocation=row,
        claimant=person,
        advisor=advisor,
        agency=advisor.agency,
        recorded_at=recorded,
        explanation_due_at=end_of_period(recorded, jours_ouvres=5, territory=territory),
        decide_by=recorded + timedelta(days=14),
        closes_at=recorded + timedelta(days=60),
    )
    absence.move_to(AbsenceState.EXPLANATION_REQUESTED)
    return absence


def _absent(person, starts_at: datetime):
    from convocations.models import Convocation, DeliveryEvidence

    row = Convocation.objects.create(
        claimant=person,
        advisor=person.advisor,
        agency=person.agency,
        bindingness="CONVOCATION",
        kind="INTERVIEW",
        modality="IN_PERSON",
        starts_at=starts_at,
        ends_at=starts_at + timedelta(hours=1),
        purpose="Point",
        issued_at=starts_at - timedelta(days=30),
        notice_deadline=starts_at - timedelta(days=2),
        content_hash=b"0" * 32,
    )
    for fact in ("DEPOSITED", "CONSULTED"):
        at = starts_at - timedelta(days=29)
        DeliveryEvidence.objects.create(convocation=row, fact=fact, at=at, written_at=at)
    row.refresh_from_db()
    row.move_to(ConvocationState.AWAITING_STATUS)
    row.recorded_at, row.recorded_by_id = starts_at + timedelta(hours=2), person.advisor_id
    row.move_to(ConvocationState.ABSENT, saving=["recorded_at", "recorded_by"])
    return row
