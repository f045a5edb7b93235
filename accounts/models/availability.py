"""When an advisor receives: the week, dated exceptions, leave and who stands in; on the agency's clock."""

from datetime import date, time
from typing import Any

from django.contrib.postgres.constraints import ExclusionConstraint
from django.contrib.postgres.fields import (
    ArrayField,
    DateRangeField,
    IntegerRangeField,
    RangeBoundary,
    RangeOperators,
)
from django.core.exceptions import ValidationError
from django.db import models
from django.db.models import F, Func, Q, Value
from django.db.models.functions import Coalesce

from accounts.models.agency import OpeningHours
from accounts.models.people import Advisor

WHOLE_DAY = 86_400
_CROSSES = (
    "L’heure de fin doit venir après l’heure de début, le même jour. "
    "Pour passer minuit, notez deux disponibilités\u00a0: une par jour."
)


class Manner(models.TextChoices):
    """How somebody is received at an hour; a written exchange needs none."""

    IN_PERSON = "IN_PERSON", "en agence"
    PHONE = "PHONE", "par téléphone"
    VIDEO = "VIDEO", "en vidéo"
    KIOSK_VIDEO = "KIOSK_VIDEO", "en vidéo depuis l’agence"


class ReceivedFor(models.TextChoices):
    """What somebody is received for, alone with an advisor; what gathers many people needs no free hour."""

    INTERVIEW = "INTERVIEW", "entretien"
    REFRAMING = "REFRAMING", "entretien de recadrage"


def every_kind() -> list[str]:
    """Give what an hour is open to unless somebody reserves it."""
    return list(ReceivedFor.values)


def _refuse_crossing(starts: time | None, ends: time | None) -> None:
    # Before the constraints are asked: PostgreSQL has no range that ends before it begins.
    if starts and ends and ends <= starts:
        raise ValidationError({"ends": _CROSSES})


class _Seconds(Func):
    # The type said aloud: a NULL asked about before saving has none.
    template = "(EXTRACT(EPOCH FROM (%(expressions)s)::time))::int"
    output_field = models.IntegerField()


class _Stretch(Func):
    function = "INT4RANGE"
    output_field = IntegerRangeField()


class _Days(Func):
    function = "DATERANGE"
    output_field = DateRangeField()


def _manners() -> Any:
    return ArrayField(
        models.CharField(max_length=16, choices=Manner.choices), verbose_name="moyens", default=list
    )


def _kinds(**options: Any) -> Any:
    return ArrayField(
        models.CharField(max_length=12, choices=ReceivedFor.choices), verbose_name="natures", **options
    )


_OF_THE_LIST = Q(modalities__contained_by=["IN_PERSON", "PHONE", "VIDEO", "KIOSK_VIDEO"])
_KINDS_OF_THE_LIST = Q(kinds__contained_by=["INTERVIEW", "REFRAMING"])


