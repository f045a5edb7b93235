"""The private calendar feed of a person: who holds its key, never the key itself."""

from django.db import models
from django.db.models import Q

from accounts.models import Claimant


class CalendarFeed(models.Model):
    """A person's feed: open while it has the fingerprint of a key; each new key is another generation."""

    claimant = models.OneToOneField(
        Claimant, on_delete=models.PROTECT, primary_key=True, related_name="calendar_feed"
    )
    # What the key is drawn from, with a secret that is not in the database.
    nonce = models.BinaryField(max_length=16)
    # SHA-256 of the key: what a reader brings is looked for by it.
    key_hash = models.BinaryField(max_length=32, null=True)
    generation = models.IntegerField(default=1)
    opened_at = models.DateTimeField("ouvert le")
    closed_at = models.DateTimeField("arrêté le", null=True)

    class Meta:
        verbose_name = "agenda privé"
        verbose_name_plural = "agendas privés"
        constraints = [
            models.UniqueConstraint(
                fields=["key_hash"],
                name="calendar_key_opens_one_feed",
                violation_error_message="Cette adresse d’agenda est déjà prise.",
            ),
            models.CheckConstraint(
                condition=Q(key_hash__isnull=True, closed_at__isnull=False)
                | Q(key_hash__isnull=False, closed_at__isnull=True),
                name="closed_calendar_has_no_key",
                violation_error_message="Un agenda arrêté n’a plus d’adresse.",
            ),
        ]

    def __str__(self) -> str:
        return f"agenda de {self.claimant_id}"

    @property
    def is_open(self) -> bool:
        """Say whether its address gives the appointments."""
        return self.key_hash is not None
