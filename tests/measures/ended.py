"""A procedure that is over, for the casts of other tests: one row of each of its tables, written as it once was."""

from datetime import datetime, timedelta
from uuid import uuid4

from accounts.models import Claimant, User
from measures.bareme import ranges
from measures.models import (
    Annex,
    AppealCase,
    AppealExtension,
    Case,
    CourtAppeal,
    Decision,
    Effect,
    GraciousAppeal,
    Hearing,
    LiftRequest,
    Mediation,
    Notice,
    Observations,
    Origin,
    PeriodExtension,
    Piece,
    Stay,
)
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
    decision = Decision.objects.create(
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
    _contest(case, decision, paper, outage, at + 20 * DAY)
    return case


def _contest(case: Case, decision: Decision, paper: Document, outage: Outage, at: datetime) -> None:
    """Write what followed it: a wish to lift, an appeal, a mediation, the court; something was owed and is done."""
    person, delegate, later = case.claimant.user, decision.author, at + 30 * DAY
    words = {"reasons_law": LAW, "reasons_fact": FACT}
    lift = LiftRequest.objects.create(
        case=case,
        form_key=uuid4(),
        text="C’est fait.",
        asked_at=at,
        asked_by=person,
        content_hash=b"0" * 32,
        answer_by=at + 9 * DAY,
        decided_at=at + DAY,
        decided_by=delegate,
        granted=False,
        **words,
    )
    appeal = AppealCase.objects.create(
        case=case,
        decision=decision,
        state="OVER",
        residence="MAINLAND",
        opened_at=at,
        counts_from=at,
        deadline=at + 70 * DAY,
    )
    AppealExtension.objects.create(
        appeal=appeal, outage=outage, ended_at=at + 69 * DAY, ends_at=at + 70 * DAY, given_at=at
    )
    filed = GraciousAppeal.objects.create(
        appeal=appeal,
        form_key=uuid4(),
        state="REJECTED",
        text="Je conteste.",
        filed_at=at,
        filed_by=person,
        content_hash=b"0" * 32,
        interrupts=True,
        implicit_at=at + 62 * DAY,
        author=a_delegate(case.region).user,
        answered_at=later,
        notified_at=later,
        notified_how="CONSULTED",
        **words,
    )
    Mediation.objects.create(
        appeal=appeal,
        form_key=uuid4(),
        state="FAILED",
        asked_on=later.date(),
        declared_at=later,
        declared_by=person,
        interrupts=True,
        ended_on=later.date(),
        end_declared_at=later,
        end_declared_by=person,
    )
    CourtAppeal.objects.create(
        appeal=appeal,
        state="REJECTED",
        judged_on=later.date(),
        judgment="Le recours est rejeté.",
        noted_at=later,
        noted_by=delegate,
        prepared_at=later,
        court="Tribunal administratif",
        filed_on=later.date(),
        declared_at=later,
        declared_by=person,
    )
    Stay.objects.create(
        appeal=appeal,
        held_by="JUDGE",
        reason="Ordonnance.",
        since=at.date(),
        until=later.date(),
        noted_at=at,
        noted_by=delegate,
        ended_at=later,
    )
    Effect.objects.create(
        case=case,
        appeal=appeal,
        kind="AGREED",
        what="Ce qui a été convenu.",
        owed_at=later,
        due_at=later + 15 * DAY,
        done_at=later,
        done_by=delegate,
        proof="Virement.",
    )
    Annex.objects.create(document=paper, lift=lift, added_at=at)
    Annex.objects.create(document=paper, gracious=filed, added_at=at)