class Availability(models.Model):
    """One stretch of every week in which an advisor receives, in these manners and for these kinds."""

    advisor = models.ForeignKey(
        Advisor, on_delete=models.CASCADE, related_name="availabilities", verbose_name="conseiller"
    )
    weekday = models.SmallIntegerField("jour", choices=OpeningHours.Weekday.choices)
    starts = models.TimeField("de")
    ends = models.TimeField("à")
    modalities = _manners()
    kinds = _kinds(default=every_kind)

    class Meta:
        verbose_name = "disponibilité"
        verbose_name_plural = "disponibilités"
        ordering = ["advisor", "weekday", "starts"]
        constraints = [
            models.CheckConstraint(
                condition=Q(ends__gt=F("starts")),
                name="availability_ends_after_start",
                violation_error_message=_CROSSES,
            ),
            models.CheckConstraint(
                condition=_OF_THE_LIST & ~Q(modalities=[]),
                name="availability_says_how",
                violation_error_message="Choisissez au moins un moyen dans la liste.",
            ),
            models.CheckConstraint(
                condition=_KINDS_OF_THE_LIST & ~Q(kinds=[]),
                name="availability_says_what_for",
                violation_error_message="Choisissez au moins une nature de rendez-vous dans la liste.",
            ),
            ExclusionConstraint(
                name="availability_never_twice",
                index_type="gist",
                expressions=[
                    ("advisor", RangeOperators.EQUAL),
                    ("weekday", RangeOperators.EQUAL),
                    (_Stretch(_Seconds("starts"), _Seconds("ends")), RangeOperators.OVERLAPS),
                ],
                violation_error_message="Une disponibilité couvre déjà une partie de ces heures, ce jour-là.",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.get_weekday_display()} {self.starts:%H:%M}–{self.ends:%H:%M}"

    def clean(self) -> None:
        _refuse_crossing(self.starts, self.ends)


class AvailabilityException(models.Model):
    """One date on which the week does not hold: free at other hours, or not free after all."""

    advisor = models.ForeignKey(
        Advisor, on_delete=models.CASCADE, related_name="availability_exceptions", verbose_name="conseiller"
    )
    day = models.DateField("jour")
    # Both empty: the whole day, for a day that is not free.
    starts = models.TimeField("de", null=True, blank=True)
    ends = models.TimeField("à", null=True, blank=True)
    is_free = models.BooleanField("disponible", default=False)
    modalities = ArrayField(
        models.CharField(max_length=16, choices=Manner.choices),
        verbose_name="moyens",
        default=list,
        blank=True,
    )
    kinds = _kinds(default=list, blank=True)
    note = models.CharField("note", max_length=120, blank=True, default="")

    class Meta:
        verbose_name = "exception aux disponibilités"
        verbose_name_plural = "exceptions aux disponibilités"
        ordering = ["day", "starts"]
        constraints = [
            models.CheckConstraint(
                condition=Q(starts__isnull=True, ends__isnull=True, is_free=False)
                | Q(starts__isnull=False, ends__isnull=False, ends__gt=F("starts")),
                name="exception_ends_after_start",
                violation_error_message=_CROSSES,
            ),
            models.CheckConstraint(
                condition=Q(is_free=False, modalities=[])
                | (Q(is_free=True) & _OF_THE_LIST & ~Q(modalities=[])),
                name="exception_says_how_when_free",
                violation_error_message=(
                    "Choisissez au moins un moyen si vous êtes disponible, aucun si vous ne l’êtes pas."
                ),
            ),
            models.CheckConstraint(
                condition=Q(is_free=False, kinds=[]) | (Q(is_free=True) & _KINDS_OF_THE_LIST & ~Q(kinds=[])),
                name="exception_says_what_for_when_free",
                violation_error_message=(
                    "Choisissez au moins une nature de rendez-vous si vous êtes disponible, "
                    "aucune si vous ne l’êtes pas."
                ),
            ),
            ExclusionConstraint(
                name="exception_never_twice",
                index_type="gist",
                expressions=[
                    ("advisor", RangeOperators.EQUAL),
                    ("day", RangeOperators.EQUAL),
                    (
                        _Stretch(
                            Coalesce(_Seconds("starts"), Value(0)),
                            Coalesce(_Seconds("ends"), Value(WHOLE_DAY)),
                        ),
                        RangeOperators.OVERLAPS,
                    ),
                ],
                violation_error_message="Une exception couvre déjà une partie de ces heures, ce jour-là.",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.day} {'disponible' if self.is_free else 'indisponible'}"

    def clean(self) -> None:
        _refuse_crossing(self.starts, self.ends)


class LeaveQuerySet(models.QuerySet["Leave"]):
    def on(self, day: date) -> "LeaveQuerySet":
        """Those that cover this day."""
        return self.filter(first_day__lte=day, last_day__gte=day)


class Leave(models.Model):
    """Days on which an advisor is away; the deputy sees and works their list meanwhile, and only then."""

    advisor = models.ForeignKey(
        Advisor, on_delete=models.CASCADE, related_name="leaves", verbose_name="conseiller", db_index=False
    )
    first_day = models.DateField("premier jour")
    last_day = models.DateField("dernier jour")
    deputy = models.ForeignKey(
        Advisor,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="deputisings",
        verbose_name="suppléant",
    )

    objects = LeaveQuerySet.as_manager()

    class Meta:
        verbose_name = "congé"
        ordering = ["first_day"]
        constraints = [
            models.CheckConstraint(
                condition=Q(last_day__gte=F("first_day")),
                name="leave_ends_after_start",
                violation_error_message="Le dernier jour ne peut pas précéder le premier.",
            ),
            models.CheckConstraint(
                condition=Q(deputy__isnull=True) | ~Q(deputy=F("advisor")),
                name="deputy_is_somebody_else",
                violation_error_message="Choisissez un suppléant autre que vous-même.",
            ),
            ExclusionConstraint(
                name="leave_never_twice",
                index_type="gist",
                expressions=[
                    ("advisor", RangeOperators.EQUAL),
                    (
                        _Days("first_day", "last_day", RangeBoundary(inclusive_upper=True)),
                        RangeOperators.OVERLAPS,
                    ),
                ],
                violation_error_message="Un congé couvre déjà une partie de ces jours.",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.first_day} – {self.last_day}"

    def clean(self) -> None:
        if self.first_day and self.last_day and self.last_day < self.first_day:
            raise ValidationError({"last_day": "Le dernier jour ne peut pas précéder le premier."})
        if self.deputy is not None and self.deputy.agency_id != self.advisor.agency_id:
            raise ValidationError({"deputy": "Choisissez un suppléant de la même agence."})
