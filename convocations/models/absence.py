"""An absence: not there, cause unknown; opens an examination, never a punishment."""

from datetime import datetime

from django.db import models
from django.db.models import F, Q

from accounts.models import Advisor, Agency, Claimant, User
from convocations.models.convocation import Convocation
from convocations.motives import Motive
from convocations.states import ABSENCE_TRANSITIONS, AbsenceState
from portal.core.references import ReferenceField
from portal.core.transitions import Stateful, StatefulQuerySet


class Absence(Stateful):
    """The examination of one missed, validly notified convocation."""

    TRANSITIONS = ABSENCE_TRANSITIONS

    ref = ReferenceField(prefix="AB")
    convocation = models.ForeignKey(
        Convocation, on_delete=models.PROTECT, related_name="absences", db_index=False
    )
    claimant = models.ForeignKey(Claimant, on_delete=models.PROTECT, related_name="absences", db_index=False)
    # Who is to decide: the convocation's advisor until a supervisor reassigns it.
    advisor = models.ForeignKey(Advisor, on_delete=models.PROTECT, related_name="absences", db_index=False)
    agency = models.ForeignKey(Agency, on_delete=models.PROTECT, related_name="+", db_index=False)
    state = models.CharField(
        "état", max_length=24, choices=AbsenceState.choices, default=AbsenceState.RECORDED
    )
    recorded_at = models.DateTimeField("enregistrée le")
    explanation_due_at = models.DateTimeField("explications jusqu’au")
    explained_at = models.DateTimeField("expliquée le", null=True)
    # The end of the explanation period was worked: on the advisor's list from then on.
    period_ended_at = models.DateTimeField("période close le", null=True)
    decide_by = models.DateTimeField("à décider avant le")
    closes_at = models.DateTimeField("close sans décision le")
    escalated_at = models.DateTimeField("responsable prévenu le", null=True)
    decided_at = models.DateTimeField("décidée le", null=True)
    # Empty when the rule closed it in the person's favour.
    decided_by = models.ForeignKey(
        User, on_delete=models.PROTECT, null=True, related_name="+", db_index=False
    )
    reasons = models.TextField("raisons", blank=True, default="")
    report = models.TextField("rapport factuel", blank=True, default="")
    new_appointment = models.OneToOneField(
        Convocation, on_delete=models.PROTECT, null=True, related_name="regularises"
    )
    annulled_at = models.DateTimeField("annulée le", null=True)
    annulled_by = models.ForeignKey(
        User, on_delete=models.PROTECT, null=True, related_name="+", db_index=False
    )
    annulment_reason = models.TextField("raison de la correction", blank=True, default="")

    objects = StatefulQuerySet.as_manager()

    class Meta:
        verbose_name = "absence"
        constraints = [
            models.UniqueConstraint(
                fields=["convocation"],
                condition=~Q(state=AbsenceState.ANNULLED),
                name="one_live_absence_per_convocation",
                violation_error_message="Une absence est déjà enregistrée pour ce rendez-vous.",
            ),
            models.CheckConstraint(
                condition=~Q(state__in=["EXCUSED", "CLOSED_NO_ACTION", "INVITED_TO_REGULARISE", "REFERRED"])
                | (Q(decided_at__isnull=False) & ~Q(reasons="")),
                name="absence_decision_has_reasons",
                violation_error_message="Une décision est datée et expliquée.",
            ),
            models.CheckConstraint(
                condition=Q(decided_by__isnull=False)
                | ~Q(state__in=["EXCUSED", "INVITED_TO_REGULARISE", "REFERRED"]),
                name="absence_is_decided_by_a_person",
                violation_error_message="Une personne décide, jamais la machine.",
            ),
            models.CheckConstraint(
                condition=~Q(state="REFERRED")
                | (Q(decided_at__isnull=False, decided_at__gte=F("explanation_due_at")) & ~Q(report="")),
                name="referral_waits_for_the_explanation_period",
                violation_error_message="La transmission attend la fin de la période d’explication.",
            ),
            models.CheckConstraint(
                condition=~Q(state="ANNULLED") | (Q(annulled_at__isnull=False) & ~Q(annulment_reason="")),
                name="annulment_has_a_reason",
                violation_error_message="Une correction est datée et expliquée.",
            ),
        ]
        indexes = [
            models.Index(fields=["claimant", "-id"], name="absence_of_claimant"),
            models.Index(
                fields=["advisor", "decide_by", "id"],
                name="absence_to_decide",
                condition=Q(state__in=["EXPLANATION_REQUESTED", "EXPLAINED"]),
            ),
            models.Index(
                fields=["agency", "decide_by", "id"],
                name="absence_late",
                condition=Q(state__in=["EXPLANATION_REQUESTED", "EXPLAINED"]),
            ),
            # What an outage of the portal may extend, in the order it is gone through.
            models.Index(
                fields=["id"],
                name="absence_to_extend",
                condition=Q(state__in=["EXPLANATION_REQUESTED", "EXPLAINED", "REFERRED"]),
            ),
        ]

    def __str__(self) -> str:
        return str(self.ref)

    def period_is_over(self, now: datetime) -> bool:
        """Say whether the time to explain has passed (explaining stays possible)."""
        return now >= self.explanation_due_at


class Explanation(models.Model):
    """What a person said of their absence; several may follow one another."""

    absence = models.ForeignKey(Absence, on_delete=models.PROTECT, related_name="explanations")
    form_key = models.UUIDField(unique=True)
    motive = models.CharField("motif", max_length=24, choices=Motive.choices)
    text = models.TextField("explication", blank=True, default="")
    sworn = models.BooleanField("déclaration sur l’honneur", default=False)
    given_at = models.DateTimeField("reçue le")
    given_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+", db_index=False)
    after_period = models.BooleanField("après la période", default=False)
    # SHA-256 of the motive, text and documents, printed on the receipt.
    content_hash = models.BinaryField(max_length=32)

    class Meta:
        verbose_name = "explication"
        ordering = ["given_at", "id"]
