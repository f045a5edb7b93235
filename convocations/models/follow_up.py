"""What an advisor owes a person they follow, beside appointments and calls: a line on their list."""

from django.db import models
from django.db.models import F, Q

from accounts.models import Advisor, Agency, Claimant
from convocations.models.convocation import Convocation
from convocations.states import FOLLOW_UP_TRANSITIONS, FollowUpState
from portal.core.references import ReferenceField
from portal.core.transitions import Stateful, StatefulQuerySet


class FollowUpTask(Stateful):
    """One thing to do for one person; it closes by itself when what it asks for is there."""

    class Reason(models.TextChoices):
        FIRST_INTERVIEW = "FIRST_INTERVIEW", "premier entretien à fixer"
        NO_CONTACT = "NO_CONTACT", "sans contact depuis longtemps"
        IN_PERSON = "IN_PERSON", "rendez-vous vidéo à proposer en agence"
        ASSIGN = "ASSIGN", "conseiller référent à choisir"

    TRANSITIONS = FOLLOW_UP_TRANSITIONS

    ref = ReferenceField(prefix="SU")
    claimant = models.ForeignKey(Claimant, on_delete=models.PROTECT, related_name="+", db_index=False)
    advisor = models.ForeignKey(Advisor, on_delete=models.PROTECT, related_name="+", db_index=False)
    agency = models.ForeignKey(Agency, on_delete=models.PROTECT, related_name="+", db_index=False)
    reason = models.CharField("raison", max_length=16, choices=Reason.choices)
    # The video appointment that becomes a proposal in person; nothing for the other reasons.
    convocation = models.ForeignKey(
        Convocation, on_delete=models.PROTECT, null=True, related_name="+", db_index=False
    )
    state = models.CharField("état", max_length=8, choices=FollowUpState.choices, default=FollowUpState.OPEN)
    opened_at = models.DateTimeField("depuis le")
    due_at = models.DateTimeField("avant le")
    escalated_at = models.DateTimeField("responsable prévenu le", null=True)
    closed_at = models.DateTimeField("close le", null=True)
    note = models.CharField("note", max_length=240, blank=True, default="", db_default="")

    objects = StatefulQuerySet.as_manager()

    class Meta:
        verbose_name = "suivi à faire"
        verbose_name_plural = "suivis à faire"
        constraints = [
            models.UniqueConstraint(
                fields=["claimant", "reason"],
                condition=Q(state="OPEN", convocation__isnull=True),
                name="one_follow_up_a_reason",
                violation_error_message="Cette ligne est déjà ouverte pour cette personne.",
            ),
            models.UniqueConstraint(
                fields=["convocation"],
                condition=Q(state="OPEN"),
                name="one_follow_up_an_appointment",
                violation_error_message="Une proposition est déjà ouverte pour ce rendez-vous.",
            ),
            models.CheckConstraint(
                condition=Q(reason="IN_PERSON", convocation__isnull=False)
                | (~Q(reason="IN_PERSON") & Q(convocation__isnull=True)),
                name="follow_up_of_an_appointment",
                violation_error_message="Seule une proposition en agence porte sur un rendez-vous.",
            ),
            models.CheckConstraint(
                condition=Q(state="OPEN", closed_at__isnull=True)
                | (~Q(state="OPEN") & Q(closed_at__isnull=False, closed_at__gte=F("opened_at"))),
                name="follow_up_closed_is_dated",
                violation_error_message="Une ligne close est datée.",
            ),
        ]
        indexes = [
            models.Index(
                fields=["advisor", "due_at", "id"], name="follow_up_to_do", condition=Q(state="OPEN")
            ),
            models.Index(fields=["claimant"], name="follow_up_of_claimant", condition=Q(state="OPEN")),
            models.Index(
                fields=["agency", "reason", "due_at", "id"],
                name="follow_up_of_agency",
                condition=Q(state="OPEN"),
            ),
            # Closed ones too: they go with their file.
            models.Index(fields=["claimant"], name="follow_ups_of_claimant"),
            models.Index(
                fields=["convocation"],
                name="follow_ups_of_appointment",
                condition=Q(convocation__isnull=False),
            ),
        ]

    def __str__(self) -> str:
        return str(self.ref)
