"""The forms of a procedure: reasons, the notice, the hearing, the decision and its second reading."""

from collections.abc import Sequence
from typing import Any
from zoneinfo import ZoneInfo

from django import forms

from accounts.models import DecisionMaker
from measures.web.delegate.acts.choosing import ChoiceForm
from portal.core.forms import HouseForm, RadioCards
from portal.core.working_time import NonexistentLocalTime, local_instant

BACK = "Revenir sans rien changer"


def _text(label: str, help_text: str, rows: int = 5) -> forms.CharField:
    return forms.CharField(label=label, widget=forms.Textarea(attrs={"rows": rows}), help_text=help_text)


class CloseForm(HouseForm, forms.Form):
    """Why a case ends without any measure."""

    submit_label = "Clore sans mesure"
    cancel_label = BACK

    reasons = _text("Vos raisons", "La personne les lira. Dites ce que vous avez retenu en sa faveur.")


class WithdrawForm(CloseForm):
    """Why a procedure is taken back."""

    submit_label = "Retirer la procédure"


class HandOverForm(HouseForm, forms.Form):
    """To whom a case goes, and why."""

    submit_label = "Confier la procédure"
    cancel_label = BACK

    to = forms.ChoiceField(label="Qui l’examine désormais\u202f?")
    reason = forms.CharField(label="Pourquoi\u202f?", max_length=240, help_text="Exemple\u00a0: un congé.")

    def __init__(self, *args: Any, others: Sequence[DecisionMaker], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        to: Any = self.fields["to"]
        to.choices = [("", "Choisissez une personne"), *((str(one.pk), str(one)) for one in others)]


class NoticeForm(ChoiceForm):
    """What a person is told before anybody decides."""

    submit_label = "Voir ce que la personne lira"
    cancel_label = BACK

    facts = _text(
        "Les faits reprochés",
        "Des faits datés, en phrases simples\u00a0: la personne doit pouvoir y répondre point par point.",
        rows=7,
    )

    field_order = ("facts", "outcome", "share", "length", "comply_days", "condition")


class DecisionForm(ChoiceForm):
    """The decision, with its reasons in law and in fact and what is answered to the person."""

    submit_label = "Voir ce que la personne lira"
    cancel_label = BACK
    offers_none = True
    question = "Que décidez-vous\u202f?"

    reasons_fact = _text("Vos raisons, en fait", "Ce qui est établi, et par quelles preuves.", rows=6)
    reasons_law = forms.CharField(
        label="Vos raisons, en droit",
        required=False,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text="Les articles, et pourquoi ils s’appliquent. À remplir si vous décidez une mesure.",
    )
    answer = forms.CharField(
        label="Votre réponse à la personne",
        required=False,
        widget=forms.Textarea(attrs={"rows": 5}),
        help_text="Ce que vous retenez de ses observations ou de son audition, et pourquoi.",
    )

    field_order = (
        *("outcome", "share", "length", "comply_days", "condition"),
        *("reasons_fact", "reasons_law", "answer"),
    )


class HearingForm(HouseForm, forms.Form):
    """When and where a person is heard, and by whom."""

    submit_label = "Fixer l’audition"
    cancel_label = BACK

    day = forms.DateField(label="Jour")
    at = forms.TimeField(label="Heure")
    place = forms.CharField(
        label="Lieu, et avec qui",
        max_length=240,
        help_text="Une adresse et un nom, ou le numéro appelé. La personne le lira tel quel.",
    )

    def __init__(self, *args: Any, zone: ZoneInfo, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.zone = zone

    def clean(self) -> dict[str, Any]:
        """Put day and hour together on the clock of the agency."""
        data: dict[str, Any] = super().clean() or self.cleaned_data
        if data.get("day") and data.get("at"):
            if not 2000 < data["day"].year < 2100:
                self.add_error("day", "Cette date est trop loin. Choisissez une autre date.")
                return data
            try:
                data["moment"] = local_instant(data["day"], data["at"], self.zone)
            except NonexistentLocalTime as refusal:
                self.add_error("at", refusal.sentence)
        return data


class MinutesForm(HouseForm, forms.Form):
    """What was said at a hearing."""

    submit_label = "Enregistrer le compte rendu"
    cancel_label = BACK

    minutes = _text(
        "Ce qui a été dit", "Par la personne, par qui l’assistait, par vous. Elle le lira.", rows=10
    )


class NotHeldForm(HouseForm, forms.Form):
    """Why a hearing was not held."""

    submit_label = "Noter que l’audition n’a pas eu lieu"
    cancel_label = BACK

    reason = forms.CharField(
        label="Pourquoi\u202f?",
        max_length=240,
        help_text="La personne le lira. Son absence ne prouve rien et ne lui est pas reprochée.",
    )


class SecondReadingForm(HouseForm, forms.Form):
    """What the second reader says of a decision that takes all."""

    submit_label = "Enregistrer ma relecture"
    cancel_label = BACK
    marks_optional = False

    verdict = forms.ChoiceField(
        label="Votre avis",
        choices=[("oui", "La décision peut partir"), ("non", "La décision est à reprendre")],
        widget=RadioCards(
            notes={
                "oui": "Son auteur pourra l’envoyer à la personne.",
                "non": "Elle est écartée. Son auteur décide à nouveau, dans le même délai.",
            }
        ),
    )
    remark = forms.CharField(
        label="Ce qui ne va pas",
        required=False,
        max_length=1_000,
        widget=forms.Textarea(attrs={"rows": 4}),
        help_text="À remplir si la décision est à reprendre.",
    )

    def clean(self) -> dict[str, Any]:
        """Ask why, when it is sent back."""
        data: dict[str, Any] = super().clean() or self.cleaned_data
        if data.get("verdict") == "non" and not data.get("remark"):
            self.add_error(
                "remark", "Dites ce qui ne va pas\u00a0: l’auteur en a besoin pour décider à nouveau."
            )
        return data


class ReconsiderForm(HouseForm, forms.Form):
    """Why a decision that was not sent is put aside."""

    submit_label = "Reprendre la décision"
    cancel_label = BACK

    reason = _text("Pourquoi la reprendre\u202f?", "Cette raison reste au dossier.", rows=3)
