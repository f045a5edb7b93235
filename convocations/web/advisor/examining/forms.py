"""The forms of one absence: write down what was said, review a document, decide, correct."""

from typing import Any

from django import forms

from convocations.models import Modality
from convocations.motives import TO_EXPLAIN, Motive, choices
from convocations.states import AbsenceState, ConvocationState, ReviewState
from convocations.web.advisor.appointments.forms import OUTCOMES
from convocations.web.advisor.when import SHORT_NOTICE_HINT, WhenForm
from portal.core.forms import HouseForm, RadioCards
from portal.core.safe.sending import FilesForm

_A, _R, _S = AbsenceState, ReviewState, ConvocationState
DECISIONS = {
    _A.EXCUSED: ("Excuser l’absence", "La raison est légitime. L’absence n’a aucune conséquence."),
    _A.CLOSED_NO_ACTION: ("Clore sans suite", "L’absence est close. Elle n’a aucune conséquence."),
    _A.INVITED_TO_REGULARISE: (
        "Proposer un nouveau rendez-vous",
        "La personne est convoquée à une nouvelle date, à choisir ci-dessous.",
    ),
    _A.REFERRED: (
        "Transmettre pour examen",
        "Un rapport des faits part au délégataire, qui décidera d’ouvrir ou non une procédure. "
        "Vous ne décidez d’aucune mesure.",
    ),
}
ANSWERS = {
    _R.ACCEPTED: ("Accepter", "Ce document prouve ce que la personne dit."),
    _R.INCOMPLETE: (
        "Demander de compléter",
        "Il manque quelque chose. La personne a un délai pour l’envoyer.",
    ),
    _R.REFUSED: ("Ne pas retenir", "Ce document ne prouve pas ce motif. La personne lit pourquoi."),
}
# What really happened, when an absence was recorded in error.
CORRECTIONS = (_S.ATTENDED, _S.EXCUSED, _S.TECH_INCIDENT, _S.NOT_PROVEN, _S.CANCELLED_BY_AGENCY)
_NEW_DATE = ("day", "at", "minutes", "modality", "place", "short_notice_agreed")


class DecideForm(WhenForm):
    """A decision on an absence, with its reasons; the new appointment and the report only when chosen."""

    submit_label = "Enregistrer ma décision"
    one_time = True
    marks_optional = False

    outcome = forms.TypedChoiceField(
        label="Que décidez-vous\u202f?",
        coerce=AbsenceState,
        choices=[(str(one), words[0]) for one, words in DECISIONS.items()],
        widget=RadioCards(notes={str(one): words[1] for one, words in DECISIONS.items()}),
    )
    reasons = forms.CharField(
        label="Vos raisons",
        widget=forms.Textarea(attrs={"rows": 4}),
        help_text="La personne les lira. Dites ce que vous avez retenu de ses explications et de ses documents.",
    )
    modality = forms.TypedChoiceField(
        label="Comment\u202f?",
        coerce=Modality,
        choices=[(str(one), one.label.capitalize()) for one in (Modality.IN_PERSON, Modality.PHONE)],
    )
    place = forms.CharField(
        label="Lieu (facultatif)",
        max_length=240,
        required=False,
        help_text="Laissez vide pour l’adresse de l’agence ou le téléphone de la personne.",
    )
    short_notice_agreed = forms.CharField(
        label="Accord de la personne pour un délai court (facultatif)",
        max_length=240,
        required=False,
        help_text=SHORT_NOTICE_HINT,
    )
    report = forms.CharField(
        label="Rapport des faits",
        required=False,
        widget=forms.Textarea(attrs={"rows": 6}),
        help_text=(
            "Ce qui était prévu, ce qui s’est passé, ce que la personne a dit. "
            "Des faits seulement\u00a0: aucun montant, aucune durée de mesure."
        ),
    )

    field_order = ("outcome", "reasons", *_NEW_DATE, "report")

    def __init__(self, *args: Any, refer: bool, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.may_refer = refer
        if not refer:
            self.fields["outcome"].widget.closed = {str(_A.REFERRED)}
        for name in _NEW_DATE:
            # Asked for only when a new date is what was chosen.
            self.fields[name].required = False

    def clean(self) -> dict[str, Any]:
        """Forget the parts that belong to another answer; ask for those that belong to this one."""
        outcome = self.cleaned_data.get("outcome")
        if outcome != _A.INVITED_TO_REGULARISE:
            for name in _NEW_DATE:
                self.cleaned_data.pop(name, None)
                self.errors.pop(name, None)
            return self.cleaned_data
        for name, sentence in (("day", "Indiquez une date."), ("at", "Indiquez une heure.")):
            if not self.cleaned_data.get(name) and name not in self.errors:
                self.add_error(name, sentence)
        self.cleaned_data["minutes"] = self.cleaned_data.get("minutes") or 45
        self.cleaned_data["modality"] = self.cleaned_data.get("modality") or Modality.IN_PERSON
        return super().clean()


class CorrectForm(HouseForm, forms.Form):
    """What really happened, and how the error came about."""

    submit_label = "Corriger l’absence"
    cancel_label = "Revenir sans rien changer"

    outcome = forms.TypedChoiceField(
        label="Que s’est-il passé en réalité\u202f?",
        coerce=ConvocationState,
        choices=[(str(one), OUTCOMES[one][0]) for one in CORRECTIONS],
        widget=RadioCards(notes={str(one): OUTCOMES[one][1] for one in CORRECTIONS}),
    )
    reason = forms.CharField(
        label="Pourquoi cette correction\u202f?",
        max_length=240,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text="La personne lira cette raison.",
    )


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


class ReviewForm(HouseForm, forms.Form):
    """What a document is worth."""

    submit_label = "Enregistrer ma réponse"
    marks_optional = False

    outcome = forms.TypedChoiceField(
        label="Que répondez-vous\u202f?",
        coerce=ReviewState,
        choices=[(str(one), words[0]) for one, words in ANSWERS.items()],
        widget=RadioCards(notes={str(one): words[1] for one, words in ANSWERS.items()}),
    )
    remark = forms.CharField(
        label="Ce qui manque, ou pourquoi",
        required=False,
        max_length=1_000,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text="La personne le lira. À remplir si vous n’acceptez pas le document tel quel.",
    )
    complete_by = forms.DateField(label="À compléter avant le", required=False)

    def __init__(self, *args: Any, completes: bool = True, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if not completes:
            field: Any = self.fields["outcome"]
            field.choices = [choice for choice in field.choices if choice[0] != _R.INCOMPLETE]
            del self.fields["complete_by"]

    def clean(self) -> dict[str, Any]:
        """Ask for what the answer makes necessary, forget what it does not."""
        data = super().clean() or self.cleaned_data
        outcome = data.get("outcome")
        if outcome in (_R.INCOMPLETE, _R.REFUSED) and not data.get("remark"):
            self.add_error(
                "remark", "Dites à la personne ce qui manque, ou pourquoi ce document ne convient pas."
            )
        if outcome == _R.INCOMPLETE and not data.get("complete_by") and "complete_by" not in self.errors:
            self.add_error("complete_by", "Indiquez une date.")
        if outcome != _R.INCOMPLETE or "complete_by" not in self.fields:
            data["complete_by"] = None
            self.errors.pop("complete_by", None)
        return data
