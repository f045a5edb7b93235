"""A colleague's file opened for a day, for a written reason."""

from datetime import datetime

from django.db import models
from django.db.models import F, Q

from accounts.models.people import Advisor, Claimant


class BreakGlassQuerySet(models.QuerySet["BreakGlass"]):
    def open_for(self, advisor: Advisor, claimant: Claimant, *, now: datetime) -> "BreakGlassQuerySet":
        """Those that open this file to this advisor at this instant."""
        return self.filter(advisor=advisor, claimant=claimant, opened_at__lte=now, until__gt=now)


class BreakGlass(models.Model):
    """An advisor opened a file of the agency that is not in their portfolio; the supervisor was told."""

    advisor = models.ForeignKey(
        Advisor, on_delete=models.PROTECT, related_name="+", verbose_name="conseiller"
    )
    claimant = models.ForeignKey(
        Claimant, on_delete=models.PROTECT, related_name="+", verbose_name="demandeur d’emploi"
    )
    reason = models.CharField("motif", max_length=500)
    opened_at = models.DateTimeField("ouvert le")
    until = models.DateTimeField("jusqu’au")

    objects = BreakGlassQuerySet.as_manager()

    class Meta:
        verbose_name = "accès motivé"
        verbose_name_plural = "accès motivés"
        indexes = [models.Index(fields=["advisor", "claimant", "-until"], name="break_glass_open")]
        constraints = [
            models.CheckConstraint(
                condition=~Q(reason=""),
                name="break_glass_has_a_reason",
                violation_error_message="Indiquez le motif.",
            ),
            models.CheckConstraint(
                condition=Q(until__gt=F("opened_at")),
                name="break_glass_ends",
                violation_error_message="L’accès prend fin après son ouverture.",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.advisor} → {self.claimant}"
