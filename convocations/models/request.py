"""A person's wish to move an appointment, to hold it in another manner, or word of a technical problem."""

from datetime import datetime

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q

from accounts.models import Advisor, Agency, Claimant, User
from convocations.models.convocation import Convocation, Modality
from convocations.motives import Motive
from convocations.states import REQUEST_PENDING, REQUEST_TRANSITIONS, RequestState
from portal.core.references import ReferenceField
from portal.core.transitions import Stateful, StatefulQuerySet

_PENDING = Q(state__in=["SUBMITTED", "UNDER_REVIEW", "DOCS_REQUESTED"])
# What the advisor has to answer; one wording, so that every reader of it is served by the partial indexes below.
REQUEST_TO_ANSWER = Q(state__in=["SUBMITTED", "UNDER_REVIEW"]) | Q(correction_open=True)


class ChangeRequest(Stateful):
    """What a person asked about one appointment (demande de report, changement de modalité), and the answer."""

    TRANSITIONS = REQUEST_TRANSITIONS

    class Kind(models.TextChoices):
        RESCHEDULE = "RESCHEDULE", "report"
        MODALITY = "MODALITY", "changement de modalité"
        INCIDENT = "INCIDENT", "problème technique"

    class Channel(models.TextChoices):
        WEB = "WEB", "dans l’espace personnel"
        PHONE = "PHONE", "par téléphone"
        COUNTER = "COUNTER", "à l’accueil"

    class Rule(models.TextChoices):
        """Why no advisor had to say yes; each only ever favours the person."""

        TOLERATED = "TOLERATED", "report sans motif, dans la limite prévue"
        NOT_COUNTED = "NOT_COUNTED", "report pour un motif qui n’est jamais compté"
        TRANSFERRED = "TRANSFERRED", "report à la suite d’un changement d’agence"
        INCIDENT = "INCIDENT", "nouveau rendez-vous après un problème technique"
        DISPLACED = "DISPLACED", "report d’un rendez-vous que l’agence ne peut plus tenir"
        KIOSK = "KIOSK", "vidéo depuis un poste de l’agence, réservé par la personne"

    ref = ReferenceField(prefix="DM")
    convocation = models.ForeignKey(Convocation, on_delete=models.PROTECT, related_name="requests")
    claimant = models.ForeignKey(Claimant, on_delete=models.PROTECT, related_name="requests", db_index=False)
    # Who is to answer: the appointment's advisor, until the file or the work changes hands.
    advisor = models.ForeignKey(Advisor, on_delete=models.PROTECT, related_name="requests", db_index=False)
    agency = models.ForeignKey(Agency, on_delete=models.PROTECT, related_name="+", db_index=False)
    kind = models.CharField("nature", max_length=12, choices=Kind.choices)
    channel = models.CharField("voie", max_length=8, choices=Channel.choices, default=Channel.WEB)
    form_key = models.UUIDField(unique=True)
    state = models.CharField(
        "état", max_length=20, choices=RequestState.choices, default=RequestState.SUBMITTED
    )
    motive = models.CharField("motif", max_length=24, choices=Motive.choices, blank=True, default="")
    text = models.TextField("explication", blank=True, default="")
    # What the person would like; a report without a wished hour leaves the choice to the advisor.
    wished_start = models.DateTimeField("début souhaité", null=True)
    wished_end = models.DateTimeField("fin souhaitée", null=True)
    wished_modality = models.CharField(
        "modalité souhaitée", max_length=16, choices=Modality.choices, blank=True, default=""
    )
    wants_call = models.BooleanField("souhaite être appelée", default=False)
    needs = ArrayField(
        models.CharField(max_length=16, choices=Claimant.Accommodation.choices),
        verbose_name="aménagements demandés",
        default=list,
        blank=True,
    )
    # The appointment's state before, to which a refusal in time brings it back.
    state_before = models.CharField("état du rendez-vous avant", max_length=20)
    submitted_at = models.DateTimeField("envoyée le")
    submitted_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+", db_index=False)
    # Less than the recommended lead before the start: shown to whoever decides, never a refusal.
    is_late = models.BooleanField("tardive", default=False)
    # One of the postponements without reason of the rolling window (product §4).
    counts = models.BooleanField("comptée", default=False)
    # SHA-256 of what was asked, printed on the receipt.
    content_hash = models.BinaryField(max_length=32)
    opened_at = models.DateTimeField("lue le", null=True)
    decide_by = models.DateTimeField("réponse avant le")
    escalated_at = models.DateTimeField("responsable prévenu le", null=True)
    docs_asked = models.TextField("documents demandés", blank=True, default="")
    docs_due_at = models.DateTimeField("documents attendus avant le", null=True)
    rule = models.CharField("règle appliquée", max_length=16, choices=Rule.choices, blank=True, default="")
    closed_at = models.DateTimeField("close le", null=True)
    # Empty when a rule accepted it, or when it ended without an answer.
    decided_by = models.ForeignKey(
        User, on_delete=models.PROTECT, null=True, related_name="+", db_index=False
    )
    reasons = models.TextField("raisons", blank=True, default="")
    # What the person says was noted wrongly of their call or visit.
    correction = models.TextField("correction", blank=True, default="")
    corrected_at = models.DateTimeField("corrigée le", null=True)
    correction_open = models.BooleanField("correction à lire", default=False)

    objects = StatefulQuerySet.as_manager()

    class Meta:
        verbose_name = "demande"
        constraints = [
            models.UniqueConstraint(
                fields=["convocation"],
                condition=_PENDING,
                name="one_pending_request_per_appointment",
                violation_error_message="Une demande attend déjà une réponse pour ce rendez-vous.",
            ),
            models.CheckConstraint(
                condition=_PENDING | Q(closed_at__isnull=False),
                name="request_ends_on_a_date",
                violation_error_message="La fin d’une demande est datée.",
            ),
            models.CheckConstraint(
                condition=~Q(state__in=["ACCEPTED", "ACCEPTED_OTHER_SLOT"])
                | Q(decided_by__isnull=False)
                | ~Q(rule=""),
                name="request_is_granted_by_a_person_or_a_named_rule",
                violation_error_message="Une demande est acceptée par quelqu’un, ou par une règle nommée.",
            ),
            models.CheckConstraint(
                condition=~Q(state="REFUSED") | (Q(decided_by__isnull=False) & ~Q(reasons="") & Q(rule="")),
                name="request_is_refused_by_a_person_with_reasons",
                violation_error_message="Un refus vient d’une personne, qui dit pourquoi.",
            ),
            models.CheckConstraint(
                condition=~Q(state="DOCS_REQUESTED") | (~Q(docs_asked="") & Q(docs_due_at__isnull=False)),
                name="documents_are_asked_with_a_date",
                violation_error_message="Dites quels documents sont attendus, et jusqu’à quand.",
            ),
            models.CheckConstraint(
                condition=Q(counts=False) | Q(kind="RESCHEDULE"),
                name="only_a_postponement_counts",
                violation_error_message="Seul un report est compté.",
            ),
            models.CheckConstraint(
                condition=Q(wished_start__isnull=True, wished_end__isnull=True)
                | Q(
                    wished_start__isnull=False,
                    wished_end__isnull=False,
                    wished_end__gt=models.F("wished_start"),
                ),
                name="wished_hour_ends_after_start",
                violation_error_message="La fin souhaitée doit venir après le début.",
            ),
            models.CheckConstraint(
                condition=~Q(kind="MODALITY") | ~Q(wished_modality=""),
                name="change_of_manner_names_one",
                violation_error_message="Dites par quel moyen la personne souhaite ce rendez-vous.",
            ),
            models.CheckConstraint(
                condition=Q(correction_open=False) | (~Q(correction="") & Q(corrected_at__isnull=False)),
                name="correction_says_what",
                violation_error_message="Une correction est datée et dit ce qui change.",
            ),
        ]
        indexes = [
            models.Index(fields=["claimant", "-submitted_at", "-id"], name="request_of_claimant"),
            models.Index(
                fields=["advisor", "decide_by", "id"], name="request_to_answer", condition=REQUEST_TO_ANSWER
            ),
            models.Index(
                fields=["agency", "decide_by", "id"], name="request_late", condition=REQUEST_TO_ANSWER
            ),
        ]

    def __str__(self) -> str:
        return str(self.ref)

    @property
    def is_pending(self) -> bool:
        """Say whether nobody has answered yet."""
        return self.state in REQUEST_PENDING

    @property
    def keeps_hour(self) -> bool:
        """Say whether the wished hour is kept for the person until the answer; reads the hold (`kept`)."""
        return self.is_pending and self.wished_start is not None and getattr(self, "kept", None) is not None

    def docs_are_overdue(self, now: datetime) -> bool:
        """Say whether documents were asked for and their day is over; an outage may have moved it."""
        return (
            self.state == RequestState.DOCS_REQUESTED
            and self.docs_due_at is not None
            and self.docs_due_at <= now
        )


class SwornStatement(models.Model):
    """A self-declaration (déclaration sur l’honneur) signed on screen: the text shown, the name typed, the date."""

    request = models.OneToOneField(ChangeRequest, on_delete=models.PROTECT, related_name="sworn")
    text = models.TextField("texte signé")
    signed_name = models.CharField("nom tapé", max_length=160)
    signed_at = models.DateTimeField("signée le")
    signed_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+", db_index=False)
    # SHA-256 of text, name, person and instant.
    content_hash = models.BinaryField(max_length=32)

    class Meta:
        verbose_name = "déclaration sur l’honneur"
        verbose_name_plural = "déclarations sur l’honneur"
        constraints = [
            models.CheckConstraint(
                condition=~Q(text="") & ~Q(signed_name=""),
                name="sworn_statement_is_signed",
                violation_error_message="Une déclaration a un texte et un nom.",
            )
        ]
