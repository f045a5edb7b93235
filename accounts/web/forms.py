"""What a claimant may correct about themselves; why an advisor opens a colleague's file."""

from typing import Any

from django import forms

from accounts.models import Claimant
from accounts.oversight import SHORTEST_REASON
from portal.core.forms import PHONE_NUMBER, HouseForm
from portal.core.french import first_up


class ContactForm(HouseForm, forms.Form):
    """Address, phone, reminders."""

    # The page says once that nothing here is compulsory.
    marks_optional = False

    submit_label = "Enregistrer"
    autocomplete = {"street": "street-address", "postcode": "postal-code", "city": "address-level2"}

    phone = forms.CharField(label="Téléphone", max_length=20, required=False, validators=[PHONE_NUMBER])
    street = forms.CharField(label="Adresse", max_length=160, required=False)
    postcode = forms.CharField(label="Code postal", max_length=10, required=False)
    city = forms.CharField(label="Ville", max_length=80, required=False)
    reminders_by_email = forms.BooleanField(
        label="Recevoir les rappels de rendez-vous par e-mail",
        required=False,
        help_text="Les messages que la loi demande vous sont toujours envoyés\u00a0: convocations, décisions, délais. "
        "Ils ne s’arrêtent pas, pour que vous soyez toujours prévenu.",
    )
    prefers_letters = forms.BooleanField(
        label="Être joint par lettre, et non par e-mail",
        required=False,
        help_text="Nous postons alors à votre adresse tout ce que la loi demande. Les rappels ne sont pas postés. "
        "Vos codes de connexion restent envoyés par e-mail.",
    )

    def __init__(
        self, *args: Any, claimant: Claimant, initial: dict[str, Any] | None = None, **kwargs: Any
    ) -> None:
        known = {name: getattr(claimant, name) for name in self.base_fields}
        if initial:
            # A box left empty is not posted: what was typed says «no» by its silence.
            known = {**known, "reminders_by_email": False, "prefers_letters": False, **initial}
        super().__init__(*args, initial=known, **kwargs)

    def clean(self) -> dict[str, Any]:
        """Ask for the address that letters need."""
        data: dict[str, Any] = super().clean() or self.cleaned_data
        if data.get("prefers_letters"):
            for name in ("street", "postcode", "city"):
                if not data.get(name) and name not in self.errors:
                    self.add_error(name, "Nous en avons besoin pour vous écrire par lettre.")
        return data


class AccommodationsForm(HouseForm, forms.Form):
    """What a person needs to take part, asked of them and noted by their advisor."""

    marks_optional = False
    submit_label = "Enregistrer"
    cancel_label = "Revenir sans rien changer"

    needs = forms.MultipleChoiceField(
        label="Ce dont la personne a besoin",
        required=False,
        choices=[(str(one), first_up(one.label)) for one in Claimant.Accommodation],
        widget=forms.CheckboxSelectMultiple,
    )
    detail = forms.CharField(
        label="Précision",
        max_length=120,
        required=False,
        help_text="Ce qu’il faut préparer\u00a0: quelle langue, quel logiciel. Jamais une maladie ni un diagnostic. "
        "La personne lit ce que vous écrivez.",
    )


class BreakGlassForm(HouseForm, forms.Form):
    """Which file, and why."""

    submit_label = "Ouvrir ce dossier pour la journée"
    cancel_url, cancel_label = "/conseiller/", "Revenir sans ouvrir"

    ref = forms.CharField(
        label="Référence du dossier", max_length=20, help_text="Exemple\u00a0: DE-7K3M-92QD."
    )
    reason = forms.CharField(
        label="Pourquoi ouvrez-vous ce dossier\u202f?",
        min_length=SHORTEST_REASON,
        max_length=500,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text="La personne suivie lira ce motif. Votre responsable en sera informé.",
        error_messages={"min_length": "Expliquez en quelques mots pourquoi vous ouvrez ce dossier."},
    )
