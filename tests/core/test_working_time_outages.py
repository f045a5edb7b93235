"""What an outage of the portal gives back, and that asking twice gives it once."""

from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from portal.core.working_time import (
    Territory,
    day_bounds,
    end_of_period,
    extend_for_outages,
    is_jour_ouvre,
    last_day,
)

METROPOLE = Territory.METROPOLE
PARIS = METROPOLE.zone


@dataclass(frozen=True)
class Down:
    starts_at: datetime
    ends_at: datetime


def at(day: int, hour: int = 0, minute: int = 0) -> datetime:
    """An instant of December 2026 in Paris: the 1st is a Tuesday, the 25th a Friday."""
    return datetime(2026, 12, day, hour, minute, tzinfo=PARIS)


# Five jours ouvrés from Tuesday 1 to the end of Tuesday 8.
START, END = at(1, 10), at(9)


def new_last_day(*outages: Down, start: datetime = START, end: datetime = END, **options) -> date:
    extended = extend_for_outages(start, end, outages, territory=METROPOLE, **options)
    return last_day(extended, METROPOLE)


territories = st.sampled_from(list(Territory))
starts = st.datetimes(datetime(2024, 1, 1), datetime(2032, 6, 30), timezones=st.just(UTC))  # noqa: DTZ001


@st.composite
def periods(draw):
    """A territory, a period there, and outages about it, short and long."""
    territory, start = draw(territories), draw(starts)
    end = end_of_period(start, territory=territory, jours_ouvres=draw(st.integers(1, 15)))
    outages = [
        Down(begun := start + timedelta(hours=draw(st.integers(-100, 600))), begun + timedelta(hours=lasts))
        for lasts in draw(st.lists(st.integers(1, 120), max_size=4))
    ]
    return territory, start, end, outages


@given(periods())
def test_an_extension_asked_for_twice_is_given_once(period):
    territory, start, end, outages = period
    once = extend_for_outages(start, end, outages, territory=territory)
    assert extend_for_outages(start, once, outages, territory=territory) == once


@given(periods())
def test_an_outage_never_shortens_and_more_of_them_never_give_less(period):
    territory, start, end, outages = period
    given_back = [
        extend_for_outages(start, end, outages[:n], territory=territory) for n in range(len(outages) + 1)
    ]
    assert given_back == sorted(given_back)
    assert given_back[0] == end


@given(periods())
def test_after_an_extension_the_last_day_is_a_working_day_without_outage(period):
    territory, start, end, outages = period
    extended = extend_for_outages(start, end, outages, territory=territory)
    since, until = day_bounds(last_day(extended, territory), territory.zone)
    if extended != end:
        assert extended == until
        assert is_jour_ouvre(last_day(extended, territory), territory)
    usable_from = max(since, start)
    assert not any(down.starts_at < extended and down.ends_at > usable_from for down in outages)


@given(periods(), st.randoms())
def test_the_order_and_the_cutting_of_outages_change_nothing(period, random):
    territory, start, end, outages = period
    halves = []
    for down in outages:
        middle = down.starts_at + (down.ends_at - down.starts_at) / 2
        halves += [Down(down.starts_at, middle), Down(middle, down.ends_at)]
    random.shuffle(halves)
    assert extend_for_outages(start, end, halves, territory=territory) == extend_for_outages(
        start, end, outages, territory=territory
    )


@given(periods())
def test_outages_before_the_period_or_after_it_give_nothing(period):
    territory, start, end, _ = period
    before = Down(start - timedelta(days=30), start)
    after = Down(end, end + timedelta(days=30))
    assert extend_for_outages(start, end, [before, after], territory=territory) == end


def test_an_hour_down_on_the_last_day_gives_the_next_working_day():
    assert new_last_day(Down(at(8, 14), at(8, 15))) == date(2026, 12, 9)


def test_a_minute_before_midnight_counts_and_a_minute_after_does_not():
    assert new_last_day(Down(at(8, 23, 59), at(9))) == date(2026, 12, 9)
    assert new_last_day(Down(at(9), at(9, 0, 1))) == date(2026, 12, 8)


def test_an_outage_that_goes_on_after_the_end_gives_the_working_day_after_the_return():
    assert new_last_day(Down(at(8, 14), at(10, 11))) == date(2026, 12, 11)


def test_a_return_on_friday_gives_the_whole_monday():
    assert new_last_day(Down(at(8, 14), at(11, 9))) == date(2026, 12, 14)


def test_a_return_at_midnight_gives_the_day_it_opens():
    assert new_last_day(Down(at(8, 14), at(10))) == date(2026, 12, 10)


def test_an_outage_of_an_afternoon_in_the_middle_gives_nothing():
    assert new_last_day(Down(at(3, 12), at(3, 19))) == date(2026, 12, 8)


def test_two_whole_days_lost_just_before_the_last_leave_two_after_the_return():
    # Down from Friday noon to Monday noon: Saturday and Sunday lost, back on Monday 7, hence Wednesday 9.
    assert new_last_day(Down(at(4, 12), at(7, 12))) == date(2026, 12, 9)


def test_whole_days_lost_early_give_nothing_when_as_many_remain():
    assert new_last_day(Down(at(2), at(4))) == date(2026, 12, 8)


def test_a_second_outage_on_the_day_given_is_seen():
    assert new_last_day(Down(at(8, 14), at(8, 15)), Down(at(9, 8), at(9, 9))) == date(2026, 12, 10)


def test_a_closed_day_is_not_given_as_the_day_after():
    assert new_last_day(Down(at(8, 14), at(8, 15)), closed={date(2026, 12, 9)}) == date(2026, 12, 10)


def test_a_deadline_at_an_hour_is_extended_only_by_what_came_before_it():
    end = at(8, 14)
    assert new_last_day(Down(at(8, 15), at(8, 16)), end=end) == date(2026, 12, 8)
    assert extend_for_outages(START, end, [Down(at(8, 15), at(8, 16))], territory=METROPOLE) == end
    assert new_last_day(Down(at(8, 12), at(8, 13)), end=end) == date(2026, 12, 9)


def test_a_naive_outage_is_an_error_of_the_program():
    with pytest.raises(ValueError, match="aware"):
        new_last_day(Down(datetime(2026, 12, 8), datetime(2026, 12, 9)))  # noqa: DTZ001
