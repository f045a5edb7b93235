"""The measure as a form asks for it: every figure typed by a person, inside what the barème prints beside it."""

from collections.abc import Sequence
from typing import Any

from django import forms
from django.utils.html import format_html_join

from measures.bareme import ranges
from measures.models import BaremeRule, Case, Outcome, Unit
from measures.models.measure import Figures
from measures.procedure import choosing
from measures.procedure.choosing import Choice
from portal.core import parameters
from portal.core.forms import HouseForm, RadioCards
from portal.core.french import NBSP, first_up, plural

NO_MEASURE = "NONE"
_NONE_NOTE = "La procédure se clôt. Elle n’a aucune conséquence, et la personne lit pourquoi."
_TAKES = {Outcome.SUSPENSION, Outcome.SUPPRESSION, Outcome.RADIATION}


class ChoiceForm(HouseForm, forms.Form):
    """Choose a measure among those permitted: nothing is ticked, nothing is filled in beforehand."""

    marks_optional = False
    offers_none = False
    question = "Quelle mesure est envisagée\u202f?"

    outcome = forms.ChoiceField(label="", widget=RadioCards())
    share = forms.IntegerField(label="Part de l’allocation", required=False, min_value=0, max_value=100)
    length = forms.IntegerField(label="Durée", required=False, min_value=1, max_value=999)
    comply_days = forms.IntegerField(
        label="Jours laissés à la personne pour se mettre en règle",
        required=False,
        min_value=1,
        max_value=365,
    )
    condition = forms.BooleanField(label="", required=False)

    def __init__(self, *args: Any, rules: Sequence[BaremeRule], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.rules = {rule.outcome: rule for rule in rules}
        self._say_what_is_permitted()

    def _say_what_is_permitted(self) -> None:
        field: Any = self.fields["outcome"]
        field.label = self.question
        field.choices = [
            (rule.outcome, first_up(Outcome(rule.outcome).label)) for rule in self.rules.values()
        ]
        field.widget.notes = {rule.outcome: f"{first_up(ranges.told(rule))}." for rule in self.rules.values()}
        if self.offers_none:
            field.choices = [(NO_MEASURE, "Aucune mesure"), *field.choices]
            field.widget.notes[NO_MEASURE] = _NONE_NOTE
        takes = [rule for rule in self.rules.values() if rule.outcome in _TAKES]
        self._keep_or_drop("share", [_share_hint(rule) for rule in takes if rule.share_max])
        self._keep_or_drop("length", [_length_hint(rule) for rule in takes])
        least = plural(parameters.current().comply_min_days, "jour")
        warns = Outcome.AVERTISSEMENT in self.rules
        self._keep_or_drop("comply_days", [f"Au moins {least}."] if warns else [])
        conditions = [rule.condition for rule in self.rules.values() if rule.condition]
        self._keep_or_drop("condition", [""] if conditions else [])
        if conditions:
            self.fields[
                "condition"
            ].label = f"Je confirme, pour une radiation{NBSP}: {'; '.join(conditions)}."

    def _keep_or_drop(self, name: str, hints: Sequence[str]) -> None:
        if not hints:
            del self.fields[name]
        else:
            self.fields[name].help_text = format_html_join(" ", "{}", ((hint,) for hint in hints))

    def clean(self) -> dict[str, Any]:
        """Forget what belongs to another outcome; ask for what this one needs."""
        data: dict[str, Any] = super().clean() or self.cleaned_data
        outcome = data.get("outcome")
        rule = self.rules.get(outcome or "")
        if outcome is None:
            return data
        needs = {
            "share": rule is not None and rule.outcome in _TAKES and rule.share_max > 0,
            "length": rule is not None and rule.outcome in _TAKES,
            "comply_days": outcome == Outcome.AVERTISSEMENT,
        }
        for name, needed in needs.items():
            if not needed:
                data.pop(name, None)
                self.errors.pop(name, None)
            elif data.get(name) is None and name in self.fields and name not in self.errors:
                self.add_error(name, "Indiquez un nombre.")
        return data

    @property
    def choice(self) -> Choice | None:
        """Give what was chosen, of a form that was found right; None for no measure."""
        data = self.cleaned_data
        if data["outcome"] == NO_MEASURE:
            return None
        rule = self.rules[data["outcome"]]
        return Choice(
            outcome=Outcome(data["outcome"]),
            share=data.get("share") or 0,
            length=data.get("length") or 0,
            unit=Unit(rule.unit),
            comply_days=data.get("comply_days"),
            condition_confirmed=bool(data.get("condition")),
        )


def written(figures: Figures) -> dict[str, Any]:
    """Give the fields as their author wrote them, to go on from there."""
    return {
        "outcome": figures.outcome or NO_MEASURE,
        "share": figures.share or None,
        "length": figures.length or None,
        "comply_days": figures.comply_days,
        "condition": bool(figures.condition),
    }


def _share_hint(rule: BaremeRule) -> str:
    name = first_up(Outcome(rule.outcome).label.partition(" ")[0])
    low, high = rule.share_min, rule.share_max
    words = f"{low}" if low == high else f"de {low} à {high}"
    return f"{name}{NBSP}: {words}{NBSP}%."


def _length_hint(rule: BaremeRule) -> str:
    name = first_up(Outcome(rule.outcome).label.partition(" ")[0])
    return f"{name}{NBSP}: {ranges.length(rule)}."


def rules_of(case: Case) -> list[BaremeRule]:
    """Give what the barème permits for a case at its rank, counted anew."""
    return choosing.permitted(case, choosing.rank_of(case))
