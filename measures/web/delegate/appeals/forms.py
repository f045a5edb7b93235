"""The forms of what follows a decision: an answer with its reasons, a mediation, a judgment, a proof."""

from typing import Any

from django import forms

from measures.models import HeldBy
from measures.states import CourtState, GraciousState, MediationState
from measures.web.delegate.acts.forms import BACK
from portal.core.forms import HouseForm, RadioCards
from portal.core.french import first_up

_SEE = "Voir ce que la personne lira"
_G, _M, _J = GraciousState, MediationState, CourtState


def _text(label: str, help_text: str = "", *, rows: int = 5, required: bool = True) -> forms.CharField:
    return forms.CharField(
        label=label, widget=forms.Textarea(attrs={"rows": rows}), help_text=help_text, required=required
    )


def _day(label: str, help_text: str = "", *, required: bool = True) -> forms.DateField:
    return forms.DateField(
        label=label,
        widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
        help_text=help_text,
        required=required,
    )


def _share() -> forms.IntegerField:
    return forms.IntegerField(
        label="Part de l’allocation qui reste retirée, en\u00a0%", required=False, min_value=0, max_value=100
    )


def _length() -> forms.IntegerField:
    return forms.IntegerField(
        label="Durée qui reste, dans l’unité de la décision", required=False, min_value=1, max_value=999
    )


class _ReasonedForm(HouseForm, forms.Form):
    """An answer, with its reasons in law and in fact: nothing is ticked beforehand."""

    submit_label = _SEE
    cancel_label = BACK
    marks_optional = False

    reasons_fact = _text("Vos raisons, en fait", "La personne les lira. Répondez à ce qu’elle écrit.", rows=6)
    reasons_law = _text("Vos raisons, en droit", "Les articles, et pourquoi ils s’appliquent.", rows=3)

    def _ask_for(self, names: tuple[str, ...], data: dict[str, Any]) -> None:
        for name in names:
            if data.get(name) is None and name not in self.errors:
                self.add_error(name, "Remplissez cette case\u00a0: elle dit ce qui reste de la mesure.")


