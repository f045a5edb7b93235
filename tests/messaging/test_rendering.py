"""One look for all e-mails, and nothing a person wrote can bend it."""

from dataclasses import replace
from datetime import UTC, datetime
from email import message_from_bytes, policy
from html import unescape

import pytest

from messaging.delivery.rendering import NoSuchAddress, deliverable, letter, message_id
from messaging.emails import Mail, Row
from tests.messaging.conftest import NOW, mail_about
from tests.messaging.rendering import check_mail

MAIL = mail_about(Row(1, 1, 7, 0, 0, None))


def written(mail: Mail, to: str = "nour@exemple.fr") -> bytes:
    return letter(mail, to=to, message_id="<1.2@testserver>", now=NOW).content


def test_rendering_the_base_shows_each_fact_in_both_parts():
    words = replace(
        MAIL,
        context=MAIL.context
        | {
            "deadline_text": "À faire avant mercredi 2 décembre 2026. Il vous reste 1 jour.",
            "kind": "convocation",
            "help_text": "Agence du Port\u00a0: 8 h 30 à 12 h 30.",
        },
    )
    check_mail(words, facts=["jeudi 3 décembre 2026 à 14 h 30", "8 h 30 à 12 h 30"])


@pytest.mark.parametrize(
    "broken",
    [
        replace(MAIL, subject="RV"),
        replace(MAIL, context=MAIL.context | {"preheader": ""}),
        replace(MAIL, context=MAIL.context | {"body": "Venez {{ date }}."}),
        replace(MAIL, context=MAIL.context | {"body": "Vous êtes radié définitivement."}),
        replace(MAIL, context=MAIL.context | {"body": "Venez..."}),
        replace(MAIL, context=MAIL.context | {"body": "mot " * 300}),
        replace(MAIL, context=MAIL.context | {"action_url": "/espace/7/"}),
        replace(MAIL, context=MAIL.context | {"action_url": "https://ailleurs.example/"}),
        replace(MAIL, context={key: value for key, value in MAIL.context.items() if key != "why"}),
    ],
)
def test_checking_a_mail_that_is_wrong_fails(broken):
    with pytest.raises(AssertionError):
        check_mail(broken)


def test_words_are_put_into_french_typography():
    words = replace(
        MAIL,
        subject="Rappel : venez-vous ?",
        context=MAIL.context | {"preheader": "À lire.", "body": "L'agence dit : « venez » à 8 h 30 !"},
    )
    shown = check_mail(words)
    assert shown.message["Subject"] == "Rappel\u00a0: venez-vous\u202f?"
    assert "L’agence dit\u00a0: «\u00a0venez\u00a0» à 8\u00a0h\u00a030\u202f!" in unescape(shown.html)


HOSTILE = [
    "a\r\nBcc: victime@exemple.fr",
    "a\nBcc: victime@exemple.fr\n\nautre corps",
    "a\rBcc: victime@exemple.fr",
    "a\u2028Bcc: victime@exemple.fr",
    "a\x85Bcc: victime@exemple.fr",
    "a\x00b\x0b\x0c\x1c",
    "=?utf-8?q?a=0D=0ABcc:_victime@exemple.fr?=",
    "a" * 5_000,
    "é" * 5_000,
    "\ud800 seul",
    "--=_espace-emploi--",
]


@pytest.mark.parametrize("words", HOSTILE)
def test_a_hostile_subject_stays_one_subject(words):
    raw = written(replace(MAIL, subject=words))
    heads = raw.split(b"\r\n\r\n", 1)[0]
    message = message_from_bytes(raw, policy=policy.default)
    assert message["Bcc"] is None
    assert message["To"] == "nour@exemple.fr"
    assert len(list(message.iter_parts())) == 2
    assert sum(not line.startswith(b" ") for line in heads.split(b"\r\n")) == 10
    assert max(map(len, raw.split(b"\r\n"))) <= 998


@pytest.mark.parametrize("words", HOSTILE)
def test_hostile_words_stay_in_their_part(words):
    raw = written(
        replace(MAIL, context=MAIL.context | {"body": f"<b>{words}\r\n.\r\nQUIT\r\n", "title": words})
    )
    message = message_from_bytes(raw, policy=policy.default)
    parts = list(message.iter_parts())
    assert [part.get_content_type() for part in parts] == ["text/plain", "text/html"]
    assert message["Bcc"] is None
    assert "<b>" not in parts[1].get_content()
    assert b"\r" not in raw.replace(b"\r\n", b"")
    assert b"\n" not in raw.replace(b"\r\n", b"")


@pytest.mark.parametrize(
    "address",
    [
        "",
        "nour",
        "nour@exemple.fr\r\nRCPT TO:<autre@exemple.fr>",
        "nour@exemple.fr>\r\nDATA",
        "<nour@exemple.fr>",
        '"nour> SIZE=1"@exemple.fr',
        "nour @exemple.fr",
        "nour@exemple.fr, autre@exemple.fr",
        "noür@exemple.fr",
        "nour@[127.0.0.1]",
        f"{'n' * 400}@exemple.fr",
    ],
)
def test_an_address_that_could_bend_the_conversation_is_refused(address):
    with pytest.raises(NoSuchAddress):
        deliverable(address)


def test_an_address_with_an_accented_domain_takes_its_ascii_form():
    assert deliverable("nour@éducation.fr") == "nour@xn--ducation-90a.fr"


def test_the_message_id_depends_on_the_row_alone():
    made = datetime(2026, 12, 1, 9, 30, 0, 123_456, tzinfo=UTC)
    assert message_id(7, made) == "<7.1796117400123456@testserver>"
    assert message_id(7, made) == message_id(7, made)
    assert message_id(8, made) != message_id(7, made)
