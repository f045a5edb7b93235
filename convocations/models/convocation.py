"""A summons or an offer: one appointment of one person, and what proves they knew."""

from datetime import datetime
from typing import Any

from django.contrib.postgres.constraints import ExclusionConstraint
from django.contrib.postgres.fields import DateTimeRangeField, RangeBoundary, RangeOperators
from django.db import models
from django.db.models import F, Func, Q

from accounts.models import Advisor, Agency, Claimant, Kiosk, User
from convocations.states import CONVOCATION_TRANSITIONS, HOLDS_TIME, ConvocationState
from portal.core.references import ReferenceField
from portal.core.transitions import Stateful, StatefulQuerySet


class Bindingness(models.TextChoices):
    CONVOCATION = "CONVOCATION", "convocation"
    INVITATION = "INVITATION", "invitation"


class Kind(models.TextChoices):
    INTERVIEW = "INTERVIEW", "entretien"
    WORKSHOP = "WORKSHOP", "atelier"
    SERVICE = "SERVICE", "prestation chez un partenaire"
    CONTROL = "CONTROL", "entretien de contrôle"
    REFRAMING = "REFRAMING", "entretien de recadrage"


class Modality(models.TextChoices):
    IN_PERSON = "IN_PERSON", "en agence"
    PHONE = "PHONE", "par téléphone"
    VIDEO = "VIDEO", "en vidéo"
    KIOSK_VIDEO = "KIOSK_VIDEO", "en vidéo depuis l’agence"
    ASYNC_MESSAGE = "ASYNC_MESSAGE", "par échange écrit"


class _TimeRange(Func):
    function = "TSTZRANGE"
    output_field = DateTimeRangeField()


# Under this name for the other tables of hours; migrations know the class by the first one.
TimeRange = _TimeRange
HOURS = _TimeRange("starts_at", "ends_at", RangeBoundary())
_HELD = Q(state__in=sorted(HOLDS_TIME)) & ~Q(modality=Modality.ASYNC_MESSAGE)


class ConvocationQuerySet(StatefulQuerySet):
    def visible_to_claimant(self, user: User) -> Any:
        """Those of one person, to that person."""
        return self.filter(claimant_id=user.pk)


class ConvocationBatch(models.Model):
    """One sending of one or many convocations; its key makes a second click find the first."""

    form_key = models.UUIDField(unique=True)
    issued_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    issued_at = models.DateTimeField()
    # One result a line: reference, or the French sentence that says why not.
    results = models.JSONField(default=list)


