"""Whatever the database's own master does to the sealed journal is found."""

import pytest
from django.core.management import CommandError, call_command
from django.db import DatabaseError, transaction

from portal.core import journal
from portal.core.models import JournalEntry, JournalSeal
from tests.core.journal.conftest import NOW, seal_all

pytestmark = pytest.mark.django_db(transaction=True)

ENTRY = (
    "INSERT INTO core_journalentry (id, at, code, actor_role, data) VALUES (%s, now(), 30001, 'PORTAL', '{}')"
)


@pytest.fixture
def sealed(write) -> list[int]:
    """Three links of four entries, with a gap in the second; the entries' numbers."""
    for turn in range(3):
        write(2)
        if turn == 1:
            with transaction.atomic():
                journal.record(journal.codes()[30_002], by=journal.PORTAL, now=NOW)
                transaction.set_rollback(True)
        write(2)
        seal_all()
    assert journal.verify().intact
    return list(JournalEntry.objects.order_by("id").values_list("id", flat=True))


@pytest.mark.parametrize(
    "deed",
    [
        "UPDATE core_journalentry SET at = now()",
        "DELETE FROM core_journalentry",
        "UPDATE core_journalseal SET entries = 0",
        "DELETE FROM core_journalseal",
    ],
)
def test_database_refuses_to_change_the_journal(sealed, other, deed):
    connection = other()
    with pytest.raises(Exception, match="append-only"):
        connection.execute(deed)


def test_orm_refuses_to_change_the_journal(sealed):
    with pytest.raises(DatabaseError, match="append-only"):
        JournalEntry.objects.update(file_id=8)


@pytest.mark.parametrize("place", [0, 5, -1])
@pytest.mark.parametrize(
    "change",
    [
        """data = '{"what": "a lie"}'""",
        "at = at + interval '1 microsecond'",
        "code = 30002",
        "file_id = NULL",
        "file_id = 8",
        "subject_id = 1",
        "actor_role = 'ADMIN'",
        "ip = '127.0.0.1'",
        "id = -id",
    ],
)
def test_edited_entry_is_found(sealed, as_master, change, place):
    as_master.execute(f"UPDATE core_journalentry SET {change} WHERE id = %s", [sealed[place]])
    assert not journal.verify().intact


@pytest.mark.parametrize("place", [0, 5, 11])
def test_deleted_entry_is_found_in_its_link(sealed, as_master, place):
    as_master.execute("DELETE FROM core_journalentry WHERE id = %s", [sealed[place]])
    (found,) = journal.verify().breaks
    assert found.first_id <= sealed[place] <= found.last_id
    assert found.reason == "3 écritures au lieu de 4"


def test_inserted_entry_in_a_gap_is_found(sealed, as_master):
    (gap,) = set(range(sealed[0], sealed[-1])) - set(sealed)
    as_master.execute(ENTRY, [gap])
    (found,) = journal.verify().breaks
    assert found.reason == "5 écritures au lieu de 4"


def test_inserted_entry_before_all_others_is_found(sealed, as_master):
    as_master.execute(ENTRY, [0])
    assert not journal.verify().intact


def test_two_swapped_entries_are_found(sealed, as_master):
    first, second = sealed[4:6]
    as_master.execute("UPDATE core_journalentry SET id = -1 WHERE id = %s", [first])
    as_master.execute("UPDATE core_journalentry SET id = %s WHERE id = %s", [first, second])
    as_master.execute("UPDATE core_journalentry SET id = %s WHERE id = -1", [second])
    assert not journal.verify().intact


def test_deed_moved_onto_another_number_is_found(sealed, as_master):
    # Deleted here, written again there: the count still fits.
    (gap,) = set(range(sealed[0], sealed[-1])) - set(sealed)
    as_master.execute("UPDATE core_journalentry SET id = %s WHERE id = %s", [gap, sealed[5]])
    assert not journal.verify().intact


@pytest.mark.parametrize(
    "change",
    [
        "digest = sha256('lie')",
        "entries = entries + 1",
        "first_id = first_id + 1",
        "last_id = last_id + 1",
        "sealed_at = sealed_at - interval '1 day'",
    ],
)
@pytest.mark.parametrize("place", [0, 1, 2])
def test_edited_seal_is_found(sealed, as_master, change, place):
    link = JournalSeal.objects.order_by("id")[place]
    as_master.execute(f"UPDATE core_journalseal SET {change} WHERE id = %s", [link.pk])
    assert not journal.verify().intact


@pytest.mark.parametrize("place", [0, 1])
def test_deleted_seal_is_found(sealed, as_master, place):
    link = JournalSeal.objects.order_by("id")[place]
    as_master.execute("DELETE FROM core_journalseal WHERE id = %s", [link.pk])
    assert "un sceau manque ou a été déplacé" in {found.reason for found in journal.verify().breaks}


def test_deleted_last_seal_is_found_by_a_kept_head(sealed, as_master):
    kept = journal.head()
    link = JournalSeal.objects.order_by("-id").first()
    as_master.execute("DELETE FROM core_journalseal WHERE id = %s", [link.pk])
    assert journal.verify().unsealed == 4
    assert not journal.knows(kept)


def test_rebuilt_chain_is_found_by_a_kept_head(sealed, as_master):
    # The whole chain made anew over a lie: only what was kept elsewhere tells.
    kept = journal.head()
    as_master.execute("DELETE FROM core_journalseal")
    as_master.execute("UPDATE core_journalentry SET file_id = 99 WHERE id = %s", [sealed[3]])
    seal_all()
    assert journal.verify().intact
    assert not journal.knows(kept)
    with pytest.raises(CommandError):
        call_command("verify_journal", "--head", kept)


def test_kept_head_stays_known_as_the_chain_grows(sealed, write):
    kept = journal.head()
    write(3)
    seal_all()
    assert journal.head() != kept
    assert journal.knows(kept)


def test_every_break_is_told(sealed, as_master):
    as_master.execute(
        "UPDATE core_journalentry SET file_id = 99 WHERE id = ANY(%s)", [[sealed[0], sealed[-1]]]
    )
    assert len(journal.verify().breaks) == 2


# --- the command ------------------------------------------------------------------------------------


def test_command_tells_entries_seals_and_head(sealed, write, capsys):
    write(1)
    call_command("verify_journal", "--head", journal.head())
    told = capsys.readouterr().out
    assert "(sealed entries): 12" in told
    assert "(seals): 3" in told
    assert "(unsealed entries): 1" in told
    assert f"(head): {journal.head()}" in told
    assert "INTACT" in told


def test_command_fails_and_names_the_place(sealed, as_master, capsys):
    as_master.execute("DELETE FROM core_journalentry WHERE id = %s", [sealed[5]])
    with pytest.raises(CommandError) as failed:
        call_command("verify_journal")
    assert failed.value.returncode == 1
    told = capsys.readouterr().out
    assert "ROMPU" in told
    assert "3 écritures au lieu de 4" in told


@pytest.mark.parametrize("head", ["", "zz", "00", "00" * 31])
def test_command_refuses_what_is_no_head(head):
    with pytest.raises(CommandError, match="--head"):
        call_command("verify_journal", f"--head={head}")
