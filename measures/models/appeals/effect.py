"""What must be done when somebody wins, what a judge or an agreement holds off, and what they sent us."""

from datetime import datetime

from django.db import models
from django.db.models import F, Q

from accounts.models import User
from measures.models.appeals.case import AppealCase
from measures.models.appeals.gracious import GraciousAppeal
from measures.models.appeals.lifting import LiftRequest
from measures.models.appeals.mediation import Mediation
from measures.models.case import Case
from portal.core.models import Document


class EffectKind(models.TextChoices):
    REINSTATED = "REINSTATED", "Vos droits sont rétablis"
    PAY_BACK = "PAY_BACK", "Une somme vous est versée"
    ERASED = "ERASED", "La mesure ne compte plus"
    AGREED = "AGREED", "Ce qui a été convenu est fait"


class EffectQuerySet(models.QuerySet["Effect"]):
    def to_do(self) -> "EffectQuerySet":
        """Those nobody proved yet, the most pressing first."""
        return self.filter(done_at__isnull=True).order_by("due_at", "pk")

    def late(self, now: datetime) -> "EffectQuerySet":
        """Those that should have been proved by now."""
        return self.to_do().filter(due_at__lte=now)


class Effect(models.Model):
    """One thing that is owed to a person after a win or a lifting, until when, and the proof that it is done."""

    case = models.ForeignKey(Case, on_delete=models.PROTECT, related_name="effects")
    # What it follows from: an appeal, or a lifting.
    appeal = models.ForeignKey(
        AppealCase, on_delete=models.PROTECT, null=True, related_name="effects", verbose_name="recours"
    )
    lift = models.ForeignKey(
        LiftRequest, on_delete=models.PROTECT, null=True, related_name="effects", db_index=False
    )
    kind = models.CharField("effet", max_length=12, choices=EffectKind.choices)
    what = models.TextField("ce qui est dû")
    since = models.DateField("à partir du", null=True)
    # Euros; empty where the daily allowance is not known here, or no sum is owed.
    amount = models.DecimalField("somme (euros)", max_digits=9, decimal_places=2, null=True)
    owed_at = models.DateTimeField("dû depuis le")
    due_at = models.DateTimeField("à faire avant le")
    done_at = models.DateTimeField("fait le", null=True)
    # Nobody where a rule did it: a measure that is annulled no longer counts from that moment.
    done_by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, related_name="+", db_index=False)
    proof = models.TextField("preuve", blank=True, default="")

    objects = EffectQuerySet.as_manager()

    class Meta:
        verbose_name = "effet"
        ordering = ["due_at", "id"]
        constraints = [
            models.CheckConstraint(
                condition=Q(appeal__isnull=False, lift__isnull=True)
                | Q(appeal__isnull=True, lift__isnull=False),
                name="effect_follows_from_one_thing",
                violation_error_message="Un effet suit un recours ou une levée.",
            ),
            models.CheckConstraint(
                condition=Q(due_at__gt=F("owed_at")) & ~Q(what=""),
                name="effect_has_its_time",
                violation_error_message="Un effet dit ce qui est dû, et avant quand.",
            ),
            models.CheckConstraint(
                condition=Q(amount__isnull=True) | Q(kind="PAY_BACK", amount__gt=0),
                name="effect_amount_is_owed",
                violation_error_message="Une somme due est positive.",
            ),
            models.CheckConstraint(
                condition=Q(done_at__isnull=True, done_by__isnull=True, proof="")
                | (Q(done_at__isnull=False) & ~Q(proof="") & (Q(done_by__isnull=False) | Q(kind="ERASED"))),
                name="effect_done_has_its_proof",
                violation_error_message="Un effet fait a une date, un auteur et une preuve.",
            ),
        ]
        indexes = [
            models.Index(fields=["due_at", "id"], name="effect_to_do", condition=Q(done_at__isnull=True)),
        ]

    def __str__(self) -> str:
        return f"{self.get_kind_display()} {self.case_id}"


class HeldBy(models.TextChoices):
    JUDGE = "JUDGE", "un juge"
    AGREEMENT = "AGREEMENT", "un accord"


class Stay(models.Model):
    """A time in which a measure is not applied, because a judge or an agreement says so."""

    appeal = models.ForeignKey(AppealCase, on_delete=models.PROTECT, related_name="stays", db_index=False)
    held_by = models.CharField("par", max_length=12, choices=HeldBy.choices)
    reason = models.TextField("référence de l’ordonnance ou de l’accord")
    # From this day on, until the day before `until`; open while `until` is empty.
    since = models.DateField("à partir du")
    until = models.DateField("jusqu’au", null=True)
    noted_at = models.DateTimeField("notée le")
    noted_by = models.ForeignKey("accounts.User", on_delete=models.PROTECT, related_name="+", db_index=False)
    ended_at = models.DateTimeField("fin notée le", null=True)

    class Meta:
        verbose_name = "mesure non appliquée"
        ordering = ["since", "id"]
        constraints = [
            models.UniqueConstraint(
                fields=["appeal"],
                condition=Q(until__isnull=True),
                name="one_stay_at_a_time",
                violation_error_message="La mesure n’est déjà pas appliquée.",
            ),
            models.CheckConstraint(
                condition=~Q(reason="")
                & (
                    Q(until__isnull=True, ended_at__isnull=True)
                    | Q(until__gte=F("since"), until__isnull=False, ended_at__isnull=False)
                ),
                name="stay_has_reason_and_days",
                violation_error_message="Une suspension a une référence, et finit après son début.",
            ),
        ]


class Annex(models.Model):
    """One document a person sent with what they asked; only ever added."""

    document = models.ForeignKey(Document, on_delete=models.PROTECT, related_name="+")
    lift = models.ForeignKey(LiftRequest, on_delete=models.PROTECT, null=True, related_name="annexes")
    gracious = models.ForeignKey(GraciousAppeal, on_delete=models.PROTECT, null=True, related_name="annexes")
    mediation = models.ForeignKey(Mediation, on_delete=models.PROTECT, null=True, related_name="annexes")
    added_at = models.DateTimeField("ajouté le")

    class Meta:
        verbose_name = "document joint"
        verbose_name_plural = "documents joints"
        ordering = ["added_at", "id"]
        constraints = [
            models.CheckConstraint(
                condition=Q(lift__isnull=False, gracious__isnull=True, mediation__isnull=True)
                | Q(lift__isnull=True, gracious__isnull=False, mediation__isnull=True)
                | Q(lift__isnull=True, gracious__isnull=True, mediation__isnull=False),
                name="annex_goes_with_one_act",
                violation_error_message="Un document est joint à un seul envoi.",
            ),
            models.UniqueConstraint(
                fields=["document", "lift", "gracious", "mediation"],
                name="annex_once",
                nulls_distinct=False,
                violation_error_message="Ce document est déjà joint.",
            ),
        ]
