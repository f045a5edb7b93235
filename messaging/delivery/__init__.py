"""From a row of the outbox to the mail server's yes, and back into our books."""

from messaging.delivery.sender import send_due, tick

__all__ = ["send_due", "tick"]
