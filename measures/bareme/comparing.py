"""What two versions of the barème do not say alike, and which days a version would measure in another's place."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.db.models import Count

from measures.bareme import publishing
from measures.bareme.ranges import length, share
from measures.bareme.timeline import Handover
from measures.models import BaremeRule, BaremeVersion, Case, Outcome
from measures.states import CASE_OPEN
from portal.core.french import full_date, plural

Key = tuple[str, str, int, str]


@dataclass(frozen=True, slots=True)
class Field:
    """One thing said otherwise: its French label, the words before and after."""

    label: str
    before: str
    after: str


@dataclass(frozen=True, slots=True)
class Changed:
    """A rule that both versions have, with what it says otherwise."""

    rule: BaremeRule
    fields: list[Field]


@dataclass(frozen=True, slots=True)
class Difference:
    """What a version adds, takes away and says otherwise, compared with another."""

    about: list[Field]
    added: list[BaremeRule]
    removed: list[BaremeRule]
    changed: list[Changed]

    @property
    def is_empty(self) -> bool:
        """Say whether both permit exactly the same, under the same name and on the same days."""
        return not (self.about or self.added or self.removed or self.changed)


def difference(old: BaremeVersion, new: BaremeVersion) -> Difference:
    """Compare two versions: fields of their own, then rule by rule (breach, situation, rank, measure)."""
    before, after = _by_key(old), _by_key(new)
    both = [(before[key], rule) for key, rule in after.items() if key in before]
    changed = [Changed(rule, list(_said_otherwise(was, rule, _RULE))) for was, rule in both]
    return Difference(
        about=list(_said_otherwise(old, new, _VERSION)),
        added=[rule for key, rule in after.items() if key not in before],
        removed=[rule for key, rule in before.items() if key not in after],
        changed=[one for one in changed if one.fields],
    )


def dry_run(version: BaremeVersion, now: datetime) -> list[Handover]:
    """List the days and territories that would change hands if this version were published now."""
    return publishing.plan(version, BaremeVersion.objects.all(), now).handovers


def left_alone() -> list[tuple[BaremeVersion, int]]:
    """Count the open cases by the version they keep: that of their facts, whatever is published (product §7)."""
    found = Case.objects.filter(state__in=CASE_OPEN).values_list("bareme").annotate(count=Count("pk"))
    counts: dict[int, int] = dict(found)
    kept = BaremeVersion.objects.filter(pk__in=counts).order_by("valid_from", "pk")
    return [(version, counts[version.pk]) for version in kept]


def _by_key(version: BaremeVersion) -> dict[Key, BaremeRule]:
    return {(rule.breach, rule.situation, rule.rank, rule.outcome): rule for rule in version.rules.all()}


def _said_otherwise(old: Any, new: Any, words: dict[str, Callable[[Any], str]]) -> Iterator[Field]:
    for label, word in words.items():
        before, after = word(old), word(new)
        if before != after:
            yield Field(label, before, after)


def _day(day: date | None, none: str) -> str:
    return full_date(day) if day else none


def _takes(word: Callable[[BaremeRule], str]) -> Callable[[BaremeRule], str]:
    return lambda rule: "–" if rule.outcome == Outcome.AVERTISSEMENT else word(rule)


_VERSION: dict[str, Callable[[BaremeVersion], str]] = {
    "titre": lambda version: version.title,
    "source": lambda version: version.source,
    "territoire": lambda version: version.get_territory_display() or "partout",
    "en vigueur à partir du": lambda version: _day(version.valid_from, ""),
    "jusqu’au": lambda version: _day(version.valid_to, "sans fin"),
    "récidive comptée sur": lambda version: plural(version.repeat_months, "mois", "mois"),
}
_RULE: dict[str, Callable[[BaremeRule], str]] = {
    "part de l’allocation": _takes(lambda rule: share(rule) if rule.share_max else "aucune"),
    "durée": _takes(length),
    "article": lambda rule: rule.article,
    "condition": lambda rule: rule.condition or "aucune",
}
