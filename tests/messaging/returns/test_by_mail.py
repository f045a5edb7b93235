"""Mails that come back over real SMTP, and replies: what a report says counts, a person is answered once a day."""

import os
import smtplib
import subprocess
import sys
from datetime import timedelta
from email import message_from_bytes
from email.message import EmailMessage

import pytest

from messaging.deeds import MAIL_NOBODY_READS
from messaging.delivery import send_due
from messaging.emails import Row
from messaging.models import DeliveryEvent, OutboxMessage, StoppedAddress
from messaging.returns import identity, replies
from messaging.returns.by_mail import ANSWERED, NOTHING, REPORT, take_in_mail
from messaging.states import Outcome
from stack.mailsink import Mailsink
from tests.messaging.conftest import NOW
from tests.messaging.rendering import check_mail
from tests.messaging.returns.conftest import LATER, sent

US = "retours@emploi.example"


@pytest.fixture(autouse=True)
def _returns_by_mail(settings) -> None:
    settings.RETURN_ADDRESS = US


@pytest.fixture
def our_door(tmp_path):
    """The server that takes in what is sent to us."""
    with Mailsink(tmp_path / "ours") as sink:
        yield sink


def report(
    to: str, *, action: str = "failed", status: str = "5.1.1", who: str = "", number: str = "1"
) -> bytes:
    """What Postfix writes when it could not deliver (bounce(8)), headers and parts in its order."""
    return (
        "From: MAILER-DAEMON@mx.example.org (Mail Delivery System)\r\n"
        "Subject: Undelivered Mail Returned to Sender\r\n"
        f"To: {to}\r\n"
        "Auto-Submitted: auto-replied\r\n"
        "MIME-Version: 1.0\r\n"
        'Content-Type: multipart/report; report-type=delivery-status; boundary="b/mx"\r\n'
        f"Message-Id: <{number}@mx.example.org>\r\n\r\n"
        "This is a MIME-encapsulated message.\r\n\r\n--b/mx\r\n"
        "Content-Description: Notification\r\nContent-Type: text/plain; charset=us-ascii\r\n\r\n"
        "I'm sorry to have to inform you that your message could not be delivered.\r\n\r\n--b/mx\r\n"
        "Content-Description: Delivery report\r\nContent-Type: message/delivery-status\r\n\r\n"
        "Reporting-MTA: dns; mx.example.org\r\nArrival-Date: Tue,  1 Dec 2026 10:30:00 +0100 (CET)\r\n\r\n"
        f"Final-Recipient: rfc822; {who or 'claimant-0@exemple.fr'}\r\nAction: {action}\r\nStatus: {status}\r\n"
        "Diagnostic-Code: smtp; 550 5.1.1 User unknown\r\n\r\n--b/mx\r\n"
        "Content-Description: Undelivered Message Headers\r\nContent-Type: text/rfc822-headers\r\n\r\n"
        "Subject: Convocation\r\n\r\n--b/mx--\r\n"
    ).encode()


def envelope(sink: Mailsink) -> str:
    """The envelope's sender of the last mail a server was given."""
    return message_from_bytes(sink.box.files()[-1].read_bytes())["Return-Path"].strip("<>")


def hand_in(sink: Mailsink, raw: bytes, to: str, sender: str = "") -> tuple[bytes, str, str]:
    """Send one mail to our door by SMTP; what it kept, and its envelope."""
    with smtplib.SMTP("127.0.0.1", sink.port) as smtp:
        smtp.sendmail(sender, [to], raw)
    kept = sink.box.files()[-1].read_bytes()
    head = message_from_bytes(kept)
    return kept, head["Return-Path"].strip("<>"), head["Delivered-To"]


def take(kept: bytes, sender: str, to: str, now=LATER) -> str:
    return take_in_mail(kept, envelope_from=sender, envelope_to=to, now=now)


