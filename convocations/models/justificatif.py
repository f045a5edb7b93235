"""One document put forward for one explanation or one request, with a review of its own."""

from django.db import models
from django.db.models import Q

from accounts.models import Advisor, Agency, Claimant, User
from convocations.models.absence import Absence, Explanation
from convocations.models.request import ChangeRequest
from convocations.states import REVIEW_TRANSITIONS, ReviewState
from portal.core.models import Document
from portal.core.references import ReferenceField
from portal.core.transitions import Stateful, StatefulQuerySet


class Justificatif(Stateful):
    """A document that backs a motive, and what its reviewer made of it."""

    TRANSITIONS = REVIEW_TRANSITIONS

    ref = ReferenceField(prefix="JU")
    document = models.ForeignKey(Document, on_delete=models.PROTECT, related_name="justificatifs")
    # What it backs: an explanation of an absence, or a request.
    absence = models.ForeignKey(Absence, on_delete=models.PROTECT, null=True, related_name="justificatifs")
    explanation = models.ForeignKey(
        Explanation, on_delete=models.PROTECT, null=True, related_name="justificatifs"
    )
    request = models.ForeignKey(
        ChangeRequest, on_delete=models.PROTECT, null=True, related_name="justificatifs"
    )
    claimant = models.ForeignKey(Claimant, on_delete=models.PROTECT, related_name="+", db_index=False)
    advisor = models.ForeignKey(Advisor, on_delete=models.PROTECT, related_name="+", db_index=False)
    state = models.CharField(
        "état", max_length=12, choices=ReviewState.choices, default=ReviewState.IN_REVIEW
    )
    sent_at = models.DateTimeField("envoyé le")
    review_by = models.DateTimeField("à examiner avant le")
    reviewed_at = models.DateTimeField("examiné le", null=True)
    reviewed_by = models.ForeignKey(
        User, on_delete=models.PROTECT, null=True, related_name="+", db_index=False
    )
    # What is missing (INCOMPLETE) or why it was not kept (REFUSED), read by the person.
    remark = models.TextField("remarque", blank=True, default="")
    complete_by = models.DateField("à compléter avant le", null=True)

    objects = StatefulQuerySet.as_manager()

    class Meta:
        verbose_name = "justificatif"
        constraints = [
            models.UniqueConstraint(
                fields=["document", "absence"],
                name="document_put_forward_once",
                violation_error_message="Ce document est déjà joint à cette absence.",
            ),
            models.UniqueConstraint(
                fields=["document", "request"],
                name="document_put_forward_once_for_a_request",
                violation_error_message="Ce document est déjà joint à cette demande.",
            ),
            models.CheckConstraint(
                condition=Q(absence__isnull=False, explanation__isnull=False, request__isnull=True)
                | Q(absence__isnull=True, explanation__isnull=True, request__isnull=False),
                name="justificatif_backs_one_thing",
                violation_error_message="Un justificatif soutient une absence ou une demande.",
            ),
            models.CheckConstraint(
                condition=~Q(state__in=["INCOMPLETE", "REFUSED"]) | ~Q(remark=""),
                name="review_says_why",
                violation_error_message="Dites à la personne ce qui manque ou pourquoi.",
            ),
            models.CheckConstraint(
                condition=~Q(state="INCOMPLETE") | Q(complete_by__isnull=False),
                name="incomplete_has_a_date",
                violation_error_message="Dites jusqu’à quand le justificatif peut être complété.",
            ),
            models.CheckConstraint(
                condition=Q(state__in=["IN_REVIEW", "DROPPED"])
                | Q(reviewed_by__isnull=False, reviewed_at__isnull=False),
                name="review_is_made_by_a_person",
                violation_error_message="Un examen est fait par quelqu’un, à une date.",
            ),
        ]
        indexes = [
            models.Index(
                fields=["advisor", "review_by", "id"],
                name="justificatif_to_review",
                condition=Q(state="IN_REVIEW"),
            ),
            models.Index(fields=["id"], name="justificatif_to_complete", condition=Q(state="INCOMPLETE")),
            models.Index(fields=["claimant"], name="justificatif_of_claimant"),
        ]

    def __str__(self) -> str:
        return str(self.ref)

    @property
    def agency(self) -> Agency:
        """Give the agency that examines what this backs."""
        of: Absence | ChangeRequest | None = self.absence or self.request
        assert of is not None  # the constraint above
        return of.agency
