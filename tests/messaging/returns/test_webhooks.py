"""The doors for machines: what is signed, fresh and well-formed counts once; anything else changes nothing."""

import hmac
import json
import time
from hashlib import sha256

import pytest
from django.test import Client

from messaging.delivery.rendering import message_id
from messaging.models import DeliveryEvent, StoppedAddress
from messaging.states import Outcome

SECRET = "s" * 40
KEY = "mailgun-signing-key"
RELAY, MAILGUN = "/retours/relais/", "/retours/mailgun/"


@pytest.fixture(autouse=True)
def _open(settings) -> None:
    settings.RETURNS_SECRETS, settings.MAILGUN_WEBHOOK_SIGNING_KEY = [SECRET], KEY


def event(row, **fields) -> dict:
    return {
        "id": "ev-1",
        "type": "bounced",
        "at": "2026-12-01T09:35:00Z",
        "message_id": message_id(row.pk, row.created_at),
        "recipient": row.person.email,
        "code": "5.1.1",
    } | fields


def signature(body: bytes, *, secret: str = SECRET, at: float | None = None) -> str:
    seconds = int(time.time() if at is None else at)
    return f"t={seconds},v1={hmac.new(secret.encode(), f'{seconds}.'.encode() + body, sha256).hexdigest()}"


def call(body, *, signed: str | None = None, content_type: str = "application/json", path: str = RELAY):
    raw = body if isinstance(body, bytes) else json.dumps(body).encode()
    return Client(enforce_csrf_checks=True).post(
        path,
        raw,
        content_type=content_type,
        headers={"X-Retours-Signature": signature(raw) if signed is None else signed},
    )


def nothing_happened(row) -> bool:
    row.refresh_from_db()
    return row.outcome == 0 and not DeliveryEvent.objects.exists() and not StoppedAddress.objects.exists()


def test_relay_with_a_signed_bounce_counts_it_once(mail):
    answer = call({"events": [event(mail)]})
    assert (answer.status_code, answer.json()) == (200, {"nouveaux": 1, "inconnus": 0})
    assert call({"events": [event(mail)]}).json() == {"nouveaux": 0, "inconnus": 0}
    mail.refresh_from_db()
    assert mail.outcome == Outcome.BOUNCED
    assert StoppedAddress.objects.count() == 1


def test_relay_with_an_unknown_mail_answers_200_and_keeps_it(mail):
    answer = call({"events": [event(mail, message_id="<7.7@ailleurs.example>")]})
    assert (answer.status_code, answer.json()) == (200, {"nouveaux": 1, "inconnus": 1})
    assert not StoppedAddress.objects.exists()


def test_relay_with_a_kind_nobody_knows_keeps_it_and_changes_nothing(mail):
    assert call({"events": [event(mail, type="opened")]}).status_code == 200
    mail.refresh_from_db()
    assert (mail.outcome, DeliveryEvent.objects.get().nature) == (0, DeliveryEvent.Nature.OTHER)


@pytest.mark.parametrize("code", ["5.7.1", "5.3.4", "5.2.2", "550 5.7.26 not accepted"])
def test_relay_with_a_refusal_that_is_not_about_the_address_stops_nothing(mail, code):
    call({"events": [event(mail, code=code)]})
    mail.refresh_from_db()
    assert (mail.outcome, StoppedAddress.objects.count()) == (Outcome.SOFT, 0)


def test_relay_takes_an_older_secret_while_it_is_replaced(mail, settings):
    settings.RETURNS_SECRETS = ["n" * 40, SECRET]
    assert call({"events": [event(mail)]}).status_code == 200


@pytest.mark.parametrize(
    "forged",
    [
        lambda raw: "",
        lambda raw: "nonsense",
        lambda raw: signature(raw, secret="x" * 40),
        lambda raw: signature(raw + b" "),
        lambda raw: signature(raw, at=time.time() - 301),
        lambda raw: signature(raw, at=time.time() + 600),
        lambda raw: signature(raw).replace("t=", "t=1"),
        lambda raw: signature(raw).replace("v1=", "v0="),
        lambda raw: signature(raw)[:-1] + "é",
        lambda raw: "t=" + "9" * 400 + ",v1=" + "0" * 64,
    ],
)
def test_relay_with_a_wrong_or_old_signature_answers_403(mail, forged):
    raw = json.dumps({"events": [event(mail)]}).encode()
    answer = call(raw, signed=forged(raw))
    assert answer.status_code == 403
    assert nothing_happened(mail)


