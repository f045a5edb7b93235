"""A word to the senders that something waits in the outbox."""

from portal.core import hints


def hint() -> None:
    """Tell a worker to look into the outbox now; costs nothing when nobody hears it."""
    hints.hint("messaging.send_outbox")
