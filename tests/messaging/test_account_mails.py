"""Codes and word of changes: at once, to the right address, and no secret kept."""

from datetime import timedelta
from typing import Any

import pytest
from django.db import transaction

from accounts.signals import account_mail
from messaging import account_mails, outbox
from messaging.delivery import send_due
from messaging.emails import Row
from messaging.models import OutboxMessage
from tests.messaging.conftest import NOW, owe
from tests.messaging.rendering import check_mail

CODE = "account/email/login_code"
State = OutboxMessage.State


def ask(
    claimant, about: str = CODE, *, to: str = "nour@exemple.fr", now=NOW, **context: Any
) -> OutboxMessage:
    with transaction.atomic():
        account_mail.send(
            sender=None, email=to, user=claimant.user, template_prefix=about, context=context, now=now
        )
    return OutboxMessage.objects.latest("id")


@pytest.mark.parametrize("about", sorted(account_mails._CODES))
def test_each_code_mail_is_sound(claimant, about):
    ask(claimant, about, code="483920", minutes=15)
    mail = composed(NOW)
    shown = check_mail(mail, facts=["483920", "15 minutes", "10 h 45", "heure de Paris"])
    assert "483920" not in mail.subject, "a locked telephone shows the subject to anybody"
    assert shown.text.count("483920") == 1


@pytest.mark.parametrize("about", [*sorted(account_mails._NOTICES), "account/email/something_new"])
def test_each_notice_is_sound(claimant, about):
    ask(claimant, about)
    check_mail(composed(NOW), facts=["mardi 1er décembre 2026 à 10 h 30", "3949"])


def composed(now):
    row = OutboxMessage.objects.get()
    asked = Row(row.id, row.person_id, row.subject_id, row.occurrence, row.step, row.payload)
    return account_mails.compose([asked], now)[row.id]


def test_a_code_goes_to_the_address_named_and_leaves_nothing(claimant, to_the_sink):
    row = ask(claimant, to="nouvelle@exemple.fr", code="483920", minutes=15)
    assert send_due(lambda: NOW, seconds=20) == (1, False)
    (mail,) = to_the_sink.box.messages()
    assert mail["To"] == "nouvelle@exemple.fr"
    row.refresh_from_db()
    assert (row.state, row.payload) == (State.ACCEPTED, None)


def test_a_code_overtakes_what_waits(claimant, composer, to_the_sink):
    owe(claimant, 1, 2, 3)
    ask(claimant, code="483920", minutes=15, now=NOW + timedelta(minutes=5))
    send_due(lambda: NOW + timedelta(minutes=5), seconds=20)
    assert "code" in to_the_sink.box.messages()[0]["Subject"]


def test_a_code_reaches_who_prefers_letters_and_whose_mail_bounced(claimant, to_the_sink):
    claimant.appointments_by = claimant.answers_by = claimant.follow_up_by = claimant.messages_by = "LETTER"
    claimant.email_bounced_at = NOW
    claimant.save()
    ask(claimant, code="483920", minutes=15)
    assert send_due(lambda: NOW, seconds=20) == (1, False)
    assert len(to_the_sink.box.files()) == 1


def test_a_code_that_is_no_longer_valid_is_not_sent(claimant, to_the_sink):
    row = ask(claimant, code="483920", minutes=15)
    assert send_due(lambda: NOW + timedelta(minutes=16), seconds=20) == (1, False)
    row.refresh_from_db()
    assert (row.state, row.payload, to_the_sink.box.files()) == (State.MOOT, None, [])


def test_a_new_address_that_refuses_is_not_the_persons_bounce(claimant, to_the_sink):
    row = ask(claimant, to="faute@rebond.example", code="483920", minutes=15)
    send_due(lambda: NOW, seconds=20)
    row.refresh_from_db()
    claimant.refresh_from_db()
    assert (row.state, claimant.email_bounced_at) == (State.REFUSED, None)


def test_two_codes_asked_one_after_the_other_are_two_mails(claimant, to_the_sink):
    ask(claimant, code="483920", minutes=15)
    ask(claimant, code="111222", minutes=15, now=NOW + timedelta(microseconds=1))
    assert OutboxMessage.objects.count() == 2
    assert outbox.backlog(NOW).pending == 2


def test_owing_an_account_mail_outside_a_transaction_is_refused(transactional_db):
    from accounts.models import User

    user = User.objects.create_user("nour@exemple.fr", first_name="Nour", last_name="Martin")
    with pytest.raises(RuntimeError, match="transaction"):
        account_mail.send(
            sender=None, email="nour@exemple.fr", user=user, template_prefix=CODE, context={}, now=NOW
        )
