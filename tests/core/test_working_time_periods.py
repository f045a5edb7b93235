"""Periods, against the naive calendar and by the textbook examples of civil procedure."""

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from portal.core.working_time import Territory, days_left, end_of_period, last_day, part_of_period
from tests.core import calendar_oracle as oracle

PARIS = Territory.METROPOLE.zone
METROPOLE = Territory.METROPOLE

territories = st.sampled_from(list(Territory))
FROM, TO = datetime(oracle.FIRST_YEAR, 1, 1), datetime(oracle.LAST_YEAR - 2, 12, 31)  # noqa: DTZ001
instants = st.datetimes(FROM, TO, timezones=st.just(UTC))


def last(start: datetime, territory: Territory = METROPOLE, **length) -> date:
    return last_day(end_of_period(start, territory=territory, **length), territory)


@given(territory=territories, start=instants, days=st.integers(0, 90), months=st.integers(0, 14))
def test_calendar_periods_end_as_a_walk_through_the_calendar_says(territory, start, days, months):
    clock = oracle.CLOCKS[territory.value]
    walked = oracle.date_to_date(oracle.wall_date(start, clock), months)
    for _ in range(days):
        walked += timedelta(days=1)
    while not oracle.is_ouvre(walked, territory.value):
        walked += timedelta(days=1)
    end = end_of_period(start, territory=territory, days=days, months=months)
    assert end == oracle.midnight_after(walked, clock)
    assert last_day(end, territory) == walked


@given(territory=territories, start=instants, n=st.integers(1, 40))
def test_working_day_periods_end_as_a_walk_through_the_calendar_says(territory, start, n):
    clock = oracle.CLOCKS[territory.value]
    first = oracle.wall_date(start, clock)
    walk = oracle.days_from(first)
    ouvre = oracle.nth_after(first, n, [oracle.is_ouvre(day, territory.value) for day in walk])
    ouvrable = oracle.nth_after(first, n, [oracle.is_ouvrable(day, territory.value) for day in walk])
    assert end_of_period(start, territory=territory, jours_ouvres=n) == oracle.midnight_after(ouvre, clock)
    assert end_of_period(start, territory=territory, jours_ouvrables=n) == oracle.midnight_after(
        ouvrable, clock
    )


@given(territory=territories, start=instants, n=st.integers(1, 12), percent=st.integers(1, 100))
def test_a_part_of_a_period_is_spent_when_a_walk_hour_by_hour_says(territory, start, n, percent):
    """Walk through real minutes from the midnight after the act; only those of *jours ouvrables* pass."""
    clock = oracle.CLOCKS[territory.value]
    part = part_of_period(start, percent, jours_ouvrables=n, territory=territory)
    end = end_of_period(start, jours_ouvrables=n, territory=territory)
    assert start < part <= end
    assert (percent == 100) == (part == end)
    # What is spent at that instant, in days: whole ones before it, and the share of its own.
    moment = part - timedelta(microseconds=1)
    day, first = oracle.wall_date(moment, clock), oracle.wall_date(start, clock)
    assert oracle.is_ouvrable(day, territory.value)
    whole = sum(
        oracle.is_ouvrable(first + timedelta(days=k), territory.value) for k in range(1, (day - first).days)
    )
    opens = oracle.midnight_after(day - timedelta(days=1), clock).astimezone(UTC)
    closes = oracle.midnight_after(day, clock).astimezone(UTC)
    share = (part.astimezone(UTC) - opens) / (closes - opens)
    assert abs(whole + share - n * percent / 100) < 1e-6


@given(territory=territories, start=instants, later=st.integers(0, 10**6), days=st.integers(0, 60))
def test_who_starts_later_never_ends_earlier(territory, start, later, days):
    following = start + timedelta(seconds=later)
    for length in ("days", "jours_ouvres", "jours_ouvrables"):
        assert end_of_period(start, territory=territory, **{length: days}) <= end_of_period(
            following, territory=territory, **{length: days}
        )


@given(territory=territories, start=instants, days=st.integers(0, 60))
def test_the_zone_the_start_is_written_in_changes_nothing(territory, start, days):
    elsewhere = start.astimezone(ZoneInfo("Pacific/Kiritimati"))
    assert end_of_period(start, territory=territory, days=days) == end_of_period(
        elsewhere, territory=territory, days=days
    )


@given(territory=territories, start=instants, days=st.integers(0, 60), ahead=st.integers(0, 10**7))
def test_days_left_reach_zero_on_the_last_day_and_turn_negative_at_the_end(territory, start, days, ahead):
    end = end_of_period(start, territory=territory, days=days)
    now = start + timedelta(seconds=ahead)
    left = days_left(now, end, territory)
    assert (left >= 0) == (now < end)
    today = oracle.wall_date(now, oracle.CLOCKS[territory.value])
    assert today + timedelta(days=left) == last_day(end, territory)


def test_the_first_day_does_not_count_whatever_the_hour():
    early, late = datetime(2026, 12, 1, 0, 0, tzinfo=PARIS), datetime(2026, 12, 1, 23, 59, tzinfo=PARIS)
    assert last(early, days=10) == last(late, days=10) == date(2026, 12, 11)


def test_a_deadline_is_the_midnight_that_ends_its_last_day():
    end = end_of_period(datetime(2026, 12, 1, 9, 0, tzinfo=PARIS), territory=METROPOLE, days=10)
    assert end == datetime(2026, 12, 12, 0, 0, tzinfo=PARIS)
    assert datetime(2026, 12, 11, 23, 59, 59, 999999, tzinfo=PARIS) < end


