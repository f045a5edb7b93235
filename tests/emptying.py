"""Take back what a test has committed: its rows deleted as the database's master, for whom no guard fires.

Django would truncate every table and make all permissions anew, half a second for each of six hundred tests; and
evidence refuses that. Deleting only where there is something takes a third of it, and the guards stand here, too.
"""

from django.core.management.sql import emit_post_migrate_signal
from django.db import DEFAULT_DB_ALIAS, connection, transaction
from django.test import TransactionTestCase

# What Django itself writes, alike in every database: it would write the same again.
KEPT = {"auth_permission", "django_content_type"}


def empty() -> None:
    """Leave the tables as `migrate` leaves them in a database without migrations: what apps then put there, no more."""
    names = connection.introspection.django_table_names(only_existing=True, include_views=False)
    tables = sorted(set(names) - KEPT)
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SET LOCAL session_replication_role = replica")
        cursor.execute(
            " UNION ALL ".join(f"SELECT '{table}' WHERE EXISTS (SELECT FROM {table})" for table in tables)
        )
        for (table,) in cursor.fetchall():
            cursor.execute(f"DELETE FROM {table}")
    emit_post_migrate_signal(verbosity=0, interactive=False, db=DEFAULT_DB_ALIAS)


def instead_of_flush() -> None:
    """Have Django empty the tables so after each test that commits."""
    TransactionTestCase._fixture_teardown = lambda test: empty()
