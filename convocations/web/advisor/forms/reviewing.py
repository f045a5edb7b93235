"""The form of one review."""

from typing import Any

from django import forms

from convocations.states import ReviewState
from portal.core.forms import HouseForm, RadioCards

_R = ReviewState
ANSWERS = {
    _R.ACCEPTED: ("Accepter", "Ce document prouve ce que la personne dit."),
    _R.INCOMPLETE: (
        "Demander de compléter",
        "Il manque quelque chose. La personne a un délai pour l’envoyer.",
    ),
    _R.REFUSED: ("Ne pas retenir", "Ce document ne prouve pas ce motif. La personne lit pourquoi."),
}


class ReviewForm(HouseForm, forms.Form):
    """What a document is worth."""

    submit_label = "Enregistrer ma réponse"
    marks_optional = False

    outcome = forms.TypedChoiceField(
        label="Que répondez-vous\u202f?",
        coerce=ReviewState,
        choices=[(str(one), words[0]) for one, words in ANSWERS.items()],
        widget=RadioCards(notes={str(one): words[1] for one, words in ANSWERS.items()}),
    )
    remark = forms.CharField(
        label="Ce qui manque, ou pourquoi",
        required=False,
        max_length=1_000,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text="La personne le lira. À remplir si vous n’acceptez pas le document tel quel.",
    )
    complete_by = forms.DateField(label="À compléter avant le", required=False)

    def __init__(self, *args: Any, completes: bool = True, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if not completes:
            field: Any = self.fields["outcome"]
            field.choices = [choice for choice in field.choices if choice[0] != _R.INCOMPLETE]
            del self.fields["complete_by"]

    def clean(self) -> dict[str, Any]:
        """Ask for what the answer makes necessary, forget what it does not."""
        data = super().clean() or self.cleaned_data
        outcome = data.get("outcome")
        if outcome in (_R.INCOMPLETE, _R.REFUSED) and not data.get("remark"):
            self.add_error(
                "remark", "Dites à la personne ce qui manque, ou pourquoi ce document ne convient pas."
            )
        if outcome == _R.INCOMPLETE and not data.get("complete_by") and "complete_by" not in self.errors:
            self.add_error("complete_by", "Indiquez une date.")
        if outcome != _R.INCOMPLETE or "complete_by" not in self.fields:
            data["complete_by"] = None
            self.errors.pop("complete_by", None)
        return data
