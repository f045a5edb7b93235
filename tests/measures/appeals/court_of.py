"""Appeals brought to where a test begins, by the ordinary processes."""

import uuid
from datetime import date, datetime

from measures.appeals import mediating
from measures.appeals.court import declaring
from measures.appeals.gracious import answering, filing, receiving
from measures.appeals.gracious.answering import Left
from measures.lifting import deciding, requesting
from measures.models import AppealCase, Case, CourtAppeal, GraciousAppeal, LiftRequest, Mediation
from measures.procedure.contradiction import receiving as notified
from measures.states import GraciousState, MediationState
from portal.core.working_time import Territory
from tests.factories import acting
from tests.measures.cast import LAW, SUSPENSION, Cast, acts, fresh

PARIS = Territory.METROPOLE
ASKS = "Mon train était supprimé : voici l’attestation."
WHY = "L’attestation du transporteur le prouve."


def today(cast: Cast) -> date:
    """The day it is on the wall of the agency."""
    return cast.now.astimezone(cast.advisor.agency.place.zone).date()


def contested(cast: Cast, choice=SUSPENSION, **fields) -> AppealCase:
    """The time to act against a measure that has begun."""
    case = cast.in_force(choice, **fields)
    return AppealCase.objects.get(case=case)


def again(appeal: AppealCase) -> AppealCase:
    return AppealCase.objects.select_related("case__agency", "decision", "lift").get(pk=appeal.pk)


def files(cast: Cast, appeal: AppealCase, **fields) -> GraciousAppeal:
    known = {"text": ASKS, "document_ids": [], "form_key": uuid.uuid4(), "now": cast.now}
    return filing.file_gracious(appeal.pk, **({"by": acting(appeal.case.claimant)} | known | fields))


def answers(
    cast: Cast,
    gracious: GraciousAppeal,
    verdict: GraciousState = GraciousState.REJECTED,
    left: Left | None = None,
    **fields,
) -> GraciousAppeal:
    known = {"reasons_law": LAW, "reasons_fact": WHY, "left": left, "by": acts(cast.other), "now": cast.now}
    return answering.answer(gracious.pk, verdict=verdict, **(known | fields))


def reads(appeal: AppealCase, now: datetime) -> bool:
    """The person opens the page of their appeal."""
    return receiving.consult(appeal.pk, by=acting(appeal.case.claimant), now=now)


def mediates(cast: Cast, appeal: AppealCase, asked_on: date | None = None, **fields) -> Mediation:
    known = {"note": "", "document_ids": [], "form_key": uuid.uuid4(), "now": cast.now}
    known |= {"asked_on": asked_on or today(cast), "by": acting(appeal.case.claimant)}
    return mediating.file_mediation(appeal.pk, **(known | fields))


def ends(
    cast: Cast, mediation: Mediation, state: MediationState = MediationState.FAILED, **fields
) -> Mediation:
    known = {"ended_on": today(cast), "outcome": "", "now": cast.now}
    known |= {"by": acting(mediation.appeal.case.claimant)}
    return mediating.end_mediation(mediation.pk, state=state, **(known | fields))


def goes_to_court(cast: Cast, appeal: AppealCase, **fields) -> CourtAppeal:
    known = {"court": "Tribunal administratif de Rennes", "number": "2026-1", "filed_on": today(cast)}
    known |= {"by": acting(appeal.case.claimant), "now": cast.now}
    return declaring.declare(appeal.pk, **(known | fields))


def asks_lift(cast: Cast, case: Case, **fields) -> LiftRequest:
    known = {"text": "Je suis venu hier.", "wants_interview": False, "document_ids": []}
    known |= {"form_key": uuid.uuid4(), "by": acting(case.claimant), "now": cast.now}
    return requesting.request_lift(case.pk, **(known | fields))


def refuses_lift(cast: Cast, asked: LiftRequest, **fields) -> LiftRequest:
    known = {"reasons_law": LAW, "reasons_fact": WHY, "by": acts(cast.delegate), "now": cast.now}
    return deciding.refuse_lift(asked.pk, **(known | fields))


def lifts(cast: Cast, asked: LiftRequest, effective_on: date | None = None, **fields) -> LiftRequest:
    known = {"effective_on": effective_on or today(cast), "reasons_fact": "", "by": acts(cast.delegate)}
    return deciding.lift(asked.pk, **(known | {"now": cast.now} | fields))


def refused_lift(cast: Cast) -> AppealCase:
    """The time to act against a refusal to lift that the person has read."""
    case = cast.in_force()
    asked = refuses_lift(cast, asks_lift(cast, case))
    notified.consult(case.pk, by=acting(case.claimant), now=cast.now)
    return again(AppealCase.objects.get(lift=asked))


def state_of(case: Case) -> str:
    return fresh(case).state
