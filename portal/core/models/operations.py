"""How the portal itself is doing: parameters changed here, heartbeats, outages."""

from typing import Any

from django.db import models
from django.db.models import F, Q
from django.utils import timezone


class ParameterOverride(models.Model):
    """A parameter this deployment changed; `portal.core.parameters` says what exists and its bounds."""

    key = models.CharField("paramètre", max_length=64, unique=True)
    value = models.JSONField("valeur")
    updated_at = models.DateTimeField("modifié le", auto_now=True)

    class Meta:
        verbose_name = "paramètre modifié"
        verbose_name_plural = "paramètres modifiés"

    def __str__(self) -> str:
        return self.key


class Heartbeat(models.Model):
    """The last time a periodic job ran to its end; `/healthz` reads it."""

    name = models.CharField(max_length=40, primary_key=True)
    at = models.DateTimeField()
    detail = models.JSONField(default=dict)

    @staticmethod
    def beat(name: str, **detail: Any) -> None:
        """Note that a job just ended well, by the machine's own clock: the portal's may be moved."""
        Heartbeat.objects.bulk_create(
            [Heartbeat(name=name, at=timezone.now(), detail=detail)],
            update_conflicts=True,
            unique_fields=["name"],
            update_fields=["at", "detail"],
        )


class Outage(models.Model):
    """A time when people could not use the portal; periods of people it covers are extended (product §2)."""

    starts_at = models.DateTimeField("début")
    # Empty while it lasts.
    ends_at = models.DateTimeField("fin", null=True, blank=True)
    reason = models.CharField("cause", max_length=200)
    # Rises with each correction: what was planned for an earlier one is moot.
    revision = models.SmallIntegerField(default=0, editable=False)

    class Meta:
        verbose_name = "interruption du portail"
        verbose_name_plural = "interruptions du portail"
        constraints = [
            models.CheckConstraint(
                condition=Q(ends_at__isnull=True) | Q(ends_at__gt=F("starts_at")),
                name="outage_ends_after_start",
                violation_error_message="La fin doit venir après le début.",
            )
        ]

    def __str__(self) -> str:
        return self.reason
