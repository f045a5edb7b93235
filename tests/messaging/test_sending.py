"""From the outbox to a real mail server and back into the books."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import psycopg
import pytest
from django.db import OperationalError

from accounts.models import NoticeGroup, Way
from messaging import outbox
from messaging.delivery import send_due, sender, tick
from messaging.delivery.wire import Line
from messaging.models import OutboxMessage
from messaging.signals import messages_settled
from messaging.tasks import send_outbox
from portal.core.models import Heartbeat
from tests.messaging.conftest import NOW, mail_about, owe

State = OutboxMessage.State


def clock():
    return NOW


def test_send_due_delivers_and_books_each_once(claimant, composer, to_the_sink, heard):
    rows = owe(claimant, 1, 2, 3)
    assert send_due(clock, seconds=20) == (3, False)
    assert send_due(clock, seconds=20) == (0, False)
    mails = to_the_sink.box.messages()
    assert [mail["Subject"] for mail in mails] == [
        f"Rendez-vous {number}\u00a0: jeudi 3 décembre 2026" for number in (1, 2, 3)
    ]
    assert {mail["To"] for mail in mails} == {"claimant-0@exemple.fr"}
    for row in rows:
        row.refresh_from_db()
        assert (row.state, row.settled_at, row.leased_until) == (State.ACCEPTED, NOW, None)
    assert [each.id for each in heard.accepted] == [row.id for row in rows]
    assert heard.signals == 1


def test_send_due_with_the_signs_of_the_protocol_in_a_text_delivers_it_whole(claimant, composer, to_the_sink):
    body = "Première ligne\n.\n..\n.QUIT\nRSET\nDernière ligne"
    composer.write = lambda row: replace(mail_about(row), context=mail_about(row).context | {"body": body})
    owe(claimant, 1, 2)
    assert send_due(clock, seconds=20) == (2, False)
    for mail in to_the_sink.box.messages():
        assert body in mail.get_body(("plain",)).get_content().replace("\r\n", "\n")


def test_send_due_to_a_refused_address_notes_the_bounce(claimant, composer, to_the_sink, heard):
    claimant.user.email = "nour@rebond.example"
    claimant.user.save()
    (row,) = owe(claimant, 1)
    assert send_due(clock, seconds=20) == (1, False)
    row.refresh_from_db()
    claimant.refresh_from_db()
    assert row.state == State.REFUSED
    assert "550 5.1.1" in row.last_error
    assert claimant.email_bounced_at == NOW
    assert [(each.id, each.at) for each in heard.refused] == [(row.id, NOW)]
    assert outbox.backlog(NOW).refused == 1


def test_send_due_with_a_server_in_trouble_tries_later(claimant, composer, to_the_sink):
    to_the_sink.behaviour.temporary = 1
    (row,) = owe(claimant, 1)
    assert send_due(clock, seconds=20) == (0, False)
    row.refresh_from_db()
    assert (row.state, row.attempts, row.run_at) == (State.PENDING, 1, NOW + timedelta(seconds=15))
    assert send_due(clock, seconds=20) == (0, False)
    assert send_due(lambda: NOW + timedelta(seconds=16), seconds=20) == (1, False)


@pytest.mark.parametrize("error", [ValueError, OperationalError])
def test_send_due_with_a_poisoned_row_sends_its_neighbours(claimant, composer, to_the_sink, error):
    rows = owe(claimant, *range(10))
    composer.poisoned, composer.error = {4}, error
    assert send_due(clock, seconds=20) == (9, False)
    rows[4].refresh_from_db()
    assert (rows[4].state, rows[4].attempts) == (State.PENDING, 1)
    assert "poisoned 4" in rows[4].last_error


def test_send_due_with_what_lost_its_purpose_sends_nothing(claimant, composer, to_the_sink, heard):
    composer.moot = {1}
    (row,) = owe(claimant, 1)
    assert send_due(clock, seconds=20) == (1, False)
    row.refresh_from_db()
    assert (row.state, row.last_error) == (State.MOOT, "plus d’actualité")
    assert (to_the_sink.box.files(), heard.signals) == ([], 0)


# --- who is not written to, and why -------------------------------------------------


@pytest.mark.parametrize(
    ("about", "reason"),
    [
        ({"email_bounced_at": NOW}, "adresse qui a refusé nos e-mails"),
        ({"user.email": None}, "pas d’adresse e-mail"),
        ({"user.is_active": False}, "compte inactif"),
    ],
)
def test_send_due_to_who_has_no_way_by_email_closes_with_the_reason(
    claimant, composer, to_the_sink, heard, about, reason
):
    for field, value in about.items():
        holder = claimant.user if field.startswith("user.") else claimant
        setattr(holder, field.removeprefix("user."), value)
        holder.save()
    (row,) = owe(claimant, 1)
    assert send_due(clock, seconds=20) == (1, False)
    row.refresh_from_db()
    state = State.WITHHELD if reason == "adresse qui a refusé nos e-mails" else State.MOOT
    assert (row.state, row.last_error, row.settled_at) == (state, reason, NOW)
    assert (to_the_sink.box.files(), heard.signals, composer.calls) == ([], 0, [])


@pytest.mark.parametrize(("group", "state"), [("REMINDERS", State.MOOT), ("APPOINTMENTS", State.ACCEPTED)])
def test_send_due_to_who_stopped_reminders_keeps_the_legal_notices(
    claimant, declared, to_the_sink, group, state
):
    declared(group=NoticeGroup[group])
    claimant.reminders_by = Way.SPACE
    claimant.save()
    (row,) = owe(claimant, 1)
    send_due(clock, seconds=20)
    row.refresh_from_db()
    assert row.state == state


def test_send_due_to_a_member_of_staff_delivers(claimant, composer, to_the_sink):
    owe(claimant.advisor, 1)
    assert send_due(clock, seconds=20) == (1, False)
    assert to_the_sink.box.messages()[0]["To"] == "conseiller@exemple.fr"


def test_send_due_to_no_real_address_books_a_refusal(claimant, composer, to_the_sink, heard):
    claimant.user.email = "noür@exemple.fr"
    claimant.user.save()
    (row,) = owe(claimant, 1)
    send_due(clock, seconds=20)
    row.refresh_from_db()
    claimant.refresh_from_db()
    assert (row.state, len(heard.refused), claimant.email_bounced_at) == (State.REFUSED, 1, NOW)


# --- what goes wrong at home ---------------------------------------------------------


def test_send_due_with_a_kind_that_no_release_knows_sends_the_others(claimant, composer, to_the_sink):
    owe(claimant, 1, kind=32_099)
    owe(claimant, 2)
    assert send_due(clock, seconds=20) == (1, False)
    unknown = OutboxMessage.objects.get(kind=32_099)
    assert (unknown.state, unknown.attempts) == (State.PENDING, 1)


def test_send_due_with_a_template_that_breaks_on_one_row_sends_its_neighbours(
    claimant, composer, to_the_sink
):
    composer.write = lambda row: (
        replace(mail_about(row), template="nowhere") if row.subject_id == 3 else mail_about(row)
    )
    rows = owe(claimant, *range(6))
    assert send_due(clock, seconds=20) == (5, False)
    rows[3].refresh_from_db()
    assert (rows[3].state, rows[3].attempts) == (State.PENDING, 1)
    assert "TemplateDoesNotExist" in rows[3].last_error


@pytest.mark.parametrize("error", [ValueError, OperationalError])
def test_send_due_with_a_receiver_that_fails_settles_the_others_and_repeats_no_mail(
    claimant, composer, to_the_sink, heard, error
):
    rows = owe(claimant, *range(6))

    def fail_on_one(accepted, **kwargs) -> None:
        if rows[4].id in [each.id for each in accepted]:
            raise error("this one")

    messages_settled.connect(fail_on_one)
    try:
        assert send_due(clock, seconds=20) == (5, False)
    finally:
        messages_settled.disconnect(fail_on_one)
    assert len(to_the_sink.box.files()) == 6
    rows[4].refresh_from_db()
    assert (rows[4].state, rows[4].accepted_at) == (State.PENDING, NOW)
    # Mended: it is settled then, as of when the server took it.
    later = NOW + timedelta(minutes=6)
    assert send_due(lambda: later, seconds=20) == (1, False)
    rows[4].refresh_from_db()
    assert (rows[4].state, rows[4].settled_at) == (State.ACCEPTED, NOW)
    assert len(to_the_sink.box.files()) == 6


# --- a server in trouble -------------------------------------------------------------


def test_send_due_without_a_server_touches_nothing(claimant, composer, settings, caplog):
    settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", 1
    rows = owe(claimant, *range(30))
    assert send_due(clock, seconds=20) == (0, False)
    for row in rows:
        row.refresh_from_db()
        assert (row.state, row.attempts, row.leased_until, row.run_at) == (State.PENDING, 0, None, NOW)
    assert [record.levelname for record in caplog.records if "can't be reached" in record.message] == [
        "ERROR"
    ]


def test_send_due_with_a_server_that_cuts_off_in_mid_message_goes_on_with_the_next(
    claimant, composer, to_the_sink
):
    to_the_sink.behaviour.cut = 1
    rows = owe(claimant, *range(5))
    assert send_due(clock, seconds=20) == (4, False)
    rows[0].refresh_from_db()
    assert (rows[0].state, rows[0].attempts) == (State.PENDING, 1)
    assert send_due(lambda: NOW + timedelta(seconds=16), seconds=20) == (1, False)
    assert len(to_the_sink.box.copies()) == len(to_the_sink.box.files()) == 5


def test_send_due_with_a_server_that_took_it_and_cut_off_repeats_under_the_same_name(
    claimant, composer, to_the_sink, heard
):
    to_the_sink.behaviour.cut_after = 1
    owe(claimant, 1)
    assert send_due(clock, seconds=20) == (0, False)
    assert send_due(lambda: NOW + timedelta(seconds=16), seconds=20) == (1, False)
    assert list(to_the_sink.box.copies().values()) == [2]
    assert len(heard.accepted) == 1


def test_send_due_with_a_server_that_takes_nothing_leaves_the_queue_alone(
    claimant, composer, to_the_sink, caplog
):
    to_the_sink.behaviour.temporary = -1
    owe(claimant, *range(50))
    assert send_due(clock, seconds=20) == (0, False)
    assert OutboxMessage.objects.filter(attempts=1).count() == 10
    assert OutboxMessage.objects.filter(attempts=0, leased_until=None, run_at=NOW).count() == 40
    assert "the others wait" in caplog.text


def test_send_due_over_and_over_gives_up_loudly_and_can_be_asked_again(
    claimant, composer, to_the_sink, heard, caplog
):
    to_the_sink.behaviour.temporary = -1
    (row,) = owe(claimant, 1)
    now = NOW
    for _ in range(12):
        send_due(lambda now=now: now, seconds=20)
        row.refresh_from_db()
        now = max(now, row.run_at)
    assert (row.state, row.attempts, row.settled_at) == (State.GIVEN_UP, 12, now)
    assert now - NOW > timedelta(hours=8)
    assert "given up after 12 tries" in caplog.text
    assert "exemple.fr" not in "".join(
        record.getMessage() for record in caplog.records if record.name != "mail.log"
    )
    assert (outbox.backlog(now).given_up, heard.signals) == (1, 0)
    to_the_sink.behaviour.temporary = 0
    assert outbox.retry_given_up([row.id], now=now) == 1
    assert send_due(lambda: now, seconds=20) == (1, False)


def test_send_due_out_of_time_gives_back_what_it_did_not_try(claimant, composer, to_the_sink):
    to_the_sink.behaviour.delay = 0.05
    owe(claimant, *range(100))
    settled, more = send_due(clock, seconds=0.5)
    assert more
    assert 0 < settled < 100
    assert OutboxMessage.objects.filter(state=State.PENDING, leased_until=None).count() == 100 - settled


def test_send_due_speaks_once_with_a_slow_greeter(claimant, composer, to_the_sink, monkeypatch):
    opened = []
    monkeypatch.setattr(sender, "Line", lambda: opened.append(1) or Line())
    owe(claimant, *range(450))
    assert send_due(clock, seconds=60) == (450, False)
    assert (len(opened), len(to_the_sink.box.files()), composer.calls) == (1, 450, [200, 200, 50])


def test_send_due_for_a_whole_batch_is_a_handful_of_queries_and_one_a_mail(
    claimant, composer, to_the_sink, django_assert_max_num_queries
):
    owe(claimant, *range(100))
    # The server's yeses are written beside Django's cursor and are not among these.
    with django_assert_max_num_queries(16):
        send_due(clock, seconds=60)


# --- the tick ------------------------------------------------------------------------


def test_tick_sends_and_says_so(claimant, composer, to_the_sink):
    owe(claimant, 1, 2)
    # The task asks the machine's clock.
    OutboxMessage.objects.update(run_at=datetime(2020, 1, 1, tzinfo=UTC))
    send_outbox()
    send_outbox()
    assert Heartbeat.objects.get(name="outbox").detail == {"settled": 0, "more": False}
    assert len(to_the_sink.box.files()) == 2


def test_tick_with_enough_senders_at_work_leaves_it_to_them(
    claimant, composer, to_the_sink, database_url, settings
):
    owe(claimant, 1)
    with psycopg.connect(database_url, autocommit=True) as other:
        other.execute("SELECT pg_advisory_lock(hashtext('outbox sender'), 0)")
        tick(clock)
        assert to_the_sink.box.files() == []
        settings.OUTBOX_SENDERS = 2
        tick(clock)
        assert len(to_the_sink.box.files()) == 1


def test_purge_forgets_what_was_settled_long_ago(claimant, composer, to_the_sink):
    owe(claimant, 1, 2)
    send_due(clock, seconds=20)
    owe(claimant, 3)
    assert outbox.purge(NOW) == 0
    assert outbox.purge(NOW + timedelta(seconds=1)) == 2
    assert OutboxMessage.objects.get().subject_id == 3
