"""The form that writes down what a person said by phone, at the counter or by letter."""

from django import forms

from convocations.motives import TO_EXPLAIN, Motive, choices
from portal.core.safe.sending import FilesForm


class ExplanationForm(FilesForm):
    """What the person said by phone, at the counter or by letter, written down for them."""

    submit_label = "Enregistrer ses explications"
    cancel_label = "Revenir sans rien changer"

    channel = forms.ChoiceField(
        label="Comment la personne s’est-elle expliquée\u202f?",
        choices=[
            ("par téléphone", "Par téléphone"),
            ("à l’accueil de l’agence", "À l’accueil de l’agence"),
            ("par courrier", "Par courrier"),
        ],
        widget=forms.RadioSelect,
    )
    motive = forms.TypedChoiceField(
        label="Motif", coerce=Motive, choices=choices(TO_EXPLAIN, "Choisissez un motif")
    )
    text = forms.CharField(
        label="Ce que la personne a dit",
        widget=forms.Textarea(attrs={"rows": 5}),
        max_length=3_900,
        help_text="Avec ses mots. Elle reçoit une confirmation écrite et peut la corriger.",
    )
    sworn = forms.BooleanField(
        label="La personne déclare sur l’honneur que ces renseignements sont exacts.", required=False
    )

    field_order = ("channel", "motive", "text", "uploads", "as_one", "sworn")
