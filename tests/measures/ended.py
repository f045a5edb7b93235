"""A procedure that is over, for the casts of other tests: one row of each of its tables, written as it once was."""

from datetime import datetime, timedelta
from uuid import uuid4

from accounts.models import Claimant, User
from measures.bareme import ranges
from measures.models import Case, Decision, Hearing, Notice, Observations, Origin, PeriodExtension, Piece
from portal.core.models import Document, Outage
from tests.measures.cast import FACT, LAW, a_delegate

DAY = timedelta(days=1)


def write(person: Claimant, referred_by: User, paper: Document, outage: Outage, at: datetime) -> Case:
    """Write the rows of a measure that expired, behind the guards' backs: the caller has put them to sleep."""
    delegate = a_delegate(person.agency.region)
    case = Case.objects.create(
        claimant=person,
        agency=person.agency,
        region=person.agency.region,
        state="EXPIRED",
        origin=Origin.ABSENCE,
        # No absence is numbered so.
        origin_id=0,
        origin_ref="AB-0000-0001",
        facts_on=at.date(),
        report=FACT,
        evidence=[{"at": at.isoformat(), "what": "Convocation déposée"}],
        referred_by=referred_by,
        referred_at=at,
        bareme=ranges.in_force(at.date(), person.agency.place),
        breach="ASSIDUITY",
        situation="BENEFIT",
        rank=1,
        decider=delegate,
        taken_at=at,
        decide_by=at + 30 * DAY,
    )
    figures = {"case": case, "outcome": "SUSPENSION", "share": 50, "length": 1, "author": delegate.user}
    Notice.objects.create(
        facts=FACT,
        breach="ASSIDUITY",
        prepared_at=at,
        sent_at=at,
        received_at=at,
        received_how="CONSULTED",
        observations_until=at + 11 * DAY,
        content_hash=b"0" * 32,
        **figures,
    )
    said = Observations.objects.create(
        case=case, form_key=uuid4(), text="Un mot.", given_at=at, given_by=person.user, content_hash=b"0" * 32
    )
    Piece.objects.create(case=case, document=paper, observations=said, added_at=at)
    Hearing.objects.create(
        case=case, asked_at=at, asked_by=person.user, dropped_at=at + DAY, dropped_for="Je préfère écrire."
    )
    PeriodExtension.objects.create(
        case=case, outage=outage, ended_at=at + 10 * DAY, ends_at=at + 11 * DAY, given_at=at
    )
    Decision.objects.create(
        reasons_law=LAW,
        reasons_fact=FACT,
        answer="Lu.",
        decided_at=at + 12 * DAY,
        sent_at=at + 12 * DAY,
        notified_at=at + 13 * DAY,
        notified_how="CONSULTED",
        starts_at=at + 14 * DAY,
        ends_at=at + 44 * DAY,
        content_hash=b"0" * 32,
        **figures,
    )
    return case
