"""The tables of what is said: the e-mails owed, the threads between a person and their advisor."""

from messaging.models.letter import Letter, LetterBatch
from messaging.models.message import (
    ATTACHMENTS_MAX,
    BODY_MAX,
    Attachment,
    Message,
    MessageReading,
    Side,
    Via,
)
from messaging.models.outbox import OutboxMessage
from messaging.models.thread import SUBJECT_MAX, Draft, Thread, Topic

__all__ = [
    "ATTACHMENTS_MAX",
    "BODY_MAX",
    "SUBJECT_MAX",
    "Attachment",
    "Draft",
    "Letter",
    "LetterBatch",
    "Message",
    "MessageReading",
    "OutboxMessage",
    "Side",
    "Thread",
    "Topic",
    "Via",
]