def test_a_mail_that_comes_back_by_smtp_stops_its_address_once(mail, claimant, to_the_sink, our_door):
    back_to = envelope(to_the_sink)
    assert back_to.startswith(f"retours+{mail.pk}-")
    came = hand_in(our_door, report(back_to), back_to)
    assert take(*came) == REPORT
    assert take(*came) == REPORT
    mail.refresh_from_db()
    assert (mail.outcome, mail.outcome_at) == (Outcome.BOUNCED, LATER)
    assert StoppedAddress.objects.get().address == "claimant-0@exemple.fr"
    event = DeliveryEvent.objects.get()
    assert (event.provider, event.status, event.message_id) == (3, "5.1.1", mail.pk)


@pytest.mark.parametrize(
    ("action", "status", "outcome"),
    [
        ("failed", "5.1.1", Outcome.BOUNCED),
        ("Failed (mailbox gone)", "5.1.6", Outcome.BOUNCED),
        ("failed", "4.4.7", Outcome.SOFT),
        # Then the server's own words tell.
        ("failed", "nonsense", Outcome.BOUNCED),
        ("failed", "5.2.2", Outcome.SOFT),
        ("failed", "5.7.1", Outcome.SOFT),
        ("delayed", "4.4.1", Outcome.DEFERRED),
        ("delivered", "2.0.0", Outcome.DELIVERED),
        ("relayed", "2.0.0", Outcome.NOTHING),
        ("", "", Outcome.NOTHING),
    ],
)
def test_what_a_report_says_in_our_words(mail, to_the_sink, action, status, outcome):
    back_to = envelope(to_the_sink)
    take(report(back_to, action=action, status=status), "", back_to)
    mail.refresh_from_db()
    assert mail.outcome == outcome


def test_a_report_to_an_address_we_did_not_write_changes_nothing(mail, to_the_sink):
    back_to = envelope(to_the_sink)
    forged = back_to.replace(back_to[-30], "0" if back_to[-30] != "0" else "1")
    other = identity.return_address(mail.pk + 1, "claimant-0@exemple.fr").replace(
        str(mail.pk + 1), str(mail.pk)
    )
    for number, to in enumerate(
        (forged, other, US, "retours+1-00000000-0000000000000000@emploi.example", "", "x" * 5_000)
    ):
        take(report(to, number=str(number)), "", to)
    mail.refresh_from_db()
    assert (mail.outcome, StoppedAddress.objects.count()) == (Outcome.NOTHING, 0)
    assert set(DeliveryEvent.objects.values_list("message_id", flat=True)) == {None}


def test_a_report_about_an_address_left_since_marks_the_mail_and_no_address(mail, claimant, to_the_sink):
    claimant.user.email = "nouvelle@exemple.fr"
    claimant.user.save()
    back_to = envelope(to_the_sink)
    take(report(back_to, who="nouvelle@exemple.fr"), "", back_to)
    mail.refresh_from_db()
    claimant.refresh_from_db()
    assert (mail.outcome, claimant.email_bounced_at) == (Outcome.BOUNCED, None)
    assert not StoppedAddress.objects.exists()


def test_the_address_of_a_mail_signed_before_the_key_changed_is_still_read(mail, to_the_sink, settings):
    back_to = envelope(to_the_sink)
    settings.SECRET_KEY_FALLBACKS, settings.SECRET_KEY = [settings.SECRET_KEY], "n" * 60
    take(report(back_to), "", back_to)
    mail.refresh_from_db()
    assert mail.outcome == Outcome.BOUNCED
    assert StoppedAddress.objects.exists()


