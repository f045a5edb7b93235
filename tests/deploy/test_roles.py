"""The application's database role cannot alter or delete evidence, and can do all its own work."""

from datetime import timedelta

import psycopg
import pytest
from django.db import connection, transaction
from psycopg import errors, sql

from portal.core import clock, deadlines, journal, personal_data
from portal.core.models import Deadline, Heartbeat, JournalSeal, ParameterOverride
from tests.core.journal.conftest import seal_all
from tests.deploy.conftest import ROOT

pytestmark = pytest.mark.django_db(transaction=True)

EVIDENCE = (
    "core_journalentry",
    "core_journalseal",
    "convocations_deliveryevidence",
    "convocations_swornstatement",
    "core_erasure",
    "core_erasedline",
)


def guarded_tables(as_app: psycopg.Connection) -> list[str]:
    rows = as_app.execute(
        "SELECT DISTINCT tgrelid::regclass::text FROM pg_trigger WHERE NOT tgisinternal"
        " AND tgfoid = 'refuse_change()'::regprocedure"
    )
    return [name for (name,) in rows]


def test_every_guarded_table_is_evidence(as_app):
    assert set(guarded_tables(as_app)) >= set(EVIDENCE)


@pytest.mark.parametrize(
    "deed",
    [
        "UPDATE {} SET {key} = {key}",
        "DELETE FROM {}",
        "TRUNCATE {}",
        "DROP TABLE {}",
        "ALTER TABLE {} DISABLE TRIGGER ALL",
        "ALTER TABLE {} DISABLE TRIGGER USER",
        "ALTER TABLE {} OWNER TO CURRENT_USER",
        "CREATE RULE away AS ON INSERT TO {} DO INSTEAD NOTHING",
        "CREATE TRIGGER away BEFORE INSERT ON {} FOR EACH ROW EXECUTE FUNCTION refuse_change()",
        "GRANT UPDATE ON {} TO PUBLIC",
    ],
)
def test_app_role_cannot_touch_evidence(as_app, deed):
    for table in guarded_tables(as_app):
        said = ""
        try:
            key = sql.Identifier("entry_id" if table == "core_erasedline" else "id")
            as_app.execute(sql.SQL(deed).format(sql.Identifier(table), key=key))
        except errors.InsufficientPrivilege as refused:
            said = str(refused)
        # The right is missing: it is not the trigger that spoke. (GRANT without the right only warns.)
        assert said or deed.startswith("GRANT"), table
        assert "append-only" not in said
        granted = as_app.execute("SELECT has_table_privilege('public', %s, 'UPDATE')", [table])
        assert granted.fetchone() == (False,), table


@pytest.mark.parametrize(
    "deed",
    [
        "SET session_replication_role = replica",
        "SELECT setval('core_journalentry_id_seq', 1)",
        "CREATE TABLE own (id int)",
        "CREATE OR REPLACE FUNCTION refuse_change() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN OLD; END'",
        "CREATE OR REPLACE FUNCTION journal_next_id() RETURNS bigint LANGUAGE sql AS 'SELECT 1::bigint'",
        "DROP FUNCTION refuse_change() CASCADE",
        "DELETE FROM django_migrations",
        "CREATE ROLE other",
        "TRUNCATE core_deadline",
        "COPY core_heartbeat TO PROGRAM 'cat'",
        # Opening an erasure, and what an erasure alone may do.
        "INSERT INTO core_erasure (at, file_id, transaction, mark, active_years, archive_years, counts, lines, digest)"
        " VALUES (now(), 1, 0, '', 3, 7, '{}', 0, '')",
        "INSERT INTO core_erasedline (entry_id, digest, erasure_id) VALUES (1, '', 1)",
        "CREATE OR REPLACE FUNCTION erasing(person bigint, relation oid) RETURNS boolean LANGUAGE sql AS 'SELECT true'",
        "CREATE OR REPLACE FUNCTION owns(relation oid) RETURNS boolean LANGUAGE sql AS 'SELECT true'",
        "CREATE OR REPLACE FUNCTION file_hold(person bigint) RETURNS text LANGUAGE sql AS 'SELECT NULL::text'",
        "DROP TRIGGER erasure_is_due ON core_erasure",
    ],
)
def test_app_role_cannot_open_a_way_round(as_app, deed):
    with pytest.raises(errors.InsufficientPrivilege):
        as_app.execute(deed)


