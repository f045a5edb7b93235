"""Logs say what failed, and never repeat whose data it was."""

import logging

import pytest
from django.db import IntegrityError, connection, transaction

from portal.settings.logs import Formatter
from tests.people import make_claimant, make_user


def logged(error: BaseException) -> str:
    record = logging.LogRecord("x", logging.ERROR, "x", 1, "it failed", None, (type(error), error, None))
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