@pytest.mark.parametrize(("kind", "outcome"), [("abuse", Outcome.COMPLAINED), ("not-spam", Outcome.NOTHING)])
def test_a_complaint_that_quotes_our_envelope(mail, to_the_sink, kind, outcome):
    back_to = envelope(to_the_sink)
    raw = (
        "From: <abuse@example.org>\r\nTo: <plaintes@emploi.example>\r\nMIME-Version: 1.0\r\n"
        'Content-Type: multipart/report; report-type=feedback-report; boundary="part1"\r\n\r\n'
        "--part1\r\nContent-Type: text/plain\r\n\r\nThis is an email abuse report.\r\n"
        f"--part1\r\nContent-Type: message/feedback-report\r\n\r\nFeedback-Type: {kind}\r\nVersion: 1\r\n"
        f"Original-Mail-From: <{back_to}>\r\n\r\n"
        "--part1\r\nContent-Type: message/rfc822\r\n\r\nSubject: Convocation\r\n\r\nBonjour\r\n--part1--\r\n"
    ).encode()
    take(raw, "abuse@example.org", "plaintes@emploi.example")
    mail.refresh_from_db()
    assert mail.outcome == outcome


# --- replies ---------------------------------------------------------------------------


def reply(sender: str = "claimant-0@exemple.fr", **headers: str) -> bytes:
    message = EmailMessage()
    message["From"], message["To"], message["Subject"] = (
        sender,
        "ne-pas-repondre@emploi.example",
        "Re: Convocation",
    )
    for name, value in headers.items():
        message[name.replace("_", "-")] = value
    message.set_content("Je serai en retard.")
    return message.as_bytes()


def answers() -> int:
    return OutboxMessage.objects.filter(kind=MAIL_NOBODY_READS).count()


def test_a_reply_is_answered_once_a_day_and_kept_nowhere(claimant, to_the_sink, our_door):
    came = hand_in(our_door, reply(), "ne-pas-repondre@emploi.example", "Claimant-0@exemple.fr")
    assert take(*came) == ANSWERED
    assert take(*came) == ANSWERED
    assert answers() == 1
    assert take(*came, now=LATER + timedelta(days=1)) == ANSWERED
    assert answers() == 2
    send_due(lambda: LATER + timedelta(days=1))
    answer = to_the_sink.box.messages()[-1]
    assert answer["To"] == "claimant-0@exemple.fr"
    assert answer["Auto-Submitted"] == "auto-generated"
    assert not DeliveryEvent.objects.exists()


def test_our_own_answer_that_comes_back_to_us_is_not_answered(claimant, to_the_sink):
    take(reply(), "claimant-0@exemple.fr", "ne-pas-repondre@emploi.example")
    send_due(lambda: LATER)
    ours = to_the_sink.box.files()[-1].read_bytes()
    for sender in (envelope(to_the_sink), "claimant-0@exemple.fr", ""):
        assert take(ours, sender, "ne-pas-repondre@emploi.example", now=LATER + timedelta(days=1)) == NOTHING


@pytest.mark.parametrize(
    "headers",
    [
        {"Auto_Submitted": "auto-replied"},
        {"Auto_Submitted": "auto-generated"},
        {"Precedence": "bulk"},
        {"Precedence": "auto_reply"},
        {"List_Id": "<liste.example>"},
        {"List_Unsubscribe": "<mailto:x@example.org>"},
        {"X_Auto_Response_Suppress": "All"},
        {"X_Autoreply": "yes"},
        {"X_Loop": "x@example.org"},
    ],
    ids=str,
)
def test_automatic_mail_is_never_answered(claimant, headers):
    assert take(reply(**headers), "claimant-0@exemple.fr", US) == NOTHING
    assert answers() == 0


@pytest.mark.parametrize(
    "sender",
    [
        "",
        "<>",
        "inconnu@exemple.fr",
        "mailer-daemon@exemple.fr",
        "postmaster@exemple.fr",
        US,
        "ne-pas-repondre@espace-emploi.invalid",
        "nobody",
        "a\x00b@exemple.fr",
        "x" * 9_000,
    ],
)
def test_who_is_no_account_of_ours_is_never_answered(claimant, sender):
    assert take(reply(), sender, US) == NOTHING
    assert answers() == 0


