"""The tables of what is said: e-mails owed, what came back of them, threads between people and their advisor."""

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
from messaging.models.ready import READY_MAX, TITLE_MAX, ReadyText
from messaging.models.returned import DeliveryEvent, StoppedAddress
from messaging.models.thread import SUBJECT_MAX, Draft, Thread, Topic

__all__ = [
    "ATTACHMENTS_MAX",
    "BODY_MAX",
    "READY_MAX",
    "SUBJECT_MAX",
    "TITLE_MAX",
    "Attachment",
    "DeliveryEvent",
    "Draft",
    "Letter",
    "LetterBatch",
    "Message",
    "MessageReading",
    "OutboxMessage",
    "ReadyText",
    "Side",
    "StoppedAddress",
    "Thread",
    "Topic",
    "Via",
]
