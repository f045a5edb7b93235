"""What the service writes: an answer, a first message to one or several people, a talk noted."""

from datetime import date
from typing import Any

from django import forms

from messaging.models import BODY_MAX, SUBJECT_MAX, Topic, Via
from messaging.threads.messages import Expected, TooLong
from messaging.waiting import clocks
from portal.core.forms import HouseForm
from portal.core.working_time import Territory

_HOW = [
    (str(Via.WEB), "Un message"),
    (str(Via.PHONE), "Un échange par téléphone, que je note"),
    (str(Via.COUNTER), "Un échange à l’accueil, que je note"),
]
# As the service says them; a complaint is the person's to make.
TOPICS = [
    (str(Topic.APPOINTMENT), "Un rendez-vous"),
    (str(Topic.BENEFITS), "L’allocation"),
    (str(Topic.JOB_SEARCH), "La recherche d’emploi"),
    (str(Topic.DOCUMENTS), "Un document"),
    (str(Topic.OTHER), "Autre chose"),
]


class SayForm(HouseForm, forms.Form):
    """What is said, and what is asked of the person by a date."""

    one_time = True

    body = forms.CharField(
        label="Votre message",
        max_length=BODY_MAX,
        widget=forms.Textarea(attrs={"rows": 8}),
        help_text="Du texte simple. La personne est prévenue par e-mail, sans le contenu.",
        error_messages={"required": "Écrivez votre message.", "max_length": TooLong.sentence},
    )
    expected = forms.CharField(
        label="Ce que vous attendez de la personne",
        required=False,
        max_length=500,
        widget=forms.Textarea(attrs={"rows": 2}),
        help_text="Un document, une réponse. Votre délai s’arrête jusqu’à son arrivée.",
    )
    expected_on = forms.DateField(label="À recevoir au plus tard le", required=False)

    def __init__(self, *args: Any, today: date, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.today = today

    def clean_body(self) -> str:
        """Count characters as they are kept: a line ends with one."""
        body: str = self.cleaned_data["body"]
        return body.replace("\r\n", "\n")

    def clean(self) -> dict[str, Any]:
        """What is asked for and its date go together, and the day is still to come."""
        data: dict[str, Any] = super().clean() or self.cleaned_data
        what, on = (data.get("expected") or "").strip(), data.get("expected_on")
        if what and not on and "expected_on" not in self.errors:
            self.add_error("expected_on", "Indiquez jusqu’à quand vous l’attendez.")
        if on and not what and "expected" not in self.errors:
            self.add_error("expected", "Dites ce que vous attendez, ou effacez la date.")
        if on and on <= self.today:
            self.add_error("expected_on", "Choisissez une date à venir.")
        data["expected"] = what
        return data

    def wanted(self, place: Territory) -> Expected | None:
        """Give what is asked for, until the end of its day on the person's agency's clock."""
        what, on = self.cleaned_data["expected"], self.cleaned_data.get("expected_on")
        return Expected(what, clocks.day_end(on, place)) if what and on else None


class AnswerForm(SayForm):
    """An answer in a thread; `seen` is what the page showed when it was opened."""

    submit_label = "Envoyer"
    draft_label = "Garder le brouillon"

    via = forms.TypedChoiceField(
        label="C’est", coerce=Via, choices=_HOW, initial=str(Via.WEB), widget=forms.RadioSelect
    )
    settles = forms.BooleanField(
        label="C’est réglé\u00a0: rien n’est plus attendu de personne", required=False
    )
    seen = forms.CharField(required=False, max_length=60, widget=forms.HiddenInput)

    field_order = ("body", "via", "expected", "expected_on", "settles", "seen")

    def clean(self) -> dict[str, Any]:
        """A thread in which something is asked for is not settled."""
        data = super().clean()
        if data.get("settles") and data.get("expected"):
            self.add_error("settles", "Vous attendez encore quelque chose\u00a0: choisissez l’un ou l’autre.")
        return data


class FirstForm(SayForm):
    """A first message to one person, or the same to several, each in a thread of their own."""

    submit_label = "Envoyer"

    topic = forms.TypedChoiceField(
        label="Sujet",
        coerce=Topic,
        choices=[("", "Choisissez un sujet"), *TOPICS],
    )
    subject = forms.CharField(
        label="Objet",
        max_length=SUBJECT_MAX,
        error_messages={"required": "Écrivez en quelques mots l’objet de votre message."},
    )
    via = forms.TypedChoiceField(
        label="C’est", coerce=Via, choices=_HOW, initial=str(Via.WEB), widget=forms.RadioSelect
    )

    field_order = ("topic", "subject", "body", "via", "expected", "expected_on")