def test_auto_submitted_no_is_a_person(claimant):
    assert take(reply(Auto_Submitted="no"), "claimant-0@exemple.fr", US) == ANSWERED


def test_the_answer_says_how_to_write_to_us(claimant):
    rows = [Row(1, claimant.pk, claimant.pk, 0, 0, None), Row(2, claimant.advisor.pk, 0, 0, 0, None)]
    mails = replies.nobody_reads(rows, NOW)
    for mail in mails.values():
        check_mail(mail, facts=["3949"])
    assert mails[1].context["action_url"].endswith("/espace/")


# --- what no report should be ------------------------------------------------------------

HOSTILE = [
    b"",
    b"\x00" * 100,
    b"\xff" * 1_000,
    b"Content-Type: multipart/report; boundary=x\r\n\r\n" + b"--x\r\n" * 2_000,
    b"Content-Type: message/delivery-status\r\n\r\n\x00\xff",
    b"Content-Type: message/delivery-status\r\n\r\nReporting-MTA: x\r\n\r\nAction: failed\r\nStatus: \xff\xfe\r\n",
    b"Content-Type: multipart/report; report-type=delivery-status\r\n\r\nno boundary",
    b"To: \xe9\x00@" + b"x" * 5_000 + b"\r\nFrom: =?utf-8?b?////?=\r\n\r\nx",
    b"Content-Type: message/feedback-report\r\n\r\nFeedback-Type: abuse\r\nOriginal-Mail-From: \x00\r\n",
    (b"Content-Type: message/rfc822\r\n\r\n") * 300 + b"x",
    b"X: y\r\n" * 50_000 + b"\r\nx",
    b"Content-Transfer-Encoding: base64\r\nContent-Type: message/delivery-status\r\n\r\n!!!!",
]


@pytest.mark.parametrize("raw", HOSTILE, ids=lambda raw: repr(raw[:40]))
def test_a_strange_mail_is_no_error_and_changes_nothing(mail, to_the_sink, raw):
    take(raw, "claimant-0@exemple.fr\x00", US)
    mail.refresh_from_db()
    assert (mail.outcome, StoppedAddress.objects.count()) == (Outcome.NOTHING, 0)


def by_hook(folder) -> dict[str, str]:
    """What the hook's script is told of this machine."""
    (folder / "env").write_text("LOG_LEVEL=INFO\n")
    return {
        "ESPACE_EMPLOI_ENV": f"{folder}/env",
        "ESPACE_EMPLOI_HOME": ".",
        "ESPACE_EMPLOI_PYTHON": sys.executable,
    }


@pytest.mark.django_db(transaction=True)
def test_the_hook_takes_a_mail_from_its_standard_input(
    claimant, composer, to_the_sink, database_url, tmp_path
):
    (row,) = sent(claimant, 1)
    back_to, script = envelope(to_the_sink), by_hook(tmp_path)
    done = subprocess.run(
        ["deploy/take-in-mail.sh", "", back_to],
        input=report(back_to),
        capture_output=True,
        env={**os.environ, **script, "DATABASE_URL": database_url},
        timeout=60,
    )
    assert done.returncode == 0, done.stderr
    row.refresh_from_db()
    assert row.outcome == Outcome.BOUNCED


@pytest.mark.parametrize(
    "hook", [[sys.executable, "manage.py", "take_in_mail", "--from"], ["deploy/take-in-mail.sh"]]
)
def test_the_hook_without_a_database_says_later(tmp_path, hook):
    script = by_hook(tmp_path)
    arguments = ["a@exemple.fr", US] if hook == ["deploy/take-in-mail.sh"] else ["a@exemple.fr", "--to", US]
    done = subprocess.run(
        [*hook, *arguments],
        input=reply(),
        capture_output=True,
        env={**os.environ, **script, "DATABASE_URL": "postgres://nobody@127.0.0.1:1/none"},
        timeout=60,
    )
    assert done.returncode == os.EX_TEMPFAIL
