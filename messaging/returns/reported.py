"""One word about a mail, in our terms, whoever reports it."""

import hashlib
import re
from dataclasses import dataclass
from datetime import datetime

from messaging.models import DeliveryEvent

Nature = DeliveryEvent.Nature
# Longer identifiers are kept as their digest: they are compared, never read.
_LONGEST_ID = 120
_STATUS = re.compile(r"\d\.\d{1,3}\.\d{1,3}")


@dataclass(frozen=True, slots=True)
class Reported:
    """What a provider, or a mail that came back, says of one of our mails; the text of the mail is in none of it.

    The mail is known by its Message-ID, or by its row where that is proven otherwise.
    """

    event_id: str
    nature: Nature
    at: datetime
    message_id: str = ""
    row_id: int | None = None
    address: str = ""
    status: str = ""

    @property
    def key(self) -> str:
        """What the event is counted once by."""
        if len(self.event_id) <= _LONGEST_ID:
            return self.event_id
        return "sha256:" + hashlib.sha256(self.event_id.encode()).hexdigest()


def enhanced_status(words: str) -> str:
    """Give the «5.1.1» in a server's words, which may hold an address and are kept nowhere."""
    found = _STATUS.search(words[:400])
    return found.group() if found else ""


# 5.3 to 5.7 speak of us, of a policy or of a server: not of the address. 5.2.2 is a mailbox that is full today.
_NOT_THE_ADDRESS = re.compile(r"5\.([34567]\.|2\.2$)")


def refused(status: str) -> Nature:
    """Say what a final refusal with this code means: the address is wrong, or this mail was not delivered."""
    return Nature.SOFT if _NOT_THE_ADDRESS.match(status) else Nature.BOUNCED
