"""A person's safe: what they sent, where it is kept, who read it."""

from django.conf import settings
from django.db import models
from django.db.models import Q

from portal.core.references import ReferenceField
from portal.core.transitions import Stateful, StatefulQuerySet, transitions


class DocumentState(models.TextChoices):
    QUARANTINED = "QUARANTINED", "Vérification en cours"
    RECEIVED = "RECEIVED", "Reçu"
    REJECTED_TECH = "REJECTED_TECH", "Fichier illisible"
    EXPIRED = "EXPIRED", "À effacer"
    PURGED = "PURGED", "Effacé"


DOCUMENT_TRANSITIONS = transitions(
    {
        DocumentState.QUARANTINED: {DocumentState.RECEIVED, DocumentState.REJECTED_TECH},
        DocumentState.RECEIVED: {DocumentState.EXPIRED, DocumentState.REJECTED_TECH},
        DocumentState.REJECTED_TECH: {DocumentState.PURGED},
        DocumentState.EXPIRED: {DocumentState.PURGED, DocumentState.RECEIVED},
        DocumentState.PURGED: set(),
    }
)


class Document(Stateful):
    """One document of one person: one file, or several photos made one."""

    TRANSITIONS = DOCUMENT_TRANSITIONS

    ref = ReferenceField(prefix="DO")
    owner = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="documents")
    title = models.CharField("nom", max_length=120)
    is_health = models.BooleanField("document de santé", default=False)
    state = models.CharField(
        "état", max_length=16, choices=DocumentState.choices, default=DocumentState.QUARANTINED
    )
    uploaded_at = models.DateTimeField("envoyé le")
    uploaded_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    # Of what was sent, so that the receipt proves it; the clean copy has a digest of its own.
    sha256 = models.BinaryField("empreinte de l’envoi", max_length=32)
    size = models.BigIntegerField("taille envoyée, octets")
    clean_key = models.CharField("clé de la copie propre", max_length=100, blank=True, default="")
    clean_sha256 = models.BinaryField(max_length=32, null=True)
    clean_size = models.BigIntegerField(null=True)
    mime = models.CharField("type", max_length=40, blank=True, default="")
    pages = models.IntegerField("pages", null=True)
    scan = models.CharField("analyse antivirus", max_length=40, blank=True, default="")
    rejection = models.TextField("motif du refus", blank=True, default="")
    settled_at = models.DateTimeField("vérifié le", null=True)
    keep_until = models.DateField("conservé jusqu’au")
    hold = models.BooleanField("effacement suspendu", default=False)
    purged_at = models.DateTimeField("effacé le", null=True)

    objects = StatefulQuerySet.as_manager()

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=~Q(state="RECEIVED")
                | (~Q(clean_key="") & ~Q(scan="") & Q(settled_at__isnull=False)),
                name="document_readable_only_once_checked",
                violation_error_message="Un document ne peut être lu qu’après vérification.",
            ),
            models.CheckConstraint(
                condition=~Q(state="REJECTED_TECH") | ~Q(rejection=""),
                name="document_rejection_is_explained",
                violation_error_message="Le refus d’un fichier est toujours expliqué.",
            ),
            models.CheckConstraint(
                condition=~Q(state="PURGED") | (Q(purged_at__isnull=False) & Q(clean_key="")),
                name="document_purge_is_dated",
                violation_error_message="Un effacement est daté.",
            ),
        ]
        indexes = [
            models.Index(fields=["owner", "-uploaded_at"], name="document_of_person"),
            models.Index(fields=["keep_until"], name="document_to_purge", condition=Q(state="RECEIVED")),
            models.Index(
                fields=["settled_at"], name="rejected_document_to_purge", condition=Q(state="REJECTED_TECH")
            ),
            # The sweep asks of every file in the store whose it is.
            models.Index(fields=["clean_key"], name="document_of_file", condition=~Q(clean_key="")),
        ]

    def __str__(self) -> str:
        return f"{self.title} ({self.ref})"


class DocumentFile(models.Model):
    """One raw file of a submission, unreadable by anyone, deleted once the clean copy exists."""

    document = models.ForeignKey(Document, on_delete=models.CASCADE, related_name="files")
    position = models.SmallIntegerField()
    key = models.CharField(max_length=100)
    name = models.CharField(max_length=120)
    size = models.BigIntegerField()

    class Meta:
        ordering = ["position"]
        constraints = [
            models.UniqueConstraint(fields=["document", "position"], name="document_file_position_once")
        ]


class DocumentReading(models.Model):
    """One opening of a document by someone: shown to its owner, counted against mass reading."""

    document = models.ForeignKey(Document, on_delete=models.PROTECT, related_name="readings")
    reader = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+", db_index=False
    )
    at = models.DateTimeField()

    class Meta:
        indexes = [models.Index(fields=["reader", "at"], name="reading_by_reader")]
