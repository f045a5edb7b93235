"""Who followed whom, where and how: moves from one agency to another, changes of the follow-up mode."""

from typing import Any

from django.db import models
from django.db.models import F, Q

from accounts.models.agency import Agency
from accounts.models.people import Advisor, Claimant
from accounts.models.user import User
from portal.core.references import ReferenceField


class Transfer(models.Model):
    """One file went from one agency to another, whole: declared by the person, or by a supervisor."""

    ref = ReferenceField(prefix="TR")
    claimant = models.ForeignKey(Claimant, on_delete=models.PROTECT, related_name="transfers", db_index=False)
    old_agency = models.ForeignKey(Agency, on_delete=models.PROTECT, related_name="+", db_index=False)
    new_agency = models.ForeignKey(Agency, on_delete=models.PROTECT, related_name="+", db_index=False)
    old_advisor = models.ForeignKey(Advisor, on_delete=models.PROTECT, related_name="+", db_index=False)
    new_advisor = models.ForeignKey(Advisor, on_delete=models.PROTECT, related_name="+", db_index=False)
    at = models.DateTimeField("le")
    by = models.ForeignKey(
        User, on_delete=models.PROTECT, related_name="+", db_index=False, verbose_name="par"
    )
    # Empty when the person moved home: that needs no reason.
    reason = models.CharField("motif", max_length=240, blank=True, default="")
    # Nobody there had room: the file is with the agency's supervisor, who chooses.
    to_assign = models.BooleanField("conseiller à choisir", default=False)

    class Meta:
        verbose_name = "changement d’agence"
        verbose_name_plural = "changements d’agence"
        constraints = [
            models.CheckConstraint(
                condition=~Q(old_agency=F("new_agency")),
                name="transfer_goes_elsewhere",
                violation_error_message="La personne est déjà suivie par cette agence.",
            ),
            models.CheckConstraint(
                condition=Q(by=F("claimant")) | ~Q(reason=""),
                name="transfer_by_another_has_a_reason",
                violation_error_message="Indiquez le motif.",
            ),
        ]
        indexes = [
            models.Index(fields=["claimant", "-at"], name="transfer_of_claimant"),
            models.Index(fields=["old_advisor", "-at"], name="transfer_from_advisor"),
        ]

    def __str__(self) -> str:
        return str(self.ref)


class FollowUpModeChange(models.Model):
    """From this instant a person is followed another way; with their dated consent for the web."""

    claimant = models.ForeignKey(
        Claimant, on_delete=models.PROTECT, related_name="mode_changes", db_index=False
    )
    before = models.CharField("avant", max_length=12, choices=Claimant.FollowUpMode.choices)
    after = models.CharField("après", max_length=12, choices=Claimant.FollowUpMode.choices)
    at = models.DateTimeField("le")
    by = models.ForeignKey(
        User, on_delete=models.PROTECT, related_name="+", db_index=False, verbose_name="par"
    )
    consent_at = models.DateTimeField("accord donné le", null=True)
    # What the person declared, and whether their browser found a camera and a microphone.
    self_test: Any = models.JSONField("auto-test", null=True)

    class Meta:
        verbose_name = "changement de suivi"
        verbose_name_plural = "changements de suivi"
        constraints = [
            models.CheckConstraint(
                condition=~Q(before=F("after")),
                name="mode_change_changes",
                violation_error_message="Le suivi est déjà celui-ci.",
            ),
            models.CheckConstraint(
                condition=~Q(after="WEB") | Q(consent_at__isnull=False, self_test__isnull=False),
                name="web_follow_up_is_consented",
                violation_error_message="Le suivi 100\u00a0% web demande l’accord de la personne.",
            ),
        ]
        indexes = [models.Index(fields=["claimant", "-at"], name="mode_changes_of_claimant")]

    def __str__(self) -> str:
        return f"{self.get_before_display()} → {self.get_after_display()}"


class WebWish(models.Model):
    """A person wants the 100 % web follow-up and nobody could take them yet: the wish is kept."""

    claimant = models.OneToOneField(
        Claimant, on_delete=models.PROTECT, primary_key=True, related_name="web_wish"
    )
    wished_at = models.DateTimeField("demandé le")
    self_test: Any = models.JSONField("auto-test")

    class Meta:
        verbose_name = "souhait de suivi 100\u00a0% web"
        verbose_name_plural = "souhaits de suivi 100\u00a0% web"

    def __str__(self) -> str:
        return str(self.claimant)
