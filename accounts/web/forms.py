"""What a claimant may correct about themselves; why an advisor opens a colleague's file."""

from typing import Any

from crispy_forms.helper import FormHelper
from crispy_forms.layout import HTML, Layout
from django import forms

from accounts import telling
from accounts.models import Claimant, NoticeGroup, Way
from accounts.oversight import SHORTEST_REASON
from portal.core.forms import PHONE_NUMBER, HouseForm
from portal.core.french import first_up


def _way(group: NoticeGroup) -> forms.ChoiceField:
    return forms.ChoiceField(
        label=first_up(group.label),
        # A browser always sends one; what is not sent stays as it is.
        required=False,
        choices=[(way.value, first_up(way.label)) for way in group.ways],
        widget=forms.RadioSelect,
    )


_ABOUT: dict[NoticeGroup, str] = {
    NoticeGroup.APPOINTMENTS: "Convocations, invitations, changements et annulations.",
    NoticeGroup.ANSWERS: "Ce qui est reçu, ce qui est décidé, ce qui est à envoyer et jusqu’à quand.",
    NoticeGroup.FOLLOW_UP: "Changement d’agence, de conseiller ou de modalité de suivi.",
    NoticeGroup.MESSAGES: "Un message attend, une réponse est en retard, un appel n’a pas abouti.",
    NoticeGroup.REMINDERS: "Quelques jours et quelques heures avant. Une lettre arriverait trop tard.",
}


class WaysForm(HouseForm, forms.Form):
    """How each group of notices comes."""

    # One answer always stands there.
    marks_optional = False
    submit_label = "Enregistrer"
    cancel_label = "Revenir sans rien changer"

    appointments_by = _way(NoticeGroup.APPOINTMENTS)
    answers_by = _way(NoticeGroup.ANSWERS)
    follow_up_by = _way(NoticeGroup.FOLLOW_UP)
    messages_by = _way(NoticeGroup.MESSAGES)
    reminders_by = _way(NoticeGroup.REMINDERS)

    def __init__(
        self, *args: Any, claimant: Claimant, initial: dict[str, Any] | None = None, **kwargs: Any
    ) -> None:
        known = {name: getattr(claimant, name) for name in self.base_fields}
        super().__init__(*args, initial={**known, **(initial or {})}, **kwargs)
        self.nothing_arrives = telling.nothing_arrives(claimant)
        for group in NoticeGroup:
            instead = telling.stands_in(claimant, group)
            self.fields[group.value].help_text = " ".join(filter(None, (_ABOUT[group], instead)))

    @property
    def helper(self) -> FormHelper:
        """Say once, before the choices, where none of them would arrive."""
        helper = super().helper
        helper.layout = Layout(HTML(_NOTHING_ARRIVES), *self.fields)
        return helper

    def clean(self) -> dict[str, Any]:
        """Leave out what was not answered."""
        data: dict[str, Any] = super().clean() or self.cleaned_data
        return {name: value for name, value in data.items() if value or name not in NoticeGroup.values}


_NOTHING_ARRIVES = """
{% if form.nothing_arrives %}
  {% include "components/notice.html" with tone="warning" body=form.nothing_arrives only %}
{% endif %}
"""
_WHAT_ALWAYS_COMES = """
<h3>Comment vous prévenir</h3>
<p>Vous trouvez tout dans votre espace. Choisissez comment nous vous prévenons en plus.</p>
<p>Convocations, réponses, décisions et suivi ne s’arrêtent pas\u00a0: la loi nous demande de vous prévenir, et de
pouvoir le prouver. Ce que nous ne pouvons pas prouver ne peut pas compter contre vous. Vos codes de connexion
arrivent toujours par e-mail.</p>
"""


class ContactForm(WaysForm):
    """Address, phone, and how one is told."""

    cancel_label = ""
    # The page says once that nothing here is compulsory.
    field_order = ("phone", "street", "postcode", "city", *NoticeGroup.values)
    autocomplete = {"street": "street-address", "postcode": "postal-code", "city": "address-level2"}

    phone = forms.CharField(label="Téléphone", max_length=20, required=False, validators=[PHONE_NUMBER])
    street = forms.CharField(label="Adresse", max_length=160, required=False)
    postcode = forms.CharField(label="Code postal", max_length=10, required=False)
    city = forms.CharField(label="Ville", max_length=80, required=False)

    @property
    def helper(self) -> FormHelper:
        """Say before the choices what always comes, and why."""
        helper = super().helper
        where = list(self.fields)[: -len(NoticeGroup)]
        helper.layout = Layout(*where, HTML(_WHAT_ALWAYS_COMES), HTML(_NOTHING_ARRIVES), *NoticeGroup.values)
        return helper

    def clean(self) -> dict[str, Any]:
        """Ask for the address that letters need."""
        data = super().clean()
        if {Way.LETTER, Way.BOTH} & {data.get(name) for name in NoticeGroup.values}:
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
