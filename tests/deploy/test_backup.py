"""A backup made here is restored on another machine's empty server, and the journal goes on there."""

import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import psycopg
import pytest
from django.db import transaction
from django.utils import timezone

from portal.core import deadlines, journal
from portal.core.models import Deadline, JournalEntry
from stack.engines import CARELESS, Postgres
from stack.places import socket_dir
from tests.core.deadlines.conftest import kind, plan  # noqa: F401
from tests.core.journal.conftest import seal_all
from tests.deploy.conftest import ROOT

pytestmark = pytest.mark.django_db(transaction=True)
Run = Callable[..., subprocess.CompletedProcess[str]]

GO_ON = """
import django; django.setup()
from django.db import transaction
from django.utils import timezone
from portal.core import journal
code = journal.codes()[min(journal.codes())]
for _ in range(2):
    with transaction.atomic():
        journal.record(code, by=journal.PORTAL, now=timezone.now())
    journal.seal(timezone.now())
verdict = journal.verify()
print(verdict.entries, verdict.unsealed, verdict.intact)
"""


@pytest.fixture(scope="module")
def other_server(tmp_path_factory) -> Iterator[str]:
    """Another machine's PostgreSQL, whose transactions count from the start; the address of a database."""
    folder = socket_dir()
    server = Postgres(folder / "pgdata", folder, tmp_path_factory.mktemp("logs"), CARELESS)
    server.start()
    yield server.url
    server.child.stop()
    subprocess.run(["rm", "-rf", str(folder)], check=True)


@pytest.fixture
def empty_database(other_server) -> str:
    with psycopg.connect(other_server.replace("/portal?", "/postgres?"), autocommit=True) as connection:
        connection.execute("DROP DATABASE IF EXISTS restored WITH (FORCE)")
        connection.execute("CREATE DATABASE restored")
    return other_server.replace("/portal?", "/restored?")


@pytest.fixture
def run(tools) -> Run:
    """Run a command as an operator would, against a database and a folder of documents."""

    def run(*command: str | Path, database: str, documents: Path) -> subprocess.CompletedProcess[str]:
        environment = tools | {
            "DATABASE_URL": database,
            "DOCUMENT_ROOT": str(documents),
            "PYTHON": sys.executable,
            "PYTHONWARNINGS": "ignore",
        }
        return subprocess.run(command, env=environment, cwd=ROOT, capture_output=True, text=True, timeout=120)

    return run


@pytest.fixture
def backup(run, database_url, tmp_path, kind) -> Path:  # noqa: F811
    """A backup of a portal with a sealed journal, a pending deadline and one document."""
    kind(lambda batch, now: None)
    plan(1, due_at=timezone.now())
    code = journal.codes()[min(journal.codes())]
    for _ in range(3):
        with transaction.atomic():
            journal.record_all([journal.Line(code, file_id=7)] * 4, by=journal.PORTAL, now=timezone.now())
    seal_all(timezone.now())
    documents = tmp_path / "documents"
    (documents / "ab").mkdir(parents=True)
    (documents / "ab" / "un nom – é").write_bytes(b"%PDF-1.7 a person's paper")
    done = run(
        ROOT / "deploy" / "backup.sh", tmp_path / "backups", database=database_url, documents=documents
    )
    assert done.returncode == 0, done.stderr
    return Path(done.stdout.strip().splitlines()[-1])


def test_backup_is_whole_private_and_named_by_its_hour(backup):
    assert {file.name for file in backup.iterdir()} == {
        *("SHA256SUMS", "database.dump", "documents.tar", "journal-head.txt", "journal.txt")
    }
    assert (backup / "journal-head.txt").read_text().strip() == journal.head()
    assert not backup.stat().st_mode & 0o077
    assert not list(backup.parent.glob("*.unfinished"))


def test_restored_portal_is_the_same_and_its_journal_goes_on(backup, run, empty_database, tmp_path):
    documents = tmp_path / "restored"
    done = run(ROOT / "deploy" / "restore.sh", backup, database=empty_database, documents=documents)
    assert done.returncode == 0, done.stderr
    assert "INTACT" in done.stdout
    assert (documents / "ab" / "un nom – é").read_bytes() == b"%PDF-1.7 a person's paper"
    with psycopg.connect(empty_database) as there:
        assert there.execute("SELECT count(*) FROM core_journalentry").fetchone() == (
            JournalEntry.objects.count(),
        )
        assert there.execute("SELECT subject_id, state FROM core_deadline").fetchall() == [(1, 0)]
        with pytest.raises(psycopg.Error, match="append-only"):
            there.execute("DELETE FROM core_journalentry")
    # The mark speaks of the first server's transactions, far beyond this one's: sealing goes on at once.
    on = run(sys.executable, "-c", GO_ON, database=empty_database, documents=documents)
    assert on.stdout.strip() == "14 0 True", on.stderr
    head = journal.head()
    again = run(
        *(sys.executable, "manage.py", "verify_journal", "--head", head),
        database=empty_database,
        documents=documents,
    )
    assert again.returncode == 0
    assert deadlines.backlog(timezone.now()).due == 1
    assert Deadline.objects.get().state == Deadline.State.PENDING


def test_restore_refuses_a_database_that_is_not_empty(backup, run, database_url, tmp_path):
    done = run(ROOT / "deploy" / "restore.sh", backup, database=database_url, documents=tmp_path / "restored")
    assert done.returncode == 1
    assert "not empty" in done.stderr
    assert not (tmp_path / "restored").exists()


def test_restore_refuses_a_folder_that_is_not_empty(backup, run, empty_database, tmp_path):
    done = run(
        ROOT / "deploy" / "restore.sh", backup, database=empty_database, documents=tmp_path / "documents"
    )
    assert done.returncode == 1
    with psycopg.connect(empty_database) as there:
        assert there.execute("SELECT count(*) FROM pg_tables WHERE schemaname = 'public'").fetchone() == (0,)


def test_restore_refuses_a_backup_that_was_altered(backup, run, empty_database, tmp_path):
    for name in ("database.dump", "documents.tar", "journal-head.txt"):
        whole = (backup / name).read_bytes()
        altered = bytearray(whole)
        altered[len(altered) // 2] ^= 1
        (backup / name).write_bytes(bytes(altered))
        done = run(
            ROOT / "deploy" / "restore.sh", backup, database=empty_database, documents=tmp_path / "restored"
        )
        assert done.returncode != 0, name
        assert not (tmp_path / "restored").exists()
        (backup / name).write_bytes(whole)


def test_backup_of_a_tampered_journal_is_refused(backup, run, database_url, tmp_path):
    with psycopg.connect(database_url, autocommit=True) as master:
        master.execute("SET session_replication_role = replica")
        master.execute("UPDATE core_journalentry SET file_id = 8")
    done = run(ROOT / "deploy" / "backup.sh", tmp_path / "later", database=database_url, documents=tmp_path)
    assert done.returncode != 0
    assert [folder.suffix for folder in (tmp_path / "later").iterdir()] == [".unfinished"]


def test_scripts_are_shell_that_any_machine_runs():
    for script in (ROOT / "deploy").glob("*.sh"):
        assert script.read_text().startswith("#!/bin/sh\n")
        assert os.access(script, os.X_OK)
        assert subprocess.run(["sh", "-n", str(script)], check=False).returncode == 0
