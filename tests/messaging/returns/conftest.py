"""Mails that have left, and words that come back about them."""

from datetime import datetime, timedelta
from itertools import count

import pytest

from messaging.delivery import send_due
from messaging.delivery.rendering import message_id
from messaging.models import DeliveryEvent, OutboxMessage
from messaging.returns.reported import Nature, Reported
from messaging.returns.taking_in import Taken, take_in
from messaging.signals import messages_returned, messages_withheld
from tests.messaging.conftest import NOW, owe

LATER = NOW + timedelta(minutes=10)
_numbers = count(1)


def sent(person, *subjects: int) -> list[OutboxMessage]:
    """Have a real server take one mail a subject; the rows."""
    rows = owe(person, *subjects)
    send_due(lambda: NOW)
    for row in rows:
        row.refresh_from_db()
        assert row.accepted_at == NOW
    return rows


def word(row: OutboxMessage, nature: Nature, *, at: datetime = LATER, **fields) -> Reported:
    """One report about a mail, by its Message-ID, to the account's address."""
    given = {
        "event_id": f"e{next(_numbers)}",
        "message_id": message_id(row.pk, row.created_at),
        "address": row.person.email,
    }
    return Reported(nature=nature, at=at, **(given | fields))


def hear(*words: Reported, now: datetime = LATER, provider=DeliveryEvent.Provider.RELAY) -> Taken:
    return take_in(words, provider=provider, now=now)


@pytest.fixture
def mail(claimant, composer, to_the_sink) -> OutboxMessage:
    return sent(claimant, 1)[0]


@pytest.fixture
def said():
    """What the rooms above were told of returned and withheld mails."""
    told: dict[str, list[int]] = {"bounced": [], "complained": [], "withheld": []}

    def listen(sender, now, **kinds) -> None:
        for kind in told:
            told[kind] += [each.id for each in kinds.get(kind, ())]

    messages_returned.connect(listen)
    messages_withheld.connect(listen)
    yield told
    messages_returned.disconnect(listen)
    messages_withheld.disconnect(listen)
