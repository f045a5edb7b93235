from celery import shared_task

from messaging import delivery
from portal.core import clock
from portal.core.models import Heartbeat


@shared_task(name="messaging.send_outbox", ignore_result=True)
def send_outbox() -> None:
    """Send what waits in the outbox."""
    delivery.tick(clock.now)
    Heartbeat.beat("outbox")
