"""What messaging tells the rooms above it."""

from dataclasses import dataclass
from datetime import datetime

from django.dispatch import Signal


@dataclass(frozen=True, slots=True)
class Settled:
    """One message that the mail server took, or whose address it refused, and when."""

    id: int
    kind: int
    person_id: int
    subject_id: int
    occurrence: int
    step: int
    at: datetime


@dataclass(frozen=True, slots=True)
class Posted:
    """One letter that left the agency, and what was written about it."""

    id: int
    ref: str
    message_id: int
    kind: int
    person_id: int
    subject_id: int
    content_hash: bytes
    at: datetime
    # The registered number, or why it came back.
    detail: str = ""


# Sent in the transaction that settles them, a group at a time, each message in one such signal only:
# accepted: list[Settled], refused: list[Settled], now: when the books were settled (`Settled.at` is when the
# server answered). A receiver that raises undoes the settling of its group,
# never the sending: the mail server's yes is already written down.
messages_settled = Signal()

# What came back after the server's yes, in the transaction that notes it, each message in at most one signal a kind:
# bounced: list[Settled], complained: list[Settled], now (`Settled.at` is when it happened).
messages_returned = Signal()

# Mails that a provider says arrived, in the transaction that notes it: delivered: list[Settled] (`at`: when, as it
# says), now. A mail may be told of more than once, and one that bounces later was told of too.
messages_delivered = Signal()

# Messages that were not sent because their address is stopped: withheld: list[Settled], now.
messages_withheld = Signal()

# Files whose address is written to no more, or again: claimant_ids: list[int], now.
address_stopped = Signal()
address_reopened = Signal()

# Sent in the transaction that writes it, each letter in one such signal only: letters: list[Posted] (`at`: the day it
# was posted, handed over, or came back), by, now.
letters_posted = Signal()
letters_delivered = Signal()
letters_returned = Signal()
