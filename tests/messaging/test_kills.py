"""Senders killed in the middle, databases that go away: nothing is lost, next to nothing is said twice."""

import os
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import fields, replace
from datetime import timedelta
from pathlib import Path

import psycopg
import pytest
from django.db import connection
from django.utils import timezone

from messaging.delivery import books, send_due
from messaging.models import OutboxMessage
from portal.core.parameters.declared import Parameters
from tests.messaging.conftest import NOW, mail_about, make_claimants, owe

State = OutboxMessage.State
ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture
def settled_log(transactional_db) -> Iterator[None]:
    with connection.cursor() as cursor:
        cursor.execute("CREATE TABLE settled_log (id bigint)")
    yield
    with connection.cursor() as cursor:
        cursor.execute("DROP TABLE settled_log")


def settled_counts() -> Counter:
    with connection.cursor() as cursor:
        cursor.execute("SELECT id FROM settled_log")
        return Counter(each for (each,) in cursor.fetchall())


@contextmanager
def sender(url: str, port: int) -> Iterator[subprocess.Popen]:
    """A sender at work; killed at the end if nobody did it before."""
    environment = os.environ | {"DATABASE_URL": url, "EMAIL_URL": f"smtp://127.0.0.1:{port}"}
    command = [sys.executable, "-m", "tests.messaging.sender_process"]
    with subprocess.Popen(command, cwd=ROOT, env=environment, stdout=subprocess.PIPE) as process:
        try:
            assert process.stdout is not None
            assert process.stdout.readline() == b"ready\n"
            yield process
        finally:
            process.kill()


def wait_until(what, seconds: float = 60) -> None:
    end = time.monotonic() + seconds
    while not what():
        assert time.monotonic() < end, "waited too long"
        time.sleep(0.005)


def expire_the_leases_of_the_dead() -> None:
    OutboxMessage.objects.filter(leased_until__isnull=False).update(
        leased_until=timezone.now() - timedelta(seconds=1)
    )


def test_senders_killed_in_the_middle_lose_nothing_and_repeat_one_mail_each_at_most(
    settled_log, mailsink, database_url
):
    (claimant,) = make_claimants(1)
    owe(claimant, *range(400))
    mailsink.behaviour.delay = 0.002
    kills = 0
    for mark in (37, 142, 277):
        with sender(database_url, mailsink.port) as process:
            wait_until(lambda mark=mark: len(mailsink.box.files()) >= mark)
            process.kill()
            process.wait()
            kills += 1
        assert OutboxMessage.objects.filter(state=State.PENDING).exists()
        expire_the_leases_of_the_dead()
    with sender(database_url, mailsink.port):
        wait_until(lambda: not OutboxMessage.objects.filter(state=State.PENDING).exists())
    copies = mailsink.box.copies()
    assert len(copies) == 400
    assert mailsink.box.duplicates() <= kills
    assert Counter(OutboxMessage.objects.values_list("state", flat=True)) == {State.ACCEPTED: 400}
    assert settled_counts() == Counter(OutboxMessage.objects.values_list("id", flat=True))


def test_two_senders_at_once_send_each_mail_once(settled_log, mailsink, database_url):
    (claimant,) = make_claimants(1)
    mailsink.behaviour.delay = 0.001
    with sender(database_url, mailsink.port), sender(database_url, mailsink.port):
        owe(claimant, *range(600))
        wait_until(lambda: not OutboxMessage.objects.filter(state=State.PENDING).exists())
    assert len(mailsink.box.files()) == len(mailsink.box.copies()) == 600
    assert settled_counts() == Counter(OutboxMessage.objects.values_list("id", flat=True))


def test_a_yes_written_down_by_a_sender_that_died_is_settled_and_not_sent_again(
    transactional_db, composer, to_the_sink, heard
):
    (claimant,) = make_claimants(1)
    (row,) = owe(claimant, 1)
    OutboxMessage.objects.update(
        accepted_at=NOW - timedelta(seconds=50), leased_until=timezone.now() - timedelta(seconds=1)
    )
    assert send_due(lambda: NOW, seconds=20) == (1, False)
    row.refresh_from_db()
    assert (row.state, row.settled_at) == (State.ACCEPTED, NOW - timedelta(seconds=50))
    assert (len(heard.accepted), to_the_sink.box.files()) == (1, [])


class Whispering:
    """A word of a mail that does something at the moment it is written out."""

    def __init__(self, deed) -> None:
        self.deed = deed

    def __str__(self) -> str:
        self.deed()
        return "Vous avez rendez-vous."


def while_writing(composer, subject: int, deed) -> None:
    def write(row):
        mail = mail_about(row)
        if row.subject_id != subject:
            return mail
        return replace(mail, context=mail.context | {"body": Whispering(deed)})

    composer.write = write


def test_a_database_that_drops_the_sender_repeats_nothing(
    transactional_db, composer, to_the_sink, database_url, heard
):
    (claimant,) = make_claimants(1)
    owe(claimant, *range(20))
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_backend_pid()")
        (pid,) = cursor.fetchone()

    def end_the_session() -> None:
        with psycopg.connect(database_url, autocommit=True) as other:
            other.execute("SELECT pg_terminate_backend(%s)", [pid])

    while_writing(composer, 10, end_the_session)
    assert send_due(lambda: NOW, seconds=30) == (20, False)
    assert len(to_the_sink.box.files()) == len(to_the_sink.box.copies()) == 20
    assert len(heard.accepted) == 20


