"""Somebody reached by post alone, and an appointment they are told of."""

from datetime import timedelta

import pytest

from accounts.models import Claimant, OpeningHours
from convocations.models import Convocation
from messaging.delivery import send_due
from messaging.models import Letter
from tests import factories
from tests.factories import NOW
from tests.messaging.on_paper import hours
from tests.messaging.posting.made import by_post


@pytest.fixture(autouse=True)
def _to_the_sink(settings, mailsink) -> None:
    settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", mailsink.port


@pytest.fixture
def supervisor(db):
    return factories.advisor(is_supervisor=True)


@pytest.fixture
def marcel(supervisor) -> Claimant:
    """Has no e-mail address and an agency that is open in the morning."""
    rows = hours()
    for row in rows:
        row.agency = supervisor.agency
    OpeningHours.objects.bulk_create(rows)
    return by_post(supervisor)


def send() -> None:
    send_due(lambda: NOW)


def letter_of(person: Claimant) -> Letter:
    """The letter that announces an appointment to this person; no two of one advisor's meet."""
    factories.convocation(person, starts_at=NOW + timedelta(days=9 + Convocation.objects.count()))
    send()
    return Letter.objects.get(claimant=person)
