"""What a person fills in after a decision: what they did, what they contest, what the mediator and the court said."""

from collections.abc import Sequence

from django import forms

from measures.models import Residence
from measures.states import MediationState
from portal.core.forms import HouseForm
from portal.core.safe.choosing import DocumentsForm

_BACK = "Revenir sans rien envoyer"
_HEALTH = "Pour votre santé, n’écrivez jamais de diagnostic."


def _text(label: str, help_text: str, *, rows: int = 6, required: bool = True) -> forms.CharField:
    return forms.CharField(
        label=label,
        required=required,
        max_length=4_000,
        widget=forms.Textarea(attrs={"rows": rows}),
        help_text=help_text,
    )


def _day(label: str, help_text: str) -> forms.DateField:
    return forms.DateField(
        label=label, widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"), help_text=help_text
    )


class LiftForm(DocumentsForm):
    """What the person did, so that the measure ends early."""

    submit_label = "Envoyer ma demande"
    cancel_label = _BACK

    text = _text("Ce que vous avez fait", f"Quelques mots suffisent. {_HEALTH}")
    wants_interview = forms.BooleanField(
        label="Je souhaite un entretien de recadrage avec mon conseiller",
        required=False,
        help_text="Vous choisissez l’heure juste après. C’est libre\u00a0: vous pouvez aussi ne rien cocher.",
    )

    field_order: Sequence[str] = ("text", "documents", "uploads", "as_one", "wants_interview")


class GraciousForm(DocumentsForm):
    """What the person asks to be looked at again, and why."""

    submit_label = "Envoyer mon recours"
    cancel_label = _BACK

    text = _text(
        "Ce que vous demandez, et pourquoi", f"Dites ce qui s’est passé pour vous. {_HEALTH}", rows=8
    )

    field_order: Sequence[str] = ("text", "documents", "uploads", "as_one")


class MediationForm(DocumentsForm):
    """On which day the person asked the mediator."""

    submit_label = "Noter ma demande de médiation"
    cancel_label = _BACK

    asked_on = _day("Jour de votre demande au médiateur", "Le jour où vous avez écrit au médiateur.")
    note = _text(
        "Précisions", "Ce que vous voulez ajouter. Vous pouvez laisser vide.", rows=3, required=False
    )

    field_order: Sequence[str] = ("asked_on", "note", "documents", "uploads", "as_one")


class MediationEndForm(HouseForm, forms.Form):
    """How a mediation ended, and on which day."""

    submit_label = "Noter la fin de la médiation"
    cancel_label = _BACK

    state = forms.ChoiceField(
        label="Comment la médiation a fini",
        choices=[
            ("", "Choisissez une réponse"),
            (MediationState.AGREED, "Un accord est trouvé"),
            (MediationState.RECOMMENDATION, "Le médiateur a fait une recommandation"),
            (MediationState.FAILED, "Aucun accord n’est trouvé"),
            (MediationState.NOT_ADMISSIBLE, "Le médiateur n’a pas pu examiner la demande"),
        ],
    )
    ended_on = _day("Jour de la fin", "Le jour écrit par le médiateur.")
    outcome = _text(
        "Ce qui a été convenu ou recommandé", "Recopiez les mots du médiateur.", rows=4, required=False
    )


class ElsewhereForm(HouseForm, forms.Form):
    """Where the person lived when they received the decision."""

    submit_label = "Avoir plus de temps"
    cancel_label = _BACK

    residence = forms.ChoiceField(
        label="Où viviez-vous quand vous avez reçu la décision\u202f?",
        choices=[
            (Residence.OVERSEAS, "Outre-mer\u00a0: un mois de plus"),
            (Residence.ABROAD, "À l’étranger\u00a0: deux mois de plus"),
        ],
        widget=forms.RadioSelect,
        help_text="On ne vous demande aucun papier ici. Gardez de quoi le montrer\u00a0: le tribunal peut le demander.",
    )


class CourtForm(HouseForm, forms.Form):
    """Before which court the person went, and on which day."""

    submit_label = "Noter mon recours au tribunal"
    cancel_label = _BACK

    court = forms.CharField(label="Nom du tribunal", max_length=120)
    number = forms.CharField(
        label="Numéro du recours", max_length=40, required=False, help_text="Il est sur le reçu du tribunal."
    )
    filed_on = _day("Jour du dépôt", "Le jour où vous avez déposé votre recours.")
