"""Mediation, mandatory before the court (CT R5312-47), and the court: what the person declares, what is judged."""

from django.db import models
from django.db.models import F, Q

from accounts.models import User
from measures.models.appeals.case import AppealCase
from measures.models.bareme import Unit
from measures.states import COURT_TRANSITIONS, MEDIATION_TRANSITIONS, CourtState, MediationState
from portal.core.transitions import Stateful, StatefulQuerySet


class Mediation(Stateful):
    """What the regional mediator was asked, and how it ended; the dates are those that are declared."""

    TRANSITIONS = MEDIATION_TRANSITIONS

    appeal = models.ForeignKey(
        AppealCase, on_delete=models.PROTECT, related_name="mediations", db_index=False
    )
    form_key = models.UUIDField(unique=True)
    state = models.CharField(
        "état", max_length=16, choices=MediationState.choices, default=MediationState.FILED
    )
    # The day the mediator was asked, with the contested decision; it counts for the time to act.
    asked_on = models.DateField("demandée le")
    note = models.TextField("précisions", blank=True, default="")
    declared_at = models.DateTimeField("notée le")
    declared_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+", db_index=False)
    late = models.BooleanField("après le délai", default=False)
    interrupts = models.BooleanField("interrompt le délai")
    ended_on = models.DateField("finie le", null=True)
    end_declared_at = models.DateTimeField("fin notée le", null=True)
    end_declared_by = models.ForeignKey(
        User, on_delete=models.PROTECT, null=True, related_name="+", db_index=False
    )
    # What was agreed or recommended, in the words of whoever notes it.
    outcome = models.TextField("ce qui en est sorti", blank=True, default="")

    objects = StatefulQuerySet.as_manager()

    class Meta:
        verbose_name = "médiation"
        ordering = ["declared_at", "id"]
        constraints = [
            models.UniqueConstraint(
                fields=["appeal"],
                condition=Q(state__in=["FILED", "IN_MEDIATION"]),
                name="one_live_mediation",
                violation_error_message="Une médiation est déjà en cours sur cette décision.",
            ),
            models.UniqueConstraint(
                fields=["appeal"],
                condition=Q(interrupts=True),
                name="mediation_interrupts_once",
                violation_error_message="Une seconde médiation n’interrompt pas le délai.",
            ),
            models.CheckConstraint(
                condition=Q(late=False) | Q(interrupts=False),
                name="late_mediation_interrupts_nothing",
                violation_error_message="Une médiation demandée hors délai n’interrompt rien.",
            ),
            models.CheckConstraint(
                condition=Q(
                    state__in=["FILED", "IN_MEDIATION"], ended_on__isnull=True, end_declared_at__isnull=True
                )
                | Q(
                    state__in=["AGREED", "RECOMMENDATION", "FAILED", "NOT_ADMISSIBLE"],
                    ended_on__gte=F("asked_on"),
                    ended_on__isnull=False,
                    end_declared_at__isnull=False,
                    end_declared_by__isnull=False,
                ),
                name="mediation_ends_on_a_day",
                violation_error_message="Une médiation finie a une date de fin, après sa demande.",
            ),
        ]
        indexes = [models.Index(fields=["appeal", "id"], name="mediation_of_appeal")]

    def __str__(self) -> str:
        return f"médiation {self.appeal_id}"


class CourtAppeal(Stateful):
    """The way to the administrative court: the portal prepares the papers, the person files and says so."""

    TRANSITIONS = COURT_TRANSITIONS

    appeal = models.OneToOneField(AppealCase, on_delete=models.PROTECT, related_name="court")
    state = models.CharField(
        "état", max_length=16, choices=CourtState.choices, default=CourtState.EXPORT_READY
    )
    prepared_at = models.DateTimeField("dossier préparé le")
    court = models.CharField("tribunal", max_length=120, blank=True, default="")
    number = models.CharField("numéro du recours", max_length=40, blank=True, default="")
    filed_on = models.DateField("déposé le", null=True)
    declared_at = models.DateTimeField("dépôt noté le", null=True)
    declared_by = models.ForeignKey(
        User, on_delete=models.PROTECT, null=True, related_name="+", db_index=False
    )
    late = models.BooleanField("après le délai", default=False)
    judged_on = models.DateField("jugé le", null=True)
    judgment = models.TextField("ce que le juge a décidé", blank=True, default="")
    noted_at = models.DateTimeField("jugement noté le", null=True)
    noted_by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, related_name="+", db_index=False)
    # Of a decision that the judge changed: what is left of the measure.
    share = models.SmallIntegerField("part (%)", null=True)
    length = models.SmallIntegerField("durée", null=True)
    unit = models.CharField("unité", max_length=8, choices=Unit.choices, blank=True, default="")

    objects = StatefulQuerySet.as_manager()

    class Meta:
        verbose_name = "recours au tribunal"
        verbose_name_plural = "recours au tribunal"
        constraints = [
            models.CheckConstraint(
                condition=Q(state="EXPORT_READY", filed_on__isnull=True)
                | (
                    Q(filed_on__isnull=False, declared_at__isnull=False, declared_by__isnull=False)
                    & ~Q(state="EXPORT_READY")
                    & ~Q(court="")
                ),
                name="court_filing_has_its_day",
                violation_error_message="Un recours déposé a un tribunal et une date.",
            ),
            models.CheckConstraint(
                condition=Q(state__in=["EXPORT_READY", "DECLARED_FILED"], judged_on__isnull=True)
                | (
                    Q(state__in=["ANNULLED", "REFORMED", "REJECTED"], judged_on__gte=F("filed_on"))
                    & Q(judged_on__isnull=False, noted_at__isnull=False, noted_by__isnull=False)
                    & ~Q(judgment="")
                ),
                name="judgment_has_its_day",
                violation_error_message="Un jugement a une date, après le dépôt, et dit ce qui est décidé.",
            ),
            models.CheckConstraint(
                condition=(
                    Q(state="REFORMED", share__isnull=False, length__isnull=False)
                    & Q(share__range=(0, 100), length__gte=1)
                    & ~Q(unit="")
                )
                | (~Q(state="REFORMED") & Q(share__isnull=True, length__isnull=True, unit="")),
                name="reformed_decision_says_what_is_left",
                violation_error_message="Une décision changée par le juge dit ce qui reste de la mesure.",
            ),
        ]

    def __str__(self) -> str:
        return f"tribunal {self.appeal_id}"
