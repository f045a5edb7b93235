"""Every number a deployment may change: its default, its bounds, its override."""

import logging
from dataclasses import fields
from pathlib import Path

import pytest
from django.core.exceptions import ValidationError

from portal.core import parameters
from portal.core.models import ParameterOverride
from portal.core.parameters import DEFAULTS, FIELDS, Parameters, in_force

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture(autouse=True)
def _asked_anew():
    parameters.forget()
    yield
    parameters.forget()


@pytest.fixture
def beats(monkeypatch):
    """The monotonic clock in the test's hands: `beats[0]` seconds."""
    at = [1000.0]
    monkeypatch.setattr(in_force.time, "monotonic", lambda: at[0])
    return at


@pytest.mark.parametrize("declared", fields(Parameters), ids=lambda declared: declared.name)
def test_a_parameter_says_what_it_is_and_its_default_is_allowed(declared):
    assert set(declared.metadata) == {"label", "unit", "min", "max", "section"}
    assert declared.metadata["label"]
    assert declared.metadata["unit"]
    assert declared.metadata["section"].isdigit()
    assert parameters.checked(declared.name, declared.default) == declared.default


def test_the_defaults_are_those_of_the_product():
    assert (DEFAULTS.notice_floor_hours, DEFAULTS.notice_default_days) == (48, 8)
    assert DEFAULTS.reminder_steps_hours == (168, 48, 2)
    assert (DEFAULTS.known_late_hours, DEFAULTS.unread_check_hours) == (24, 48)
    assert (DEFAULTS.record_status_working_days, DEFAULTS.explanation_working_days) == (2, 5)
    assert (DEFAULTS.absence_reminder_working_days, DEFAULTS.absence_close_days) == (10, 30)
    assert (DEFAULTS.upload_max_bytes, DEFAULTS.upload_max_files) == (15 * 1024 * 1024, 10)
    assert (DEFAULTS.free_reschedules, DEFAULTS.reschedule_window_months) == (2, 12)
    assert (DEFAULTS.portfolio_min, DEFAULTS.portfolio_max, DEFAULTS.portfolio_reinforced_max) == (
        100,
        150,
        70,
    )
    assert (DEFAULTS.staff_idle_minutes, DEFAULTS.claimant_idle_minutes) == (30, 120)


def test_the_printed_list_is_the_one_in_the_documentation():
    assert (ROOT / "docs" / "parameters.md").read_text() == parameters.printed()


@pytest.mark.django_db
def test_without_overrides_the_defaults_are_in_force():
    assert parameters.current() == DEFAULTS


@pytest.mark.django_db
def test_an_override_is_in_force_and_typed():
    ParameterOverride.objects.create(key="notice_floor_hours", value=72)
    ParameterOverride.objects.create(key="reminder_steps_hours", value=[240, 24])
    numbers = parameters.current()
    assert numbers.notice_floor_hours == 72
    assert numbers.reminder_steps_hours == (240, 24)
    assert numbers.notice_default_days == DEFAULTS.notice_default_days


@pytest.mark.django_db
def test_values_are_believed_ten_seconds(beats, django_assert_num_queries):
    assert parameters.current().no_contact_days == 60
    ParameterOverride.objects.create(key="no_contact_days", value=30)
    beats[0] += 9.9
    with django_assert_num_queries(0):
        assert parameters.current().no_contact_days == 60
    beats[0] += 0.2
    with django_assert_num_queries(1):
        assert parameters.current().no_contact_days == 30


@pytest.mark.django_db
def test_forgetting_reads_anew_at_once():
    assert parameters.current().no_contact_days == 60
    ParameterOverride.objects.create(key="no_contact_days", value=30)
    parameters.forget()
    assert parameters.current().no_contact_days == 30


@pytest.mark.django_db
def test_an_override_that_no_longer_fits_is_left_out_and_said(caplog):
    ParameterOverride.objects.create(key="dropped_by_a_release", value=1)
    ParameterOverride.objects.create(key="portfolio_max", value="beaucoup")
    ParameterOverride.objects.create(key="absence_close_days", value=20)
    with caplog.at_level(logging.ERROR):
        numbers = parameters.current()
    assert (numbers.portfolio_max, numbers.absence_close_days) == (150, 20)
    assert "dropped_by_a_release" in caplog.text
    assert "portfolio_max" in caplog.text


@pytest.mark.parametrize(
    ("key", "value", "sentence"),
    [
        ("unknown", 1, "Le paramètre «\u00a0unknown\u00a0» n’existe pas."),
        ("upload_max_files", "10", "Nombre maximal de fichiers par envoi\u00a0: indiquez un nombre entier."),
        ("upload_max_files", True, "Nombre maximal de fichiers par envoi\u00a0: indiquez un nombre entier."),
        ("upload_max_files", 1.5, "Nombre maximal de fichiers par envoi\u00a0: indiquez un nombre entier."),
        ("upload_max_files", None, "Nombre maximal de fichiers par envoi\u00a0: indiquez un nombre entier."),
        (
            "upload_max_files",
            0,
            "Nombre maximal de fichiers par envoi\u00a0: indiquez un nombre entre 1 et 12 (fichiers).",
        ),
        (
            "upload_max_files",
            13,
            "Nombre maximal de fichiers par envoi\u00a0: indiquez un nombre entre 1 et 12 (fichiers).",
        ),
        (
            "reminder_steps_hours",
            48,
            "Rappels avant le rendez-vous\u00a0: indiquez une liste de un à six nombres.",
        ),
        (
            "reminder_steps_hours",
            [],
            "Rappels avant le rendez-vous\u00a0: indiquez une liste de un à six nombres.",
        ),
        (
            "reminder_steps_hours",
            [2, 48],
            "Rappels avant le rendez-vous\u00a0: "
            "indiquez des nombres différents, du plus grand au plus petit.",
        ),
        (
            "reminder_steps_hours",
            [48, 48],
            "Rappels avant le rendez-vous\u00a0: "
            "indiquez des nombres différents, du plus grand au plus petit.",
        ),
        (
            "reminder_steps_hours",
            [48, 0],
            "Rappels avant le rendez-vous\u00a0: indiquez un nombre entre 1 et 720 (heures).",
        ),
    ],
)
@pytest.mark.django_db
def test_an_override_that_cannot_be_is_refused_in_french(key, value, sentence):
    with pytest.raises(ValidationError) as refused:
        parameters.check_override(key, value)
    assert refused.value.messages == [sentence]


@pytest.mark.django_db
def test_bounds_themselves_are_allowed():
    for key, declared in FIELDS.items():
        if not isinstance(declared.default, tuple):
            assert parameters.checked(key, declared.metadata["min"]) == declared.metadata["min"]
            assert parameters.checked(key, declared.metadata["max"]) == declared.metadata["max"]


@pytest.mark.django_db
def test_two_parameters_that_contradict_each_other_are_refused():
    with pytest.raises(ValidationError) as refused:
        parameters.check_override("portfolio_max", 99)
    assert refused.value.messages == [
        "«\u00a0Portefeuille d’un conseiller\u00a0: repère bas\u00a0» ne peut pas dépasser "
        "«\u00a0Portefeuille d’un conseiller\u00a0: repère haut\u00a0»."
    ]
    with pytest.raises(ValidationError):
        parameters.check_override("absence_reminder_working_days", 13)
    parameters.check_override("portfolio_max", 100)


@pytest.mark.django_db
def test_a_contradiction_is_judged_against_the_overrides_in_force():
    ParameterOverride.objects.create(key="portfolio_min", value=50)
    parameters.check_override("portfolio_max", 60)