MALFORMED = [
    b" ",
    b"\x00",
    b"\xff\xfe",
    b"[" * 100_000,
    b'{"events": [' + b"[" * 5_000,
    b"null",
    b"[]",
    b"{}",
    b'{"events": []}',
    b'{"events": {}}',
    b'{"events": [null]}',
    b'{"events": ["x"]}',
]
WRONG = [
    {"id": None},
    {"id": 7},
    {"id": ""},
    {"id": "a\x00b"},
    {"id": "\ud800"},
    {"id": "x" * 251},
    {"message_id": "\x00"},
    {"message_id": ["<1@x>"]},
    {"recipient": "nobody"},
    {"recipient": "a\x00@exemple.fr"},
    {"recipient": "\ud800@exemple.fr"},
    {"recipient": "a@b@exemple.fr"},
    {"recipient": None},
    {"at": None},
    {"at": 7},
    {"at": "hier"},
    {"at": "2026-12-01T09:35:00"},
    {"at": "0001-01-01T00:00:00Z"},
    {"at": "9999-12-31T23:59:59Z"},
]


@pytest.mark.parametrize("raw", MALFORMED, ids=lambda raw: repr(raw[:16]))
def test_relay_with_a_body_that_is_none_answers_400(mail, raw):
    answer = call(raw)
    assert answer.status_code == 400
    assert answer.json()["erreur"]
    assert nothing_happened(mail)


@pytest.mark.parametrize("fields", WRONG, ids=lambda fields: repr(fields)[:40])
def test_relay_with_one_wrong_event_among_good_ones_answers_400_and_takes_none(mail, fields):
    answer = call({"events": [event(mail), event(mail, **fields)]})
    assert answer.status_code == 400
    assert nothing_happened(mail)


@pytest.mark.parametrize(
    "fields", [{"type": 7}, {"type": None}, {"code": 7}, {"code": None}, {"code": "x" * 9_000}]
)
def test_relay_with_odd_but_harmless_fields_is_no_error(mail, fields):
    assert call({"events": [event(mail, **fields)]}).status_code == 200


def test_relay_with_too_much_answers_413_or_400(mail):
    assert call(b"x" * 1_000_000).status_code == 413
    assert call({"events": [event(mail, id=f"e{n}") for n in range(501)]}).status_code == 400
    assert nothing_happened(mail)


@pytest.mark.parametrize(
    "content_type",
    ["text/plain", "application/x-www-form-urlencoded", "multipart/form-data; boundary=x", ""],
)
def test_relay_with_another_type_answers_415(mail, content_type):
    assert call({"events": [event(mail)]}, content_type=content_type).status_code == 415
    assert nothing_happened(mail)


@pytest.mark.parametrize("path", [RELAY, MAILGUN])
@pytest.mark.parametrize("method", ["get", "head", "put", "delete", "options"])
def test_a_door_answers_only_post(client, path, method):
    assert getattr(client, method)(path).status_code == 405


@pytest.mark.parametrize("secrets", [[], ["short"], [""]])
def test_a_door_without_a_secret_is_closed(mail, settings, secrets):
    settings.RETURNS_SECRETS, settings.MAILGUN_WEBHOOK_SIGNING_KEY = secrets, ""
    raw = json.dumps({"events": [event(mail)]}).encode()
    for secret in secrets or [""]:
        assert call(raw, signed=signature(raw, secret=secret)).status_code == 404
    assert call(gun(mail, key=""), path=MAILGUN).status_code == 404
    assert nothing_happened(mail)


# --- Mailgun -------------------------------------------------------------------------


