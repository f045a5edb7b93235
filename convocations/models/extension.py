"""Time given back to a person after an outage of the portal: a fact, only ever added."""

from django.db import models
from django.db.models import F, Q

from convocations.models.absence import Absence
from convocations.models.justificatif import Justificatif
from portal.core.models import Outage


class Extension(models.Model):
    """One period of one person that an outage made longer: to explain an absence, or to complete a document."""

    absence = models.ForeignKey(Absence, on_delete=models.PROTECT, related_name="extensions", db_index=False)
    # Empty when it is the period to explain.
    justificatif = models.ForeignKey(
        Justificatif, on_delete=models.PROTECT, null=True, related_name="extensions", db_index=False
    )
    outage = models.ForeignKey(Outage, on_delete=models.PROTECT, related_name="+", db_index=False)
    # The midnights that ended the period and that end it now.
    ended_at = models.DateTimeField("fin avant")
    ends_at = models.DateTimeField("fin maintenant")
    given_at = models.DateTimeField("prolongé le")

    class Meta:
        verbose_name = "délai prolongé"
        verbose_name_plural = "délais prolongés"
        ordering = ["given_at", "id"]
        constraints = [
            models.UniqueConstraint(
                fields=["absence", "justificatif", "ends_at"],
                name="extension_given_once",
                nulls_distinct=False,
                violation_error_message="Ce délai est déjà prolongé jusqu’à ce jour.",
            ),
            models.CheckConstraint(
                condition=Q(ends_at__gt=F("ended_at")),
                name="extension_gives_time",
                violation_error_message="Un délai prolongé finit plus tard qu’avant.",
            ),
        ]
        indexes = [
            models.Index(
                fields=["justificatif"],
                name="extension_of_justificatif",
                condition=Q(justificatif__isnull=False),
            ),
        ]
