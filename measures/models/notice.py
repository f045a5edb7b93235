"""The notice: facts, envisaged measure and its estimated effect, ten days to answer (CT R5412-7)."""

from datetime import datetime, timedelta

from django.db import models
from django.db.models import F, Q

from accounts.models import User
from measures.models.bareme import Breach
from measures.models.case import Case
from measures.models.measure import Figures, figures_fit
from portal.core.models import Outage

# Ten midnights are at least ten days less the hour that a night in March lacks.
_TEN_NIGHTS = timedelta(days=10) - timedelta(hours=1)


class ReceivedHow(models.TextChoices):
    """What proves, with a certain date, that the person received it; nothing is ever presumed read."""

    CONSULTED = "CONSULTED", "lue dans l’espace personnel"
    LETTER_DELIVERED = "LETTER_DELIVERED", "lettre recommandée remise"
    ANSWERED = "ANSWERED", "réponse de la personne"


class Notice(Figures):
    """What the person is told before anybody decides; it never changes once it was sent."""

    case = models.OneToOneField(Case, on_delete=models.PROTECT, related_name="notice")
    facts = models.TextField("faits reprochés")
    breach = models.CharField("manquement", max_length=24, choices=Breach.choices)
    # The permitted outcomes in words, as they were printed on it: [sentence, …].
    permitted = models.JSONField("mesures permises", default=list)
    author = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+", db_index=False)
    prepared_at = models.DateTimeField("préparée le")
    sent_at = models.DateTimeField("envoyée le", null=True)
    received_at = models.DateTimeField("reçue le", null=True)
    received_how = models.CharField(
        "reçue comment", max_length=16, choices=ReceivedHow.choices, blank=True, default=""
    )
    # The midnight that ends the ten days; later only.
    observations_until = models.DateTimeField("observations jusqu’au", null=True)
    # SHA-256 of what the person was shown, kept as it is sent.
    content_hash = models.BinaryField(max_length=32, null=True)

    class Meta:
        verbose_name = "lettre d’information"
        verbose_name_plural = "lettres d’information"
        constraints = [
            figures_fit("notice_figures_fit_the_outcome", none_allowed=False),
            models.CheckConstraint(
                condition=Q(sent_at__isnull=True) | (~Q(facts="") & Q(content_hash__isnull=False)),
                name="notice_sent_states_facts",
                violation_error_message="Une lettre envoyée dit les faits et garde son empreinte.",
            ),
            models.CheckConstraint(
                condition=Q(received_at__isnull=True, observations_until__isnull=True, received_how="")
                | (
                    Q(received_at__isnull=False, sent_at__isnull=False, observations_until__isnull=False)
                    & ~Q(received_how="")
                    & Q(observations_until__gte=F("received_at") + _TEN_NIGHTS)
                ),
                name="notice_leaves_ten_days",
                violation_error_message="La personne a dix jours pour répondre, à partir de la réception.",
            ),
        ]

    def __str__(self) -> str:
        return f"lettre d’information {self.case_id}"

    def period_is_over(self, now: datetime) -> bool:
        """Say whether the ten days have passed (observations stay possible until the decision)."""
        return self.observations_until is not None and now >= self.observations_until


class PeriodExtension(models.Model):
    """The time of one person to answer that an outage of the portal made longer: a fact, only ever added."""

    case = models.ForeignKey(Case, on_delete=models.PROTECT, related_name="extensions", db_index=False)
    outage = models.ForeignKey(Outage, on_delete=models.PROTECT, related_name="+", db_index=False)
    # The midnights that ended the period and that end it now.
    ended_at = models.DateTimeField("fin avant")
    ends_at = models.DateTimeField("fin maintenant")
    given_at = models.DateTimeField("prolongé le")

    class Meta:
        verbose_name = "délai d’observations prolongé"
        verbose_name_plural = "délais d’observations prolongés"
        ordering = ["given_at", "id"]
        constraints = [
            models.UniqueConstraint(
                fields=["case", "ends_at"],
                name="observation_days_given_once",
                violation_error_message="Ce délai est déjà prolongé jusqu’à ce jour.",
            ),
            models.CheckConstraint(
                condition=Q(ends_at__gt=F("ended_at")),
                name="observation_days_are_given",
                violation_error_message="Un délai prolongé finit plus tard qu’avant.",
            ),
        ]