def test_a_sender_too_slow_for_its_lease_leaves_alone_what_another_took(
    transactional_db, composer, to_the_sink, monkeypatch
):
    monkeypatch.setattr("messaging.delivery.sender.RENEW_EVERY", 0.0)
    (claimant,) = make_claimants(1)
    rows = owe(claimant, *range(10))
    others = timezone.now() + timedelta(seconds=30)
    taken = [row.id for row in rows[5:]]
    # Mail 2 is written while mail 1 is on its way: the rest is then somebody else's.
    while_writing(composer, 2, lambda: OutboxMessage.objects.filter(id__in=taken).update(leased_until=others))
    assert send_due(lambda: NOW, seconds=20) == (5, False)
    assert len(to_the_sink.box.files()) == 5
    for row in OutboxMessage.objects.filter(id__in=taken):
        assert (row.state, row.leased_until) == (State.PENDING, others)


def test_a_mail_offered_ahead_that_another_sender_took_is_not_sent(
    transactional_db, composer, to_the_sink, monkeypatch
):
    monkeypatch.setattr("messaging.delivery.sender.RENEW_EVERY", 0.0)
    (claimant,) = make_claimants(1)
    rows = owe(claimant, *range(6))
    others = timezone.now() + timedelta(seconds=30)
    # While mail 2 is written, the text of mail 0 is with the server, and with it the offer of mail 1.
    while_writing(
        composer, 2, lambda: OutboxMessage.objects.filter(id=rows[1].id).update(leased_until=others)
    )
    assert send_due(lambda: NOW, seconds=20) == (5, False)
    assert {mail["Subject"].split(" ")[1].rstrip("\xa0:") for mail in to_the_sink.box.messages()} == set(
        "02345"
    )
    rows[1].refresh_from_db()
    assert (rows[1].state, rows[1].leased_until, rows[1].accepted_at) == (State.PENDING, others, None)


def test_a_lease_is_renewed_while_its_holder_works(transactional_db, composer, to_the_sink, monkeypatch):
    monkeypatch.setattr("messaging.delivery.sender.RENEW_EVERY", 0.0)
    (claimant,) = make_claimants(1)
    *_, last = owe(claimant, *range(5))
    seen = []
    composer.write = lambda row: replace(
        mail_about(row), context=mail_about(row).context | {"body": Whispering(look)}
    )

    def look() -> None:
        seen.append(OutboxMessage.objects.get(pk=last.pk).leased_until)

    send_due(lambda: NOW, seconds=20)
    assert len(set(seen)) > 2
    assert seen == sorted(seen)


def test_what_is_in_hand_is_not_taken_before_the_lease_ends(claimant, composer, to_the_sink):
    (row,) = owe(claimant, 1)
    OutboxMessage.objects.update(leased_until=timezone.now() + timedelta(seconds=30))
    # However far the portal's own clock is moved: a lease is measured by the database's.
    assert send_due(lambda: NOW + timedelta(hours=5), seconds=20) == (0, False)
    expire_the_leases_of_the_dead()
    assert send_due(lambda: NOW, seconds=20) == (1, False)


def test_what_a_dead_sender_held_does_not_wait_for_a_clock_that_was_set_back(claimant, composer, to_the_sink):
    (row,) = owe(claimant, 1)
    # Leased for 45 s, just before the database's clock was set back by an hour.
    OutboxMessage.objects.update(leased_until=timezone.now() + timedelta(hours=1, seconds=45))
    assert send_due(lambda: NOW, seconds=20) == (1, False)


def test_the_longest_lease_there_can_be_is_believed():
    (lease,) = (each for each in fields(Parameters) if each.name == "outbox_lease_seconds")
    assert lease.metadata["max"] <= books.LONGEST_LEASE_SECONDS


def test_the_statement_that_leases_passes_over_what_another_is_leasing(
    transactional_db, composer, to_the_sink, database_url
):
    (claimant,) = make_claimants(1)
    rows = owe(claimant, *range(4))
    with psycopg.connect(database_url) as other:
        other.execute("SELECT 1 FROM messaging_outboxmessage WHERE id = %s FOR UPDATE", [rows[0].id])
        assert send_due(lambda: NOW, seconds=20) == (3, False)
    assert send_due(lambda: NOW, seconds=20) == (1, False)


def test_no_row_is_locked_while_the_server_is_spoken_to(
    transactional_db, composer, to_the_sink, database_url
):
    (claimant,) = make_claimants(1)
    owe(claimant, 1, 2)
    free = []

    def count_free_rows() -> None:
        with psycopg.connect(database_url) as other:
            found = other.execute("SELECT id FROM messaging_outboxmessage FOR UPDATE SKIP LOCKED").fetchall()
            free.append(len(found))

    while_writing(composer, 2, count_free_rows)
    send_due(lambda: NOW, seconds=20)
    assert set(free) == {2}