def gun(row, *, key: str = KEY, token: str = "t" * 50, at: float | None = None, **data) -> dict:
    """One call as Mailgun's documentation shows it."""
    stamp = str(int(time.time() if at is None else at))
    return {
        "signature": {
            "timestamp": stamp,
            "token": token,
            "signature": hmac.new(key.encode(), f"{stamp}{token}".encode(), sha256).hexdigest(),
        },
        "event-data": {
            "event": "failed",
            "severity": "permanent",
            "id": "DACSsAdVSeGpLid7TN03WA",
            "timestamp": time.time(),
            "recipient": row.person.email,
            "message": {"headers": {"message-id": message_id(row.pk, row.created_at).strip("<>")}},
            "delivery-status": {"code": 550, "enhanced-code": "5.1.1", "message": "5.1.1 no such user"},
        }
        | data,
    }


def test_mailgun_with_a_permanent_failure_is_a_bounce_counted_once(mail):
    told = gun(mail)
    assert call(told, path=MAILGUN).json() == {"nouveaux": 1, "inconnus": 0}
    assert call(told, path=MAILGUN).json() == {"nouveaux": 0, "inconnus": 0}
    mail.refresh_from_db()
    assert mail.outcome == Outcome.BOUNCED
    assert StoppedAddress.objects.get().address == mail.person.email


def test_mailgun_with_a_token_seen_before_and_another_body_changes_nothing(mail):
    call(gun(mail, event="delivered"), path=MAILGUN)
    assert call(gun(mail), path=MAILGUN).json()["nouveaux"] == 0
    mail.refresh_from_db()
    assert mail.outcome == Outcome.DELIVERED


@pytest.mark.parametrize(
    ("data", "outcome"),
    [
        ({"event": "delivered"}, Outcome.DELIVERED),
        ({"event": "complained"}, Outcome.COMPLAINED),
        ({"severity": "temporary"}, Outcome.DEFERRED),
        ({"event": "rejected"}, Outcome.SOFT),
        ({"delivery-status": {"enhanced-code": "5.7.1"}}, Outcome.SOFT),
        ({"event": "opened"}, Outcome.NOTHING),
        ({"event": "clicked"}, Outcome.NOTHING),
        ({"event": "unsubscribed"}, Outcome.NOTHING),
    ],
)
def test_mailgun_in_our_words(mail, data, outcome):
    assert call(gun(mail, **data), path=MAILGUN).status_code == 200
    mail.refresh_from_db()
    assert mail.outcome == outcome
    assert DeliveryEvent.objects.exists() == (outcome != Outcome.NOTHING), "what people read is not kept"


@pytest.mark.parametrize("how", [{"key": "another"}, {"at": 1_000_000_000}, {"at": 9_999_999_999}])
def test_mailgun_forged_or_replayed_answers_403(mail, how):
    assert call(gun(mail, **how), path=MAILGUN).status_code == 403
    assert nothing_happened(mail)


@pytest.mark.parametrize(
    "data",
    [
        {"timestamp": "x"},
        {"timestamp": 1e300},
        {"message": 7},
        {"recipient": "a\x00b@exemple.fr"},
        {"recipient": "\ud800"},
        {"event": ["x"]},
        {"delivery-status": 7},
        {"client-info": None},
    ],
)
def test_mailgun_with_a_strange_body_is_no_error_500(mail, data):
    assert call(gun(mail, **data), path=MAILGUN).status_code == 400
    assert nothing_happened(mail)


@pytest.mark.parametrize("raw", MALFORMED, ids=lambda raw: repr(raw[:16]))
def test_mailgun_with_no_signature_in_the_body_answers_400_or_403(mail, raw):
    assert call(raw, path=MAILGUN).status_code in {400, 403}
    assert nothing_happened(mail)


def test_mailgun_with_a_signature_block_of_the_wrong_kind_is_no_error_500(mail):
    for block in (None, [], {}, {"token": [], "timestamp": {}, "signature": 7}, {"token": "é"}):
        answer = call({**gun(mail), "signature": block}, path=MAILGUN)
        assert answer.status_code in {400, 403}
    assert call(b"x" * 1_000_000, path=MAILGUN).status_code == 413
    assert call(gun(mail), path=MAILGUN, content_type="text/plain").status_code == 415
