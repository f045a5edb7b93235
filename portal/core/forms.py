"""The one form helper of the house: what a person meets in every form is decided here."""

import uuid
from collections.abc import Collection, Mapping
from typing import Any

from crispy_forms.helper import FormHelper
from django import forms
from django.core.validators import MaxLengthValidator, RegexValidator
from django.utils.html import format_html

from portal.core.transitions import Refusal

LONGEST_TEXT = 4_000
PHONE_NUMBER = RegexValidator(
    r"\A\+?[0-9][0-9 .()-]{5,18}\Z", "Ce numéro n’est pas reconnu. Exemple\u00a0: 06 12 34 56 78."
)

# What a person reads when a field is empty or not understood: what to do, not what is forbidden.
_REQUIRED: list[tuple[type[forms.Field], str]] = [
    (forms.FileField, "Ajoutez un document."),
    (forms.BooleanField, "Cochez cette case pour continuer."),
    (forms.ChoiceField, "Choisissez une réponse."),
    (forms.ModelChoiceField, "Choisissez une réponse."),
    (forms.MultipleChoiceField, "Choisissez au moins une réponse."),
    (forms.DateTimeField, "Indiquez une date et une heure."),
    (forms.DateField, "Indiquez une date."),
    (forms.TimeField, "Indiquez une heure."),
    (forms.EmailField, "Indiquez une adresse e-mail."),
    (forms.IntegerField, "Indiquez un nombre."),
    (forms.Field, "Remplissez ce champ."),
]
_INVALID: list[tuple[type[forms.Field], str]] = [
    (forms.DateTimeField, "Cette date ou cette heure n’est pas reconnue. Exemple\u00a0: 03/12/2026 14:30."),
    (forms.DateField, "Cette date n’est pas reconnue. Exemple\u00a0: 03/12/2026."),
    (forms.TimeField, "Cette heure n’est pas reconnue. Exemple\u00a0: 14:30."),
    (forms.EmailField, "Cette adresse e-mail n’est pas complète. Exemple\u00a0: prenom.nom@exemple.fr."),
    (forms.IntegerField, "Écrivez un nombre entier, en chiffres."),
]
_EXPIRED_PAGE = "Cette page a expiré. Rechargez-la, puis recommencez."
_UNKNOWN_CHOICE = "Ce choix n’existe plus. Choisissez une réponse de la liste."

# https://www.w3.org/TR/WCAG21/#input-purposes, for the names the house gives to such fields.
_AUTOCOMPLETE = {
    "email": "email",
    "first_name": "given-name",
    "last_name": "family-name",
    "phone": "tel",
    "address": "street-address",
    "postal_code": "postal-code",
    "city": "address-level2",
    "birth_date": "bday",
}


class HouseForm(forms.BaseForm):
    """Give a form the manners of the house: `class ReportForm(HouseForm, forms.Form)`.

    Shown by `{% crispy form %}`: errors summed up first and linked, each hint tied to its field, optional
    fields marked in words, the button named after the act. The server checks and answers in French, so
    the browser's own bubbles are off.

    Class attributes:
    - `submit_label`: the act («Envoyer mon explication»); empty: the page brings its own button;
    - `cancel_url`, `cancel_label`: the way back, also settable on the instance;
    - `draft_label`: a second button that keeps what is typed for later; the view looks for `brouillon`;
    - `one_time`: adds the hidden field `form_key`; the process stores `cleaned_data["form_key"]` (a UUID)
      under a unique key, so that a form sent twice acts once;
    - `autocomplete`: field name → token, over those known by name.
    """

    submit_label: str = "Envoyer"
    cancel_url: str = ""
    cancel_label: str = "Revenir sans envoyer"
    draft_label: str = ""
    one_time: bool = False
    autocomplete: dict[str, str] = {}
    marks_optional: bool = True
    refused: bool = False

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if self.one_time:
            self.fields["form_key"] = forms.UUIDField(
                widget=forms.HiddenInput,
                initial=uuid.uuid4,
                error_messages={"required": _EXPIRED_PAGE, "invalid": _EXPIRED_PAGE},
            )
        for name, field in self.fields.items():
            _speak_french(field)
            _bound_length(field)
            _use_native_pickers(field)
            token = self.autocomplete.get(name) or _AUTOCOMPLETE.get(name)
            if token:
                field.widget.attrs.setdefault("autocomplete", token)

    def refuse(self, refusal: Refusal) -> None:
        """Show why a process refused what was asked, above the fields, which are kept."""
        self.add_error(None, refusal.sentence)
        self.refused = True

    @property
    def http_status(self) -> int:
        """Give the status of the page that shows this form: 409 refused, 422 to correct, else 200."""
        if self.refused:
            return 409
        return 422 if self.is_bound and self.errors else 200

    @property
    def kept_texts(self) -> list[tuple[str, str]]:
        """List what was typed in words, for a page whose form has closed meanwhile: nothing is lost."""
        if not self.is_bound:
            return []
        return [
            (str(field.label), field.value())
            for field in self
            if type(field.field) is forms.CharField and not field.is_hidden and field.value()
        ]

    @property
    def helper(self) -> FormHelper:
        """The house's crispy helper; a form with its own layout extends it: `helper = super().helper`."""
        helper = FormHelper()
        helper.attrs = {"novalidate": ""}
        return helper

    @property
    def required_note(self) -> str:
        """Say once, above the fields, which must be filled in; nothing for a single field."""
        shown = [field for field in self.fields.values() if not field.widget.is_hidden]
        if len(shown) < 2 or not any(field.required for field in shown):
            return ""
        if all(field.required for field in shown):
            return "Tous les champs sont à remplir."
        return "Tous les champs sont à remplir, sauf ceux marqués «\u00a0facultatif\u00a0»."


