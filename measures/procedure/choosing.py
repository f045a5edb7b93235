"""A measure as somebody chose it, held against what the barème permits: nothing is proposed, nothing corrected."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from measures.bareme import ranges
from measures.models import BaremeRule, Breach, Case, Decision, Outcome, Situation, Unit
from measures.models.measure import Figures
from measures.procedure.calendar import days_of
from measures.procedure.estimating import estimate
from portal.core import parameters
from portal.core.french import plural
from portal.core.transitions import Refusal
from portal.core.working_time import Territory

# From the lightest on: a decision is never heavier than what the person was told.
_WEIGHT = {
    "": 0,
    Outcome.AVERTISSEMENT: 1,
    Outcome.SUSPENSION: 2,
    Outcome.SUPPRESSION: 3,
    Outcome.RADIATION: 4,
}


class OutsideBareme(Refusal):
    """The measure is not among those permitted: says which are."""


class ConditionNotConfirmed(Refusal):
    """The barème permits it under a condition that nobody confirmed."""


class HeavierThanTold(Refusal):
    sentence = (
        "La personne n’a pas été informée d’une mesure aussi lourde : elle n’a pas pu y répondre. "
        "Restez dans ce que dit la lettre d’information, ou fermez la procédure."
    )


@dataclass(frozen=True, slots=True)
class Choice:
    """What a person chose; `share` in per cent, `comply_days` for a warning alone.

    `condition_confirmed`: they confirm what the barème asks for besides.
    """

    outcome: Outcome
    share: int = 0
    length: int = 0
    unit: Unit = Unit.MONTHS
    comply_days: int | None = None
    condition_confirmed: bool = False


def rank_of(case: Case) -> int:
    """Count the rank anew: one more than the person's measures that were notified and still count (R5412-3-4)."""
    notified = Decision.objects.filter(
        case__in=Case.objects.counted(case.claimant_id).exclude(pk=case.pk),
        set_aside_at__isnull=True,
        notified_at__isnull=False,
    ).values_list("notified_at", "case__agency__territory")
    days: list[date] = [_day(at, territory) for at, territory in notified if at is not None]
    return ranges.rank(days, facts_on=case.facts_on, version=case.bareme)


def permitted(case: Case, rank: int | None = None) -> list[BaremeRule]:
    """List what the barème of the case permits at its rank."""
    return ranges.permitted(
        case.bareme,
        breach=Breach(case.breach),
        situation=Situation(case.situation),
        rank=rank or case.rank,
    )


def in_range(case: Case, choice: Choice) -> BaremeRule:
    """Give the rule that permits this choice, or refuse it with what is permitted."""
    rules = permitted(case)
    for rule in rules:
        if _fits(rule, choice):
            if rule.condition and not choice.condition_confirmed:
                raise ConditionNotConfirmed(f"Confirmez la condition du barème : {rule.condition}.")
            return rule
    raise OutsideBareme(_permitted_sentence(rules))


def figures(case: Case, choice: Choice, rule: BaremeRule) -> dict[str, Any]:
    """Give the columns of a choice, with its estimated effect."""
    return {
        "outcome": choice.outcome,
        "share": choice.share,
        "length": choice.length,
        "unit": choice.unit,
        "comply_days": choice.comply_days,
        "condition": rule.condition,
        "estimate": estimate(
            case.daily_allowance, share=choice.share, length=choice.length, unit=choice.unit
        ),
    }


def refuse_heavier(told: Figures, choice: Choice) -> None:
    """Refuse a measure heavier than the one the person could answer."""
    if (
        _WEIGHT[choice.outcome] > _WEIGHT[told.outcome]
        or choice.share > told.share
        or days_of(choice.length, choice.unit) > days_of(told.length, told.unit)
    ):
        raise HeavierThanTold


def _fits(rule: BaremeRule, choice: Choice) -> bool:
    if rule.outcome != choice.outcome:
        return False
    if choice.outcome == Outcome.AVERTISSEMENT:
        least = parameters.current().comply_min_days
        if choice.comply_days is None or choice.comply_days < least:
            days = plural(least, "jour")
            raise OutsideBareme(f"Laissez au moins {days} à la personne pour se mettre en règle.")
        return choice.share == 0 and choice.length == 0
    return (
        choice.comply_days is None
        and rule.share_min <= choice.share <= rule.share_max
        and rule.unit == choice.unit
        and rule.length_min <= choice.length <= rule.length_max
    )


def _permitted_sentence(rules: Sequence[BaremeRule]) -> str:
    if not rules:
        return "Le barème ne permet aucune mesure pour ces faits : fermez la procédure, avec vos raisons."
    said = " ; ".join(ranges.told(rule) for rule in rules)
    return f"Le barème permet ceci et rien d’autre : {said}. Ne prendre aucune mesure est toujours possible."


def _day(at: datetime, territory: str) -> date:
    return at.astimezone(Territory(territory).zone).date()
