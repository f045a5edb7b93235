"""The day and hour of an appointment, read on the clock of its agency."""

from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from django import forms

from portal.core.forms import HouseForm
from portal.core.working_time import NonexistentLocalTime, local_instant

SHORT_NOTICE_HINT = (
    "À remplir seulement si le rendez-vous est trop proche et que la personne est d’accord. "
    "Écrivez comment et quand elle l’a dit. Une absence à ce rendez-vous ne pourra pas être retenue."
)


class WhenForm(HouseForm, forms.Form):
    """A form that chooses an hour: gives `starts_at` and `ends_at`, aware."""

    day = forms.DateField(label="Jour")
    at = forms.TimeField(label="Heure")
    minutes = forms.IntegerField(
        label="Durée, en minutes",
        min_value=5,
        max_value=480,
        initial=45,
        error_messages={
            "min_value": "Prévoyez au moins 5 minutes.",
            "max_value": "Prévoyez 480 minutes (8 heures) au plus.",
        },
    )

    def __init__(self, *args: Any, zone: ZoneInfo, **kwargs: Any) -> None:
        self.zone = zone
        super().__init__(*args, **kwargs)

    def clean(self) -> dict[str, Any]:
        """Put day and hour together; an hour that the clock jumps over says which to choose."""
        data: dict[str, Any] = super().clean() or self.cleaned_data
        if data.get("day") and data.get("at"):
            try:
                data["starts_at"] = local_instant(data["day"], data["at"], self.zone)
            except NonexistentLocalTime as refusal:
                self.add_error("at", refusal.sentence)
            except (OverflowError, ValueError):
                self.add_error("day", "Cette date est trop loin. Choisissez une autre date.")
            else:
                self._read_end(data)
        return data

    def _read_end(self, data: dict[str, Any]) -> None:
        if not 2000 < data["day"].year < 2100:
            self.add_error("day", "Cette date est trop loin. Choisissez une autre date.")
        elif data.get("minutes"):
            data["ends_at"] = data["starts_at"] + timedelta(minutes=data["minutes"])


def initial_of(start: datetime | None, zone: ZoneInfo) -> dict[str, Any]:
    """Give the fields of the form an hour to begin with."""
    if start is None:
        return {}
    local = start.astimezone(zone)
    return {"day": local.date(), "at": local.time().replace(second=0, microsecond=0)}
