"""A line that was emptied otherwise than by an erasure in its time is found, whoever emptied it."""

from datetime import timedelta

import pytest
from django.db import transaction

from convocations.archive import erasing
from portal.core import journal
from portal.core.models import ErasedLine, Erasure, JournalEntry
from tests.convocations.archive.conftest import touch
from tests.core.journal.conftest import SEEN, seal_all

pytestmark = pytest.mark.django_db(transaction=True)

EMPTY = "actor_id = NULL, actor_role = '', file_id = NULL, subject_id = NULL, data = '{}', ip = NULL"


@pytest.fixture
def erased(old):
    """One file erased, another that is not; a young line; all of it sealed."""
    with transaction.atomic():
        journal.record(SEEN, by=journal.PORTAL, now=old.now, file_id=987_654, data={"what": "récent"})
    erasing.erase(old.person.pk, now=old.now)
    seal_all(old.now)
    assert journal.verify().intact
    old.young = JournalEntry.objects.get(file_id=987_654)
    old.line = JournalEntry.objects.get(code=journal.ERASED.number)
    return old


def reasons() -> set[str]:
    return {found.reason for found in journal.verify().breaks}


def test_a_line_emptied_without_its_digest_kept_is_found(erased):
    touch(f"UPDATE core_journalentry SET {EMPTY} WHERE id = %s", [erased.young.pk])
    assert "une écriture ou le sceau a été modifié" in reasons()


def _keep_digest(entry_id: int, erasure_id: int) -> None:
    touch(
        "INSERT INTO core_erasedline (entry_id, digest, erasure_id)"
        " SELECT id, journal_digest(line), %s FROM core_journalentry AS line WHERE id = %s",
        [erasure_id, entry_id],
    )
    touch(f"UPDATE core_journalentry SET {EMPTY} WHERE id = %s", [entry_id])


def test_a_line_slipped_into_a_lawful_erasure_is_found(erased):
    _keep_digest(erased.young.pk, Erasure.objects.get().pk)
    assert reasons() == {"une écriture a été vidée sans effacement inscrit au journal"}


def test_a_line_emptied_under_an_erasure_the_journal_does_not_know_is_found(erased):
    touch(
        "INSERT INTO core_erasure (at, transaction, mark, active_years, archive_years, counts, lines, digest)"
        " VALUES (now(), 0, '', 3, 7, '{}', 1, '')"
    )
    _keep_digest(erased.young.pk, Erasure.objects.latest("pk").pk)
    assert any("sans effacement inscrit au journal" in reason for reason in reasons())


def test_a_young_line_emptied_with_a_false_line_of_an_erasure_is_found(erased):
    """Whoever owns the server writes all of it, proof and line: the seals still say when the line was written."""
    _forge(erased.young.pk, archive_years=1)
    assert reasons() == {"une écriture a été vidée avant la fin de sa conservation"}


def test_a_false_line_dated_far_ahead_is_found(erased):
    _forge(erased.young.pk, archive_years=7, at=erased.now + timedelta(days=4000))
    assert reasons() == {"une écriture a été vidée avant la fin de sa conservation"}


def test_an_erasure_after_no_archive_at_all_is_found(erased):
    check = "CONSTRAINT erasure_waits_for_both_periods"
    touch(f"ALTER TABLE core_erasure DROP {check}")
    try:
        _forge(erased.young.pk, archive_years=0)
        assert reasons() == {"une écriture a été vidée avant la fin de sa conservation"}
    finally:
        touch(
            f"ALTER TABLE core_erasure ADD {check} CHECK (active_years >= 1 AND archive_years >= 1) NOT VALID"
        )


def _forge(entry_id: int, *, archive_years: int, at=None) -> None:
    touch(
        "INSERT INTO core_erasure (at, transaction, mark, active_years, archive_years, counts, lines, digest)"
        " VALUES (now(), 0, '', 1, %s, '{}', 1, '')",
        [archive_years],
    )
    forged = Erasure.objects.latest("pk")
    _keep_digest(entry_id, forged.pk)
    touch(
        "UPDATE core_erasure SET digest = (SELECT sha256(sha256(convert_to(jsonb_build_array("
        "line.id, extract(epoch FROM line.at), line.code)::text, 'UTF8') || erased.digest))"
        " FROM core_erasedline AS erased JOIN core_journalentry AS line ON line.id = erased.entry_id"
        " WHERE erased.erasure_id = %s) WHERE id = %s",
        [forged.pk, forged.pk],
    )
    forged.refresh_from_db()
    with transaction.atomic():
        journal.record_erasure(forged, now=at or forged.at)
    seal_all(forged.at)


@pytest.mark.parametrize(
    "change",
    [
        'UPDATE core_journalentry SET data = \'{"what": "un mensonge"}\' WHERE id = %s',
        "UPDATE core_journalentry SET file_id = 987654 WHERE id = %s",
        "UPDATE core_journalentry SET at = at + interval '1 second' WHERE id = %s",
        "UPDATE core_journalentry SET code = 30002 WHERE id = %s",
        "DELETE FROM core_journalentry WHERE id = %s",
        "UPDATE core_erasedline SET digest = sha256('un mensonge') WHERE entry_id = %s",
        "DELETE FROM core_erasedline WHERE entry_id = %s",
    ],
)
def test_a_line_that_was_erased_cannot_be_written_over(erased, change):
    touch(change, [ErasedLine.objects.order_by("entry_id")[3].entry_id])
    assert not journal.verify().intact


@pytest.mark.parametrize(
    "change",
    [
        "DELETE FROM core_erasure",
        "UPDATE core_erasure SET lines = lines - 1",
        "UPDATE core_erasure SET counts = '{}'",
        "UPDATE core_erasure SET mark = 'x'",
        "UPDATE core_erasure SET archive_years = 1",
        "DELETE FROM core_erasedline",
    ],
)
def test_a_proof_that_was_changed_is_found(erased, change):
    touch(change)
    assert not journal.verify().intact


def test_the_line_of_an_erasure_taken_out_is_found(erased):
    touch("DELETE FROM core_journalentry WHERE id = %s", [erased.line.pk])
    assert not journal.verify().intact


def test_an_erasure_not_sealed_yet_is_believed_and_then_sealed(old):
    erasing.erase(old.person.pk, now=old.now)
    verdict = journal.verify()
    assert verdict.intact, verdict.breaks
    assert verdict.unsealed == 1
    seal_all(old.now)
    assert journal.verify().intact


def test_verifying_an_erased_file_reads_each_line_once(erased, django_assert_max_num_queries):
    seals = journal.verify().seals
    with django_assert_max_num_queries(seals + 8):
        journal.verify()
