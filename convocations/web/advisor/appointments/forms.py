"""The forms of one appointment: who came, cancel, move, note a letter or a call."""

from collections.abc import Collection
from datetime import datetime, time
from typing import Any, cast
from zoneinfo import ZoneInfo

from crispy_forms.helper import FormHelper
from django import forms

from convocations.models import Fact
from convocations.states import ConvocationState
from convocations.web.advisor.when import SHORT_NOTICE_HINT, WhenForm
from portal.core.forms import HouseForm, RadioCards
from portal.core.working_time import NonexistentLocalTime, local_instant

_S = ConvocationState
OUTCOMES = {
    _S.ATTENDED: ("Présent", "La personne est venue, ou a répondu à l’heure."),
    _S.ABSENT: (
        "Absent",
        "Ouvre un examen\u00a0: la personne est invitée à expliquer. Rien n’est décidé.",
    ),
    _S.EXCUSED: ("Excusé", "La personne avait prévenu, ou la raison est déjà connue et légitime."),
    _S.TECH_INCIDENT: (
        "Incident technique",
        "La vidéo ou le téléphone n’a pas marché. Rien ne compte, un nouveau rendez-vous est à fixer.",
    ),
    _S.NOT_PROVEN: (
        "Notification non prouvée",
        "Rien ne prouve que la personne savait. Rien ne compte, une nouvelle date est à proposer autrement.",
    ),
    _S.CANCELLED_BY_AGENCY: ("Annulé par l’agence", "Vous n’avez pas pu recevoir la personne."),
}


class RecordForm(HouseForm, forms.Form):
    """What happened at the appointment."""

    submit_label = "Enregistrer"
    action = ""

    outcome = forms.TypedChoiceField(
        label="Que s’est-il passé\u202f?", coerce=ConvocationState, choices=(), widget=RadioCards
    )
    note = forms.CharField(
        label="Note",
        max_length=480,
        required=False,
        widget=forms.Textarea(attrs={"rows": 2}),
        help_text="La personne peut la lire dans son dossier.",
    )

    def __init__(
        self,
        *args: Any,
        outcomes: Collection[ConvocationState] = tuple(OUTCOMES),
        closed: bool = False,
        **kwargs: Any,
    ) -> None:
        super().__init__(*args, **kwargs)
        self.offer(outcomes, closed=closed)

    @property
    def helper(self) -> FormHelper:
        """Send to the record's own address, wherever the form stands."""
        helper = super().helper
        helper.form_action = self.action
        return helper

    def offer(self, outcomes: Collection[ConvocationState], *, closed: bool) -> None:
        """Choose the answers that are shown; `closed` shows ABSENT without letting it be chosen."""
        field = cast(forms.ChoiceField, self.fields["outcome"])
        field.choices = [(str(one), OUTCOMES[one][0]) for one in OUTCOMES if one in outcomes]
        cards = cast(RadioCards, field.widget)
        cards.notes = {str(one): OUTCOMES[one][1] for one in outcomes}
        cards.closed = {str(_S.ABSENT)} if closed else set()


class ReasonForm(HouseForm, forms.Form):
    """One reason, read by the person."""

    cancel_label = "Revenir sans rien changer"

    reason = forms.CharField(
        label="Pourquoi\u202f?",
        max_length=240,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text="La personne lira cette raison.",
    )

    def __init__(self, *args: Any, submit_label: str, **kwargs: Any) -> None:
        self.submit_label = submit_label
        super().__init__(*args, **kwargs)


class MoveForm(WhenForm):
    """Another hour for the same appointment."""

    submit_label = "Déplacer le rendez-vous"
    cancel_label = "Revenir sans rien changer"
    one_time = True

    reason = forms.CharField(
        label="Pourquoi\u202f?",
        max_length=240,
        widget=forms.Textarea(attrs={"rows": 2}),
        help_text="La personne lira cette raison.",
    )
    short_notice_agreed = forms.CharField(
        label="Accord de la personne pour un délai court",
        max_length=240,
        required=False,
        help_text=SHORT_NOTICE_HINT,
    )

    def __init__(self, *args: Any, keeps_days: bool, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if keeps_days:
            # A written exchange has a last day, which moves along; it has no minutes.
            del self.fields["minutes"]


class LetterForm(HouseForm, forms.Form):
    """A letter that was posted or delivered, on the day it happened."""

    submit_label = "Noter dans les preuves"
    cancel_label = "Revenir sans rien changer"

    fact = forms.TypedChoiceField(
        label="Qu’avez-vous à noter\u202f?",
        coerce=Fact,
        choices=[(str(Fact.LETTER_POSTED), "Lettre postée"), (str(Fact.LETTER_DELIVERED), "Lettre remise")],
        widget=RadioCards(
            notes={
                str(
                    Fact.LETTER_POSTED
                ): "Le dépôt à la poste. Il ne prouve pas encore que la personne savait.",
                str(
                    Fact.LETTER_DELIVERED
                ): "La remise, lue sur l’avis de réception. Elle prouve que la personne sait.",
            }
        ),
    )
    day = forms.DateField(label="Quel jour\u202f?")
    at = forms.TimeField(
        label="À quelle heure\u202f?", required=False, help_text="Laissez vide si l’heure n’est pas connue."
    )
    detail = forms.CharField(
        label="Numéro de suivi ou précision",
        max_length=240,
        required=False,
    )

    def __init__(self, *args: Any, zone: ZoneInfo, now: datetime, **kwargs: Any) -> None:
        self.zone, self.now = zone, now
        super().__init__(*args, **kwargs)

    def clean(self) -> dict[str, Any]:
        """Read the instant; of a day without an hour, its latest that is not to come is meant."""
        data: dict[str, Any] = super().clean() or self.cleaned_data
        if data.get("day"):
            try:
                data["instant"] = self._instant(data["day"], data.get("at"))
            except NonexistentLocalTime as refusal:
                self.add_error("at", refusal.sentence)
            except (OverflowError, ValueError):
                self.add_error("day", "Cette date n’est pas reconnue. Exemple\u00a0: 03/12/2026.")
        return data

    def _instant(self, day: Any, at: time | None) -> datetime:
        if at is not None:
            return local_instant(day, at, self.zone)
        first, last = local_instant(day, time(0), self.zone), local_instant(day, time(23, 59), self.zone)
        return min(max(self.now, first), last)


class PhoneForm(HouseForm, forms.Form):
    """The person said by phone that they know of their appointment."""

    submit_label = "Noter la confirmation"
    cancel_label = "Revenir sans rien changer"
    marks_optional = False

    confirmed = forms.BooleanField(
        label="J’ai parlé à la personne, et elle m’a confirmé qu’elle connaît ce rendez-vous."
    )
    note = forms.CharField(label="Note", max_length=240, required=False)
