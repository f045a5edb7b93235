"""The evidence ledger: dated facts, per channel, that nobody can change."""

from django.db import models
from django.db.models import Q

from accounts.models import User
from convocations.models.convocation import Convocation


class Fact(models.TextChoices):
    DEPOSITED = "DEPOSITED", "déposée dans l’espace personnel"
    EMAIL_ACCEPTED = "EMAIL_ACCEPTED", "e-mail remis au serveur de la personne"
    EMAIL_DELIVERED = "EMAIL_DELIVERED", "e-mail arrivé dans sa messagerie"
    EMAIL_BOUNCED = "EMAIL_BOUNCED", "e-mail refusé"
    EMAIL_COMPLAINED = "EMAIL_COMPLAINED", "e-mail signalé comme indésirable"
    EMAIL_NOT_SENT = "EMAIL_NOT_SENT", "e-mail non envoyé\u00a0: l’adresse ne marche plus"
    LETTER_POSTED = "LETTER_POSTED", "lettre postée"
    LETTER_DELIVERED = "LETTER_DELIVERED", "lettre remise"
    LETTER_RETURNED = "LETTER_RETURNED", "lettre revenue"
    CONSULTED = "CONSULTED", "première consultation"
    ACKNOWLEDGED = "ACKNOWLEDGED", "accusé de réception"
    PHONE_CONFIRMED = "PHONE_CONFIRMED", "confirmée par téléphone"


# What proves that the person knew (product §3); the ledger's trigger repeats this list.
PROVES_KNOWN = frozenset({Fact.CONSULTED, Fact.ACKNOWLEDGED, Fact.LETTER_DELIVERED, Fact.PHONE_CONFIRMED})


class DeliveryEvidence(models.Model):
    """One dated fact about how a convocation reached its person."""

    convocation = models.ForeignKey(
        Convocation, on_delete=models.PROTECT, related_name="evidence", db_index=False
    )
    fact = models.CharField("fait", max_length=20, choices=Fact.choices)
    at = models.DateTimeField("le")
    # When the portal learnt it: a letter's delivery is entered after the day it happened.
    written_at = models.DateTimeField("écrit le")
    by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, related_name="+", db_index=False)
    # The outbox row for the fact of an e-mail or of the letter in its place, 0 elsewhere: each is evidence once.
    message_id = models.BigIntegerField(default=0)
    detail = models.CharField("précision", max_length=240, blank=True, default="")
    # SHA-256 of what was shown at that moment.
    shown_hash = models.BinaryField(max_length=32, null=True)

    class Meta:
        verbose_name = "preuve de notification"
        verbose_name_plural = "preuves de notification"
        constraints = [
            models.UniqueConstraint(fields=["convocation", "fact", "message_id", "at"], name="evidence_once"),
            models.UniqueConstraint(
                fields=["convocation", "fact"],
                name="evidence_first_of_its_kind",
                condition=Q(fact__in=["DEPOSITED", "CONSULTED", "ACKNOWLEDGED"]),
            ),
            # Two providers, or one that repeats itself, date it differently.
            models.UniqueConstraint(
                fields=["convocation", "message_id"],
                name="evidence_of_arrival_once",
                condition=Q(fact="EMAIL_DELIVERED"),
            ),
        ]
