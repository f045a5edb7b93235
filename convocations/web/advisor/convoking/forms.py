"""The form that convokes one person or many."""

from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from django import forms

from convocations.models import Bindingness, Kind, Modality
from convocations.scheduling.from_csv import LARGEST
from convocations.web.advisor.when import SHORT_NOTICE_HINT, WhenForm
from portal.core import parameters
from portal.core.forms import RadioCards
from portal.core.working_time import day_bounds

# The other kinds come from those who hold them: controllers, workshops' rooms.
KINDS = (Kind.INTERVIEW, Kind.REFRAMING, Kind.WORKSHOP, Kind.SERVICE)
MODALITIES = tuple(Modality)
# In days after the first: time to answer, and an end that nobody loses sight of.
FEWEST_DAYS, MOST_DAYS = 2, 31


class ConvokeForm(WhenForm):
    """What an appointment is, for one person, a selection, or the lines of a file."""

    submit_label = "Voir l’aperçu avant l’envoi"
    cancel_label = "Revenir sans rien envoyer"
    one_time = True

    bindingness = forms.TypedChoiceField(
        label="Convocation ou invitation\u202f?",
        coerce=Bindingness,
        choices=[(str(one), one.label.capitalize()) for one in Bindingness],
        widget=RadioCards(
            notes={
                str(
                    Bindingness.CONVOCATION
                ): "La présence est due. Ne pas venir sans raison ouvre un examen.",
                str(
                    Bindingness.INVITATION
                ): "La personne est libre de venir. Ne pas venir n’a aucune conséquence.",
            }
        ),
    )
    kind = forms.TypedChoiceField(
        label="Nature",
        coerce=Kind,
        choices=[(str(one), one.label.capitalize()) for one in KINDS],
        help_text="L’entretien de recadrage précède la reprise d’un versement suspendu.",
    )
    modality = forms.TypedChoiceField(
        label="Comment\u202f?",
        coerce=Modality,
        choices=[(str(one), one.label.capitalize()) for one in MODALITIES],
    )
    until = forms.DateField(
        label="Dernier jour de l’échange",
        required=False,
        help_text="Pour un échange écrit seulement\u00a0: la personne répond jusqu’à ce jour inclus.",
    )
    purpose = forms.CharField(
        label="Objet",
        max_length=240,
        help_text="Une phrase que la personne comprend. Exemple\u00a0: Faire le point sur votre recherche d’emploi.",
    )
    to_bring = forms.CharField(
        label="À apporter",
        max_length=480,
        required=False,
        widget=forms.Textarea(attrs={"rows": 2}),
        help_text="Exemple\u00a0: votre CV et une pièce d’identité.",
    )
    place = forms.CharField(
        label="Lieu, lien ou adresse",
        max_length=240,
        required=False,
        help_text="Laissez vide pour l’adresse de l’agence ou le téléphone de la personne. En vidéo, collez le lien. "
        "En vidéo depuis l’agence, assurez-vous qu’un poste équipé est libre. "
        "Pour un échange écrit, dites où répondre\u00a0: sans précision, par lettre ou à l’accueil de l’agence.",
    )
    short_notice_agreed = forms.CharField(
        label="Accord de la personne pour un délai court",
        max_length=240,
        required=False,
        help_text=SHORT_NOTICE_HINT,
    )

    field_order = (
        "file",
        "bindingness",
        "kind",
        "modality",
        "day",
        "at",
        "minutes",
        "until",
        "purpose",
        "to_bring",
        "place",
        "short_notice_agreed",
    )

    def __init__(
        self, *args: Any, zone: ZoneInfo, now: datetime, several: bool = False, **kwargs: Any
    ) -> None:
        self.now = now
        super().__init__(*args, zone=zone, **kwargs)
        if several:
            self.fields["day"].label = "Jour du premier rendez-vous"
            self.fields["at"].label = "Heure du premier rendez-vous"
            self.fields["minutes"].label = "Durée de chaque rendez-vous, en minutes"

    def clean(self) -> dict[str, Any]:
        """Ask for what the choices before make necessary."""
        data = super().clean()
        start = data.get("starts_at")
        if start is not None and start <= self.now:
            self.add_error("day", "Cette date est déjà passée. Choisissez une date à venir.")
        elif start is not None and data.get("bindingness") == Bindingness.CONVOCATION:
            self._ask_agreement(start, data)
        if data.get("modality") == Modality.VIDEO and not data.get("place"):
            self.add_error("place", "Collez le lien de la visioconférence.")
        if data.get("modality") == Modality.ASYNC_MESSAGE and data.get("day"):
            self._read_period(data)
        return data

    def _read_period(self, data: dict[str, Any]) -> None:
        """A written exchange goes on until the midnight that ends its last day."""
        last = data.get("until")
        if last is None:
            if "until" not in self.errors:
                self.add_error("until", "Choisissez le dernier jour de l’échange écrit.")
        elif not FEWEST_DAYS <= (last - data["day"]).days <= MOST_DAYS:
            self.add_error(
                "until", f"Laissez de {FEWEST_DAYS} à {MOST_DAYS} jours entre le premier et le dernier jour."
            )
        else:
            data["ends_at"] = day_bounds(last, self.zone)[1]

    def _ask_agreement(self, start: datetime, data: dict[str, Any]) -> None:
        floor = parameters.current().notice_floor_hours
        if start - self.now < timedelta(hours=floor) and not data.get("short_notice_agreed"):
            self.add_error(
                "short_notice_agreed",
                f"Ce rendez-vous est dans moins de {floor} heures. Notez ici l’accord de la personne, "
                "ou choisissez une date plus lointaine.",
            )


class ConvokeFromFileForm(ConvokeForm):
    """The same, for the people named in a file; a line may bring its own date, length and purpose."""

    file = forms.FileField(
        label="Fichier CSV",
        help_text="2 Mo et 10 000 lignes au plus. Une ligne par personne, avec sa référence (DE-…).",
        widget=forms.FileInput(attrs={"accept": ".csv,text/csv"}),
    )

    def clean_file(self) -> Any:
        """Refuse a file too large before a byte of it is read."""
        upload = self.cleaned_data["file"]
        if upload.size > LARGEST:
            raise forms.ValidationError("Ce fichier dépasse 2 Mo. Coupez-le en plusieurs fichiers.")
        return upload
