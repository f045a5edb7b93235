"""Calls an advisor owes: somebody may not know of their appointment, or asks to be called back."""

from django.db import models
from django.db.models import Q

from accounts.models import Advisor, Claimant, User
from convocations.models.convocation import Convocation
from convocations.states import CALL_TRANSITIONS, CallState
from portal.core.references import ReferenceField
from portal.core.transitions import Stateful, StatefulQuerySet


class CallTask(Stateful):
    """One person to call, about an appointment or because they asked; unreached is never held against anyone."""

    class Reason(models.TextChoices):
        UNREAD = "UNREAD", "convocation non lue"
        BOUNCED = "BOUNCED", "e-mail refusé"
        RETURNED = "RETURNED", "lettre revenue"
        NOT_PROVEN = "NOT_PROVEN", "nouveau rendez-vous à convenir"
        TECH_INCIDENT = "TECH_INCIDENT", "nouveau rendez-vous après un incident technique"
        NO_EMAIL = "NO_EMAIL", "sans e-mail\u00a0: lettre ou appel"
        CALL_BACK = "CALL_BACK", "demande à être rappelé"
        ADDRESS = "ADDRESS", "adresse e-mail à corriger"
        PROCEDURE = "PROCEDURE", "lettre ou décision non ouverte"
        REFRAMING = "REFRAMING", "entretien de recadrage à fixer"

    class Topic(models.TextChoices):
        """What a person wants to talk about, when they ask to be called back."""

        APPOINTMENT = "APPOINTMENT", "un rendez-vous"
        BENEFITS = "BENEFITS", "mon allocation"
        SEARCH = "SEARCH", "ma recherche d’emploi"
        DOCUMENTS = "DOCUMENTS", "un document"
        FOLLOW_UP = "FOLLOW_UP", "mon suivi ou mon conseiller"
        OTHER = "OTHER", "autre chose"

    class Reachable(models.TextChoices):
        ANY = "ANY", "à toute heure d’ouverture"
        MORNING = "MORNING", "plutôt le matin"
        AFTERNOON = "AFTERNOON", "plutôt l’après-midi"

    TRANSITIONS = CALL_TRANSITIONS

    ref = ReferenceField(prefix="AP")
    # Only a call that was asked for, or is about the person's address or procedure, stands without an appointment.
    convocation = models.ForeignKey(Convocation, on_delete=models.PROTECT, null=True, related_name="calls")
    claimant = models.ForeignKey(Claimant, on_delete=models.PROTECT, related_name="+", db_index=False)
    advisor = models.ForeignKey(Advisor, on_delete=models.PROTECT, related_name="+", db_index=False)
    reason = models.CharField("raison", max_length=16, choices=Reason.choices)
    state = models.CharField("état", max_length=12, choices=CallState.choices, default=CallState.OPEN)
    opened_at = models.DateTimeField("depuis le")
    due_at = models.DateTimeField("avant le")
    closed_at = models.DateTimeField("close le", null=True)
    # What the person said when they asked to be called back; empty otherwise.
    topic = models.CharField(
        "sujet", max_length=16, choices=Topic.choices, blank=True, default="", db_default=""
    )
    phone = models.CharField("numéro à appeler", max_length=20, blank=True, default="", db_default="")
    reachable = models.CharField(
        "joignable", max_length=12, choices=Reachable.choices, blank=True, default="", db_default=""
    )
    words = models.CharField("précision", max_length=240, blank=True, default="", db_default="")
    # SHA-256 of what was asked, printed on the receipt.
    content_hash = models.BinaryField(max_length=32, null=True)

    objects = StatefulQuerySet.as_manager()

    class Meta:
        verbose_name = "appel à passer"
        verbose_name_plural = "appels à passer"
        constraints = [
            models.UniqueConstraint(
                fields=["convocation", "reason"],
                condition=~Q(reason="CALL_BACK"),
                name="call_asked_once",
                violation_error_message="Cet appel est déjà demandé pour ce rendez-vous.",
            ),
            models.UniqueConstraint(
                fields=["claimant", "topic"],
                condition=Q(reason="CALL_BACK", state="OPEN"),
                name="one_call_back_a_topic",
                violation_error_message="Vous avez déjà demandé à être rappelé à ce sujet.",
            ),
            models.UniqueConstraint(
                fields=["claimant"],
                condition=Q(reason="ADDRESS", state="OPEN"),
                name="one_call_about_an_address",
                violation_error_message="Un appel sur l’adresse de cette personne est déjà à passer.",
            ),
            models.UniqueConstraint(
                fields=["claimant"],
                condition=Q(reason="PROCEDURE", state="OPEN"),
                name="one_call_about_a_procedure",
                violation_error_message="Un appel sur la procédure de cette personne est déjà à passer.",
            ),
            models.UniqueConstraint(
                fields=["claimant"],
                condition=Q(reason="REFRAMING", state="OPEN"),
                name="one_call_about_an_interview",
                violation_error_message="Un entretien de recadrage est déjà à fixer avec cette personne.",
            ),
            models.CheckConstraint(
                condition=Q(reason__in=["CALL_BACK", "ADDRESS", "PROCEDURE", "REFRAMING"])
                | Q(convocation__isnull=False),
                name="call_has_an_appointment_or_was_asked",
                violation_error_message="Un appel porte sur un rendez-vous, ou répond à une demande.",
            ),
            models.CheckConstraint(
                condition=~Q(reason="CALL_BACK")
                | (~Q(topic="") & ~Q(phone="") & ~Q(reachable="") & Q(content_hash__isnull=False)),
                name="call_back_says_what_and_where",
                violation_error_message="Indiquez le sujet, le numéro et le moment.",
            ),
        ]
        indexes = [
            models.Index(fields=["advisor", "due_at", "id"], name="call_to_make", condition=Q(state="OPEN")),
            models.Index(fields=["claimant", "-id"], name="call_of_claimant"),
        ]

    def __str__(self) -> str:
        return str(self.ref)


class CallTry(models.Model):
    """One attempt to reach the person, logged."""

    task = models.ForeignKey(CallTask, on_delete=models.PROTECT, related_name="tries")
    at = models.DateTimeField("le")
    by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+", db_index=False)
    reached = models.BooleanField("jointe")
    note = models.CharField("note", max_length=240, blank=True, default="")