class AnswerForm(_ReasonedForm):
    """The answer to a gracious appeal."""

    verdict = forms.ChoiceField(label="Que répondez-vous\u202f?", widget=RadioCards())
    share, length = _share(), _length()

    field_order = ("verdict", "share", "length", "reasons_fact", "reasons_law")

    def __init__(self, *args: Any, in_favour_only: bool, in_part: bool, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field: Any = self.fields["verdict"]
        answers = [(_G.GRANTED, "Accepter", "La décision est annulée, avec tous ses effets.")]
        if in_part:
            answers.append((_G.PARTIAL, "Accepter en partie", "La mesure est réduite à ce que vous écrivez."))
        else:
            del self.fields["share"], self.fields["length"]
        if not in_favour_only:
            answers.append(
                (_G.REJECTED, "Refuser", "La personne lit vos raisons, et ce qu’elle peut encore faire.")
            )
        field.choices = [(str(value), label) for value, label, _ in answers]
        field.widget.notes = {str(value): note for value, _, note in answers}

    def clean(self) -> dict[str, Any]:
        """Ask what is left, when something is."""
        data: dict[str, Any] = super().clean() or self.cleaned_data
        if data.get("verdict") == _G.PARTIAL:
            self._ask_for(("share", "length"), data)
        return data


class LiftAnswerForm(_ReasonedForm):
    """The answer to a wish to lift a measure."""

    LIFT, REFUSE = "oui", "non"

    verdict = forms.ChoiceField(
        label="Que répondez-vous\u202f?",
        choices=[(LIFT, "Lever la mesure"), (REFUSE, "Refuser de la lever")],
        widget=RadioCards(
            notes={
                LIFT: "Elle finit le jour que vous écrivez. Ce qui a été retiré depuis ce jour est rendu.",
                REFUSE: "C’est une décision\u00a0: des raisons en droit et en fait, et des recours.",
            }
        ),
    )
    effective_on = _day("La mesure finit le", "À remplir si vous levez la mesure.", required=False)

    field_order = ("verdict", "effective_on", "reasons_fact", "reasons_law")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        law: Any = self.fields["reasons_law"]
        law.required, law.help_text = False, "À remplir si vous refusez\u00a0: les articles, et pourquoi."

    def clean(self) -> dict[str, Any]:
        """Ask for the day of a lifting, for the law of a refusal."""
        data: dict[str, Any] = super().clean() or self.cleaned_data
        if data.get("verdict") == self.LIFT and not data.get("effective_on"):
            self.add_error("effective_on", "Écrivez le jour où la mesure finit.")
        if data.get("verdict") == self.REFUSE and not data.get("reasons_law"):
            self.add_error("reasons_law", "Un refus a des raisons en droit\u00a0: écrivez-les.")
        return data


class MediationEndForm(HouseForm, forms.Form):
    """How a mediation ended."""

    submit_label = "Noter la fin de la médiation"
    cancel_label = BACK

    state = forms.ChoiceField(
        label="Comment s’est-elle finie\u202f?",
        choices=[
            (str(one), first_up(str(one.label)))
            for one in (_M.AGREED, _M.RECOMMENDATION, _M.FAILED, _M.NOT_ADMISSIBLE)
        ],
        widget=forms.RadioSelect,
    )
    ended_on = _day("Jour de la fin", "Le jour écrit par le médiateur.")
    outcome = _text(
        "Ce qui a été convenu ou recommandé", "Recopiez les mots du médiateur.", rows=4, required=False
    )


class JudgmentForm(HouseForm, forms.Form):
    """What a judge decided."""

    submit_label = "Noter et appliquer le jugement"
    cancel_label = BACK
    marks_optional = False

    state = forms.ChoiceField(
        label="Ce que le juge a décidé",
        choices=[
            (str(_J.ANNULLED), "Décision annulée"),
            (str(_J.REFORMED), "Décision changée"),
            (str(_J.REJECTED), "Recours rejeté"),
        ],
        widget=RadioCards(
            notes={
                str(_J.ANNULLED): "Tous ses effets sont annulés. Ce qui est dû a une date.",
                str(_J.REFORMED): "La mesure est réduite à ce que dit le jugement.",
                str(_J.REJECTED): "La décision reste. Le jugement dit comment faire appel.",
            }
        ),
    )
    judged_on = _day("Jour du jugement")
    share, length = _share(), _length()
    said = _text("Ce que dit le jugement", "Sa référence, et ses mots. La personne les lira.")

    def clean(self) -> dict[str, Any]:
        """Ask what is left, when something is."""
        data: dict[str, Any] = super().clean() or self.cleaned_data
        if data.get("state") == _J.REFORMED:
            for name in ("share", "length"):
                if data.get(name) is None and name not in self.errors:
                    self.add_error(name, "Remplissez cette case\u00a0: le jugement le dit.")
        return data


class HoldOffForm(HouseForm, forms.Form):
    """Who says that a measure is not applied, from which day, and by what paper."""

    submit_label = "Ne plus appliquer la mesure"
    cancel_label = BACK

    held_by = forms.ChoiceField(
        label="Qui le dit\u202f?",
        choices=[(value, first_up(str(label))) for value, label in HeldBy.choices],
        widget=forms.RadioSelect,
    )
    since = _day("À partir du")
    reason = _text("La référence de l’ordonnance ou de l’accord", rows=3)


class ApplyAgainForm(HouseForm, forms.Form):
    """From which day a measure is applied again."""

    submit_label = "Appliquer de nouveau la mesure"
    cancel_label = BACK

    until = _day("De nouveau appliquée à partir du", "Le jour que dit le juge ou l’accord.")


class RemediesMissingForm(HouseForm, forms.Form):
    """That a decision did not say how to contest it, read again by whoever notes it."""

    submit_label = "Ne plus compter de délai"
    cancel_label = BACK

    read = forms.BooleanField(
        label="J’ai relu la décision reçue par la personne\u00a0: elle ne dit pas les recours, ou les dit mal"
    )


class ProofForm(HouseForm, forms.Form):
    """The proof that what was owed is done."""

    submit_label = "Noter que c’est fait"
    cancel_label = BACK

    proof = _text(
        "La preuve",
        "La référence du virement, ou ce qui a été rétabli et quand. La personne est prévenue.",
        rows=3,
    )
