"""The tests' own ground: a cloned database, and tables that can be emptied though they refuse it."""

import psycopg
import pytest
from django.db import connection


@pytest.mark.django_db
def test_test_database_is_a_clone_of_its_own():
    with connection.cursor() as cursor:
        cursor.execute("SELECT current_database()")
        (name,) = cursor.fetchone()
    assert name.startswith("test_portal_")
    assert "template" not in name


@pytest.mark.django_db
def test_database_url_reaches_the_same_database(database_url):
    with psycopg.connect(database_url) as other:
        assert other.execute("SELECT current_database()").fetchone() == (connection.settings_dict["NAME"],)
