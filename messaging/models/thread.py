"""A thread between a person and their advisor: whose it is, what is owed in it and by when."""

from datetime import datetime

from django.db import models
from django.db.models import Q

from accounts.models import Advisor, Agency, Claimant, User
from messaging.states import THREAD_TRANSITIONS, ThreadState
from portal.core.references import ReferenceField
from portal.core.transitions import Stateful, StatefulQuerySet

SUBJECT_MAX = 120
_WAITING_ADVISOR = Q(state="WAITING_ADVISOR")
_WAITING_CLAIMANT = Q(state="WAITING_CLAIMANT")


class Topic(models.TextChoices):
    APPOINTMENT = "APPOINTMENT", "un rendez-vous"
    BENEFITS = "BENEFITS", "mon allocation"
    JOB_SEARCH = "JOB_SEARCH", "ma recherche d’emploi"
    DOCUMENTS = "DOCUMENTS", "un document"
    COMPLAINT = "COMPLAINT", "une réclamation"
    OTHER = "OTHER", "autre chose"


class ThreadQuerySet(StatefulQuerySet):
    def of(self, claimant_id: int) -> "ThreadQuerySet":
        """Those of one person."""
        return self.filter(claimant_id=claimant_id)

    def hold(self, thread_id: int) -> "Thread":
        """Lock one thread, then read it with its people and agency.

        Its person first, as whoever gives them another advisor does: their threads follow in that
        transaction, and two locks taken in two orders are a deadlock.
        """
        person_id = self.values_list("claimant_id", flat=True).get(pk=thread_id)
        Claimant.objects.select_for_update(no_key=True).only("pk").get(pk=person_id)
        self.select_for_update(no_key=True).only("pk").get(pk=thread_id)
        found: Thread = self.select_related(
            "claimant__user", "claimant__agency", "agency", "advisor__user", "resolved_by"
        ).get(pk=thread_id)
        return found


