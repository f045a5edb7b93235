"""Letters: what is owed to people whom no e-mail reaches, and the day's batch an agency prints and posts."""

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q

from accounts.models import Agency, Claimant, User
from messaging.states import BATCH_TRANSITIONS, LETTER_TRANSITIONS, BatchState, LetterState
from portal.core.references import ReferenceField
from portal.core.transitions import Stateful, StatefulQuerySet

NUMBER_MAX = 20
REASON_MAX = 240
# So many are shown of those that never left.
LATEST = 30


class LetterBatchQuerySet(StatefulQuerySet):
    def of_agency(self, agency_id: int) -> "LetterBatchQuerySet":
        """Those an agency prints."""
        return self.filter(agency_id=agency_id)


class LetterBatch(Stateful):
    """The letters one agency prints and posts on one day."""

    TRANSITIONS = BATCH_TRANSITIONS

    ref = ReferenceField(prefix="LO")
    agency = models.ForeignKey(Agency, on_delete=models.PROTECT, related_name="+", db_index=False)
    day = models.DateField("jour")
    state = models.CharField("état", max_length=12, choices=BatchState.choices, default=BatchState.CLOSED)
    closed_at = models.DateTimeField("fermé le")
    # Where the file to print lies in the store; empty before it is made and once it is erased.
    pdf_key = models.CharField(max_length=100, blank=True, default="")
    pdf_size = models.BigIntegerField("taille, octets", null=True)
    printed_at = models.DateTimeField("fichier prêt le", null=True)
    posted_at = models.DateTimeField("posté le", null=True)
    posted_by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, related_name="+", db_index=False)

    objects = LetterBatchQuerySet.as_manager()

    class Meta:
        verbose_name = "lot de courrier"
        verbose_name_plural = "lots de courrier"
        constraints = [
            models.UniqueConstraint(
                fields=["agency", "day"],
                name="one_batch_an_agency_and_day",
                violation_error_message="Le lot de ce jour existe déjà.",
            ),
            models.CheckConstraint(
                condition=~Q(state="PRINTED") | (~Q(pdf_key="") & Q(printed_at__isnull=False)),
                name="printed_batch_has_its_file",
                violation_error_message="Un lot prêt a son fichier d’impression.",
            ),
            models.CheckConstraint(
                condition=Q(state="POSTED", posted_at__isnull=False, posted_by__isnull=False)
                | (~Q(state="POSTED") & Q(posted_at__isnull=True, posted_by__isnull=True)),
                name="batch_is_posted_by_somebody",
                violation_error_message="Quelqu’un poste un lot, un jour.",
            ),
        ]
        indexes = [
            # Whose file in the store it is; and those to erase.
            models.Index(fields=["pdf_key"], name="batch_of_file", condition=~Q(pdf_key="")),
        ]

    def __str__(self) -> str:
        return str(self.ref)


class LetterQuerySet(StatefulQuerySet):
    def of_agency(self, agency_id: int) -> "LetterQuerySet":
        """Those an agency posts."""
        return self.filter(agency_id=agency_id)

    def waiting(self) -> "LetterQuerySet":
        """Those that wait for the next batch."""
        return self.filter(state=LetterState.WAITING)

    def called_back(self) -> "LetterQuerySet":
        """The latest that were overtaken before they were printed."""
        return (
            self.filter(state=LetterState.CALLED_BACK)
            .defer("words")
            .order_by("-called_back_at", "-id")[:LATEST]
        )


