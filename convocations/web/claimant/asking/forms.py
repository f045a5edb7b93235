"""What a person fills in to ask for another date, another manner, or to say that the technique failed."""

from collections.abc import Sequence
from typing import Any

from crispy_forms.helper import FormHelper
from crispy_forms.layout import HTML, Layout
from django import forms

from accounts.models import Claimant
from convocations.models import Modality
from convocations.motives import TO_CHANGE_MODALITY, TO_RESCHEDULE, choices
from convocations.told import manners
from portal.core.forms import HouseForm, RadioCards
from portal.core.safe.choosing import DocumentsForm

# In this order: what serves most people first.
MANNERS = (
    Modality.PHONE,
    Modality.IN_PERSON,
    Modality.KIOSK_VIDEO,
    Modality.VIDEO,
    Modality.ASYNC_MESSAGE,
)
_OPTIONAL = "Donner une raison (facultatif)"
_NO_DIAGNOSIS = "Quelques phrases suffisent. Pour votre santé, n’écrivez jamais de diagnostic."


class _ReasonForm(DocumentsForm):
    """A reason, what backs it, and a sworn statement where that is enough."""

    motive = forms.ChoiceField(label="Quelle est la raison\u202f?")
    text = forms.CharField(
        label="Expliquez en quelques mots",
        required=False,
        widget=forms.Textarea(attrs={"rows": 4}),
        help_text=_NO_DIAGNOSIS,
    )
    signed_name = forms.CharField(
        label="Pour signer la déclaration, tapez votre prénom et votre nom",
        required=False,
        max_length=160,
        widget=forms.TextInput(attrs={"autocomplete": "name"}),
    )

    def __init__(self, *args: Any, statement: str, reason_needed: bool, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.statement = statement
        self.reason_needed = reason_needed
        self.fields["motive"].required = reason_needed
        motive: Any = self.fields["motive"]
        motive.choices = choices(self.catalogue, "Choisissez une raison" if reason_needed else "Sans raison")

    catalogue: Sequence[Any] = TO_RESCHEDULE

    def _layout(self, *first: str) -> FormHelper:
        """Put what backs each reason after its choice, and the statement above the name that signs it."""
        helper = super().helper
        rules = HTML('{% include "convocations/claimant/motive_rules.html" %}')
        statement = HTML('{% include "convocations/claimant/sworn_statement.html" %}')
        rest = [name for name in ("documents", "uploads", "as_one") if name in self.fields]
        others = [name for name in self.fields if self.fields[name].widget.is_hidden and name not in first]
        why = ["motive", rules, "text", *rest, statement, "signed_name"]
        if self.reason_optional:
            # What nobody has to fill in stays out of the way of the one click that is needed.
            opened = " open" if self.errors else ""
            why = [
                HTML(f'<details class="more mb-4"{opened}><summary>{_OPTIONAL}</summary>'),
                *why,
                HTML("</details>"),
            ]
        helper.layout = Layout(*first, *why, *others)
        return helper

    @property
    def reason_optional(self) -> bool:
        """Say whether the form can be sent as it stands."""
        return not self.reason_needed and not self.fields["text"].required


class PostponeForm(_ReasonForm):
    """Another date, picked before; a reason only where one is needed."""

    slot = forms.ChoiceField(label="À quelle heure\u202f?", required=False, widget=forms.HiddenInput)

    def __init__(self, *args: Any, slots: Sequence[tuple[str, str]], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        at_once = bool(slots) and not self.reason_needed
        self.submit_label = "Déplacer mon rendez-vous" if at_once else "Envoyer ma demande"
        if not slots:
            text: Any = self.fields["text"]
            text.label, text.required = "Quand êtes-vous libre\u202f?", True
        field: Any = self.fields["slot"]
        if len(slots) > 1:
            field.widget = forms.RadioSelect()
            field.required = True
        field.choices = slots

    @property
    def helper(self) -> FormHelper:
        """Lay the reason out."""
        return self._layout("slot")


class MannerForm(_ReasonForm):
    """Another manner, with a place and an hour where it needs them, and what the person needs to take part."""

    submit_label = "Envoyer ma demande"
    catalogue = TO_CHANGE_MODALITY

    slot = forms.ChoiceField(
        label="Quelle place voulez-vous\u202f?", required=False, widget=forms.RadioSelect
    )
    needs = forms.MultipleChoiceField(
        label="De quoi avez-vous besoin pour participer\u202f?",
        required=False,
        choices=Claimant.Accommodation.choices,
        widget=forms.CheckboxSelectMultiple,
        help_text="Nous le gardons pour la prochaine fois. Ne dites jamais pourquoi.",
    )

    def __init__(self, *args: Any, slots: Sequence[tuple[str, str]], needs_slot: bool, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if not self.reason_needed:
            self.submit_label = "Réserver cette place"
        field: Any = self.fields["slot"]
        if needs_slot:
            field.choices, field.required = slots, True
        else:
            del self.fields["slot"]

    @property
    def helper(self) -> FormHelper:
        """Lay the place, the needs and the reason out."""
        return self._layout(*(name for name in ("slot", "needs") if name in self.fields))


class WhichMannerForm(HouseForm, forms.Form):
    """The manner a person would like instead; each says what one does."""

    submit_label = "Continuer"
    marks_optional = False

    moyen = forms.ChoiceField(
        label="Comment préférez-vous ce rendez-vous\u202f?",
        choices=[(str(one), one.label[:1].upper() + one.label[1:]) for one in MANNERS],
    )

    def __init__(self, *args: Any, current: str, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        notes = {str(one): manners.DO[one] for one in MANNERS} | {
            current: "C’est le moyen prévu aujourd’hui."
        }
        field: Any = self.fields["moyen"]
        offered = [choice for choice in field.choices if choice[0] != current]
        field.widget = RadioCards(notes=notes)
        field.choices = offered

    @property
    def helper(self) -> FormHelper:
        """Ask by address: the next page is one to come back to."""
        helper = super().helper
        helper.form_method, helper.disable_csrf = "get", True
        return helper


class IncidentForm(HouseForm, forms.Form):
    """What failed, and what would help: a new date at once, or a call."""

    one_time = True
    submit_label = "Envoyer"
    marks_optional = False
    CALL = "appel"

    solution = forms.ChoiceField(label="Que préférez-vous\u202f?", widget=forms.RadioSelect)
    text = forms.CharField(
        label="Que se passe-t-il\u202f?",
        required=False,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text="Par exemple\u00a0: pas d’image, pas de son, la page ne s’ouvre pas.",
    )

    def __init__(self, *args: Any, slots: Sequence[tuple[str, str]], phone: str, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        call = f"Qu’on m’appelle au {phone}" if phone else "Qu’on m’appelle"
        field: Any = self.fields["solution"]
        field.choices = [(self.CALL, call), *slots]
