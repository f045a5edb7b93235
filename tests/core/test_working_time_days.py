"""Holidays and working days, against the naive calendar, in every territory."""

from datetime import date, timedelta
from typing import NamedTuple

import pytest
from hypothesis import given
from hypothesis import strategies as st

from portal.core.working_time import (
    Territory,
    add_jours_ouvrables,
    add_jours_ouvres,
    closed_days,
    count_jours_ouvrables,
    count_jours_ouvres,
    holiday_name,
    is_jour_ouvrable,
    is_jour_ouvre,
    public_holidays,
    territory_of,
)
from tests.core import calendar_oracle as oracle

territories = st.sampled_from(list(Territory))
days = st.dates(date(oracle.FIRST_YEAR, 1, 1), date(oracle.LAST_YEAR - 2, 12, 31))
closures = st.builds(
    lambda day, offsets: frozenset(day + timedelta(days=n) for n in offsets),
    days,
    st.sets(st.integers(0, 20), max_size=6),
)


@pytest.mark.parametrize("territory", Territory)
def test_holidays_are_those_of_the_law_every_day_of_nine_years(territory):
    for year in range(oracle.FIRST_YEAR, oracle.LAST_YEAR + 1):
        expected = [
            day
            for day in (date(year, 1, 1) + timedelta(days=n) for n in range(366))
            if day.year == year and oracle.is_holiday(day, territory.value)
        ]
        assert list(public_holidays(territory, year)) == expected


@pytest.mark.parametrize("territory", Territory)
def test_every_day_of_nine_years_is_worked_or_not_as_the_naive_calendar_says(territory):
    day = date(oracle.FIRST_YEAR, 1, 1)
    while day.year <= oracle.LAST_YEAR:
        assert is_jour_ouvrable(day, territory) == oracle.is_ouvrable(day, territory.value), day
        assert is_jour_ouvre(day, territory) == oracle.is_ouvre(day, territory.value), day
        day += timedelta(days=1)


@pytest.mark.parametrize("territory", Territory)
def test_a_territory_has_its_clock_and_a_french_label(territory):
    assert territory.zone.key == oracle.CLOCKS[territory.value]
    assert territory.label != territory.value


def test_holidays_carry_french_names_with_french_apostrophes():
    assert holiday_name(date(2027, 1, 1), Territory.METROPOLE) == "Jour de l’an"
    assert holiday_name(date(2027, 3, 26), Territory.ALSACE_MOSELLE) == "Vendredi saint"
    assert holiday_name(date(2027, 3, 26), Territory.METROPOLE) is None
    assert holiday_name(date(2027, 5, 27), Territory.GUADELOUPE) == "Abolition de l’esclavage"


def test_two_holidays_on_one_day_keep_both_names():
    assert holiday_name(date(2008, 5, 1), Territory.METROPOLE) == "Ascension et Fête du Travail"


def test_customs_of_the_antilles_are_ordinary_days_unless_the_agency_closes():
    mi_careme = date(2026, 3, 12)
    assert is_jour_ouvre(mi_careme, Territory.GUADELOUPE)
    assert not is_jour_ouvre(mi_careme, Territory.GUADELOUPE, closed={mi_careme})
    for territory in (Territory.GUADELOUPE, Territory.MARTINIQUE, Territory.SAINT_MARTIN):
        assert holiday_name(date(2026, 7, 21), territory) is None


def test_a_year_of_holidays_cannot_be_changed_by_who_reads_it():
    with pytest.raises(TypeError):
        public_holidays(Territory.METROPOLE, 2027)[date(2027, 6, 1)] = "Fête inventée"


def test_a_territory_read_from_a_row_as_text_works_alike():
    assert not is_jour_ouvre(date(2026, 12, 26), "ALSACE_MOSELLE")
    assert add_jours_ouvres(date(2026, 12, 24), 1, "ALSACE_MOSELLE") == date(2026, 12, 28)


@pytest.mark.parametrize(
    ("postcode", "territory"),
    [
        ("75011", Territory.METROPOLE),
        ("20000", Territory.METROPOLE),
        ("57000", Territory.ALSACE_MOSELLE),
        ("67100", Territory.ALSACE_MOSELLE),
        ("68", Territory.ALSACE_MOSELLE),
        ("97110", Territory.GUADELOUPE),
        ("97133", Territory.SAINT_BARTHELEMY),
        ("97150", Territory.SAINT_MARTIN),
        ("97200", Territory.MARTINIQUE),
        ("97300", Territory.GUYANE),
        ("97400", Territory.REUNION),
        ("97500", Territory.SAINT_PIERRE_ET_MIQUELON),
        ("97600", Territory.MAYOTTE),
        ("98600", Territory.WALLIS_ET_FUTUNA),
        ("98714", Territory.POLYNESIE),
        ("98800", Territory.NOUVELLE_CALEDONIE),
        ("", Territory.METROPOLE),
    ],
)
def test_a_postcode_says_the_territory(postcode, territory):
    assert territory_of(postcode) is territory


@given(territory=territories, day=days, n=st.integers(1, 80), closed=closures)
def test_adding_working_days_matches_a_walk_through_the_calendar(territory, day, n, closed):
    walk = oracle.days_from(day)
    ouvrables = [oracle.is_ouvrable(other, territory.value, closed) for other in walk]
    ouvres = [oracle.is_ouvre(other, territory.value, closed) for other in walk]
    assert add_jours_ouvrables(day, n, territory, closed=closed) == oracle.nth_after(day, n, ouvrables)
    assert add_jours_ouvres(day, n, territory, closed=closed) == oracle.nth_after(day, n, ouvres)


@given(territory=territories, day=days, n=st.integers(1, 80), closed=closures)
def test_counting_undoes_adding(territory, day, n, closed):
    ouvrable = add_jours_ouvrables(day, n, territory, closed=closed)
    ouvre = add_jours_ouvres(day, n, territory, closed=closed)
    assert count_jours_ouvrables(day, ouvrable, territory, closed=closed) == n
    assert count_jours_ouvres(day, ouvre, territory, closed=closed) == n
    assert count_jours_ouvrables(ouvrable, day, territory, closed=closed) == 0


@given(territory=territories, day=days)
def test_adding_nothing_gives_the_day_itself_or_the_next_working_one(territory, day):
    found = add_jours_ouvres(day, 0, territory)
    assert found == day if is_jour_ouvre(day, territory) else found == add_jours_ouvres(day, 1, territory)


def test_working_days_are_never_counted_backwards():
    with pytest.raises(ValueError, match="never negative"):
        add_jours_ouvres(date(2026, 12, 3), -1, Territory.METROPOLE)


class Closure(NamedTuple):
    first_day: date
    last_day: date


def test_closures_cover_their_first_and_last_day():
    closures = [
        Closure(date(2026, 12, 31), date(2027, 1, 2)),
        Closure(date(2026, 12, 24), date(2026, 12, 24)),
    ]
    assert closed_days(closures) == {
        date(2026, 12, 24),
        date(2026, 12, 31),
        date(2027, 1, 1),
        date(2027, 1, 2),
    }
