"""What is said: one row per message to one person by one channel."""

from django.conf import settings
from django.db import models
from django.db.models import Q

from messaging.states import Outcome


class OutboxMessage(models.Model):
    """A message owed to a person: written in the transaction that owes it, sent later.

    The key (person, kind, subject, occurrence, step, channel) is unique: the same thing is never
    said twice, however often the work that says it is repeated.
    """

    class Channel(models.IntegerChoices):
        EMAIL = 1, "e-mail"
        # Beside an e-mail, where the person wants both. A letter in its place settles the e-mail's own row.
        LETTER = 2, "lettre"

    class State(models.IntegerChoices):
        PENDING = 0, "à envoyer"
        ACCEPTED = 1, "remis au serveur"
        MOOT = 2, "sans objet"
        REFUSED = 3, "adresse refusée"
        GIVEN_UP = 4, "abandonné après plusieurs essais"
        WITHHELD = 5, "non envoyé\u00a0: adresse arrêtée"
        LETTER = 6, "envoyé par courrier"

    id = models.BigAutoField(primary_key=True)
    kind = models.SmallIntegerField("nature")
    person = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+", db_index=False
    )
    subject_id = models.BigIntegerField("objet")
    occurrence = models.BigIntegerField("occurrence", default=0)
    step = models.SmallIntegerField("étape", default=0)
    channel = models.SmallIntegerField("canal", choices=Channel.choices, default=Channel.EMAIL)
    state = models.SmallIntegerField("état", choices=State.choices, default=State.PENDING)
    created_at = models.DateTimeField("écrit le")
    run_at = models.DateTimeField("prochain essai")
    leased_until = models.DateTimeField("en cours jusqu’à", null=True, blank=True)
    # The mail server's yes, written down mail by mail; the books are settled by the hundred after it. What
    # bears it is never sent again, even if its sender dies in between. In no index: such an update is cheap.
    accepted_at = models.DateTimeField("pris par le serveur le", null=True, blank=True)
    attempts = models.SmallIntegerField("essais", default=0)
    last_error = models.TextField("dernière erreur", blank=True, default="")
    settled_at = models.DateTimeField("réglé le", null=True, blank=True)
    # What only the caller knew (a sign-in code); emptied once the message has left.
    payload = models.JSONField(null=True, blank=True)
    # What came back after the server's yes, and when it happened (messaging/returns/).
    outcome = models.SmallIntegerField(
        "retour", choices=Outcome.choices, default=Outcome.NOTHING, db_default=Outcome.NOTHING
    )
    outcome_at = models.DateTimeField("retour du", null=True, blank=True)

    class Meta:
        verbose_name = "message à envoyer"
        verbose_name_plural = "messages à envoyer"
        constraints = [
            models.UniqueConstraint(
                fields=["person", "kind", "subject_id", "occurrence", "step", "channel"],
                name="outbox_says_it_once",
            ),
            models.CheckConstraint(
                condition=Q(state=0) | Q(settled_at__isnull=False), name="outbox_settled_is_dated"
            ),
            models.CheckConstraint(
                condition=Q(state=0) | Q(payload__isnull=True), name="outbox_keeps_no_secret"
            ),
            models.CheckConstraint(
                condition=Q(outcome=0) | Q(outcome_at__isnull=False), name="outbox_outcome_is_dated"
            ),
        ]
        indexes = [
            models.Index(fields=["run_at", "id"], name="outbox_due", condition=Q(state=0)),
            models.Index(fields=["settled_at"], name="outbox_failed", condition=Q(state__in=[3, 4, 5])),
        ]