@pytest.mark.parametrize(
    ("start", "months", "expected"),
    [
        (date(2027, 1, 31), 1, date(2027, 3, 1)),  # 28 February is a Sunday
        (date(2028, 1, 31), 1, date(2028, 2, 29)),  # leap year, a Tuesday
        (date(2025, 12, 31), 2, date(2026, 3, 2)),  # 28 February is a Saturday
        (date(2026, 2, 28), 1, date(2026, 3, 30)),  # the 28th, not the month's end; a Saturday
        (date(2026, 10, 1), 2, date(2026, 12, 1)),
        (date(2026, 11, 1), 2, date(2027, 1, 4)),  # 1 January, then a week-end
        (date(2026, 3, 15), 12, date(2027, 3, 15)),
    ],
)
def test_months_run_date_to_date(start, months, expected):
    assert last(datetime(start.year, start.month, start.day, 12, tzinfo=PARIS), months=months) == expected


def test_months_count_before_days():
    # 28 February, then four days; the days first would give 3 February, then 3 March.
    assert last(datetime(2026, 1, 30, 12, tzinfo=PARIS), months=1, days=4) == date(2026, 3, 4)


def test_a_period_ending_on_a_friday_holiday_skips_the_saturday_too():
    assert last(datetime(2026, 4, 21, 12, tzinfo=PARIS), days=10) == date(2026, 5, 4)


def test_a_period_in_jours_ouvrables_may_end_on_a_saturday():
    assert last(datetime(2026, 12, 3, 12, tzinfo=PARIS), jours_ouvrables=2) == date(2026, 12, 5)
    assert last(datetime(2026, 12, 3, 12, tzinfo=PARIS), jours_ouvres=2) == date(2026, 12, 7)


def test_48_heures_ouvrables_from_a_saturday_end_on_tuesday():
    assert last(datetime(2026, 12, 5, 12, tzinfo=PARIS), jours_ouvrables=2) == date(2026, 12, 8)


def test_a_local_holiday_moves_the_end_only_where_it_is_one():
    start = datetime(2026, 12, 16, 12, tzinfo=PARIS)
    assert last(start, days=10) == date(2026, 12, 28)
    good_friday = datetime(2027, 3, 23, 12, tzinfo=PARIS)
    assert last(good_friday, days=3) == date(2027, 3, 26)
    assert last(good_friday, Territory.ALSACE_MOSELLE, days=3) == date(2027, 3, 30)


def test_a_closed_day_of_the_agency_moves_the_end():
    start = datetime(2026, 12, 1, 12, tzinfo=PARIS)
    closed = {date(2026, 12, 11)}
    assert last(start, days=10, closed=closed) == date(2026, 12, 14)
    assert last(start, jours_ouvres=8, closed=closed) == date(2026, 12, 14)


def test_the_same_instant_starts_different_days_at_the_antipodes():
    start = datetime(2026, 12, 1, 12, tzinfo=UTC)
    assert last(start, Territory.POLYNESIE, days=1) == date(2026, 12, 2)
    assert last(start, Territory.WALLIS_ET_FUTUNA, days=1) == date(2026, 12, 3)


def test_a_place_with_a_clock_of_its_own_is_counted_on_that_clock():
    marquises = ZoneInfo("Pacific/Marquesas")
    start = datetime(2026, 12, 1, 9, 45, tzinfo=UTC)
    end = end_of_period(start, territory=Territory.POLYNESIE, days=1, zone=marquises)
    assert end == datetime(2026, 12, 3, 0, 0, tzinfo=marquises)
    assert last_day(end, Territory.POLYNESIE, zone=marquises) == date(2026, 12, 2)


@pytest.mark.parametrize(
    ("start", "hours"),
    [
        (datetime(2027, 3, 26, tzinfo=PARIS), 5 * 24 - 1),  # over Easter Monday and the lost hour
        (datetime(2027, 10, 29, tzinfo=PARIS), 5 * 24 + 1),  # over Toussaint and the hour lived twice
    ],
)
def test_a_period_over_a_changed_hour_still_ends_at_midnight(start, hours):
    end = end_of_period(start, territory=METROPOLE, days=3)
    assert (end.astimezone(PARIS).hour, end.astimezone(PARIS).minute) == (0, 0)
    assert end.astimezone(UTC) - start.astimezone(UTC) == timedelta(hours=hours)


@pytest.mark.parametrize(
    "length",
    [
        {},
        {"days": 3, "jours_ouvres": 3},
        {"jours_ouvres": 3, "jours_ouvrables": 3},
        {"months": 1, "jours_ouvrables": 1},
        {"days": -1},
        {"months": -1},
        {"months": 1, "days": -1},
        {"jours_ouvres": -1},
    ],
)
def test_an_unclear_length_is_an_error_of_the_program(length):
    with pytest.raises(ValueError, match=r"Give months|negative"):
        end_of_period(datetime(2026, 12, 1, tzinfo=UTC), territory=METROPOLE, **length)


def test_a_naive_start_is_an_error_of_the_program():
    with pytest.raises(ValueError, match="aware"):
        end_of_period(datetime(2026, 12, 1), territory=METROPOLE, days=1)  # noqa: DTZ001
