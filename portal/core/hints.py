"""A word to the workers that something waits, so that it is done now and not at the next tick.

A convenience only: the beat's tick finds every row. So nothing here may fail or hold up a request.
"""

import logging
import threading
import time
from typing import Any

from kombu import pools

from portal.celery import app

log = logging.getLogger(__name__)

PATIENCE = 0.3
# After a failure the broker is left alone for a while: the next requests don't even try.
SILENCE = 15.0

_lock = threading.Lock()
_producers: Any = None
_silent_until = 0.0


def hint(task: str) -> None:
    """Tell a worker to begin one task of the beat's table; a broker that is down or hangs costs 0.3 s, once."""
    global _silent_until
    if time.monotonic() < _silent_until:
        return
    try:
        with _pool().acquire(block=True, timeout=PATIENCE) as producer:
            app.send_task(task, producer=producer, retry=False, expires=10)
    except Exception as error:
        _silent_until = time.monotonic() + SILENCE
        _drop_pool()
        log.warning("no hint to %s (%s); the next tick finds what waits", task, type(error).__name__)


def _pool() -> Any:
    # Not Celery's own pool: its connections wait for as long as the broker likes.
    global _producers
    with _lock:
        if _producers is None:
            once = {"max_retries": 0, "interval_start": 0, "interval_step": 0, "interval_max": 0}
            options = {
                **app.conf.broker_transport_options,
                **once,
                "socket_timeout": PATIENCE,
                "socket_connect_timeout": PATIENCE,
                "retry_on_timeout": False,
            }
            connection = app.connection_for_write(transport_options=options, connect_timeout=PATIENCE)
            _producers = pools.ProducerPool(connection.Pool(4), limit=4)
        return _producers


def _drop_pool() -> None:
    global _producers
    with _lock:
        dropped, _producers = _producers, None
    if dropped is not None:
        try:
            dropped.connections.force_close_all()
        except Exception as error:
            log.debug("connections to the broker not closed: %s", type(error).__name__)
