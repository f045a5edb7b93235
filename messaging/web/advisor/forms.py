"""What the service writes: an answer, a first message to one or several people, a talk noted; the texts kept ready."""

from collections.abc import Sequence
from datetime import date, timedelta
from typing import Any

from django import forms
from django.utils.html import format_html
from django.utils.safestring import SafeString

from messaging.models import BODY_MAX, SUBJECT_MAX, TITLE_MAX, ReadyText, Topic, Via
from messaging.threads.messages import Expected, TooLong
from messaging.waiting import clocks
from messaging.web import shown
from portal.core import parameters
from portal.core.forms import HouseForm
from portal.core.french import full_date
from portal.core.safe.sending import FilesForm
from portal.core.working_time import Territory

_HOW = [
    (str(Via.WEB), "Un message"),
    (str(Via.PHONE), "Un échange par téléphone, que je note"),
    (str(Via.COUNTER), "Un échange à l’accueil, que je note"),
]
TOPICS = [(value, label) for value, label in shown.TOPICS.items() if value != Topic.COMPLAINT]
# The button that brings a ready text into the box, and sends nothing.
INSERT = "inserer"
# Room for the signed numbers of as many people as one writes to at once.
PROOF_MAX = 1500


class PickText(forms.Select):
    """A choice of a ready text, with the button that adds it to the message: the page comes back, nothing is sent."""

    def render(self, *args: Any, **kwargs: Any) -> SafeString:
        """Put the button beside the choice; the page comes back at the box of the message."""
        button = format_html(
            '<button class="btn" type="submit" name="{}" value="1" formaction="#div_id_body">{}</button>',
            INSERT,
            "Ajouter ce texte",
        )
        return format_html('<div class="pick">{}{}</div>', super().render(*args, **kwargs), button)


class SayForm(FilesForm):
    """What is said, what is joined to it, and what is asked of the person by a date.

    `texts` are the ready texts that may be added; without any the choice is not there.
    """

    ready = forms.ChoiceField(label="Partir d’une réponse type", required=False, widget=PickText)
    # Signed: who was shown this page, about whom. What they typed is theirs even if the file has left.
    shown_to = forms.CharField(required=False, max_length=PROOF_MAX, widget=forms.HiddenInput)
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

    def __init__(self, *args: Any, today: date, texts: Sequence[ReadyText] = (), **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.today = today
        self.fields["uploads"].label = "Joindre des fichiers"
        self._offer(texts)
        self.usual = today + timedelta(days=parameters.current().message_expected_days)
        self.fields["expected_on"].help_text = f"Sans date, la personne a jusqu’au {full_date(self.usual)}."

    def _offer(self, texts: Sequence[ReadyText]) -> None:
        """Offer the ready texts, one's own first; a choice of nothing is not shown."""
        if not texts:
            del self.fields["ready"]
            return
        own = [(str(one.ref), one.title) for one in texts if not one.is_shared]
        shared = [(str(one.ref), one.title) for one in texts if one.is_shared]
        groups = [(label, group) for label, group in (("Les miennes", own), ("De l’agence", shared)) if group]
        self.fields["ready"].choices = [("", "Choisissez un texte"), *groups]  # type: ignore[attr-defined]

    @property
    def has_side_button(self) -> bool:
        """Say that another button stands before the one that sends: Enter must not press it."""
        return "ready" in self.fields

    def ask_files_again(self) -> None:
        """Say that the files of what was not sent must be chosen again: nothing is put into a safe for nothing."""
        # Where the form was found wrong, its fields are already made up for the page.
        shown = self["uploads"]
        shown.help_text = (
            f"Choisissez à nouveau vos fichiers\u00a0: ils ne sont gardés qu’à l’envoi. {shown.help_text}"
        )

    def clean_body(self) -> str:
        """Count characters as they are kept: a line ends with one."""
        body: str = self.cleaned_data["body"]
        return body.replace("\r\n", "\n")

    def clean(self) -> dict[str, Any]:
        """What is asked for has a date, the usual one if none is given, and the day is still to come."""
        data: dict[str, Any] = super().clean() or self.cleaned_data
        what, on = (data.get("expected") or "").strip(), data.get("expected_on")
        if what and not on and "expected_on" not in self.errors:
            data["expected_on"] = on = self.usual
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

    field_order = (
        *("ready", "body", "uploads", "as_one", "via", "expected", "expected_on", "settles"),
        *("seen", "shown_to"),
    )

    def clean(self) -> dict[str, Any]:
        """A thread in which something is asked for is not settled."""
        data = super().clean()
        if data.get("settles") and data.get("expected"):
            self.add_error("settles", "Vous attendez encore quelque chose\u00a0: choisissez l’un ou l’autre.")
        return data


class FirstForm(SayForm):
    """A first message to one person, or the same to several, each in a thread of their own."""

    submit_label = "Envoyer"
    draft_label = "Garder le brouillon"

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

    field_order = (
        *("topic", "subject", "ready", "body", "uploads", "as_one", "via", "expected", "expected_on"),
        "shown_to",
    )

    def __init__(self, *args: Any, alone: bool, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if not alone:
            # What was begun is about one person.
            self.draft_label = ""
            self.fields[
                "uploads"
            ].help_text = f"{self.fields['uploads'].help_text} Chaque personne reçoit sa propre copie."


class ReadyTextForm(HouseForm, forms.Form):
    """A text kept ready, with its blanks."""

    submit_label = "Enregistrer"
    cancel_label = "Revenir sans enregistrer"

    title = forms.CharField(
        label="Titre",
        max_length=TITLE_MAX,
        help_text="Pour la retrouver. La personne ne le voit pas.",
        error_messages={"required": "Donnez un titre à cette réponse type."},
    )
    body = forms.CharField(
        label="Texte",
        max_length=BODY_MAX,
        widget=forms.Textarea(attrs={"rows": 10}),
        help_text="Ce qui est entre accolades se remplit pour chaque personne\u00a0: Bonjour {prénom}.",
        error_messages={"required": "Écrivez le texte.", "max_length": TooLong.sentence},
    )
    shared = forms.BooleanField(
        label="Pour toute l’agence\u00a0: vos collègues peuvent s’en servir", required=False
    )

    def __init__(self, *args: Any, may_share: bool, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if not may_share:
            del self.fields["shared"]
