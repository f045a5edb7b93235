"""The decision: reasons in law and in fact, an answer to what the person said, by a delegate (CT R5412-7-1)."""

from datetime import date

from django.db import models
from django.db.models import F, Q

from accounts.models import User
from measures.models.case import Case
from measures.models.measure import Figures, figures_fit
from measures.models.notice import ReceivedHow
from portal.core.working_time import last_day


class Decision(Figures):
    """What a person decided, with reasons that the claimant reads; nothing of it changes once it was sent."""

    case = models.ForeignKey(Case, on_delete=models.PROTECT, related_name="decisions")
    reasons_law = models.TextField("motifs de droit", blank=True, default="")
    reasons_fact = models.TextField("motifs de fait")
    # What is answered to the observations and at the hearing; empty when the person said nothing.
    answer = models.TextField("réponse aux observations", blank=True, default="")
    author = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+", db_index=False)
    decided_at = models.DateTimeField("prise le")
    second_reader = models.ForeignKey(
        User, on_delete=models.PROTECT, null=True, related_name="+", db_index=False
    )
    second_read_at = models.DateTimeField("relue le", null=True)
    # The second reader did not agree, or an outage gave the person time: decided anew.
    set_aside_at = models.DateTimeField("écartée le", null=True)
    set_aside_for = models.TextField("raison", blank=True, default="")
    sent_at = models.DateTimeField("envoyée le", null=True)
    # What binds is what was received (CRPA L221-8): first consultation, or a registered letter's delivery.
    notified_at = models.DateTimeField("reçue le", null=True)
    notified_how = models.CharField(
        "reçue comment", max_length=16, choices=ReceivedHow.choices, blank=True, default=""
    )
    # The midnights between which it takes effect; of a warning, the days left to comply.
    starts_at = models.DateTimeField("à partir du", null=True)
    ends_at = models.DateTimeField("jusqu’au", null=True)
    content_hash = models.BinaryField(max_length=32, null=True)

    class Meta:
        verbose_name = "décision"
        ordering = ["decided_at", "id"]
        constraints = [
            figures_fit("decision_figures_fit_the_outcome", none_allowed=True),
            models.UniqueConstraint(
                fields=["case"],
                condition=Q(set_aside_at__isnull=True),
                name="one_decision_a_case",
                violation_error_message="Cette procédure est déjà décidée.",
            ),
            models.CheckConstraint(
                condition=~Q(reasons_fact="") & (Q(outcome="") | ~Q(reasons_law="")),
                name="decision_has_reasons",
                violation_error_message="Une décision dit ses raisons, en droit et en fait.",
            ),
            models.CheckConstraint(
                condition=Q(second_reader__isnull=True, second_read_at__isnull=True)
                | (
                    Q(second_reader__isnull=False, second_read_at__isnull=False)
                    & ~Q(second_reader=F("author"))
                ),
                name="decision_is_read_by_another",
                violation_error_message="La deuxième personne qui lit n’est pas l’auteur de la décision.",
            ),
            models.CheckConstraint(
                condition=Q(sent_at__isnull=True)
                | Q(second_read_at__isnull=False)
                | (~Q(outcome="RADIATION") & (~Q(outcome="SUPPRESSION") | Q(share__lt=100))),
                name="decision_that_takes_all_is_read_twice",
                violation_error_message=(
                    "Une suppression totale ou une radiation est lue par une deuxième personne avant l’envoi."
                ),
            ),
            models.CheckConstraint(
                condition=Q(sent_at__isnull=True) | Q(content_hash__isnull=False, set_aside_at__isnull=True),
                name="decision_sent_has_its_fingerprint",
                violation_error_message="Une décision envoyée garde son empreinte.",
            ),
            models.CheckConstraint(
                condition=Q(set_aside_at__isnull=True) | ~Q(set_aside_for=""),
                name="decision_set_aside_says_why",
                violation_error_message="Une décision écartée dit pourquoi.",
            ),
            models.CheckConstraint(
                condition=Q(
                    notified_at__isnull=True, notified_how="", starts_at__isnull=True, ends_at__isnull=True
                )
                | (
                    Q(
                        notified_at__isnull=False,
                        sent_at__isnull=False,
                        ends_at__isnull=False,
                        starts_at__gt=F("notified_at"),
                        ends_at__gt=F("starts_at"),
                    )
                    & ~Q(notified_how="")
                ),
                name="decision_takes_effect_after_notification",
                violation_error_message="Une mesure commence après que la personne a reçu la décision.",
            ),
        ]

    def __str__(self) -> str:
        return f"décision {self.case_id}"

    @property
    def starts_on(self) -> date | None:
        """Give the first day of effect, on the wall of the case's agency."""
        return self.starts_at and self.starts_at.astimezone(self.case.agency.place.zone).date()

    @property
    def ends_on(self) -> date | None:
        """Give the last day of effect, on the wall of the case's agency."""
        return self.ends_at and last_day(self.ends_at, self.case.agency.place)
