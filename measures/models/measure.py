"""What a measure takes and for how long: the figures of a notice and of a decision, never pre-filled."""

from django.db import models
from django.db.models import Q

from measures.models.bareme import Outcome, Unit


class Figures(models.Model):
    """The figures somebody chose; an empty outcome is no measure at all."""

    outcome = models.CharField("mesure", max_length=16, choices=Outcome.choices, blank=True, default="")
    # Per cent of the allowance.
    share = models.SmallIntegerField("part (%)", default=0)
    length = models.SmallIntegerField("durée", default=0)
    unit = models.CharField("unité", max_length=8, choices=Unit.choices, default=Unit.MONTHS)
    # A warning takes nothing: it leaves so many days to comply (mise en demeure).
    comply_days = models.SmallIntegerField("délai pour se mettre en règle (jours)", null=True)
    # What must hold besides, as the barème says and whoever chose it confirmed; empty when nothing.
    condition = models.CharField("condition confirmée", max_length=240, blank=True, default="")
    # Of the person's daily allowance; empty where it is not known or nothing is taken.
    estimate = models.DecimalField(
        "effet estimé (euros)", max_digits=9, decimal_places=2, null=True, blank=True
    )

    class Meta:
        abstract = True

    @property
    def takes_all(self) -> bool:
        """Say whether it needs a second reader: the whole allowance, or off the list (product §7)."""
        return self.outcome == Outcome.RADIATION or (
            self.outcome == Outcome.SUPPRESSION and self.share == 100
        )


def takes_all(way: str = "") -> Q:
    """Ask for what `Figures.takes_all` says; `way` leads from the rows asked for to the figures («decisions__»)."""
    whole = Q(**{f"{way}outcome": Outcome.SUPPRESSION, f"{way}share": 100})
    return Q(**{f"{way}outcome": Outcome.RADIATION}) | whole


def figures_fit(name: str, *, none_allowed: bool) -> models.CheckConstraint:
    """Make the check that ties the figures to the outcome."""
    takes = Q(outcome__in=["SUSPENSION", "SUPPRESSION"], share__range=(1, 100), length__gte=1)
    radiation = Q(outcome="RADIATION", share__in=[0, 100], length__gte=1)
    warns = Q(outcome="AVERTISSEMENT", share=0, length=0, comply_days__gte=1, comply_days__isnull=False)
    condition = ((takes | radiation) & Q(comply_days__isnull=True)) | warns
    if none_allowed:
        condition |= Q(outcome="", share=0, length=0, comply_days__isnull=True, estimate__isnull=True)
    return models.CheckConstraint(
        condition=condition,
        name=name,
        violation_error_message=(
            "Une suspension ou une suppression a une part et une durée ; une radiation a une durée ; "
            "un avertissement a un délai pour se mettre en règle."
        ),
    )
