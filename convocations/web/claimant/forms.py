"""What a person fills in: the explanation of an absence, what was noted wrongly of a request."""

from typing import Any

from crispy_forms.helper import FormHelper
from crispy_forms.layout import HTML, Layout
from django import forms

from convocations.motives import TO_EXPLAIN, choices
from portal.core.forms import HouseForm
from portal.core.safe.choosing import DocumentsForm

SWORN = "Je déclare sur l’honneur que ce que j’écris ici est exact."


class ExplanationForm(DocumentsForm):
    """What happened, in the person's own words, with what backs it."""

    submit_label = "Envoyer mon explication"

    motive = forms.ChoiceField(
        label="Quelle est la raison de votre absence\u202f?",
        choices=choices(TO_EXPLAIN),
    )
    text = forms.CharField(
        label="Que s’est-il passé\u202f?",
        required=False,
        widget=forms.Textarea(attrs={"rows": 5}),
        help_text="Quelques phrases suffisent. Pour votre santé, n’écrivez jamais de diagnostic.",
    )
    sworn = forms.BooleanField(label=SWORN, required=False)

    field_order = ("motive", "text", "documents", "uploads", "as_one", "sworn")

    @property
    def helper(self) -> FormHelper:
        """Put what backs each reason right after the choice of the reason."""
        helper = super().helper
        rules = HTML('{% include "convocations/claimant/motive_rules.html" %}')
        rest = [name for name in self.fields if name != "motive"]
        helper.layout = Layout("motive", rules, *rest)
        return helper


class CorrectionForm(HouseForm, forms.Form):
    """What was noted wrongly of a call or a visit."""

    submit_label = "Envoyer ma correction"

    text = forms.CharField(
        label="Qu’est-ce qui n’est pas juste\u202f?",
        widget=forms.Textarea(attrs={"rows": 3}),
        max_length=2_000,
    )

    def __init__(self, *args: Any, action: str = "", **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.action = action

    @property
    def helper(self) -> FormHelper:
        """Send it to an address of its own: the page takes documents."""
        helper = super().helper
        helper.form_action = self.action
        return helper
