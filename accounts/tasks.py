"""Accounts' doors for Celery."""

from celery import shared_task

from accounts import oversight
from accounts.sign_in import sessions
from portal.core import clock
from portal.core.models import Heartbeat


@shared_task(name="accounts.purge_sessions")
def purge_sessions() -> None:
    """Forget sessions that have ended, and openings of files that no alert looks at any more."""
    now = clock.now()
    Heartbeat.beat("sessions-purge", sessions=sessions.purge(), openings=oversight.purge(now=now))
