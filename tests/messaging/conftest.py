"""Some people, a kind of e-mail of the tests' own, and senders of their own."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from typing import Any

import pytest
from django.db import transaction

from accounts.models import Advisor, Agency, Claimant, Role, User
from messaging import emails, outbox
from messaging.emails import Mail, Row, Words
from messaging.models import OutboxMessage
from messaging.signals import Settled, messages_settled
from portal.core.working_time import Territory

NOW = datetime(2026, 12, 1, 9, 30, tzinfo=UTC)
KIND = 32_001


def mail_about(row: Row, *, letter: Callable[[], Words] | None = None) -> Mail:
    return Mail(
        template="base",
        subject=f"Rendez-vous {row.subject_id}\u00a0: jeudi 3 décembre 2026",
        context={
            "preheader": "Répondez avant le 2 décembre 2026.",
            "title": f"Votre rendez-vous {row.subject_id}",
            "body": "Vous avez rendez-vous jeudi 3 décembre 2026 à 14 h 30.",
            "action_url": emails.absolute(f"/espace/{row.subject_id}/"),
            "action_label": "Voir mon rendez-vous",
            "why": "Vous êtes suivi par notre agence.",
        },
        letter=letter,
    )


@dataclass
class Composer:
    """The tests' own kind of e-mail; `poisoned` subjects make it fail, `moot` ones have no purpose."""

    poisoned: set[int] = field(default_factory=set)
    moot: set[int] = field(default_factory=set)
    calls: list[int] = field(default_factory=list)
    error: type[Exception] = ValueError
    write: Callable[[Row], Mail] = mail_about

    def __call__(self, rows: Sequence[Row], now: datetime) -> Mapping[int, Mail]:
        self.calls.append(len(rows))
        for row in rows:
            if row.subject_id in self.poisoned:
                raise self.error(f"poisoned {row.subject_id}")
        return {row.id: self.write(row) for row in rows if row.subject_id not in self.moot}


@pytest.fixture
def declared() -> Iterator[Callable[..., Composer]]:
    """Declare a kind for this test only: `composer = declared(by_post=True, group=NoticeGroup.ANSWERS)`."""
    before = dict(emails._kinds)

    def declare(number: int = KIND, **how: Any) -> Composer:
        composer = Composer()
        emails.composes(number, f"essai-{number}", label="essai", **how)(composer)
        return composer

    yield declare
    emails._kinds.clear()
    emails._kinds.update(before)


@pytest.fixture
def composer(declared: Callable[..., Composer]) -> Composer:
    return declared()


@pytest.fixture
def to_the_sink(settings, mailsink):
    """The real mail sink, as the server that senders of this process speak to."""
    settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", mailsink.port
    return mailsink


@dataclass
class Heard:
    """What `messages_settled` said."""

    accepted: list[Settled] = field(default_factory=list)
    refused: list[Settled] = field(default_factory=list)
    signals: int = 0

    def __call__(self, accepted: list[Settled], refused: list[Settled], **kwargs: object) -> None:
        self.accepted += accepted
        self.refused += refused
        self.signals += 1


@pytest.fixture
def heard() -> Iterator[Heard]:
    heard = Heard()
    messages_settled.connect(heard)
    yield heard
    messages_settled.disconnect(heard)


def make_claimants(number: int) -> list[Claimant]:
    """Make claimants with an advisor: claimant-0@exemple.fr and so on."""
    agency = Agency.objects.create(
        code="A1",
        name="Agence du Port",
        region="Bretagne",
        territory=Territory.values[0],
        street="1 quai du Port",
        postcode="29200",
        city="Brest",
        phone="0298000000",
    )
    advisor = Advisor.objects.create(
        user=User.objects.create(
            email="conseiller@exemple.fr", first_name="Alix", last_name="Le Goff", role=Role.ADVISOR
        ),
        agency=agency,
    )
    users = User.objects.bulk_create(
        User(email=f"claimant-{i}@exemple.fr", first_name="Nour", last_name=f"Martin {i}")
        for i in range(number)
    )
    return Claimant.objects.bulk_create(
        Claimant(user=user, agency=agency, advisor=advisor, registered_on=date(2026, 1, 5)) for user in users
    )


@pytest.fixture
def claimant(db: None) -> Claimant:
    return make_claimants(1)[0]


def owe(claimant: Claimant, *subjects: int, kind: int = KIND) -> list[OutboxMessage]:
    """Owe one message a subject; the rows."""
    with transaction.atomic():
        outbox.enqueue([outbox.Owed(kind, claimant.pk, subject) for subject in subjects], now=NOW)
    return list(OutboxMessage.objects.filter(kind=kind, subject_id__in=subjects).order_by("id"))
