"""What the person says: in writing, as often as they like, and aloud, assisted by whom they choose (CT R5412-7)."""

from django.db import models
from django.db.models import Q

from accounts.models import User
from measures.models.case import Case


class Observations(models.Model):
    """What a person wrote about a case; several may follow one another, none is ever changed."""

    case = models.ForeignKey(Case, on_delete=models.PROTECT, related_name="observations")
    form_key = models.UUIDField(unique=True)
    text = models.TextField("observations", blank=True, default="")
    given_at = models.DateTimeField("reçues le")
    given_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+", db_index=False)
    after_period = models.BooleanField("après le délai", default=False)
    # SHA-256 of the text and documents, printed on the receipt.
    content_hash = models.BinaryField(max_length=32)

    class Meta:
        verbose_name = "observations"
        verbose_name_plural = "observations"
        ordering = ["given_at", "id"]


class Hearing(models.Model):
    """One hearing a person asked for: fixed, then held, or not held and why."""

    case = models.ForeignKey(Case, on_delete=models.PROTECT, related_name="hearings", db_index=False)
    asked_at = models.DateTimeField("demandée le")
    asked_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+", db_index=False)
    wishes = models.TextField("souhaits", blank=True, default="")
    # Who comes with the person: theirs to choose, and to change until the day.
    assistant = models.CharField("personne qui assiste", max_length=120, blank=True, default="")
    at = models.DateTimeField("le", null=True)
    place = models.CharField("lieu", max_length=240, blank=True, default="")
    # How often it was fixed: each date is told by a message of its own.
    version = models.SmallIntegerField("version", default=0)
    fixed_at = models.DateTimeField("fixée le", null=True)
    fixed_by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, related_name="+", db_index=False)
    held_at = models.DateTimeField("tenue le", null=True)
    minutes = models.TextField("compte rendu", blank=True, default="")
    # Not held: given up by the person, or they did not come. Nothing follows from it by itself.
    dropped_at = models.DateTimeField("non tenue le", null=True)
    dropped_for = models.CharField("raison", max_length=240, blank=True, default="")

    class Meta:
        verbose_name = "audition"
        ordering = ["asked_at", "id"]
        constraints = [
            models.UniqueConstraint(
                fields=["case"],
                condition=Q(dropped_at__isnull=True),
                name="one_hearing_a_case",
                violation_error_message="Une audition est déjà demandée.",
            ),
            models.CheckConstraint(
                condition=Q(at__isnull=True, fixed_at__isnull=True)
                | (Q(at__isnull=False, fixed_at__isnull=False, fixed_by__isnull=False) & ~Q(place="")),
                name="hearing_has_hour_and_place",
                violation_error_message="Une audition a une date et un lieu.",
            ),
            models.CheckConstraint(
                condition=Q(held_at__isnull=True)
                | (Q(at__isnull=False, dropped_at__isnull=True) & ~Q(minutes="")),
                name="hearing_held_has_minutes",
                violation_error_message="Une audition tenue a une date et un compte rendu.",
            ),
            models.CheckConstraint(
                condition=Q(dropped_at__isnull=True) | ~Q(dropped_for=""),
                name="hearing_not_held_says_why",
                violation_error_message="Dites pourquoi l’audition n’a pas eu lieu.",
            ),
        ]
        indexes = [models.Index(fields=["case"], name="hearings_of_case")]