class RadioCards(forms.RadioSelect):
    """Answers as cards: each with a sentence that says what it leads to; some may stand there closed.

    A closed answer is shown with its reason and cannot be chosen; the server refuses it all the same.
    """

    def __init__(
        self, notes: Mapping[str, str] | None = None, closed: Collection[str] = (), **options: Any
    ) -> None:
        super().__init__(**options)
        self.notes, self.closed = dict(notes or {}), set(closed)

    def create_option(self, name: str, value: Any, label: Any, *args: Any, **kwargs: Any) -> dict[str, Any]:
        """Put the sentence below the word."""
        option = super().create_option(name, value, label, *args, **kwargs)
        if note := self.notes.get(str(value)):
            option["label"] = format_html(
                '<span class="choice-title">{}</span> <span class="choice-note">{}</span>', label, note
            )
        if str(value) in self.closed:
            option["attrs"]["disabled"] = True
        return option


def _speak_french(field: forms.Field) -> None:
    """Replace Django's messages by ours, except where the form wrote its own."""
    for code, table in (("required", _REQUIRED), ("invalid", _INVALID)):
        for kind, sentence in table:
            if isinstance(field, kind):
                _replace_default(field, code, sentence)
                break
    if isinstance(field, forms.ChoiceField | forms.ModelChoiceField):
        _replace_default(field, "invalid_choice", _UNKNOWN_CHOICE)


def _replace_default(field: forms.Field, code: str, sentence: str) -> None:
    """Set a message only if it is still the one the field's class came with."""
    for kind in type(field).__mro__:
        default = getattr(kind, "default_error_messages", {}).get(code)
        if default is not None:
            if field.error_messages.get(code) is default:
                field.error_messages[code] = sentence
            return
    # No class has a word for it (EmailField leaves it to its validator): ours answers.
    field.error_messages.setdefault(code, sentence)


def _bound_length(field: forms.Field) -> None:
    """No text without an end: what a form left open takes 4,000 characters."""
    if isinstance(field, forms.UUIDField | forms.JSONField):  # characters by descent, values by nature
        return
    if isinstance(field, forms.CharField) and field.max_length is None:
        field.max_length = LONGEST_TEXT
        field.validators = [*field.validators, MaxLengthValidator(LONGEST_TEXT)]
        field.widget.attrs.setdefault("maxlength", str(LONGEST_TEXT))


def _use_native_pickers(field: forms.Field) -> None:
    """Dates and times use the device's own picker; a date typed the French way is understood too."""
    widget = field.widget
    if widget.is_hidden:
        return
    if isinstance(widget, forms.DateTimeInput):
        widget.input_type, widget.format = "datetime-local", "%Y-%m-%dT%H:%M"
        formats = ["%Y-%m-%dT%H:%M", "%Y-%m-%dT%H:%M:%S", "%d/%m/%Y %H:%M", "%d/%m/%Y %Hh%M"]
    elif isinstance(widget, forms.DateInput):
        widget.input_type, widget.format = "date", "%Y-%m-%d"
        formats = ["%Y-%m-%d", "%d/%m/%Y", "%d/%m/%y", "%d-%m-%Y", "%d.%m.%Y"]
    elif isinstance(widget, forms.TimeInput):
        widget.input_type, widget.format = "time", "%H:%M"
        formats = ["%H:%M", "%H:%M:%S", "%Hh%M", "%H h %M", "%Hh"]
    else:
        return
    if isinstance(field, forms.DateField | forms.TimeField | forms.DateTimeField):
        field.input_formats = formats
