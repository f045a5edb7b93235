"""What came back of a mail, and the addresses that no mail is sent to any more."""

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Lower

from messaging.states import ADDRESS_TRANSITIONS, AddressState
from portal.core.transitions import Stateful, StatefulQuerySet


class DeliveryEvent(models.Model):
    """One word that came back about a mail, as it was received: no text of the mail, no address in clear."""

    class Provider(models.IntegerChoices):
        RELAY = 1, "relais"
        MAILGUN = 2, "Mailgun"
        EMAIL = 3, "e-mail en retour"

    class Nature(models.IntegerChoices):
        DEFERRED = 1, "en attente"
        SOFT = 2, "non remis cette fois"
        DELIVERED = 3, "arrivé"
        BOUNCED = 4, "refusé"
        COMPLAINED = 5, "indésirable"
        OTHER = 9, "autre"

    provider = models.SmallIntegerField("reçu de", choices=Provider.choices)
    event_id = models.CharField("numéro chez l’expéditeur", max_length=120)
    nature = models.SmallIntegerField("nature", choices=Nature.choices)
    at = models.DateTimeField("survenu le")
    received_at = models.DateTimeField("reçu le")
    # The outbox row; empty for a mail we do not know. No foreign key: each is let go of in its own time.
    message_id = models.BigIntegerField("message", null=True)
    # SHA-256 of the address it is about, to count the soft ones of one address.
    address_digest = models.BinaryField(max_length=32, null=True)
    # «5.1.1»; the server's sentence may hold an address and is not kept.
    status = models.CharField("code", max_length=12, blank=True, default="")

    class Meta:
        verbose_name = "retour d’e-mail"
        verbose_name_plural = "retours d’e-mails"
        constraints = [
            models.UniqueConstraint(fields=["provider", "event_id"], name="delivery_event_counts_once"),
        ]
        indexes = [
            models.Index(fields=["received_at"], name="delivery_event_received"),
            models.Index(fields=["message_id"], name="delivery_event_of_message"),
            # Apart from the many that arrived: what somebody may have to look at.
            models.Index(
                fields=["received_at"],
                name="delivery_event_to_look_at",
                condition=Q(nature__in=[4, 5]) | Q(message_id__isnull=True),
            ),
            models.Index(fields=["address_digest", "at"], name="delivery_event_soft", condition=Q(nature=2)),
        ]

    def __str__(self) -> str:
        return f"{self.get_provider_display()} {self.event_id}"


class StoppedAddress(Stateful):
    """An address that no mail is sent to any more, but what is needed to sign in; reopened by proof or by staff."""

    class Reason(models.TextChoices):
        REFUSED = "REFUSED", "le serveur refuse cette adresse"
        BOUNCED = "BOUNCED", "un e-mail est revenu"
        SOFT = "SOFT", "plusieurs e-mails n’ont pas pu être remis"
        COMPLAINED = "COMPLAINED", "un e-mail a été signalé comme indésirable"

    TRANSITIONS = ADDRESS_TRANSITIONS

    # In clear, in lower case: it stands so in the account; a digest of it would hide nothing and find nobody.
    address = models.CharField("adresse", max_length=320)
    person = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.PROTECT,
        null=True,
        related_name="+",
        verbose_name="personne",
    )
    state = models.CharField(
        "état", max_length=12, choices=AddressState.choices, default=AddressState.STOPPED
    )
    reason = models.CharField("raison", max_length=12, choices=Reason.choices)
    stopped_at = models.DateTimeField("arrêtée le")
    reopened_at = models.DateTimeField("rouverte le", null=True)

    objects = StatefulQuerySet.as_manager()

    class Meta:
        verbose_name = "adresse arrêtée"
        verbose_name_plural = "adresses arrêtées"
        constraints = [
            models.UniqueConstraint(fields=["address"], name="address_is_stopped_once"),
            models.CheckConstraint(
                condition=Q(address=Lower(F("address"))), name="stopped_address_is_in_lower_case"
            ),
            models.CheckConstraint(
                condition=Q(state="STOPPED") | Q(reopened_at__isnull=False),
                name="reopened_address_is_dated",
            ),
        ]
        indexes = [
            models.Index(fields=["stopped_at"], name="address_stopped", condition=Q(state="STOPPED")),
        ]

    def __str__(self) -> str:
        return self.address
