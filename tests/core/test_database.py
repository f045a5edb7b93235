"""How the database is spoken to: moments are read quickly, and come out as Django's own way reads them."""

from datetime import UTC

import pytest
from django.db import connection
from django.db.backends.postgresql.psycopg_any import register_tzloader

MOMENTS = """
    SELECT moment, ARRAY[moment], tstzrange(moment, moment + interval '1 hour') FROM (
        SELECT '1871-03-18 05:00:00.123456+00:09:21'::timestamptz + n * interval '97 days 5 hours 0.001001 seconds'
        FROM generate_series(0, 999) AS n
        UNION ALL SELECT unnest(ARRAY['0001-01-01 00:00+00', '2026-03-29 01:30+01', '2026-10-25 02:30+02',
            '9999-12-30 00:00Z']::timestamptz[])
    ) AS found (moment)
"""


def test_moments_are_read_as_django_reads_them(db):
    with connection.cursor() as cursor:
        cursor.execute(MOMENTS)
        ours = cursor.fetchall()
        register_tzloader(UTC, cursor)
        cursor.execute(MOMENTS)
        theirs = cursor.fetchall()
    assert len(ours) == 1_004
    assert ours == theirs
    assert {(type(moment), moment.tzinfo) for moment, _, _ in ours} == {(type(theirs[0][0]), UTC)}


@pytest.mark.parametrize("zone", ["Europe/Paris", "Pacific/Tahiti"])
def test_moments_are_the_same_whatever_hour_the_session_counts_in(db, zone):
    with connection.cursor() as cursor:
        cursor.execute("SELECT transaction_timestamp()")
        (before,) = cursor.fetchone()
        cursor.execute(f"SET LOCAL timezone = '{zone}'")
    with connection.cursor() as cursor:
        cursor.execute("SELECT transaction_timestamp()")
        assert cursor.fetchone() == (before,)
