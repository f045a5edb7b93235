"""The cast of the desk: an advisor signed in, the person convoked, a colleague elsewhere, a clock that stands."""

import uuid
from datetime import datetime, time, timedelta

import pytest
from django.core.cache import cache

from accounts.models import OpeningHours
from convocations import attendance
from convocations.absences import clocks, explaining
from convocations.evidence import ledger
from convocations.models import Absence, Convocation, Justificatif
from convocations.motives import Motive
from convocations.scheduling.clocks import record_due
from convocations.states import ConvocationState
from portal.core import parameters
from portal.core.deadlines import Due
from portal.core.models import Document
from tests import factories
from tests.factories import NOW, acting
from tests.people import signed_in


class Clock:
    """The instant the pages see; tests move it."""

    def __init__(self, now: datetime) -> None:
        self.now = now

    def __call__(self) -> datetime:
        return self.now

    def move(self, **span: float) -> datetime:
        self.now += timedelta(**span)
        return self.now


@pytest.fixture
def at(monkeypatch) -> Clock:
    cache.clear()
    parameters.forget()
    moved = Clock(NOW)
    monkeypatch.setattr("portal.core.clock.now", moved)
    # Read once and believed: a page that asks again would count one query more.
    monkeypatch.setattr("portal.core.parameters.in_force._BELIEVED", 10**9)
    # Days pass in these tests; the session does not end meanwhile.
    monkeypatch.setattr("accounts.sign_in.sessions.idle_minutes", lambda user: 10**9)
    return moved


@pytest.fixture
def agency(db):
    agency = factories.agency(name="Agence des Tilleuls")
    for weekday in range(5):
        OpeningHours.objects.create(
            agency=agency,
            kind=OpeningHours.Kind.BY_APPOINTMENT,
            weekday=weekday,
            opens=time(12, 30),
            closes=time(16, 30),
        )
    return agency


@pytest.fixture
def nadia(agency):
    """The advisor."""
    return factories.advisor(agency, first_name="Nadia", last_name="Benali")


@pytest.fixture
def paul(agency):
    """Her colleague of the same agency."""
    return factories.advisor(agency, first_name="Paul", last_name="Keller")


@pytest.fixture
def helene(agency):
    """The supervisor of the agency."""
    return factories.advisor(agency, is_supervisor=True, first_name="Hélène", last_name="Roy")


@pytest.fixture
def camille(nadia):
    """The person convoked."""
    return factories.claimant(
        nadia, user_fields={"first_name": "Camille", "last_name": "Moreau"}, phone="06 11 22 33 44"
    )


@pytest.fixture
def desk(at, nadia):
    """Her browser."""
    return signed_in(nadia)


def read(row: Convocation, now: datetime = NOW) -> Convocation:
    """The person opens the page: proven to know."""
    ledger.consult(row.pk, by=acting(row.claimant), now=now)
    row.refresh_from_db()
    return row


def past(of, *, known: bool = True, **fields) -> tuple[Convocation, datetime]:
    """An appointment that is over and waits for its record, and the instant just after it."""
    row = factories.convocation(of, **fields)
    if known:
        read(row)
    after = row.ends_at + timedelta(minutes=5)
    ConvocationRows.await_record(row)
    row.refresh_from_db()
    return row, after


class ConvocationRows:
    @staticmethod
    def await_record(row: Convocation) -> None:
        Convocation.objects.filter(pk=row.pk).move_all(
            ConvocationState.AWAITING_STATUS, record_due_at=record_due(row.ends_at, row.agency.place)
        )


def absent(of, **fields) -> tuple[Absence, datetime]:
    """An absence in examination, and the instant of its record."""
    row, after = past(of, **fields)
    attendance.record(row.pk, ConvocationState.ABSENT, by=acting(of.advisor), now=after)
    return Absence.objects.get(convocation=row), after


def period_over(absence: Absence) -> datetime:
    """The end of the explanation period, worked as the clock works it; the instant just after."""
    now = absence.explanation_due_at + timedelta(minutes=1)
    clocks.end_period([Due(0, absence.pk, 0, 0)], now)
    absence.refresh_from_db()
    return now


def document(of, **fields) -> Document:
    return Document.objects.create(
        **{
            "owner_id": of.pk,
            "uploaded_by_id": of.pk,
            "title": "Certificat.pdf",
            "state": "RECEIVED",
            "uploaded_at": NOW,
            "sha256": b"x" * 32,
            "size": 1200,
            "clean_key": uuid.uuid4().hex,
            "scan": "test",
            "settled_at": NOW,
            "keep_until": NOW.date() + timedelta(days=700),
        }
        | fields
    )


def explained(absence: Absence, now: datetime, *documents: Document, **fields) -> Justificatif | None:
    """The person explains, with documents."""
    explaining.explain(
        absence.pk,
        motive=fields.get("motive", Motive.TRANSPORT),
        text=fields.get("text", "Mon train était supprimé."),
        sworn=False,
        document_ids=[one.pk for one in documents],
        form_key=uuid.uuid4(),
        by=acting(absence.claimant),
        now=now,
    )
    return Justificatif.objects.filter(absence=absence).last()
