"""How Celery comes back: soon after the broker does, and whatever the machine's clock does.

Celery waits 2 s, then 4, 6 … up to 30 s between two tries to reach a broker, and after 100 tries gives up. Its
beat counts by the machine's clock: set back by an hour, it would be silent for that hour. Both would
leave work undone that has long fallen due.
"""

import time
from datetime import timedelta
from typing import Any

from celery.app.amqp import AMQP
from celery.beat import PersistentScheduler
from kombu import Connection

# Between two tries, for as long as it takes.
TRY_EVERY = 2.0
# A clock that is adjusted a little is not set back.
ADJUSTED = 2.0


class PatientConnection(Connection):
    """A connection that is tried again at an even pace."""

    def ensure_connection(
        self, errback: Any = None, max_retries: Any = None, *times: Any, **options: Any
    ) -> Any:
        """Reach the broker; who gives no pace of their own (worker and beat do not) gets ours."""
        if not times:
            options = {"interval_start": TRY_EVERY, "interval_step": 0.0, "interval_max": TRY_EVERY} | options
        return super().ensure_connection(errback, max_retries, *times, **options)


class PatientAMQP(AMQP):
    """Where Celery takes its connections from."""

    Connection = PatientConnection


class SteadyScheduler(PersistentScheduler):
    """Beat's table, which begins anew when the machine's clock was set back."""

    _seen: float | None = None

    def setup_schedule(self) -> None:
        """Read the table as the last beat left it, perhaps in what is the future again."""
        super().setup_schedule()
        self._forget_the_future()

    def tick(self, *args: Any, **kwargs: Any) -> Any:
        """Run one round; seconds until the next, never so many that a step of the clock would go unnoticed."""
        now = time.time()
        if self._seen is not None and now < self._seen - ADJUSTED:
            self._forget_the_future()
        self._seen = now
        return min(super().tick(*args, **kwargs), TRY_EVERY)

    def _forget_the_future(self) -> None:
        # Whoever is said to have run later than now is due at once; running a job twice changes nothing.
        for entry in self.schedule.values():
            if entry.last_run_at and entry.last_run_at > entry.default_now():
                entry.last_run_at = entry.default_now() - timedelta(days=1)
        self._heap = None
