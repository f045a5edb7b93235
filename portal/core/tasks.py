"""The ground's doors for Celery: each looks for work in rows, is safe to run twice, and says it ended."""

import logging
from contextlib import suppress
from dataclasses import asdict

from celery import shared_task
from django.conf import settings
from kombu.exceptions import OperationalError as BrokerError

from portal.core import clock, deadlines, journal, personal_data, safe
from portal.core.hints import hint
from portal.core.models import Heartbeat
from portal.core.safe import sweeping

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


# Once a night, and in short transactions: what a killed worker leaves goes the night after.
@shared_task(name="core.let_go", soft_time_limit=3600, time_limit=3630)
def let_go() -> None:
    """Erase what is beyond its time, of every kind; a kind that failed leaves the heartbeat stale."""
    report = personal_data.let_go(clock.now())
    if failed := [name for name, outcome in report.items() if outcome is None]:
        raise RuntimeError(f"not let go of: {', '.join(failed)}")
    Heartbeat.beat("retention", **{name: asdict(outcome) for name, outcome in report.items() if outcome})


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