class Letter(Stateful):
    """One notice on paper, in place of one e-mail: what it says is frozen when it is written."""

    TRANSITIONS = LETTER_TRANSITIONS

    ref = ReferenceField(prefix="LT")
    # The row of the outbox that it settles: once, whoever writes it twice. Those rows go before letters do.
    message_id = models.BigIntegerField()
    kind = models.SmallIntegerField("nature")
    claimant = models.ForeignKey(Claimant, on_delete=models.PROTECT, related_name="letters", db_index=False)
    # Who prints and posts it.
    agency = models.ForeignKey(Agency, on_delete=models.PROTECT, related_name="+", db_index=False)
    subject_id = models.BigIntegerField("objet")
    occurrence = models.BigIntegerField("occurrence", default=0)
    step = models.SmallIntegerField("étape", default=0)
    # What it says, and the SHA-256 of it; the address is the latest known when the batch closes.
    words = models.JSONField("texte")
    content_hash = models.BinaryField("empreinte", max_length=32)
    recipient = ArrayField(models.CharField(max_length=200), verbose_name="adresse")
    state = models.CharField("état", max_length=12, choices=LetterState.choices, default=LetterState.WAITING)
    written_at = models.DateTimeField("écrite le")
    batch = models.ForeignKey(
        LetterBatch, on_delete=models.PROTECT, null=True, related_name="letters", db_index=False
    )
    pages = models.SmallIntegerField("pages", null=True)
    # Why its last print was taken out of a batch.
    set_aside = models.CharField(
        "écartée d’un lot", max_length=REASON_MAX, blank=True, default="", db_default=""
    )
    # Overtaken before it was printed: when that was found, and by what.
    called_back_at = models.DateTimeField("retirée le", null=True)
    called_back_for = models.CharField(
        "motif du retrait", max_length=REASON_MAX, blank=True, default="", db_default=""
    )
    is_registered = models.BooleanField("recommandée", default=False)
    registered_number = models.CharField(
        "numéro de recommandé", max_length=NUMBER_MAX, blank=True, default=""
    )
    posted_at = models.DateTimeField("postée le", null=True)
    delivered_at = models.DateTimeField("remise le", null=True)
    returned_at = models.DateTimeField("revenue le", null=True)
    return_reason = models.CharField("motif du retour", max_length=REASON_MAX, blank=True, default="")

    objects = LetterQuerySet.as_manager()

    class Meta:
        verbose_name = "lettre"
        constraints = [
            models.UniqueConstraint(
                fields=["message_id"],
                name="letter_settles_one_message",
                violation_error_message="Cette lettre est déjà écrite.",
            ),
            # Also where an e-mail and a letter were owed together.
            models.UniqueConstraint(
                fields=["claimant", "kind", "subject_id", "occurrence", "step"],
                name="letter_says_it_once",
                violation_error_message="Cette lettre est déjà écrite.",
            ),
            models.CheckConstraint(
                condition=Q(state__in=["WAITING", "CALLED_BACK"], batch__isnull=True)
                | (~Q(state__in=["WAITING", "CALLED_BACK"]) & Q(batch__isnull=False)),
                name="letter_waits_or_is_in_a_batch",
                violation_error_message="Une lettre attend, ou elle est dans un lot.",
            ),
            models.CheckConstraint(
                condition=Q(state__in=["WAITING", "BATCHED", "CALLED_BACK"], posted_at__isnull=True)
                | Q(state__in=["POSTED", "DELIVERED", "RETURNED"], posted_at__isnull=False),
                name="letter_posting_is_dated",
                violation_error_message="Une lettre postée l’est un jour.",
            ),
            models.CheckConstraint(
                condition=(Q(state="CALLED_BACK", called_back_at__isnull=False) & ~Q(called_back_for=""))
                | (~Q(state="CALLED_BACK") & Q(called_back_at__isnull=True, called_back_for="")),
                name="letter_called_back_says_why",
                violation_error_message="Le retrait d’une lettre est daté et expliqué.",
            ),
            models.CheckConstraint(
                condition=~Q(state="DELIVERED") | Q(is_registered=True, delivered_at__isnull=False),
                name="only_a_registered_letter_is_proven_delivered",
                violation_error_message="Seule une lettre recommandée a une remise prouvée.",
            ),
            models.CheckConstraint(
                condition=~Q(state="RETURNED") | (Q(returned_at__isnull=False) & ~Q(return_reason="")),
                name="letter_return_has_a_reason",
                violation_error_message="Le retour d’une lettre est daté et expliqué.",
            ),
            models.CheckConstraint(
                condition=Q(is_registered=True) | Q(registered_number=""),
                name="registered_number_is_of_a_registered_letter",
                violation_error_message="Seule une lettre recommandée a un numéro.",
            ),
        ]
        indexes = [
            models.Index(fields=["agency", "id"], name="letter_waiting", condition=Q(state="WAITING")),
            models.Index(
                fields=["agency", "-called_back_at"],
                name="letter_called_back",
                condition=Q(state="CALLED_BACK"),
            ),
            models.Index(fields=["batch", "id"], name="letter_of_batch", condition=Q(batch__isnull=False)),
            models.Index(fields=["claimant", "-id"], name="letter_of_claimant"),
        ]

    def __str__(self) -> str:
        return str(self.ref)
