"""Sealing beside real writers: nothing is passed over, nothing is sealed twice."""

import threading
import time
from datetime import datetime, timedelta

import psycopg
import pytest
from django.db import connection, transaction

from portal.core import journal
from portal.core.journal import sealing
from portal.core.models import JournalEntry, JournalMark, JournalSeal
from tests.core.journal.conftest import INSERT, NOW, seal_all, seal_until

pytestmark = pytest.mark.django_db(transaction=True)


def test_seal_covers_what_is_committed(write):
    write(3)
    assert seal_all() == 3
    verdict = journal.verify()
    assert (verdict.entries, verdict.seals, verdict.unsealed, verdict.intact) == (3, 1, 0, True)
    assert len(verdict.head) == 64


def test_seal_with_nothing_new_writes_nothing(write):
    write(1)
    seal_all()
    assert journal.seal(NOW) == 0
    assert JournalSeal.objects.count() == 1


def test_seal_of_an_empty_journal_is_nothing():
    assert journal.seal(NOW) == 0
    assert journal.verify().intact
    assert journal.head() == ""


def test_seal_waits_for_an_older_number_still_uncommitted(write, other):
    slow = other()
    (early,) = slow.execute(INSERT).fetchone()
    write(2)  # later numbers, already committed
    assert journal.seal(NOW) == 0
    assert journal.seal(NOW) == 0
    slow.commit()
    seal_all()
    assert JournalSeal.objects.get().first_id == 1
    assert JournalSeal.objects.get().last_id == early + 2
    assert journal.verify().intact


def test_seal_waits_for_a_transaction_younger_than_any_that_ended(write, other):
    # pg_snapshot_xmax is one past the last *ended* transaction: with nothing ended since, a running one
    # lies beyond it. A mark with that horizon would seal past this entry.
    first, second = other(), other()
    first.execute(INSERT)
    second.execute(INSERT)
    journal.seal(NOW)
    second.commit()
    journal.seal(NOW)
    assert JournalSeal.objects.count() == 0
    first.commit()
    seal_all()
    assert journal.verify().entries == 2
    assert journal.verify().intact


def test_seal_advances_while_later_transactions_keep_running(write, other):
    # There is always somebody writing: what came before the mark must be sealed all the same.
    running = other()
    running.execute(INSERT)
    for turn in range(1, 6):
        following = other()
        following.execute(INSERT)
        running.commit()
        running = following
        # The first time only sets the mark; then each entry is sealed though the next one is open.
        journal.seal(NOW)
        seal_until(lambda verdict, turn=turn: verdict.entries == (turn if turn > 1 else 0))
    running.commit()
    seal_all()
    verdict = journal.verify()
    assert (verdict.entries, verdict.intact) == (6, True)


def test_what_settles_between_two_looks_is_not_put_off_for_what_runs_by_now(write, other, monkeypatch):
    early, late = other(), other()
    early.execute(INSERT)
    journal.seal(NOW)  # the mark waits for `early`
    late.execute(INSERT)
    to_mark = sealing._seal_to_mark

    def just_too_soon(now: datetime) -> int:
        sealed = to_mark(now)
        early.commit()
        return sealed

    with monkeypatch.context() as patched:
        patched.setattr(sealing, "_seal_to_mark", just_too_soon)
        journal.seal(NOW)
    seal_until(lambda verdict: verdict.entries == 1)
    late.commit()


def test_seal_is_not_held_by_a_long_reader(write, other):
    reader = other()
    reader.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ")
    reader.execute("SELECT count(*) FROM core_journalentry").fetchone()
    write(2)
    assert seal_all() == 2


def test_rolled_back_numbers_leave_gaps_that_verify(write, other):
    write(1)
    away = other()
    away.execute(INSERT)
    away.rollback()
    write(1)
    seal_all()
    away.execute(INSERT)
    away.rollback()
    write(1)
    seal_all()
    verdict = journal.verify()
    assert (verdict.entries, verdict.intact) == (3, True)
    ids = list(JournalEntry.objects.order_by("id").values_list("id", flat=True))
    assert ids[2] - ids[0] == 4


