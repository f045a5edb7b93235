"""What the barème permits: which version is in force, at which rank, between which bounds. It picks nothing.

Nothing here scores a person or proposes an amount (product §7): it finds, counts and says.
"""

from collections.abc import Sequence
from datetime import date

from django.db.models import Q

from measures.models import EVERYWHERE, BaremeRule, BaremeVersion, Breach, Outcome, Situation, Unit
from measures.states import VersionState
from portal.core.french import NBSP, full_date, plural
from portal.core.transitions import Refusal
from portal.core.working_time import Territory, same_date


class NoBareme(Refusal):
    """No version is in force on the day of the facts: nothing can be measured there."""

    def __init__(self, day: date, territory: Territory) -> None:
        super().__init__(
            f"Aucune version du barème n’est en vigueur le {full_date(day)} ({territory.label}). Aucune mesure n’est "
            "possible pour des faits de ce jour. Prévenez un administrateur du portail : il publie les versions."
        )


def in_force(day: date, territory: Territory) -> BaremeVersion:
    """Give the version that measures facts of a day in a territory: its own, else the one for everywhere.

    A case keeps what this answers for the day of its facts. Raises `NoBareme`.
    """
    found = BaremeVersion.objects.filter(
        Q(valid_to__isnull=True) | Q(valid_to__gte=day),
        state=VersionState.PUBLISHED,
        territory__in=[EVERYWHERE, territory],
        valid_from__lte=day,
    )
    # «Everywhere» is the empty word: it comes last.
    version: BaremeVersion | None = found.order_by("-territory").first()
    if version is None:
        raise NoBareme(day, territory)
    return version


def permitted(version: BaremeVersion, *, breach: Breach, situation: Situation, rank: int) -> list[BaremeRule]:
    """List the measures a person may decide: those written for the highest rank that is reached.

    Empty where the version permits nothing for that breach in that situation.
    """
    if rank < 1:
        raise ValueError("the first measure has the rank 1")
    rules = list(version.rules.filter(breach=breach, situation=situation, rank__lte=rank))
    highest = max((rule.rank for rule in rules), default=0)
    return [rule for rule in rules if rule.rank == highest]


def rank(measures_notified_on: Sequence[date], *, facts_on: date, version: BaremeVersion) -> int:
    """Give the rank of a new measure: one more than those notified in the months before the facts (R5412-3-4).

    Months run date to date from each notification. Both ends are read in the person's favour: facts of the day
    of the notification itself repeat nothing, and on the same date `repeat_months` later the period is over.
    """
    return 1 + sum(
        notified < facts_on < same_date(notified, version.repeat_months) for notified in measures_notified_on
    )


# --- in words -------------------------------------------------------------------


def told(rule: BaremeRule) -> str:
    """Say what a rule permits: «suspension de 30 à 100 % de l’allocation, pendant 1 à 2 mois (R5412-1)»."""
    said = {
        Outcome.AVERTISSEMENT: "avertissement avec mise en demeure, sans perte d’allocation",
        Outcome.SUSPENSION: f"suspension {share(rule)}, pendant {length(rule)}",
        Outcome.SUPPRESSION: f"suppression {share(rule)}, pendant {length(rule)}",
        Outcome.RADIATION: f"radiation de la liste, pendant {length(rule)}",
    }[Outcome(rule.outcome)]
    if rule.condition:
        said += f", {rule.condition}"
    return f"{said} ({rule.article})"


def share(rule: BaremeRule) -> str:
    """Say how much of the allowance a rule takes, from its least to its most."""
    low, high = rule.share_min, rule.share_max
    if low == high:
        return "de toute l’allocation" if low == 100 else f"de {low}{NBSP}% de l’allocation"
    return f"de {low} à {high}{NBSP}% de l’allocation"


def length(rule: BaremeRule) -> str:
    """Say how long a rule lasts, from its least to its most."""
    words = ("jour", "jours") if rule.unit == Unit.DAYS else ("mois", "mois")
    longest = plural(rule.length_max, *words)
    return longest if rule.length_min == rule.length_max else f"{rule.length_min} à {longest}"
