"""Messaging's doors for Celery: each looks for work in rows, is safe to run twice, and says it ended."""

from datetime import timedelta

from celery import shared_task

from messaging import delivery, outbox
from portal.core import clock, parameters
from portal.core.models import Heartbeat


@shared_task(name="messaging.send_outbox")
def send_outbox() -> None:
    """Send what waits in the outbox; ask for another round when some is left."""
    settled, more = delivery.tick(clock.now)
    Heartbeat.beat("outbox", settled=settled, more=more)


@shared_task(name="messaging.purge_outbox")
def purge_outbox() -> None:
    """Forget e-mails once they have been kept long enough."""
    kept = timedelta(days=parameters.current().retention_email_days)
    purged = outbox.purge(clock.now() - kept)
    Heartbeat.beat("outbox-purge", purged=purged)
