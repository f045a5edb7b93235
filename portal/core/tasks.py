"""The ground's doors for Celery: each looks for work in rows, is safe to run twice, and says it ended."""

import logging
from contextlib import suppress
from dataclasses import asdict
from datetime import timedelta

from celery import shared_task
from django.conf import settings
from kombu.exceptions import OperationalError as BrokerError

from portal.core import clock, deadlines, journal, parameters, safe
from portal.core.hints import hint
from portal.core.models import Heartbeat
from portal.core.safe import retention, sweeping

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


# The last document may take its whole time: thirty seconds of scanning, a minute of cleaning a photo or two.
@shared_task(name=safe.CHECKS, soft_time_limit=200, time_limit=230)
def check_documents() -> None:
    """Look into the documents that wait in quarantine; ask for another round when some are left."""
    worked = deadlines.work_slowly(
        safe.DUE_CHECK, clock.now, seconds=SECONDS_AT_A_TIME, places=settings.DOCUMENT_CHECKERS
    )
    if worked is None:
        Heartbeat.beat("documents-check", busy=True)
        return
    Heartbeat.beat("documents-check", closed=worked.closed, more=worked.more)
    if worked.more:
        hint(safe.CHECKS)


@shared_task(name="core.purge_documents")
def purge_documents() -> None:
    """Erase the documents whose time is over."""
    report = retention.purge(clock.now())
    Heartbeat.beat("documents-purge", **asdict(report))


@shared_task(name="core.sweep_documents")
def sweep_documents() -> None:
    """Delete the files in the store that no row refers to."""
    swept = sweeping.sweep()
    Heartbeat.beat("documents-sweep", **asdict(swept))


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
