"""The tests' own ground: a cloned database, its guards in place, emptied after each test that commits."""

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


def test_each_worker_of_the_tests_has_a_cache_of_its_own(worker_id, settings):
    number = 0 if worker_id == "master" else int(worker_id.removeprefix("gw"))
    assert settings.CACHES["default"]["LOCATION"].endswith((f"?db={number}", f"/{number}"))
    assert settings.CELERY_BROKER_URL.endswith((f"?virtual_host={number}", f"/{number}"))


@pytest.mark.django_db
def test_every_guard_stands_in_the_tests():
    with connection.cursor() as cursor:
        cursor.execute("SELECT tgname, tgenabled FROM pg_trigger WHERE NOT tgisinternal")
        triggers = dict(cursor.fetchall())
    assert {"journalentry_refuse_truncate", "evidence_refuse_truncate"} <= set(triggers)
    assert set(triggers.values()) == {"O"}


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("time", [1, 2])
def test_what_a_transactional_test_writes_is_gone_after_it(time):
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM django_session WHERE session_key = 'mark'")
        assert cursor.fetchone() == (0,)
        cursor.execute("INSERT INTO django_session VALUES ('mark', '', now())")
