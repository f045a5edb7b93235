"""One message, exactly as it was sent, what was joined to it, and who opened it: nobody can change any of it."""

from django.db import models
from django.db.models import F, Func, IntegerField, Q
from django.db.models.functions import Length
from django.db.models.lookups import Exact, LessThanOrEqual

from accounts.models import User
from messaging.models.thread import Thread
from portal.core.models import Document

BODY_MAX = 10_000
# No deployment may join more than the largest value of the parameter `upload_max_files`.
ATTACHMENTS_MAX = 12


class Side(models.TextChoices):
    CLAIMANT = "CLAIMANT", "la personne"
    SERVICE = "SERVICE", "le service"
    # Says something by itself and stops no clock.
    AUTOMATIC = "AUTOMATIC", "réponse automatique"


class Via(models.TextChoices):
    WEB = "WEB", "message"
    # Said aloud, written down by the advisor: the person reads it and can correct it.
    PHONE = "PHONE", "échange par téléphone"
    COUNTER = "COUNTER", "échange à l’accueil"


class Message(models.Model):
    """What one side said at one moment; its id and its number only grow within a thread."""

    thread = models.ForeignKey(Thread, on_delete=models.PROTECT, related_name="messages", db_index=False)
    number = models.SmallIntegerField("numéro")
    side = models.CharField("côté", max_length=10, choices=Side.choices)
    author = models.ForeignKey(User, on_delete=models.PROTECT, null=True, related_name="+", db_index=False)
    via = models.CharField("voie", max_length=8, choices=Via.choices, default=Via.WEB)
    body = models.TextField("texte")
    expected = models.CharField("élément attendu", max_length=500, blank=True, default="")
    expected_by = models.DateTimeField("attendu avant le", null=True)
    sent_at = models.DateTimeField("envoyé le")
    # Names the sending: a form sent twice writes once.
    form_key = models.UUIDField(null=True, unique=True)
    # SHA-256 of what was sent, printed on the receipt.
    content_hash = models.BinaryField(max_length=32)

    class Meta:
        verbose_name = "message"
        ordering = ["number"]
        constraints = [
            models.UniqueConstraint(fields=["thread", "number"], name="message_is_numbered_once"),
            models.CheckConstraint(
                condition=Q(number__gt=0),
                name="message_numbers_begin_at_one",
                violation_error_message="Les messages sont numérotés à partir de un.",
            ),
            models.CheckConstraint(
                condition=~Q(body="") & Q(LessThanOrEqual(Length("body"), BODY_MAX)),
                name="message_says_something_bounded",
                violation_error_message="Un message a un texte, de 10 000 caractères au plus.",
            ),
            models.CheckConstraint(
                condition=Exact(
                    Func(F("content_hash"), function="octet_length", output_field=IntegerField()), 32
                ),
                name="message_hash_is_sha256",
                violation_error_message="L’empreinte d’un message a 32 octets.",
            ),
            models.CheckConstraint(
                condition=Q(side="AUTOMATIC", author__isnull=True, form_key__isnull=True)
                | ~Q(side="AUTOMATIC") & Q(author__isnull=False, form_key__isnull=False),
                name="message_is_somebodys_or_automatic",
                violation_error_message="Un message a un auteur, ou il est automatique.",
            ),
            models.CheckConstraint(
                condition=Q(via="WEB") | Q(side="SERVICE"),
                name="message_of_a_talk_is_noted_by_the_service",
                violation_error_message="Seul le service note un échange de vive voix.",
            ),
            models.CheckConstraint(
                condition=Q(expected="", expected_by__isnull=True)
                | Q(side="SERVICE", expected_by__isnull=False) & ~Q(expected=""),
                name="message_asks_for_something_by_a_date",
                violation_error_message="Dites ce que vous attendez, et jusqu’à quand.",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.thread_id}/{self.number}"


class Attachment(models.Model):
    """A document of the person's safe joined to a message."""

    message = models.ForeignKey(Message, on_delete=models.PROTECT, related_name="attachments", db_index=False)
    document = models.ForeignKey(Document, on_delete=models.PROTECT, related_name="attachments")
    position = models.SmallIntegerField("place")

    class Meta:
        verbose_name = "pièce jointe"
        ordering = ["position"]
        constraints = [
            models.UniqueConstraint(fields=["message", "position"], name="attachment_has_its_place"),
            models.UniqueConstraint(fields=["message", "document"], name="attachment_is_joined_once"),
            models.CheckConstraint(
                condition=Q(position__gte=0, position__lt=ATTACHMENTS_MAX),
                name="attachments_are_few",
                violation_error_message="Trop de documents sont joints à ce message.",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.message_id}/{self.position}"


class MessageReading(models.Model):
    """The first opening of a message by the other side."""

    message = models.OneToOneField(Message, on_delete=models.PROTECT, related_name="reading")
    reader = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+", db_index=False)
    at = models.DateTimeField("lu le")

    class Meta:
        verbose_name = "lecture"

    def __str__(self) -> str:
        return f"{self.message_id}"
