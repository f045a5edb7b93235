from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

import pytest

from portal.core import french

PARIS = ZoneInfo("Europe/Paris")
REUNION = ZoneInfo("Indian/Reunion")
NOW = datetime(2026, 12, 1, 9, 0, tzinfo=PARIS)


def plain(text: str) -> str:
    return text.replace("\u00a0", " ").replace("\u202f", " ")


@pytest.mark.parametrize(
    ("day", "text"),
    [
        (date(2026, 12, 3), "jeudi 3 décembre 2026"),
        (date(2027, 1, 1), "vendredi 1er janvier 2027"),
        (date(2028, 2, 29), "mardi 29 février 2028"),
        (date(2026, 8, 31), "lundi 31 août 2026"),
    ],
)
def test_full_date_names_the_day(day, text):
    assert plain(french.full_date(day)) == text


def test_full_datetime_is_said_where_it_happens():
    moment = datetime(2026, 12, 3, 13, 30, tzinfo=UTC)
    assert french.full_datetime(moment, PARIS) == "jeudi 3\u00a0décembre 2026 à\u00a014\u00a0h\u00a030"
    assert plain(french.full_datetime(moment, REUNION)) == "jeudi 3 décembre 2026 à 17 h 30"


def test_full_datetime_names_the_zone_on_request():
    moment = datetime(2026, 12, 31, 21, 0, tzinfo=UTC)
    said = plain(french.full_datetime(moment, REUNION, zone=True))
    assert said == "vendredi 1er janvier 2027 à 1 h (heure de La Réunion)"


@pytest.mark.parametrize(
    ("moment", "text"),
    [
        (datetime(2026, 10, 25, 0, 30, tzinfo=UTC), "dimanche 25 octobre 2026 à 2 h 30 (heure d’été)"),
        (datetime(2026, 10, 25, 1, 30, tzinfo=UTC), "dimanche 25 octobre 2026 à 2 h 30 (heure d’hiver)"),
        (datetime(2026, 10, 25, 2, 30, tzinfo=UTC), "dimanche 25 octobre 2026 à 3 h 30"),
        (datetime(2026, 3, 29, 0, 59, tzinfo=UTC), "dimanche 29 mars 2026 à 1 h 59"),
        (datetime(2026, 3, 29, 1, 0, tzinfo=UTC), "dimanche 29 mars 2026 à 3 h"),
        (datetime(2026, 12, 2, 23, 0, tzinfo=UTC), "jeudi 3 décembre 2026 à minuit"),
        (datetime(2026, 12, 2, 23, 5, tzinfo=UTC), "jeudi 3 décembre 2026 à 0 h 05"),
    ],
)
def test_full_datetime_at_the_edges_of_the_clock(moment, text):
    assert plain(french.full_datetime(moment, PARIS)) == text


def test_short_forms_stay_readable():
    moment = datetime(2027, 1, 1, 8, 0, tzinfo=UTC)
    assert plain(french.short_datetime(moment, PARIS)) == "ven. 1er janv., 9 h"
    assert plain(french.short_date(date(2026, 12, 3))) == "3 déc. 2026"


@pytest.mark.parametrize(
    ("deadline", "left", "level"),
    [
        (datetime(2026, 12, 6, 18, 0, tzinfo=PARIS), "il vous reste 5 jours", "calm"),
        (datetime(2026, 12, 4, 18, 0, tzinfo=PARIS), "il vous reste 3 jours", "soon"),
        (datetime(2026, 12, 2, 18, 0, tzinfo=PARIS), "demain avant 18 h", "urgent"),
        (datetime(2026, 12, 3, 0, 0, tzinfo=PARIS), "demain avant minuit", "urgent"),
        (datetime(2026, 12, 1, 18, 0, tzinfo=PARIS), "aujourd’hui avant 18 h", "urgent"),
        (datetime(2026, 12, 1, 23, 59, 59, tzinfo=PARIS), "aujourd’hui avant minuit", "urgent"),
        (datetime(2026, 12, 2, 0, 0, tzinfo=PARIS), "aujourd’hui avant minuit", "urgent"),
        (NOW, "le délai est passé", "past"),
    ],
)
def test_days_left_counts_calendar_days(deadline, left, level):
    assert plain(french.days_left(deadline, NOW, PARIS)) == left
    assert french.urgency(deadline, NOW, PARIS) == level


