"""Availability against a naive clock that walks every minute of the day: overseas, holidays, changed hours."""

from datetime import UTC, date, datetime, time, timedelta

from hypothesis import given, settings
from hypothesis import strategies as st

from convocations.hours.spans import Calendar, _Dated, _Opening, received_on, wall_span
from portal.core.working_time import Territory, holiday_name

MINUTE = timedelta(minutes=1)
# Days on which a clock of the Republic jumps or an hour is lived twice, holidays of one territory, and any.
_DAYS = st.one_of(
    st.sampled_from(
        [
            date(2026, 3, 29),
            date(2026, 10, 25),
            date(2027, 3, 28),
            date(2026, 3, 8),
            date(2026, 11, 1),
            date(2026, 12, 26),
            date(2026, 5, 22),
            date(2026, 12, 20),
        ]
    ),
    st.dates(date(2026, 1, 1), date(2027, 12, 31)),
)
_TIMES = st.integers(0, 23 * 4 + 3).map(lambda quarter: time(quarter // 4, quarter % 4 * 15))
_HOURS = st.tuples(_TIMES, _TIMES).filter(lambda pair: pair[0] < pair[1])
_MANNERS = st.sampled_from([["PHONE"], ["VIDEO"], ["PHONE", "VIDEO"]])


def walked(day: date, hours: list[tuple[time, time]], zone) -> set[datetime]:
    """The minutes within some hours, as one who watches the wall finds them.

    A stretch begins at the first minute whose time on the wall is its start or later, and is over at the
    first minute whose time is its end or later.
    """
    minute = datetime(day.year, day.month, day.day, tzinfo=UTC) - timedelta(hours=15)
    seen, begun, over = set(), [False] * len(hours), [False] * len(hours)
    for _ in range(52 * 60):
        wall = minute.astimezone(zone)
        if wall.date() == day:
            for place, (starts, ends) in enumerate(hours):
                begun[place] = begun[place] or wall.time() >= starts
                over[place] = over[place] or wall.time() >= ends
                if begun[place] and not over[place]:
                    seen.add(minute)
        minute += MINUTE
    return seen


def minutes_of(spans) -> set[datetime]:
    found = set()
    for start, end in spans:
        while start < end:
            found.add(start)
            start += MINUTE
    return found


@settings(max_examples=60, deadline=None)
@given(day=_DAYS, hours=_HOURS, territory=st.sampled_from(list(Territory)))
def test_a_stretch_is_what_the_wall_shows(day, hours, territory):
    zone = territory.zone
    assert minutes_of([wall_span(day, *hours, zone)]) == walked(day, [hours], zone)


@settings(max_examples=60, deadline=None)
@given(
    day=_DAYS,
    territory=st.sampled_from(list(Territory)),
    week=st.lists(st.tuples(_HOURS, _MANNERS), max_size=3),
    extra=st.lists(st.tuples(_HOURS, _MANNERS), max_size=2),
    away=st.lists(_HOURS, max_size=2),
    closed=st.lists(_HOURS, max_size=1),
    on_leave=st.booleans(),
    elsewhere=st.integers(0, 6),
)
def test_an_advisor_receives_in_the_minutes_that_are_left(
    day, territory, week, extra, away, closed, on_leave, elsewhere
):
    # Open all night: the changed hours are within.
    open_all_day = (time(0), time(23, 45))
    calendar = Calendar(
        openings={1: [_Opening(day.weekday(), *open_all_day, "BY_APPOINTMENT")]},
        closures={1: [_Dated(day, day, *hours) for hours in closed]},
        week={
            day.weekday(): [(*hours, manners) for hours, manners in week],
            # Another day of the week, so that the week is never empty by chance alone.
            (day.weekday() + 1) % 7: [(time(9), time(10), ["PHONE"])] if elsewhere else [],
        }
        if week or elsewhere
        else {},
        extra=[(_Dated(day, day, *hours), manners) for hours, manners in extra],
        away=[_Dated(day, day, *hours) for hours in away]
        + ([_Dated(day - timedelta(days=elsewhere), day, None, None)] if on_leave else []),
    )
    found = minutes_of(received_on(calendar, 1, territory, day, ["PHONE"]))
    zone = territory.zone
    expected: set[datetime] = set()
    if holiday_name(day, territory) is None and not on_leave:
        expected = walked(day, [open_all_day], zone)
        if week or elsewhere:
            own = [hours for hours, manners in [*week, *extra] if "PHONE" in manners]
            expected &= walked(day, own, zone)
        expected -= walked(day, [*closed, *away], zone)
    assert found == expected
