"""A coming appointment whose hour, advisor or place went away: somebody must move it."""

from django.db import models
from django.db.models import Q

from accounts.models import Closure, Leave
from convocations.models.convocation import Convocation


class Displacement(models.Model):
    """Why one appointment can no longer be as announced; it stands until it is moved or cancelled."""

    class Cause(models.TextChoices):
        CLOSURE = "CLOSURE", "agence fermée"
        HOURS = "HOURS", "hors des nouveaux horaires de l’agence"
        LEAVE = "LEAVE", "conseiller absent"
        KIOSK = "KIOSK", "espace numérique hors service"

    convocation = models.OneToOneField(
        Convocation, on_delete=models.CASCADE, primary_key=True, related_name="displacement"
    )
    cause = models.CharField("raison", max_length=12, choices=Cause.choices)
    # What taken back makes the appointment hold again.
    closure = models.ForeignKey(
        Closure, on_delete=models.CASCADE, null=True, blank=True, related_name="displacements"
    )
    leave = models.ForeignKey(
        Leave, on_delete=models.CASCADE, null=True, blank=True, related_name="displacements"
    )
    found_at = models.DateTimeField("constaté le")

    class Meta:
        verbose_name = "rendez-vous à déplacer"
        verbose_name_plural = "rendez-vous à déplacer"
        constraints = [
            models.CheckConstraint(
                condition=Q(cause="CLOSURE", closure__isnull=False, leave__isnull=True)
                | Q(cause="LEAVE", leave__isnull=False, closure__isnull=True)
                | Q(cause__in=["HOURS", "KIOSK"], closure__isnull=True, leave__isnull=True),
                name="displacement_has_its_cause",
                violation_error_message="Dites ce qui empêche le rendez-vous.",
            )
        ]
