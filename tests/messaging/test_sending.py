"""From the outbox to a real mail server and back into the books."""

from dataclasses import replace
from datetime import timedelta

from messaging import outbox
from messaging.delivery import send_due
from messaging.models import OutboxMessage
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


def test_send_due_with_a_poisoned_row_sends_its_neighbours(claimant, composer, to_the_sink):
    rows = owe(claimant, *range(10))
    composer.poisoned = {4}
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
