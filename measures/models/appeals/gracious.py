"""The gracious appeal: somebody other than the author looks at the decision again (CRPA L411-2)."""

from django.db import models
from django.db.models import Q

from accounts.models import User
from measures.models.appeals.case import TWO_MONTHS, AppealCase
from measures.models.bareme import Unit
from measures.models.notice import ReceivedHow
from measures.states import GRACIOUS_TRANSITIONS, GraciousState
from portal.core.transitions import Stateful, StatefulQuerySet


class GraciousQuerySet(StatefulQuerySet):
    def live(self) -> "GraciousQuerySet":
        """Those nobody answered, and whose silence is no refusal yet."""
        return self.filter(state=GraciousState.FILED)


class GraciousAppeal(Stateful):
    """One gracious appeal; what the person wrote and what is answered are written once."""

    TRANSITIONS = GRACIOUS_TRANSITIONS

    appeal = models.ForeignKey(AppealCase, on_delete=models.PROTECT, related_name="gracious", db_index=False)
    form_key = models.UUIDField(unique=True)
    state = models.CharField(
        "état", max_length=20, choices=GraciousState.choices, default=GraciousState.FILED
    )
    text = models.TextField("ce que la personne demande")
    filed_at = models.DateTimeField("reçu le")
    filed_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+", db_index=False)
    content_hash = models.BinaryField(max_length=32)
    # After the time to act: kept for the record, and looked at all the same.
    late = models.BooleanField("après le délai", default=False)
    # The first in time, before any mediation: the time to act starts anew at its answer.
    interrupts = models.BooleanField("interrompt le délai")
    # From then on silence is a refusal (CRPA L411-7), printed on the receipt.
    implicit_at = models.DateTimeField("refus par silence le")
    author = models.ForeignKey(User, on_delete=models.PROTECT, null=True, related_name="+", db_index=False)
    answered_at = models.DateTimeField("répondu le", null=True)
    reasons_law = models.TextField("motifs de droit", blank=True, default="")
    reasons_fact = models.TextField("motifs de fait", blank=True, default="")
    # Of an appeal that is granted in part: what is left of the measure.
    share = models.SmallIntegerField("part (%)", null=True)
    length = models.SmallIntegerField("durée", null=True)
    unit = models.CharField("unité", max_length=8, choices=Unit.choices, blank=True, default="")
    notified_at = models.DateTimeField("réponse reçue le", null=True)
    notified_how = models.CharField(
        "reçue comment", max_length=16, choices=ReceivedHow.choices, blank=True, default=""
    )

    objects = GraciousQuerySet.as_manager()

    class Meta:
        verbose_name = "recours gracieux"
        verbose_name_plural = "recours gracieux"
        ordering = ["filed_at", "id"]
        constraints = [
            models.UniqueConstraint(
                fields=["appeal"],
                condition=Q(state="FILED"),
                name="one_live_gracious_appeal",
                violation_error_message="Un recours gracieux est déjà en cours contre cette décision.",
            ),
            models.UniqueConstraint(
                fields=["appeal"],
                condition=Q(interrupts=True),
                name="gracious_appeal_interrupts_once",
                violation_error_message="Un second recours gracieux n’interrompt pas le délai.",
            ),
            models.CheckConstraint(
                condition=~Q(text="") & Q(implicit_at__gte=models.F("filed_at") + TWO_MONTHS),
                name="gracious_appeal_says_what_and_until_when",
                violation_error_message="Un recours dit ce qui est demandé, et quand le silence vaut refus.",
            ),
            models.CheckConstraint(
                condition=Q(late=False) | Q(interrupts=False),
                name="late_appeal_interrupts_nothing",
                violation_error_message="Un recours hors délai n’interrompt rien.",
            ),
            models.CheckConstraint(
                condition=(
                    Q(state__in=["FILED", "IMPLICIT_REJECTION", "MOOT"])
                    & Q(author__isnull=True, answered_at__isnull=True)
                )
                | (
                    Q(state__in=["GRANTED", "PARTIAL", "REJECTED"])
                    & Q(author__isnull=False, answered_at__isnull=False)
                    & ~Q(reasons_law="")
                    & ~Q(reasons_fact="")
                ),
                name="gracious_answer_has_author_and_reasons",
                violation_error_message="Une personne répond à un recours, avec ses raisons.",
            ),
            models.CheckConstraint(
                condition=(
                    Q(state="PARTIAL", share__isnull=False, length__isnull=False)
                    & Q(share__range=(0, 100), length__gte=1)
                    & ~Q(unit="")
                )
                | (~Q(state="PARTIAL") & Q(share__isnull=True, length__isnull=True, unit="")),
                name="partial_answer_says_what_is_left",
                violation_error_message="Une réponse favorable en partie dit ce qui reste de la mesure.",
            ),
            models.CheckConstraint(
                condition=Q(notified_at__isnull=True, notified_how="")
                | (Q(notified_at__isnull=False, answered_at__isnull=False) & ~Q(notified_how="")),
                name="gracious_answer_received_says_how",
                violation_error_message="La réception d’une réponse est datée, et dit comment.",
            ),
        ]
        indexes = [models.Index(fields=["appeal", "id"], name="gracious_of_appeal")]

    def __str__(self) -> str:
        return f"recours gracieux {self.appeal_id}"
