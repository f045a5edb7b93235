"""What is left of a file that was erased: the proof that it was, and the digests its lines had in the journal."""

from django.db import models
from django.db.models import Q


class Erasure(models.Model):
    """One whole file erased because its time was over; it names nobody (docs/retention.md)."""

    at = models.DateTimeField("effacé le")
    # Whose file, while the transaction that erases it runs; empty afterwards, as the database demands.
    file_id = models.BigIntegerField("dossier", null=True)
    transaction = models.BigIntegerField(default=0)
    # A slow hash of the reference: who holds the reference can ask for it, nobody can read it back.
    mark = models.BinaryField("empreinte de la référence", max_length=32)
    active_years = models.SmallIntegerField("années de suivi")
    archive_years = models.SmallIntegerField("années d’archive")
    counts = models.JSONField("effacé, par table", default=dict)
    # The journal's lines that lost their content, and the digest of all of them as they are now.
    lines = models.IntegerField("écritures vidées", default=0)
    digest = models.BinaryField(max_length=32, default=b"")

    class Meta:
        verbose_name = "effacement d’un dossier"
        verbose_name_plural = "effacements de dossiers"
        constraints = [
            models.CheckConstraint(
                condition=Q(active_years__gte=1, archive_years__gte=1),
                name="erasure_waits_for_both_periods",
                violation_error_message="Un dossier est gardé pour le suivi, puis en archive.",
            ),
        ]
        indexes = [
            models.Index(fields=["mark"], name="erasure_of_a_reference"),
            models.Index(fields=["file_id"], name="erasure_that_runs", condition=Q(file_id__isnull=False)),
        ]

    def __str__(self) -> str:
        return f"effacement {self.pk}"


class ErasedLine(models.Model):
    """The digest of a journal's line from before it was emptied: what the chain still counts."""

    entry_id = models.BigIntegerField(primary_key=True)
    digest = models.BinaryField(max_length=32)
    erasure = models.ForeignKey(Erasure, on_delete=models.PROTECT, related_name="emptied")

    class Meta:
        verbose_name = "écriture vidée"
        verbose_name_plural = "écritures vidées"
