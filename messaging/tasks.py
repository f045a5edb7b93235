"""Messaging's doors for Celery: each looks for work in rows, is safe to run twice, and says it ended."""

from celery import shared_task

from messaging import deeds, delivery
from messaging.posting import batching
from portal.core import clock, deadlines
from portal.core.hints import hint
from portal.core.models import Heartbeat


@shared_task(name="messaging.send_outbox")
def send_outbox() -> None:
    """Send what waits in the outbox; ask for another round when some is left."""
    settled, more = delivery.tick(clock.now)
    Heartbeat.beat("outbox", settled=settled, more=more)


@shared_task(name="messaging.close_letters")
def close_letters() -> None:
    """Close the day's batch of each agency whose hour has come."""
    Heartbeat.beat("letters-close", closed=batching.close_due(clock.now()))


# Thousands of letters take a minute or two: the last batch may end after the seconds are over.
@shared_task(name=batching.PRINTS, soft_time_limit=900, time_limit=930)
def print_letters() -> None:
    """Make the files to print of the batches that are closed; ask for another round when some are left."""
    worked = deadlines.work_slowly(deeds.DUE_PRINT, clock.now)
    if worked is None:
        Heartbeat.beat("letters-print", busy=True)
        return
    Heartbeat.beat("letters-print", closed=worked.closed, more=worked.more)
    if worked.more:
        hint(batching.PRINTS)
