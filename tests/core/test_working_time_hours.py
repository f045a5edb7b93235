"""Opening hours and chosen times on the clock of the place, changed hours included."""

from datetime import UTC, date, datetime, time, timedelta
from typing import NamedTuple
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from portal.core.working_time import (
    NonexistentLocalTime,
    Opening,
    Territory,
    day_bounds,
    hours_of,
    local_instant,
    next_opening,
)
from tests.core import calendar_oracle as oracle

METROPOLE = Territory.METROPOLE
PARIS = METROPOLE.zone
MIQUELON = Territory.SAINT_PIERRE_ET_MIQUELON.zone


class Row(NamedTuple):
    weekday: int
    kind: str
    opens: time
    closes: time


WALK_IN, BY_APPOINTMENT = "WALK_IN", "BY_APPOINTMENT"
# The demo's hours: every morning without appointment, afternoons by appointment but on Thursday.
AGENCY = [
    *(Row(day, BY_APPOINTMENT, time(12, 30), time(16, 30)) for day in range(3)),
    Row(4, BY_APPOINTMENT, time(12, 30), time(15, 30)),
    *(Row(day, WALK_IN, time(8, 30), time(12, 30)) for day in range(5)),
]

quarters = st.integers(0, 95).map(lambda n: time(n // 4, n % 4 * 15))
rows = st.builds(Row, st.integers(0, 6), st.sampled_from([WALK_IN, BY_APPOINTMENT]), quarters, quarters)
# Where and when the hour changes, or nothing at all happens.
ZONES = [
    *(territory.zone for territory in Territory),
    ZoneInfo("Australia/Lord_Howe"),
    ZoneInfo("America/Havana"),
    ZoneInfo("Africa/Cairo"),
    ZoneInfo("America/St_Johns"),
]
changes_of_hour = st.sampled_from(
    [
        date(2027, 3, 28),
        date(2027, 10, 31),
        date(2027, 3, 14),
        date(2027, 11, 7),
        date(2027, 4, 4),
        date(2027, 10, 3),
        date(2026, 4, 24),
        date(2026, 10, 29),
    ]
)
any_day = st.one_of(changes_of_hour, st.dates(date(2024, 1, 1), date(2032, 12, 31)))
minutes = st.times().map(lambda at: at.replace(second=0, microsecond=0))


def paris(year: int, month: int, day: int, hour: int = 0, minute: int = 0) -> datetime:
    return datetime(year, month, day, hour, minute, tzinfo=PARIS)


# --- a chosen time ---------------------------------------------------------------
@given(day=any_day, at=minutes, zone=st.sampled_from(ZONES))
def test_a_chosen_time_is_the_first_instant_the_clock_shows_it_or_is_refused(day, at, zone):
    shown = oracle.instants_showing(datetime.combine(day, at), zone.key)
    if shown:
        assert local_instant(day, at, zone).astimezone(UTC) == shown[0]
    else:
        with pytest.raises(NonexistentLocalTime):
            local_instant(day, at, zone)


@pytest.mark.parametrize(
    ("day", "at", "zone", "sentence"),
    [
        (
            date(2027, 3, 28),
            time(2, 30),
            PARIS,
            "2\u00a0h\u00a030 n’existe pas le dimanche 28\u00a0mars 2027\u00a0: ce jour-là, on passe "
            "directement de 2\u00a0h à 3\u00a0h. Choisissez une autre heure.",
        ),
        (
            date(2027, 3, 14),
            time(2, 0),
            MIQUELON,
            "2\u00a0h n’existe pas le dimanche 14\u00a0mars 2027\u00a0: ce jour-là, on passe "
            "directement de 2\u00a0h à 3\u00a0h. Choisissez une autre heure.",
        ),
        (
            date(2028, 10, 1),
            time(2, 15),
            ZoneInfo("Australia/Lord_Howe"),
            "2\u00a0h\u00a015 n’existe pas le dimanche 1er\u00a0octobre 2028\u00a0: ce jour-là, on passe "
            "directement de 2\u00a0h à 2\u00a0h\u00a030. Choisissez une autre heure.",
        ),
    ],
)
def test_a_time_in_the_missing_hour_is_refused_with_the_way_out(day, at, zone, sentence):
    with pytest.raises(NonexistentLocalTime) as refused:
        local_instant(day, at, zone)
    assert refused.value.sentence == str(refused.value) == sentence


def test_a_time_lived_twice_means_the_first_one():
    chosen = local_instant(date(2027, 10, 31), time(2, 30), PARIS)
    assert chosen.astimezone(UTC) == datetime(2027, 10, 31, 0, 30, tzinfo=UTC)
    assert local_instant(date(2027, 10, 31), time(2, 30, fold=1), PARIS) == chosen


@given(day=any_day, zone=st.sampled_from([territory.zone for territory in Territory]))
def test_a_day_goes_from_midnight_to_midnight_of_its_own_clock(day, zone):
    begins, ends = day_bounds(day, zone)
    assert begins == oracle.midnight_after(day - timedelta(days=1), zone.key)
    assert ends == oracle.midnight_after(day, zone.key)


@pytest.mark.parametrize(
    ("day", "zone", "hours"),
    [
        (date(2027, 3, 28), PARIS, 23),
        (date(2027, 10, 31), PARIS, 25),
        (date(2027, 3, 14), MIQUELON, 23),
        (date(2027, 11, 7), MIQUELON, 25),
        (date(2027, 3, 28), Territory.REUNION.zone, 24),
    ],
)
def test_a_day_has_23_24_or_25_hours(day, zone, hours):
    begins, ends = day_bounds(day, zone)
    assert ends.astimezone(UTC) - begins.astimezone(UTC) == timedelta(hours=hours)


# --- opening hours ---------------------------------------------------------------
def test_the_hours_of_a_day_come_in_order_with_their_kind():
    assert hours_of(AGENCY, (), date(2026, 12, 4), METROPOLE) == (
        Opening(paris(2026, 12, 4, 8, 30), paris(2026, 12, 4, 12, 30), WALK_IN),
        Opening(paris(2026, 12, 4, 12, 30), paris(2026, 12, 4, 15, 30), BY_APPOINTMENT),
    )
    assert [opening.kind for opening in hours_of(AGENCY, (), date(2026, 12, 3), METROPOLE)] == [WALK_IN]


def test_one_kind_of_hours_can_be_asked_for():
    (afternoon,) = hours_of(AGENCY, (), date(2026, 12, 1), METROPOLE, kind=BY_APPOINTMENT)
    assert afternoon.start == paris(2026, 12, 1, 12, 30)
    assert hours_of(AGENCY, (), date(2026, 12, 3), METROPOLE, kind=BY_APPOINTMENT) == ()


@pytest.mark.parametrize(
    "day", [date(2026, 12, 5), date(2026, 12, 25), date(2026, 12, 24)], ids=["week-end", "holiday", "closure"]
)
def test_an_agency_is_shut_on(day):
    assert hours_of(AGENCY, {date(2026, 12, 24)}, day, METROPOLE) == ()


def test_an_overseas_agency_opens_by_its_own_clock_and_holidays():
    (morning, _) = hours_of(AGENCY, (), date(2026, 12, 1), Territory.REUNION)
    assert morning.start.astimezone(UTC) == datetime(2026, 12, 1, 4, 30, tzinfo=UTC)
    assert hours_of(AGENCY, (), date(2027, 5, 27), Territory.GUADELOUPE) == ()
    assert hours_of(AGENCY, (), date(2027, 5, 27), METROPOLE) != ()


def test_the_next_opening_is_the_one_under_way():
    assert next_opening(AGENCY, (), paris(2026, 12, 1, 9), METROPOLE).start == paris(2026, 12, 1, 8, 30)
    assert next_opening(AGENCY, (), paris(2026, 12, 1, 12, 30), METROPOLE).kind == BY_APPOINTMENT


def test_the_next_opening_after_christmas_eve_skips_holiday_and_week_end():
    found = next_opening(AGENCY, (), paris(2026, 12, 24, 12, 30), METROPOLE)
    assert found.start == paris(2026, 12, 28, 8, 30)


def test_an_agency_without_hours_has_no_next_opening():
    assert next_opening([], (), paris(2026, 12, 1), METROPOLE) is None


def test_an_agency_closed_by_exception_all_year_has_no_next_opening():
    closures = {date(2026, 12, 1) + timedelta(days=n) for n in range(400)}
    assert next_opening(AGENCY, closures, paris(2026, 12, 1), METROPOLE) is None


def test_hours_across_the_lost_hour_are_shorter_and_those_inside_it_vanish():
    sunday = date(2027, 3, 28)
    night = [Row(6, WALK_IN, time(1), time(4)), Row(6, BY_APPOINTMENT, time(2), time(3))]
    (opening,) = hours_of(night, (), sunday, METROPOLE)
    assert opening.kind == WALK_IN
    assert opening.end.astimezone(UTC) - opening.start.astimezone(UTC) == timedelta(hours=2)


def test_the_next_opening_sees_through_the_hour_lived_twice():
    night = [Row(6, WALK_IN, time(1), time(2, 30))]
    closing = datetime(2027, 10, 31, 0, 30, tzinfo=UTC)
    just_before = (closing - timedelta(minutes=1)).astimezone(PARIS)
    second_time_round = (closing + timedelta(minutes=15)).astimezone(PARIS)
    assert next_opening(night, (), just_before, METROPOLE).end.astimezone(UTC) == closing
    assert next_opening(night, (), second_time_round, METROPOLE).start > second_time_round


@given(
    territory=st.sampled_from(list(Territory)),
    openings=st.lists(rows, max_size=5),
    after=st.datetimes(datetime(2024, 1, 1), datetime(2032, 1, 1), timezones=st.just(UTC)),  # noqa: DTZ001
    closed_in=st.sets(st.integers(0, 10), max_size=4),
)
def test_the_next_opening_is_the_first_one_a_walk_over_the_days_meets(territory, openings, after, closed_in):
    clock = oracle.CLOCKS[territory.value]
    today = oracle.wall_date(after, clock)
    closures = {today + timedelta(days=n) for n in closed_in}
    expected = None
    for offset in range(30):
        day = today + timedelta(days=offset)
        if day in closures or oracle.is_holiday(day, territory.value):
            continue
        ahead = [
            (begins, ends, row.kind)
            for row in openings
            if row.weekday == day.isoweekday() - 1
            and (begins := first_shown(day, row.opens, clock)) < (ends := first_shown(day, row.closes, clock))
            and ends > after
        ]
        if ahead:
            expected = min(ahead)
            break
    found = next_opening(openings, closures, after, territory)
    assert (found and (found.start, found.end, found.kind)) == expected


def first_shown(day: date, at: time, clock: str) -> datetime:
    """When the wall first shows that time, or the first later one where it is jumped over."""
    wall = datetime.combine(day, at)
    while not (shown := oracle.instants_showing(wall, clock)):
        wall += timedelta(hours=1)
    return shown[0]


def test_a_naive_instant_is_an_error_of_the_program():
    with pytest.raises(ValueError, match="aware"):
        next_opening(AGENCY, (), datetime(2026, 12, 1), METROPOLE)  # noqa: DTZ001