class Convocation(Stateful):
    """An appointment (rendez-vous): a summons when `bindingness` says so, else an offer."""

    TRANSITIONS = CONVOCATION_TRANSITIONS

    ref = ReferenceField(prefix="CV")
    claimant = models.ForeignKey(
        Claimant, on_delete=models.PROTECT, related_name="convocations", db_index=False
    )
    advisor = models.ForeignKey(
        Advisor, on_delete=models.PROTECT, related_name="convocations", db_index=False
    )
    agency = models.ForeignKey(Agency, on_delete=models.PROTECT, related_name="+", db_index=False)
    bindingness = models.CharField("force", max_length=12, choices=Bindingness.choices)
    kind = models.CharField("nature", max_length=12, choices=Kind.choices)
    modality = models.CharField("modalité", max_length=16, choices=Modality.choices)
    starts_at = models.DateTimeField("début")
    ends_at = models.DateTimeField("fin")
    # The equipped place booked with a video appointment at an agency.
    kiosk = models.ForeignKey(
        Kiosk,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name="espace numérique",
        db_index=False,
    )
    place = models.CharField("lieu ou accès", max_length=240, blank=True, default="")
    purpose = models.CharField("objet", max_length=240)
    to_bring = models.CharField("à apporter", max_length=480, blank=True, default="")
    state = models.CharField(
        "état", max_length=20, choices=ConvocationState.choices, default=ConvocationState.ISSUED
    )
    # Rises with each change a calendar must follow (RFC 5545 SEQUENCE).
    sequence = models.SmallIntegerField(default=0)
    successor = models.OneToOneField(
        "self", on_delete=models.PROTECT, null=True, blank=True, related_name="predecessor"
    )
    issued_at = models.DateTimeField("envoyée le")
    # The latest deposit that leaves the notice floor of the day it was issued.
    notice_deadline = models.DateTimeField("dépôt au plus tard")
    short_notice_agreed = models.CharField(
        "accord pour un délai court", max_length=240, blank=True, default=""
    )
    # SHA-256 of the content shown to the person (see evidence.content_hash).
    content_hash = models.BinaryField(max_length=32)
    # From the evidence ledger, kept here by its trigger: earliest deposit, earliest proof of knowing.
    deposited_at = models.DateTimeField("déposée le", null=True)
    known_at = models.DateTimeField("connue le", null=True)
    read_at = models.DateTimeField("consultée le", null=True)
    recorded_at = models.DateTimeField("présence enregistrée le", null=True)
    recorded_by = models.ForeignKey(
        User, on_delete=models.PROTECT, null=True, related_name="+", db_index=False
    )
    record_due_at = models.DateTimeField("à enregistrer avant le", null=True)
    record_escalated_at = models.DateTimeField("responsable prévenu le", null=True)
    note = models.CharField("note", max_length=480, blank=True, default="")

    objects = ConvocationQuerySet.as_manager()

    class Meta:
        verbose_name = "rendez-vous"
        verbose_name_plural = "rendez-vous"
        constraints = [
            models.CheckConstraint(
                condition=Q(ends_at__gt=F("starts_at")),
                name="convocation_ends_after_start",
                violation_error_message="La fin du rendez-vous doit venir après son début.",
            ),
            ExclusionConstraint(
                name="advisor_has_one_appointment_at_a_time",
                index_type="gist",
                expressions=[("advisor", RangeOperators.EQUAL), (HOURS, RangeOperators.OVERLAPS)],
                condition=_HELD & ~Q(kind=Kind.WORKSHOP) & ~Q(kind=Kind.SERVICE),
                violation_error_message="Le conseiller a déjà un rendez-vous à cette heure.",
            ),
            ExclusionConstraint(
                name="claimant_has_one_appointment_at_a_time",
                index_type="gist",
                expressions=[("claimant", RangeOperators.EQUAL), (HOURS, RangeOperators.OVERLAPS)],
                condition=_HELD,
                violation_error_message="La personne a déjà un rendez-vous à cette heure.",
            ),
            models.CheckConstraint(
                condition=Q(kiosk__isnull=True) | Q(modality=Modality.KIOSK_VIDEO),
                name="kiosk_is_for_video_at_the_agency",
                violation_error_message="Un espace numérique se réserve pour une vidéo depuis l’agence.",
            ),
            ExclusionConstraint(
                name="kiosk_has_one_appointment_at_a_time",
                index_type="gist",
                expressions=[("kiosk", RangeOperators.EQUAL), (HOURS, RangeOperators.OVERLAPS)],
                condition=_HELD & Q(kiosk__isnull=False),
                violation_error_message="Cet espace numérique est déjà pris à cette heure.",
            ),
            models.CheckConstraint(
                condition=~Q(state=ConvocationState.ABSENT)
                | (
                    Q(bindingness=Bindingness.CONVOCATION)
                    # A comparison with nothing is no refusal to a CHECK: the dates must be there.
                    & Q(deposited_at__isnull=False, deposited_at__lte=F("notice_deadline"))
                    & Q(known_at__isnull=False, known_at__lt=F("starts_at"))
                ),
                name="absent_only_if_validly_notified",
                violation_error_message=(
                    "Une absence ne peut être enregistrée que si la convocation a été valablement notifiée."
                ),
            ),
            models.CheckConstraint(
                condition=Q(bindingness=Bindingness.INVITATION)
                | ~Q(state__in=["ACCEPTED", "DECLINED", "EXPIRED"]),
                name="convocation_is_not_answered_like_an_invitation",
                violation_error_message="On n’accepte ni ne décline une convocation\u00a0: la présence est due.",
            ),
            models.CheckConstraint(
                condition=Q(bindingness=Bindingness.CONVOCATION)
                | ~Q(state__in=["ABSENT", "EXCUSED", "NOT_PROVEN"]),
                name="nothing_follows_from_declining_an_invitation",
                violation_error_message="Ne pas venir à une invitation est sans conséquence.",
            ),
            models.CheckConstraint(
                condition=~Q(
                    state__in=[
                        "ATTENDED",
                        "ABSENT",
                        "EXCUSED",
                        "TECH_INCIDENT",
                        "NOT_PROVEN",
                        "CANCELLED_BY_AGENCY",
                    ]
                )
                | Q(recorded_at__isnull=False, recorded_by__isnull=False),
                name="attendance_is_recorded_by_somebody",
                violation_error_message="Une présence est enregistrée par quelqu’un, à une date.",
            ),
        ]
        indexes = [
            models.Index(fields=["claimant", "-starts_at", "-id"], name="convocation_of_claimant"),
            models.Index(fields=["advisor", "starts_at", "id"], name="convocation_agenda"),
            models.Index(
                fields=["advisor", "record_due_at", "id"],
                name="convocation_to_record",
                condition=Q(state="AWAITING_STATUS"),
            ),
            models.Index(
                fields=["agency", "record_due_at", "id"],
                name="convocation_late_record",
                condition=Q(state="AWAITING_STATUS"),
            ),
            # What has had its hour, for the agency's figures: no row enters before its end.
            models.Index(
                fields=["agency", "starts_at"],
                name="convocation_ended",
                condition=Q(record_due_at__isnull=False),
            ),
            models.Index(
                fields=["advisor", "starts_at"],
                name="convocation_unread",
                condition=Q(state__in=["ISSUED", "DELIVERED"], bindingness="CONVOCATION"),
            ),
        ]

    def __str__(self) -> str:
        return str(self.ref)

    @property
    def minutes(self) -> int:
        """How long it lasts; a written exchange has its days."""
        return int((self.ends_at - self.starts_at).total_seconds() // 60)

    @property
    def is_binding(self) -> bool:
        """Say whether attendance is due."""
        return self.bindingness == Bindingness.CONVOCATION

    @property
    def is_technical(self) -> bool:
        """Say whether it is held in a manner that can fail for a technical reason."""
        return self.modality in {Modality.VIDEO, Modality.KIOSK_VIDEO, Modality.PHONE}

    def is_past(self, now: datetime) -> bool:
        """Say whether its end has come."""
        return self.ends_at <= now