def test_savepoint_entry_waits_for_its_outer_transaction(write, other):
    outer = other()
    outer.execute("SAVEPOINT one")
    outer.execute(INSERT)
    outer.execute("RELEASE SAVEPOINT one")
    write(1)
    journal.seal(NOW)
    assert JournalSeal.objects.count() == 0
    outer.commit()
    seal_all()
    assert journal.verify().entries == 2


def test_two_sealers_at_once_make_one_chain(write):
    for _ in range(6):
        write(50)
        sealed: list[int] = []

        def seal(sealed: list[int] = sealed) -> None:
            sealed.append(journal.seal(NOW))
            connection.close()

        threads = [threading.Thread(target=seal) for _ in range(4)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert sum(sealed) + seal_all() == 50
    verdict = journal.verify()
    assert (verdict.entries, verdict.intact) == (300, True)


def test_a_backlog_is_sealed_in_several_links(write, monkeypatch):
    monkeypatch.setattr(sealing, "SEAL_AT_MOST", 10)
    write(35)
    assert seal_all() == 35
    verdict = journal.verify()
    assert (verdict.entries, verdict.seals, verdict.intact) == (35, 4, True)


def test_seal_refuses_to_run_inside_a_transaction(write):
    with transaction.atomic(), pytest.raises(RuntimeError):
        journal.seal(NOW)


def test_writers_rollbacks_and_sealers_together_keep_the_chain(database_url):
    """Twelve seconds of a busy portal in one: short and long transactions, a third rolled back."""
    stop = threading.Event()
    committed: list[int] = []
    failures: list[Exception] = []

    def writer(number: int) -> None:
        with psycopg.connect(database_url) as own:
            turn = 0
            while not stop.is_set():
                turn += 1
                ids = [own.execute(INSERT).fetchone()[0] for _ in range(1 + (number + turn) % 4)]
                if turn % 5 == number % 5:
                    time.sleep(0.05 * (1 + number))
                if (turn + number) % 3 == 0:
                    own.rollback()
                else:
                    own.commit()
                    committed.extend(ids)

    def sealer() -> None:
        try:
            while not stop.is_set():
                journal.seal(NOW)
        except Exception as error:
            failures.append(error)
        finally:
            connection.close()

    threads = [threading.Thread(target=writer, args=[n]) for n in range(6)]
    threads += [threading.Thread(target=sealer) for _ in range(2)]
    for thread in threads:
        thread.start()
    time.sleep(3)
    stop.set()
    for thread in threads:
        thread.join()
    assert failures == []
    seal_all()
    verdict = journal.verify()
    assert verdict.breaks == ()
    assert verdict.entries == len(committed)
    assert verdict.unsealed == 0
    assert verdict.seals > 2


# --- restored into another server: the mark speaks of another server's transactions ---------------


def test_mark_from_a_server_far_ahead_does_not_stop_sealing(write):
    write(2)
    seal_all()
    JournalMark.objects.update(horizon=2**40)
    write(3)
    seal_all()
    verdict = journal.verify()
    assert (verdict.entries, verdict.unsealed, verdict.intact) == (5, 0, True)


def test_mark_from_a_server_far_behind_does_not_stop_sealing(write):
    write(2)
    seal_all()
    JournalMark.objects.update(horizon=3)
    write(3)
    seal_all()
    verdict = journal.verify()
    assert (verdict.entries, verdict.unsealed, verdict.intact) == (5, 0, True)


def test_foreign_mark_beside_a_running_writer_passes_nothing_over(write, other):
    write(2)
    seal_all()
    JournalMark.objects.update(horizon=2**40)
    running = other()
    running.execute(INSERT)
    write(1)
    journal.seal(NOW + timedelta(seconds=30))
    running.commit()
    seal_all(NOW + timedelta(seconds=60))
    verdict = journal.verify()
    assert (verdict.entries, verdict.unsealed, verdict.intact) == (4, 0, True)
