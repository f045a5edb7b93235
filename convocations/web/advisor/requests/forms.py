"""The forms of one request: answer it, read a correction, write down what was asked by phone or at the counter."""

from typing import Any

from django import forms

from accounts.models import Claimant
from convocations.models import ChangeRequest, Modality
from convocations.motives import Motive, choices
from convocations.web.advisor.when import WhenForm
from portal.core.forms import HouseForm, RadioCards
from portal.core.safe.sending import FilesForm

YES, OTHER, DOCUMENTS, NO = "oui", "autre", "documents", "non"
ANSWERS = {
    YES: ("Accepter ce qui est demandé", "Le nouveau rendez-vous est fixé. L’ancienne date ne compte plus."),
    OTHER: ("Accepter autrement", "Une autre heure ou un autre moyen, à choisir ci-dessous."),
    DOCUMENTS: (
        "Demander des documents",
        "La personne a un délai pour les envoyer. Le vôtre s’arrête d’ici là.",
    ),
    NO: (
        "Ne pas accepter",
        "La personne lit vos raisons, avec ses recours. Le rendez-vous reste comme prévu.",
    ),
}
_WHEN = ("day", "at", "minutes", "modality")


class AnswerForm(WhenForm):
    """An answer to a request: reasons always for a no, an hour where one must be chosen, documents where asked."""

    submit_label = "Envoyer ma réponse"
    marks_optional = False

    outcome = forms.ChoiceField(
        label="Que répondez-vous\u202f?",
        choices=[(key, words[0]) for key, words in ANSWERS.items()],
    )
    modality = forms.TypedChoiceField(
        label="Comment\u202f?",
        coerce=Modality,
        choices=[(str(one), one.label.capitalize()) for one in Modality if one != Modality.ASYNC_MESSAGE],
        required=False,
        empty_value="",
    )
    place = forms.CharField(
        label="Lieu ou lien (facultatif)",
        max_length=240,
        required=False,
        help_text="Vide\u00a0: l’adresse de l’agence ou le téléphone de la personne. Pour une vidéo, collez le lien.",
    )
    docs = forms.CharField(
        label="Quels documents\u202f?",
        required=False,
        max_length=1_000,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text="Une ligne par document. La personne lit cette liste.",
    )
    reasons = forms.CharField(
        label="Vos raisons",
        required=False,
        widget=forms.Textarea(attrs={"rows": 4}),
        help_text="La personne les lit. Elles sont nécessaires si vous n’acceptez pas.",
    )

    field_order = ("outcome", *_WHEN, "place", "docs", "reasons")

    def __init__(self, *args: Any, closed: dict[str, str], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        notes = {key: closed.get(key, words[1]) for key, words in ANSWERS.items()}
        field: Any = self.fields["outcome"]
        self.closed = closed
        choices_ = field.choices
        field.widget = RadioCards(notes=notes, closed=set(closed))
        field.choices = choices_
        for name in _WHEN:
            self.fields[name].required = False

    def clean(self) -> dict[str, Any]:
        """Ask for what the answer makes necessary, forget what it does not."""
        data = self.cleaned_data
        outcome = data.get("outcome")
        if outcome in self.closed:
            self.add_error("outcome", self.closed[outcome])
        if outcome != OTHER:
            for name in _WHEN:
                data.pop(name, None)
                self.errors.pop(name, None)
        else:
            for name, sentence in (("day", "Indiquez une date."), ("at", "Indiquez une heure.")):
                if not data.get(name) and name not in self.errors:
                    self.add_error(name, sentence)
            data["minutes"] = data.get("minutes") or 45
        if outcome == DOCUMENTS and not (data.get("docs") or "").strip():
            self.add_error("docs", "Écrivez quels documents vous attendez.")
        if outcome == NO and not (data.get("reasons") or "").strip():
            self.add_error("reasons", "Écrivez vos raisons\u00a0: la personne les lit, avec ses recours.")
        return super().clean() if outcome == OTHER else data


class CorrectionAnswerForm(HouseForm, forms.Form):
    """What the advisor makes of the person's correction."""

    submit_label = "Répondre à la correction"
    marks_optional = False

    answer = forms.CharField(
        label="Votre réponse",
        widget=forms.Textarea(attrs={"rows": 3}),
        max_length=2_000,
        help_text="Dites ce que vous avez changé. La personne le lit.",
    )


class NoteForm(FilesForm):
    """What a person asked by phone or at the counter, with their words; they get it confirmed in writing."""

    submit_label = "Enregistrer sa demande"
    cancel_label = "Revenir sans rien changer"

    channel = forms.ChoiceField(
        label="Comment la personne l’a-t-elle demandé\u202f?",
        choices=[("PHONE", "Par téléphone"), ("COUNTER", "À l’accueil")],
        widget=forms.RadioSelect,
    )
    kind = forms.ChoiceField(
        label="Que demande-t-elle\u202f?",
        choices=[
            (str(ChangeRequest.Kind.RESCHEDULE), "Une autre date"),
            (str(ChangeRequest.Kind.MODALITY), "Un autre moyen"),
            (str(ChangeRequest.Kind.INCIDENT), "Une solution à un problème technique"),
        ],
        widget=forms.RadioSelect,
    )
    motive = forms.ChoiceField(label="Raison", required=False, choices=choices(tuple(Motive), "Sans raison"))
    modality = forms.ChoiceField(
        label="Moyen souhaité",
        required=False,
        choices=[("", "Sans changement"), *((str(one), one.label.capitalize()) for one in Modality)],
    )
    day = forms.DateField(label="Jour souhaité", required=False)
    at = forms.TimeField(label="Heure souhaitée", required=False)
    needs = forms.MultipleChoiceField(
        label="Aménagements",
        required=False,
        choices=Claimant.Accommodation.choices,
        widget=forms.CheckboxSelectMultiple,
    )
    text = forms.CharField(
        label="Ce que la personne a dit",
        widget=forms.Textarea(attrs={"rows": 4}),
        max_length=3_900,
        help_text="Avec ses mots. Elle reçoit une confirmation écrite et peut la corriger.",
    )

    field_order = ("channel", "kind", "motive", "modality", "day", "at", "needs", "text", "uploads", "as_one")

    def clean(self) -> dict[str, Any]:
        """An hour goes with its day; another manner says which."""
        data: dict[str, Any] = super().clean() or self.cleaned_data
        if bool(data.get("day")) != bool(data.get("at")):
            self.add_error("at", "Donnez le jour et l’heure, ou aucun des deux.")
        if data.get("kind") == ChangeRequest.Kind.MODALITY and not data.get("modality"):
            self.add_error("modality", "Dites par quel moyen la personne souhaite ce rendez-vous.")
        return data
