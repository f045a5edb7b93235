"""The ground's doors for Celery: each looks for work in rows, is safe to run twice, and says it ended."""

import logging
from contextlib import suppress
from datetime import timedelta

from celery import shared_task
from kombu.exceptions import OperationalError as BrokerError

from portal.core import clock, deadlines, journal, parameters
from portal.core.models import Heartbeat

log = logging.getLogger(__name__)

# A worker's process goes to other jobs after so many seconds, whatever is left.
SECONDS_AT_A_TIME = 10.0
# A tick nobody took in time is worth nothing: the next one does the same.
EXPIRES = 10


@shared_task(name="core.run_deadlines")
def run_deadlines() -> None:
    """Work what has fallen due; ask for another round when some is left."""
    worked = deadlines.work(clock.now, seconds=SECONDS_AT_A_TIME)
    Heartbeat.beat("deadlines", closed=worked.closed, more=worked.more)
    if worked.more:
        # Without a broker the next tick goes on.
        with suppress(BrokerError):
            run_deadlines.apply_async(expires=EXPIRES)


@shared_task(name="core.seal_journal")
def seal_journal() -> None:
    """Seal what was written into the journal."""
    sealed = journal.seal(clock.now())
    Heartbeat.beat("journal-seal", sealed=sealed)


@shared_task(name="core.export_journal_head")
def export_journal_head() -> None:
    """Say the head of the chain where the database's masters cannot change it: the log, once a day.

    `manage.py verify_journal --head` compares with one kept.
    """
    head = journal.head()
    log.info("journal head %s", head or "(none yet)")
    Heartbeat.beat("journal-head", head=head)


@shared_task(name="core.purge_closed_deadlines")
def purge_closed_deadlines() -> None:
    """Forget closed deadlines once they have been kept long enough."""
    kept = timedelta(days=parameters.current().closed_deadline_retention_days)
    purged = deadlines.purge_closed(clock.now() - kept)
    Heartbeat.beat("deadlines-purge", purged=purged)
