"""Who opened which file: counted, so that reading in bulk is noticed."""

from django.conf import settings
from django.db import models

from accounts.models.people import Claimant


class FileOpening(models.Model):
    """Somebody of the service opened a person's file."""

    reader = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+", db_index=False
    )
    claimant = models.ForeignKey(Claimant, on_delete=models.PROTECT, related_name="+", db_index=False)
    at = models.DateTimeField("ouvert le")

    class Meta:
        verbose_name = "ouverture de dossier"
        verbose_name_plural = "ouvertures de dossiers"
        indexes = [
            models.Index(fields=["reader", "at", "claimant"], name="opening_by_reader"),
            models.Index(fields=["claimant", "at"], name="opening_of_file"),
        ]


class ReadingAlert(models.Model):
    """The one word said about a reader in one hour of the clock."""

    reader = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+", db_index=False
    )
    hour = models.DateTimeField("heure")
    opened = models.IntegerField("dossiers et documents ouverts")

    class Meta:
        verbose_name = "alerte de lecture en nombre"
        verbose_name_plural = "alertes de lecture en nombre"
        constraints = [models.UniqueConstraint(fields=["reader", "hour"], name="one_reading_alert_an_hour")]
