"""The local SMTP server: it keeps what it takes, refuses what it should, and can misbehave."""

import asyncio
import os
import smtplib
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from stack.mailsink import Mailsink
from tests.stack.conftest import Clone, eventually

SENDER = "ne-pas-repondre@emploi.example"
AMINA = "amina@demandeur.example"


def send(
    sink: Mailsink, to: list[str], message_id: str = "<1@emploi.example>", text: str = "Bonjour"
) -> dict:
    with smtplib.SMTP("127.0.0.1", sink.port, timeout=10) as smtp:
        content = f"From: {SENDER}\r\nMessage-ID: {message_id}\r\nSubject: Convocation\r\n\r\n{text}\r\n"
        return smtp.sendmail(SENDER, to, content.encode())


def test_mail_is_kept_as_it_was_sent(mailsink: Mailsink):
    send(mailsink, [AMINA], text="Vous êtes convoquée.")
    (mail,) = mailsink.box.messages()
    assert mail["Subject"] == "Convocation"
    assert mail["Delivered-To"] == AMINA
    assert mail["Return-Path"] == f"<{SENDER}>"
    assert "Vous êtes convoquée." in mailsink.box.files()[0].read_text()


def test_mails_are_read_in_the_order_they_came(mailsink: Mailsink):
    for number in range(12):
        send(mailsink, [AMINA], f"<{number}@emploi.example>")
    assert [mail["Message-ID"] for mail in mailsink.box.messages()] == [
        f"<{number}@emploi.example>" for number in range(12)
    ]


def test_bouncing_domain_is_refused_and_the_others_still_served(mailsink: Mailsink):
    refused = send(mailsink, [AMINA, "partie@rebond.example"])
    assert refused["partie@rebond.example"][0] == 550
    assert [mail["Delivered-To"] for mail in mailsink.box.messages()] == [AMINA]
    with pytest.raises(smtplib.SMTPRecipientsRefused):
        send(mailsink, ["partie@REBOND.example"])


def test_temporary_failure_ends_after_the_number_asked_for(mailsink: Mailsink):
    mailsink.behaviour.temporary = 1
    with pytest.raises(smtplib.SMTPDataError) as refusal:
        send(mailsink, [AMINA])
    assert refusal.value.smtp_code == 451
    send(mailsink, [AMINA])
    assert len(mailsink.box.messages()) == 1


def test_delay_holds_the_answer_back(mailsink: Mailsink):
    mailsink.behaviour.delay = 0.4
    before = time.monotonic()
    send(mailsink, [AMINA])
    assert time.monotonic() - before >= 0.4


def test_connection_cut_in_mid_message_keeps_nothing(mailsink: Mailsink):
    mailsink.behaviour.cut = 1
    with pytest.raises((smtplib.SMTPServerDisconnected, ConnectionError)):
        send(mailsink, [AMINA])
    assert mailsink.box.messages() == []
    send(mailsink, [AMINA])
    assert len(mailsink.box.messages()) == 1


def test_connection_cut_after_the_message_makes_a_countable_duplicate(mailsink: Mailsink):
    mailsink.behaviour.cut_after = 1
    with pytest.raises((smtplib.SMTPServerDisconnected, ConnectionError)):
        send(mailsink, [AMINA], "<7@emploi.example>")
    send(mailsink, [AMINA], "<7@emploi.example>")
    send(mailsink, [AMINA], "<8@emploi.example>")
    assert mailsink.box.copies() == {"<7@emploi.example>": 2, "<8@emploi.example>": 1}
    assert mailsink.box.duplicates() == 1


def test_sink_offers_nothing_exotic(mailsink: Mailsink):
    with smtplib.SMTP("127.0.0.1", mailsink.port, timeout=10) as smtp:
        smtp.ehlo()
        assert set(smtp.esmtp_features) <= {"pipelining", "size", "8bitmime", "help"}


def test_many_mails_over_one_connection(mailsink: Mailsink):
    with smtplib.SMTP("127.0.0.1", mailsink.port, timeout=10) as smtp:
        for number in range(50):
            smtp.sendmail(SENDER, [AMINA], f"Message-ID: <{number}@emploi.example>\r\n\r\nx\r\n")
    assert len(mailsink.box.copies()) == 50


def test_sink_as_a_process_of_its_own_refuses_what_it_was_told(clone: Clone):
    where, box = clone.folder / "port", clone.folder / "mails"
    arguments = ["--dir", str(box), "--port-file", str(where), "--refuse", "autre.example"]
    process = clone.start(*clone.command("mailsink", *arguments))
    eventually(where.exists)
    with smtplib.SMTP("127.0.0.1", int(where.read_text()), timeout=10) as smtp:
        refused = smtp.sendmail(
            SENDER, [AMINA, "a@autre.example", "b@rebond.example"], "Subject: x\r\n\r\nx\r\n"
        )
    assert {address: code for address, (code, _) in refused.items()} == {
        "a@autre.example": 550,
        "b@rebond.example": 550,
    }
    assert len([name for name in os.listdir(box) if name.endswith(".eml")]) == 1
    process.terminate()
    assert process.wait(10) == 0


def test_sink_starts_where_a_loop_already_runs(tmp_path: Path):
    """Playwright leaves its loop running in the thread of the tests."""

    async def inside() -> int:
        with Mailsink(tmp_path / "mails") as sink:
            return sink.port

    # In a thread of its own: where a browser test ran before, this one's loop already runs.
    with ThreadPoolExecutor(1) as thread:
        assert thread.submit(asyncio.run, inside()).result() > 0
