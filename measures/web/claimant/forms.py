"""What a person fills in: observations, the wish to be heard, who assists them."""

from collections.abc import Sequence

from django import forms

from portal.core.forms import HouseForm
from portal.core.safe.choosing import DocumentsForm

_ASSISTANT_HINT = "Un proche, un avocat, un syndicat, une association\u00a0: c’est vous qui choisissez."


class ObservationsForm(DocumentsForm):
    """What the person answers, in their own words, with what backs it."""

    submit_label = "Envoyer mes observations"

    text = forms.CharField(
        label="Vos observations",
        required=False,
        widget=forms.Textarea(attrs={"rows": 7}),
        help_text="Dites ce qui s’est passé pour vous. Pour votre santé, n’écrivez jamais de diagnostic.",
    )

    field_order: Sequence[str] = ("text", "documents", "uploads", "as_one")


class HearingForm(HouseForm, forms.Form):
    """The wish to be heard."""

    submit_label = "Demander à être entendu"
    cancel_label = "Revenir sans rien demander"

    wishes = forms.CharField(
        label="Vos souhaits",
        required=False,
        widget=forms.Textarea(attrs={"rows": 3}),
        max_length=1_000,
        help_text="Les jours possibles, le téléphone plutôt que l’agence, un interprète.",
    )
    assistant = forms.CharField(
        label="Qui vous assiste",
        required=False,
        max_length=120,
        help_text=f"{_ASSISTANT_HINT} Vous pourrez changer jusqu’à l’audition.",
    )


class AssistantForm(HouseForm, forms.Form):
    """Who comes along, which may change until the hearing."""

    submit_label = "Enregistrer"
    cancel_label = "Revenir sans rien changer"

    assistant = forms.CharField(
        label="Qui vous assiste", required=False, max_length=120, help_text=_ASSISTANT_HINT
    )
