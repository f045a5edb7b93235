"""The doors for Celery of what is due: each looks for work in rows, is safe to run twice."""

from dataclasses import asdict

from celery import shared_task

from convocations.archive import putting_away
from convocations.following import nightly
from portal.core import clock
from portal.core.models import Heartbeat


# Once a night, and in short transactions: what a killed worker leaves is found the night after.
@shared_task(name="convocations.check_following", soft_time_limit=1800, time_limit=1830)
def check_following() -> None:
    """Look for people without an advisor, work without an owner, silences; make each visible."""
    Heartbeat.beat("following-check", **asdict(nightly.check(clock.now())))


@shared_task(name="convocations.put_files_away", soft_time_limit=1800, time_limit=1830)
def put_files_away() -> None:
    """Put the files nobody has used for years in the archive."""
    Heartbeat.beat("files-archive", put_away=putting_away.put_away(clock.now()))
