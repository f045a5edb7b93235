"""How a rank was counted, and what the barème of a case permits, in words anybody can check."""

from dataclasses import dataclass
from datetime import date
from typing import Any

from measures.bareme import ranges
from measures.models import BaremeVersion, Case, Decision, Situation
from measures.procedure import choosing
from portal.core.french import first_up, full_date, plural
from portal.core.prepared import prepared
from portal.core.working_time import Territory


@dataclass(frozen=True, slots=True)
class Rule:
    """The version that measures a case, and what it permits at the case's rank: it proposes nothing."""

    title: str
    source: str
    in_force: str
    # One sentence for each outcome that is permitted.
    permitted: list[str]
    rank: str
    counted: list[str]


def rule_of(case: Case) -> Rule:
    """Say under which version a case stands, at which rank and why, and what that permits; two queries."""
    days = _measures(case)
    rank = ranges.rank(days, facts_on=case.facts_on, version=case.bareme)
    rules = choosing.permitted(case, rank)
    return Rule(
        title=case.bareme.title,
        source=case.bareme.source,
        in_force=in_force(case.bareme),
        permitted=[f"{first_up(ranges.told(rule))}." for rule in rules],
        rank=_rank(case, rank),
        counted=[_one(case, day) for day in days],
    )


def in_force(version: BaremeVersion) -> str:
    """Say from when to when a version holds."""
    if version.valid_to is None:
        return f"en vigueur depuis le {full_date(version.valid_from)}"
    return f"en vigueur du {full_date(version.valid_from)} au {full_date(version.valid_to)}"


def _measures(case: Case) -> list[date]:
    """List the days on which a measure was notified that may count for the rank, the latest first."""
    rows = _notified(claimant_id=case.claimant_id, but=case.pk)
    days = [at.astimezone(Territory(territory).zone).date() for at, territory in rows if at is not None]
    return sorted(days, reverse=True)


@prepared
def _notified(claimant_id: int, but: int) -> Any:
    return Decision.objects.filter(
        case__in=Case.objects.counted(claimant_id).exclude(pk=but),
        set_aside_at__isnull=True,
        notified_at__isnull=False,
    ).values_list("notified_at", "case__agency__territory")


def _rank(case: Case, rank: int) -> str:
    months = plural(case.bareme.repeat_months, "mois", "mois")
    if rank == 1:
        return f"Première mesure : aucune n’a été notifiée dans les {months} avant les faits."
    before = plural(rank - 1, "mesure notifiée", "mesures notifiées")
    return f"Mesure n° {rank} : {before} dans les {months} avant les faits."


def _one(case: Case, day: date) -> str:
    counts = ranges.rank([day], facts_on=case.facts_on, version=case.bareme) > 1
    return f"Mesure notifiée le {full_date(day)} : {'elle compte' if counts else 'elle ne compte plus'}."


def situation(case: Case) -> str:
    """Say what the person was paid at the date of the facts."""
    return Situation(case.situation).label
