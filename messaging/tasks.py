"""Messaging's doors for Celery: each looks for work in rows, is safe to run twice, and says it ended."""

from celery import shared_task

from messaging import delivery
from portal.core import clock
from portal.core.models import Heartbeat


@shared_task(name="messaging.send_outbox")
def send_outbox() -> None:
    """Send what waits in the outbox; ask for another round when some is left."""
    settled, more = delivery.tick(clock.now)
    Heartbeat.beat("outbox", settled=settled, more=more)