def test_app_role_does_the_portals_work(app_role, monkeypatch):
    from portal.core.deadlines import registry

    monkeypatch.setitem(registry._kinds, 30_001, registry.Kind(30_001, "essai", lambda batch, now: None, 10))
    code = journal.codes()[min(journal.codes())]
    with connection.cursor() as cursor:
        cursor.execute(
            sql.SQL("SET ROLE {}").format(sql.Identifier(app_role)).as_string(connection.connection)
        )
    try:
        with transaction.atomic():
            journal.record(code, by=journal.PORTAL, now=clock.now())
            deadlines.schedule([deadlines.Planned(30_001, 1, clock.now())])
        assert deadlines.work(clock.now).closed == 1
        assert deadlines.purge_closed(clock.now()) == 1
        # The night's work touches every kind that goes, and no evidence.
        assert None not in personal_data.let_go(clock.now() + timedelta(days=4000)).values()
        seal_all(clock.now())
        Heartbeat.beat("deadlines")
        ParameterOverride.objects.create(key="free_reschedules", value=3).delete()
    finally:
        with connection.cursor() as cursor:
            cursor.execute("RESET ROLE")
    assert journal.verify().entries == 1
    assert JournalSeal.objects.count() == 1
    assert Deadline.objects.count() == 0


def test_roles_script_may_run_again(app_role, psql, as_app):
    assert psql("-v", f"app={app_role}", "-f", str(ROOT / "deploy" / "roles.sql")).returncode == 0
    with pytest.raises(errors.InsufficientPrivilege):
        as_app.execute("DELETE FROM core_journalentry")


def test_roles_script_for_nobody_changes_nothing(psql):
    failed = psql("-v", "app=nobody_of_that_name", "-f", str(ROOT / "deploy" / "roles.sql"))
    assert failed.returncode != 0
    assert "does not exist" in failed.stderr


def test_the_command_that_erases_refuses_the_app_role_before_it_tries(app_role):
    from django.core.management import CommandError, call_command

    with connection.cursor() as cursor:
        cursor.execute(
            sql.SQL("SET ROLE {}").format(sql.Identifier(app_role)).as_string(connection.connection)
        )
    try:
        with pytest.raises(CommandError, match="OWNER_DATABASE_URL"):
            call_command("erase_files", "--erase")
        # Only telling what would go is everybody's.
        call_command("erase_files")
    finally:
        with connection.cursor() as cursor:
            cursor.execute("RESET ROLE")


def test_rights_given_by_mistake_open_no_erasure(app_role, as_app, database_url):
    """Were INSERT and DELETE granted to it one day, the database would still ask for the owner."""
    with psycopg.connect(database_url, autocommit=True) as owner:
        owner.execute(
            sql.SQL("GRANT ALL ON ALL TABLES IN SCHEMA public TO {}").format(sql.Identifier(app_role))
        )
    with pytest.raises(errors.InsufficientPrivilege, match="only the owner of the tables"):
        as_app.execute(
            "INSERT INTO core_erasure (at, file_id, transaction, mark, active_years, archive_years, counts, lines,"
            " digest) VALUES (now(), 1, 0, '', 3, 7, '{}', 0, '')"
        )
    with pytest.raises(errors.CheckViolation, match="no file that is being erased"):
        as_app.execute("INSERT INTO core_erasedline (entry_id, digest, erasure_id) VALUES (1, '', 1)")