def test_days_left_counts_days_where_the_person_lives():
    deadline = datetime(2026, 12, 2, 18, 0, tzinfo=REUNION)
    evening = datetime(2026, 12, 1, 22, 0, tzinfo=PARIS)
    assert plain(french.days_left(deadline, evening, REUNION)) == "aujourd’hui avant 18 h"


def test_days_left_over_the_change_of_hour_stays_whole():
    before = datetime(2026, 10, 24, 23, 30, tzinfo=PARIS)
    assert plain(french.days_left(datetime(2026, 10, 26, 0, 30, tzinfo=PARIS), before, PARIS)) == (
        "il vous reste 2 jours"
    )


def test_deadline_at_midnight_ends_the_day_before():
    assert plain(french.full_deadline(datetime(2026, 12, 4, 0, 0, tzinfo=PARIS), PARIS)) == (
        "jeudi 3 décembre 2026 avant minuit"
    )


@pytest.mark.parametrize(
    ("deadline", "text"),
    [
        (datetime(2026, 12, 6, 18, 0, tzinfo=PARIS), "dans 5 jours"),
        (datetime(2026, 12, 2, 18, 0, tzinfo=PARIS), "demain"),
        (datetime(2026, 12, 1, 18, 0, tzinfo=PARIS), "aujourd’hui avant 18 h"),
        (datetime(2026, 12, 1, 8, 0, tzinfo=PARIS), "en retard d’aujourd’hui"),
        (datetime(2026, 11, 30, 18, 0, tzinfo=PARIS), "en retard de 1 jour"),
        (datetime(2026, 11, 20, 18, 0, tzinfo=PARIS), "en retard de 11 jours"),
    ],
)
def test_due_in_tells_staff_how_late(deadline, text):
    assert plain(french.due_in(deadline, NOW, PARIS)) == text


@pytest.mark.parametrize(
    ("minutes", "text"),
    [(1, "1 minute"), (45, "45 minutes"), (60, "1 heure"), (90, "1 h 30"), (65, "1 h 05"), (120, "2 heures")],
)
def test_duration_is_said_in_hours_and_minutes(minutes, text):
    assert plain(french.duration(minutes)) == text


@pytest.mark.parametrize(
    ("count", "text"),
    [(0, "0 jour"), (1, "1 jour"), (1.5, "1,5 jour"), (2, "2 jours"), (12345, "12 345 jours")],
)
def test_plural_begins_at_two(count, text):
    assert plain(french.plural(count, "jour")) == text


def test_plural_takes_an_irregular_form():
    assert plain(french.plural(3, "journal", "journaux")) == "3 journaux"


@pytest.mark.parametrize(
    ("name", "text"),
    [
        *(
            ("Camille Moreau", "de Camille Moreau"),
            ("Inès Renaud", "d’Inès Renaud"),
            ("Éric Noël", "d’Éric Noël"),
        ),
        *(("Œdipe", "d’Œdipe"), ("Yves Le Gall", "d’Yves Le Gall"), ("Yannick Roy", "de Yannick Roy")),
        *(("Hamid Saïd", "de Hamid Saïd"), ("", "de ")),
    ],
)
def test_of_is_cut_short_before_a_vowel(name, text):
    assert french.of(name) == text


def test_typographic_binds_the_marks():
    assert french.typographic("Qu'est-ce ? « Oui » : à 14 h 30 !") == (
        "Qu’est-ce\u202f? «\u00a0Oui\u00a0»\u00a0: à 14\u00a0h\u00a030\u202f!"
    )


@pytest.mark.parametrize("text", ["https://exemple.fr/a?b=1", "a:b", "14:30", "f(x); y", "l’été"])
def test_typographic_leaves_addresses_and_code_alone(text):
    assert french.typographic(text) == text
