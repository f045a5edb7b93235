"""Refer facts for examination: the one door by which rooms above open a case. It proposes and decides nothing."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from django.db import transaction

from accounts.models import Claimant
from measures import deeds
from measures.bareme import ranges
from measures.models import Breach, Case, Origin, Piece, Situation
from measures.procedure import choosing
from measures.states import CaseState
from portal.core import deadlines, journal, parameters
from portal.core.deadlines import Planned
from portal.core.journal import Actor
from portal.core.models import Document
from portal.core.safe import retention
from portal.core.transitions import Refusal
from portal.core.working_time import end_of_period

_Status = Claimant.BenefitStatus


class AlreadyReferred(Refusal):
    sentence = "Ces faits sont déjà transmis : une procédure est en cours."


class NothingReported(Refusal):
    sentence = "Écrivez un rapport des faits, et gardez au moins une preuve datée."


class FactsAhead(Refusal):
    sentence = "Ces faits ne peuvent pas être à venir."


class DecidedByTheDepartment(Refusal):
    sentence = (
        "La personne reçoit le RSA : le président du conseil départemental décide, pas le portail "
        "(article L5426-1 du code du travail). Écrivez-lui."
    )


@dataclass(frozen=True, slots=True)
class Proof:
    """One dated fact that a referral stands on, in a sentence the person can read; what they wrote, in their words."""

    at: datetime
    what: str
    said: str = ""


def refer(
    claimant: Claimant,
    *,
    origin: Origin,
    origin_id: int,
    origin_ref: str,
    facts_on: date,
    report: str,
    evidence: Sequence[Proof],
    documents: Collection[int],
    by: Actor,
    now: datetime,
    breach: Breach = Breach.ASSIDUITY,
) -> Case:
    """Hand facts with their proof to the region's delegates; the person's file and the barème are read as of now.

    In the caller's transaction, which holds what the facts come from. `documents` are the person's own, by id. The
    barème is the one in force on the day of the facts. Raises `AlreadyReferred`, `NothingReported`, `FactsAhead`,
    `DecidedByTheDepartment`, `NoBareme`.
    """
    with transaction.atomic():
        _refuse(claimant, origin, origin_id, facts_on, report, evidence, now)
        agency = claimant.agency
        case = Case(
            claimant=claimant,
            agency=agency,
            region=agency.region,
            origin=origin,
            origin_id=origin_id,
            origin_ref=origin_ref,
            facts_on=facts_on,
            report=report.strip(),
            evidence=_in_order(evidence),
            referred_by_id=by.person_id,
            referred_at=now,
            bareme=ranges.in_force(facts_on, agency.place),
            breach=breach,
            situation=_situation(claimant),
            daily_allowance=claimant.daily_allowance,
        )
        case.rank = choosing.rank_of(case)
        case.save(force_insert=True)
        _join(case, documents, now)
        data = {"ref": str(case.ref), "origin": origin_ref, "bareme": case.bareme.code, "rank": case.rank}
        journal.record(deeds.REFERRED, by=by, now=now, **case.about, data=data)
        days = parameters.current().case_examine_days
        due = end_of_period(now, days=days, territory=agency.place)
        deadlines.schedule([Planned(deeds.DUE_EXAMINE, case.pk, due)])
        return case


def _refuse(
    claimant: Claimant,
    origin: Origin,
    origin_id: int,
    facts_on: date,
    report: str,
    evidence: Sequence[Proof],
    now: datetime,
) -> None:
    if Case.objects.filter(origin=origin, origin_id=origin_id).exclude(state=CaseState.ANNULLED).exists():
        raise AlreadyReferred
    if not report.strip() or not evidence:
        raise NothingReported
    if facts_on > now.astimezone(claimant.agency.place.zone).date():
        raise FactsAhead


def _in_order(evidence: Sequence[Proof]) -> list[dict[str, str]]:
    dated = sorted(evidence, key=lambda proof: proof.at)
    return [{"at": proof.at.isoformat(), "what": proof.what, "said": proof.said} for proof in dated]


def _situation(claimant: Claimant) -> Situation:
    if claimant.benefit_status == _Status.RSA:
        raise DecidedByTheDepartment
    return Situation.NO_BENEFIT if claimant.benefit_status == _Status.NONE else Situation.BENEFIT


def _join(case: Case, documents: Collection[int], now: datetime) -> None:
    ids = list(
        Document.objects.filter(pk__in=documents, owner_id=case.claimant_id)
        .order_by("pk")
        .values_list("pk", flat=True)
    )
    Piece.objects.bulk_create(Piece(case=case, document_id=pk, added_at=now) for pk in ids)
    retention.keep_longer(ids, is_health=False, now=now)
