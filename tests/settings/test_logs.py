"""Logs say what failed, and never repeat whose data it was."""

import logging
import subprocess
import sys

import pytest
from django.db import DataError, IntegrityError, connection, transaction

from portal.settings.logs import Formatter
from tests.people import make_claimant, make_user


def logged(error: BaseException, message: str = "it failed", *args: object) -> str:
    record = logging.LogRecord(
        "x", logging.ERROR, "x", 1, message, args or None, (type(error), error, error.__traceback__)
    )
    return Formatter("%(levelname)s %(message)s").format(record)


@pytest.mark.django_db
def test_log_of_a_refused_row_keeps_the_cause_and_drops_the_values():
    make_user(email="chloe.martin@exemple.fr")
    with pytest.raises(IntegrityError) as refused, transaction.atomic():
        make_user(email="chloe.martin@exemple.fr")
    assert "chloe.martin" in str(refused.value)
    told = logged(refused.value)
    assert "chloe.martin" not in told
    assert "one_account_per_email" in told
    assert "IntegrityError" in told


@pytest.mark.django_db
def test_log_of_a_failed_check_drops_a_row_of_several_lines():
    claimant = make_claimant(street="1 rue\nDETAIL des Lilas\n\nSecret")
    with pytest.raises(IntegrityError) as refused, transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("UPDATE accounts_claimant SET agency_id = NULL WHERE user_id = %s", [claimant.pk])
    told = logged(refused.value)
    assert "Lilas" not in told
    assert "Secret" not in told
    assert "agency_id" in told


def test_log_of_any_other_error_is_whole():
    try:
        raise ValueError("trois lignes\n\nDETAIL au milieu")
    except ValueError as error:
        told = logged(error)
    assert "ValueError: trois lignes" in told
    assert "DETAIL au milieu" in told


@pytest.mark.parametrize(
    "error",
    [
        KeyError("Moreau"),
        ValueError("invalid literal for int() with base 10: 'Moreau'"),
        ValueError('could not convert string to float: "Moreau"'),
        RuntimeError("«\u00a0Moreau\u00a0» ne convient pas"),
        OSError(2, "No such file", "Moreau.pdf"),
    ],
    ids=lambda error: type(error).__name__,
)
def test_log_of_an_error_drops_the_values_it_quotes(error):
    told = logged(error)
    assert "Moreau" not in told
    assert type(error).__name__ in told or "FileNotFoundError" in told


def test_log_of_an_error_raised_from_another_drops_the_values_of_both():
    # Not in the source: a traceback quotes its lines.
    first_name, last_name = "Cam" + "ille", "Mor" + "eau"
    try:
        try:
            raise KeyError(last_name)
        except KeyError as first:
            raise ValueError(f"not '{first_name}'") from first
    except ValueError as error:
        told = logged(error)
    assert "Moreau" not in told
    assert "Camille" not in told
    assert "KeyError" in told
    assert "test_logs.py" in told, "where it happened stays"


@pytest.mark.django_db
def test_log_of_a_value_the_database_did_not_understand_drops_it():
    with pytest.raises(DataError) as refused, transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SELECT %s::integer", ["Mor" + "eau"])
    told = logged(refused.value)
    assert "Moreau" not in told
    assert "invalid input syntax for type integer" in told


def test_error_told_in_the_words_of_a_record_is_told_by_its_type():
    """As Celery does: «Task … raised unexpected: KeyError('Moreau')»."""
    error = KeyError("Moreau")
    told = logged(error, "Task %s raised unexpected: %s", "x", repr(error))
    assert "Moreau" not in told
    assert "raised unexpected: KeyError(…)" in told


def test_traceback_another_formatter_wrote_is_not_believed():
    error = KeyError("Moreau")
    record = logging.LogRecord("x", logging.ERROR, "x", 1, "it failed", None, (KeyError, error, None))
    logging.Formatter().format(record)
    assert "Moreau" in record.exc_text
    assert "Moreau" not in Formatter().format(record)


def test_no_address_is_ever_written():
    record = logging.LogRecord("x", logging.INFO, "x", 1, "to <%s> and %s", ("a.b+c@exemple.fr", "é@b"), None)
    assert Formatter().format(record) == "to <…@…> and …@…"


def test_a_library_that_says_how_it_was_built_is_not_repeated():
    """Loaded as a worker loads it, in a process of its own: it says so once, while it is imported."""
    loads = (
        "import logging.config; from django.conf import settings; "
        "logging.config.dictConfig(settings.LOGGING); logging.getLogger('else').info('heard'); import pikepdf"
    )
    said = subprocess.run([sys.executable, "-c", loads], capture_output=True, text=True, check=True).stderr
    assert "heard" in said
    assert "pikepdf" not in said
