"""An hour kept for a person while a form is open or their request waits: it has an end, and is no appointment."""

from django.contrib.postgres.constraints import ExclusionConstraint
from django.contrib.postgres.fields import RangeBoundary, RangeOperators
from django.db import models
from django.db.models import F, Q

from accounts.models import Advisor, Claimant, Kiosk
from convocations.models.convocation import TimeRange
from convocations.models.request import ChangeRequest

_HOURS = TimeRange("starts_at", "ends_at", RangeBoundary())


class SlotHold(models.Model):
    """One hour of an advisor, and a kiosk's, that other claimants are not offered until `expires_at`.

    Past that instant it counts for nobody, even before its row is gone. While a form is open it never stops
    an advisor; kept for a request that waits, it is for whoever answers that request to give or to free.
    """

    claimant = models.ForeignKey(Claimant, on_delete=models.CASCADE, related_name="slot_holds")
    # The request whose wished hour this is; none while a form is open.
    request = models.OneToOneField(ChangeRequest, on_delete=models.CASCADE, null=True, related_name="kept")
    advisor = models.ForeignKey(Advisor, on_delete=models.CASCADE, related_name="+", db_index=False)
    kiosk = models.ForeignKey(Kiosk, on_delete=models.CASCADE, null=True, related_name="+", db_index=False)
    starts_at = models.DateTimeField("début")
    ends_at = models.DateTimeField("fin")
    held_at = models.DateTimeField("gardé le")
    expires_at = models.DateTimeField("gardé jusqu’au")

    class Meta:
        verbose_name = "créneau gardé"
        verbose_name_plural = "créneaux gardés"
        constraints = [
            models.UniqueConstraint(
                fields=["claimant"],
                condition=Q(request__isnull=True),
                name="one_hour_held_while_a_form_is_open",
                violation_error_message="Un seul créneau est gardé pendant qu’un formulaire est ouvert.",
            ),
            models.CheckConstraint(
                condition=Q(ends_at__gt=F("starts_at")),
                name="hold_ends_after_start",
                violation_error_message="La fin du créneau doit venir après son début.",
            ),
            models.CheckConstraint(
                condition=Q(expires_at__gt=F("held_at")),
                name="hold_expires",
                violation_error_message="Un créneau est gardé pour un temps.",
            ),
            ExclusionConstraint(
                name="advisor_hour_held_once",
                index_type="gist",
                expressions=[("advisor", RangeOperators.EQUAL), (_HOURS, RangeOperators.OVERLAPS)],
                violation_error_message="Ce créneau est gardé pour une autre personne.",
            ),
            ExclusionConstraint(
                name="kiosk_hour_held_once",
                index_type="gist",
                expressions=[("kiosk", RangeOperators.EQUAL), (_HOURS, RangeOperators.OVERLAPS)],
                condition=Q(kiosk__isnull=False),
                violation_error_message="Cet espace numérique est gardé pour une autre personne.",
            ),
        ]
