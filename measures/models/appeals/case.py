"""The time to act against a decision: one row a decision, with the day until which the person may act."""

from datetime import datetime, timedelta
from typing import Any

from django.db import models
from django.db.models import Q

from accounts.models import DecisionMaker
from measures.models.appeals.lifting import LiftRequest
from measures.models.case import Case, seen_by
from measures.models.decision import Decision
from measures.states import WINDOW_TRANSITIONS, WindowState
from portal.core.models import Outage
from portal.core.references import ReferenceField
from portal.core.transitions import Stateful, StatefulQuerySet

# The shortest there are: to the end of February, less the hour that a night in March lacks.
TWO_MONTHS = timedelta(days=59) - timedelta(hours=1)


class Residence(models.TextChoices):
    """Where the person lives: the law adds months with the distance (CJA R421-7)."""

    MAINLAND = "MAINLAND", "en métropole"
    OVERSEAS = "OVERSEAS", "outre-mer"
    ABROAD = "ABROAD", "à l’étranger"


class AppealQuerySet(StatefulQuerySet):
    def visible_to(self, delegate: DecisionMaker) -> "AppealQuerySet":
        """Those of the delegate's region, but for the facts they referred themselves."""
        return self.filter(seen_by(delegate, "case__"))


class AppealCase(Stateful):
    """All that is done against one decision: a measure, or a refusal to lift one."""

    TRANSITIONS = WINDOW_TRANSITIONS

    ref = ReferenceField("RC")
    case = models.ForeignKey(Case, on_delete=models.PROTECT, related_name="appeals")
    # What is contested: exactly one of the two.
    decision = models.OneToOneField(
        Decision, on_delete=models.PROTECT, null=True, related_name="appeal", verbose_name="décision"
    )
    lift = models.OneToOneField(
        LiftRequest, on_delete=models.PROTECT, null=True, related_name="appeal", verbose_name="refus de lever"
    )
    state = models.CharField("délai", max_length=12, choices=WindowState.choices, default=WindowState.RUNNING)
    residence = models.CharField("lieu de vie", max_length=8, choices=Residence.choices)
    opened_at = models.DateTimeField("ouvert le")
    # What the period that runs now is counted from: the notification, an answer, the end of a mediation.
    counts_from = models.DateTimeField("compté à partir du")
    # The midnight that ends the last day; it only ever moves to a later one.
    deadline = models.DateTimeField("agir avant le")

    objects = AppealQuerySet.as_manager()

    class Meta:
        verbose_name = "recours"
        verbose_name_plural = "recours"
        constraints = [
            models.CheckConstraint(
                condition=Q(decision__isnull=False, lift__isnull=True)
                | Q(decision__isnull=True, lift__isnull=False),
                name="appeal_is_against_one_decision",
                violation_error_message="Un recours porte sur une décision, et une seule.",
            ),
            models.CheckConstraint(
                condition=Q(deadline__gte=models.F("counts_from") + TWO_MONTHS),
                name="appeal_time_is_two_months",
                violation_error_message="Le délai pour agir n’est jamais plus court que deux mois.",
            ),
        ]
        indexes = [
            # What an outage of the portal may extend, in the order it is gone through.
            models.Index(fields=["id"], name="appeal_to_extend", condition=Q(state__in=["RUNNING", "OVER"])),
        ]

    def __str__(self) -> str:
        return str(self.ref)

    @property
    def about(self) -> dict[str, Any]:
        """Give what each line of the journal says of an appeal."""
        return {"file_id": self.case.claimant_id, "subject_id": self.pk}

    @property
    def claimant_id(self) -> int:
        """Give whose file it is; the case is read with the row."""
        return int(self.case.claimant_id)

    def is_late(self, now: datetime) -> bool:
        """Say whether the time to act is over."""
        over = self.state == WindowState.RUNNING and now >= self.deadline
        return over or self.state == WindowState.OVER


class AppealExtension(models.Model):
    """Time to act that an outage of the portal took, given back; its proof."""

    appeal = models.ForeignKey(AppealCase, on_delete=models.PROTECT, related_name="extensions")
    outage = models.ForeignKey(Outage, on_delete=models.PROTECT, related_name="+", db_index=False)
    ended_at = models.DateTimeField("fin avant")
    ends_at = models.DateTimeField("fin maintenant")
    given_at = models.DateTimeField("prolongé le")

    class Meta:
        verbose_name = "délai de recours prolongé"
        ordering = ["given_at", "id"]
        constraints = [
            models.UniqueConstraint(
                fields=["appeal", "outage", "ends_at"],
                name="appeal_days_given_once",
                violation_error_message="Ce temps est déjà rendu.",
            ),
            models.CheckConstraint(
                condition=Q(ends_at__gt=models.F("ended_at")),
                name="appeal_days_are_given",
                violation_error_message="Un délai prolongé finit plus tard.",
            ),
        ]