class Thread(Stateful):
    """What a person and the service say to each other about one thing; it always has an owner."""

    TRANSITIONS = THREAD_TRANSITIONS

    ref = ReferenceField(prefix="MS")
    claimant = models.ForeignKey(Claimant, on_delete=models.PROTECT, related_name="threads", db_index=False)
    # Who is to answer: the person's advisor, until the file or the work changes hands.
    advisor = models.ForeignKey(Advisor, on_delete=models.PROTECT, related_name="threads", db_index=False)
    agency = models.ForeignKey(Agency, on_delete=models.PROTECT, related_name="+", db_index=False)
    topic = models.CharField("sujet", max_length=12, choices=Topic.choices)
    subject = models.CharField("objet", max_length=SUBJECT_MAX)
    # A thread begins where nothing is owed; its first message says what is.
    state = models.CharField("état", max_length=20, choices=ThreadState.choices, default=ThreadState.ANSWERED)
    opened_at = models.DateTimeField("ouvert le")
    last_at = models.DateTimeField("dernier message le")
    # The number of the last message: they are numbered under this row's lock, so their ids grow too.
    last_number = models.SmallIntegerField("messages", default=0)
    # Written to this side and not opened yet.
    claimant_unread = models.SmallIntegerField("à lire par la personne", default=0)
    advisor_unread = models.SmallIntegerField("à lire par le conseiller", default=0)
    # Since when the oldest message without an answer waits, and until when it may.
    waiting_since = models.DateTimeField("attend depuis le", null=True)
    answer_due_at = models.DateTimeField("réponse avant le", null=True)
    reminded_at = models.DateTimeField("conseiller relancé le", null=True)
    escalated_at = models.DateTimeField("responsable prévenu le", null=True)
    # What the person was asked for, and by when. `days_left`: what remained of the advisor's time when the
    # clock came to rest; empty when nothing waited for them.
    expected = models.CharField("élément attendu", max_length=500, blank=True, default="")
    expected_by = models.DateTimeField("attendu avant le", null=True)
    days_left = models.SmallIntegerField("jours restants au conseiller", null=True)
    resolved_at = models.DateTimeField("réglé le", null=True)
    resolved_by = models.ForeignKey(
        User, on_delete=models.PROTECT, null=True, related_name="+", db_index=False
    )

    objects = ThreadQuerySet.as_manager()

    class Meta:
        verbose_name = "échange"
        constraints = [
            models.CheckConstraint(
                condition=(
                    _WAITING_ADVISOR & Q(answer_due_at__isnull=False, waiting_since__isnull=False)
                    | ~_WAITING_ADVISOR & Q(answer_due_at__isnull=True)
                ),
                name="thread_is_due_while_it_waits",
                violation_error_message="Un message qui attend une réponse a une échéance, et lui seul.",
            ),
            models.CheckConstraint(
                condition=(
                    _WAITING_CLAIMANT & Q(expected_by__isnull=False) & ~Q(expected="")
                    | ~_WAITING_CLAIMANT & Q(expected_by__isnull=True, expected="", days_left__isnull=True)
                ),
                name="thread_asks_for_something_by_a_date",
                violation_error_message="Dites ce que vous attendez, et jusqu’à quand.",
            ),
            models.CheckConstraint(
                condition=_WAITING_ADVISOR | Q(reminded_at__isnull=True, escalated_at__isnull=True),
                name="thread_is_late_only_while_it_waits",
                violation_error_message="Seul un message qui attend peut être en retard.",
            ),
            models.CheckConstraint(
                condition=(
                    Q(state="RESOLVED", resolved_at__isnull=False, resolved_by__isnull=False)
                    | ~Q(state="RESOLVED") & Q(resolved_at__isnull=True, resolved_by__isnull=True)
                ),
                name="thread_is_resolved_by_somebody",
                violation_error_message="Un échange réglé l’est par quelqu’un, à une date.",
            ),
            models.CheckConstraint(
                condition=Q(days_left__isnull=True) | Q(days_left__gte=0),
                name="thread_has_days_left_or_none",
                violation_error_message="Un nombre de jours n’est jamais négatif.",
            ),
            models.CheckConstraint(
                condition=Q(claimant_unread__gte=0, advisor_unread__gte=0, last_number__gte=0),
                name="thread_counts_from_zero",
                violation_error_message="On ne compte pas en dessous de zéro.",
            ),
            models.CheckConstraint(
                condition=~Q(subject=""),
                name="thread_has_a_subject",
                violation_error_message="Écrivez l’objet de votre message.",
            ),
        ]
        indexes = [
            models.Index(fields=["claimant", "-last_at", "-id"], name="thread_of_claimant"),
            models.Index(
                fields=["advisor", "answer_due_at", "id"], name="thread_to_answer", condition=_WAITING_ADVISOR
            ),
            models.Index(
                fields=["agency", "answer_due_at", "id"], name="thread_late", condition=_WAITING_ADVISOR
            ),
            models.Index(fields=["advisor", "state", "-last_at", "-id"], name="thread_of_advisor"),
            models.Index(
                fields=["claimant"], name="thread_unread_by_person", condition=Q(claimant_unread__gt=0)
            ),
            models.Index(
                fields=["advisor"], name="thread_unread_by_advisor", condition=Q(advisor_unread__gt=0)
            ),
        ]

    def __str__(self) -> str:
        return str(self.ref)

    @property
    def is_complaint(self) -> bool:
        """Say whether it has the longer time of complaints."""
        return self.topic == Topic.COMPLAINT

    @property
    def as_seen(self) -> str:
        """Say in one word what a reader has before them: another word means that somebody acted since."""
        return f"{self.last_number}-{self.state}-{self.advisor_id}"

    def is_late(self, now: datetime) -> bool:
        """Say whether an answer is owed and its time is over."""
        return self.answer_due_at is not None and self.answer_due_at <= now


class Draft(models.Model):
    """What somebody began to write, kept on the server: one an author and thread, or an author and person."""

    author = models.ForeignKey(User, on_delete=models.CASCADE, related_name="+", db_index=False)
    claimant = models.ForeignKey(Claimant, on_delete=models.CASCADE, related_name="+", db_index=False)
    # Empty for a thread that is not open yet.
    thread = models.ForeignKey(Thread, on_delete=models.CASCADE, null=True, related_name="+", db_index=False)
    topic = models.CharField("sujet", max_length=12, choices=Topic.choices, blank=True, default="")
    subject = models.CharField("objet", max_length=SUBJECT_MAX, blank=True, default="")
    body = models.TextField("message", blank=True, default="")
    # What an advisor began to ask of the person, and until when.
    expected = models.CharField("élément attendu", max_length=500, blank=True, default="")
    expected_on = models.DateField("attendu pour le", null=True)
    # References of documents in the person's safe that were ticked.
    documents = models.JSONField("documents choisis", default=list)
    saved_at = models.DateTimeField("gardé le")

    class Meta:
        verbose_name = "brouillon"
        constraints = [
            models.UniqueConstraint(
                fields=["author", "thread"],
                condition=Q(thread__isnull=False),
                name="one_draft_per_author_and_thread",
            ),
            models.UniqueConstraint(
                fields=["author", "claimant"],
                condition=Q(thread__isnull=True),
                name="one_draft_per_author_and_new_thread",
            ),
        ]
        indexes = [models.Index(fields=["saved_at"], name="draft_to_let_go")]

    def __str__(self) -> str:
        return self.subject or f"brouillon {self.pk}"
