"""«J’ai fait le nécessaire»: what the person says to end a measure early, and what is answered."""

from django.db import models
from django.db.models import Q

from accounts.models import User
from measures.models.case import Case
from measures.models.notice import ReceivedHow


class LiftRequest(models.Model):
    """One wish to end a measure early (CT R5412-1); a refusal is a decision, with reasons and remedies."""

    case = models.ForeignKey(Case, on_delete=models.PROTECT, related_name="lifts", db_index=False)
    form_key = models.UUIDField(unique=True)
    text = models.TextField("ce que la personne a fait")
    wants_interview = models.BooleanField("souhaite un entretien de recadrage", default=False)
    asked_at = models.DateTimeField("demandée le")
    asked_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+", db_index=False)
    # SHA-256 of the text and documents, printed on the receipt.
    content_hash = models.BinaryField(max_length=32)
    # The midnight before which an answer is expected; nothing follows from it for the person.
    answer_by = models.DateTimeField("réponse attendue avant le")
    decided_at = models.DateTimeField("décidée le", null=True)
    decided_by = models.ForeignKey(
        User, on_delete=models.PROTECT, null=True, related_name="+", db_index=False
    )
    granted = models.BooleanField("acceptée", null=True)
    # The first day without the measure.
    effective_on = models.DateField("levée à partir du", null=True)
    reasons_law = models.TextField("motifs de droit", blank=True, default="")
    reasons_fact = models.TextField("motifs de fait", blank=True, default="")
    # A refusal binds from its reception on, as any decision (CRPA L221-8).
    notified_at = models.DateTimeField("réponse reçue le", null=True)
    notified_how = models.CharField(
        "reçue comment", max_length=16, choices=ReceivedHow.choices, blank=True, default=""
    )

    class Meta:
        verbose_name = "demande de levée"
        verbose_name_plural = "demandes de levée"
        ordering = ["asked_at", "id"]
        constraints = [
            models.UniqueConstraint(
                fields=["case"],
                condition=Q(decided_at__isnull=True),
                name="one_lift_request_waits",
                violation_error_message="Une demande de levée attend déjà une réponse.",
            ),
            models.CheckConstraint(
                condition=Q(decided_at__isnull=True, decided_by__isnull=True, granted__isnull=True)
                | Q(decided_at__isnull=False, decided_by__isnull=False, granted__isnull=False),
                name="lift_is_decided_by_a_person",
                violation_error_message="Une personne répond à une demande de levée.",
            ),
            models.CheckConstraint(
                condition=Q(granted__isnull=True)
                | Q(granted=True, effective_on__isnull=False)
                | (Q(granted=False, effective_on__isnull=True) & ~Q(reasons_law="") & ~Q(reasons_fact="")),
                name="lift_has_its_day_or_its_reasons",
                violation_error_message="Une levée a une date ; un refus a des raisons, en droit et en fait.",
            ),
            models.CheckConstraint(
                condition=Q(notified_at__isnull=True, notified_how="")
                | (Q(notified_at__isnull=False, decided_at__isnull=False) & ~Q(notified_how="")),
                name="lift_received_says_how",
                violation_error_message="La réception d’une réponse est datée, et dit comment.",
            ),
        ]
        indexes = [models.Index(fields=["case", "id"], name="lift_of_case")]

    def __str__(self) -> str:
        return f"levée {self.case_id}"
