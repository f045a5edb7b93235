"""Calls an advisor owes: somebody may not know of their appointment."""

from django.db import models
from django.db.models import Q

from accounts.models import Advisor, Claimant, User
from convocations.models.convocation import Convocation
from convocations.states import CALL_TRANSITIONS, CallState
from portal.core.references import ReferenceField
from portal.core.transitions import Stateful, StatefulQuerySet


class CallTask(Stateful):
    """One person to call about one appointment; unreached is never held against anyone."""

    class Reason(models.TextChoices):
        UNREAD = "UNREAD", "convocation non lue"
        BOUNCED = "BOUNCED", "e-mail refusé"
        NOT_PROVEN = "NOT_PROVEN", "nouveau rendez-vous à convenir"
        TECH_INCIDENT = "TECH_INCIDENT", "nouveau rendez-vous après un incident technique"
        NO_EMAIL = "NO_EMAIL", "sans e-mail\u00a0: lettre ou appel"

    TRANSITIONS = CALL_TRANSITIONS

    ref = ReferenceField(prefix="AP")
    convocation = models.ForeignKey(Convocation, on_delete=models.PROTECT, related_name="calls")
    claimant = models.ForeignKey(Claimant, on_delete=models.PROTECT, related_name="+", db_index=False)
    advisor = models.ForeignKey(Advisor, on_delete=models.PROTECT, related_name="+", db_index=False)
    reason = models.CharField("raison", max_length=16, choices=Reason.choices)
    state = models.CharField("état", max_length=12, choices=CallState.choices, default=CallState.OPEN)
    opened_at = models.DateTimeField("depuis le")
    due_at = models.DateTimeField("avant le")
    closed_at = models.DateTimeField("close le", null=True)

    objects = StatefulQuerySet.as_manager()

    class Meta:
        verbose_name = "appel à passer"
        verbose_name_plural = "appels à passer"
        constraints = [
            models.UniqueConstraint(fields=["convocation", "reason"], name="call_asked_once"),
        ]
        indexes = [
            models.Index(fields=["advisor", "due_at", "id"], name="call_to_make", condition=Q(state="OPEN")),
        ]

    def __str__(self) -> str:
        return str(self.ref)


class CallTry(models.Model):
    """One attempt to reach the person, logged."""

    task = models.ForeignKey(CallTask, on_delete=models.PROTECT, related_name="tries")
    at = models.DateTimeField("le")
    by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+", db_index=False)
    reached = models.BooleanField("jointe")
    note = models.CharField("note", max_length=240, blank=True, default="")
