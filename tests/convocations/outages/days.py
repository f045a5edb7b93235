"""An absence, an outage, and what the calendar makes of both."""

from datetime import date, datetime, timedelta

from convocations import attendance
from convocations.absences import deciding
from convocations.evidence import ledger
from convocations.models import Absence
from convocations.states import AbsenceState, ConvocationState
from portal.core import deadlines, outages
from portal.core.journal import Actor
from portal.core.models import Outage
from portal.core.working_time import Territory, last_day
from tests import factories
from tests.factories import NOW, acting

PARIS = Territory.METROPOLE.zone
REUNION = Territory.REUNION.zone
OFFICE = Actor(None, "ADMIN", "127.0.0.1")


def work(now: datetime) -> None:
    deadlines.work(lambda: now)


def absence_of(territory: str = "METROPOLE", *, advisor=None, day: int = 0) -> Absence:
    """An absence recorded on Wednesday 2 December 2026 (or so many days later): five jours ouvrés to explain."""
    advisor = advisor or factories.advisor(factories.agency(territory=territory))
    convocation = factories.convocation(factories.claimant(advisor), starts_at=NOW + timedelta(days=9 + day))
    ledger.consult(convocation.pk, by=acting(convocation.claimant), now=NOW + timedelta(hours=1))
    work(convocation.ends_at)
    at = convocation.ends_at + timedelta(hours=1)
    attendance.record(convocation.pk, ConvocationState.ABSENT, by=acting(convocation.advisor), now=at)
    return Absence.objects.select_related("agency", "claimant", "advisor__user").get(convocation=convocation)


def paris(day: int, hour: int = 0, minute: int = 0) -> datetime:
    return datetime(2026, 12, day, hour, minute, tzinfo=PARIS)


def down(since: datetime, until: datetime | None, *, now: datetime | None = None) -> Outage:
    at = now or until or since
    outage = outages.record(since, until, "Panne du réseau", by=OFFICE, now=at)
    work(at)
    return outage


def last_day_of(row: Absence) -> date:
    row.refresh_from_db()
    return last_day(row.explanation_due_at, row.agency.place)


def refer(row: Absence, now: datetime) -> Absence:
    return deciding.decide(
        row.pk,
        AbsenceState.REFERRED,
        reasons="Sans réponse.",
        report="La personne n’était pas là.",
        by=acting(row.advisor),
        now=now,
    )
