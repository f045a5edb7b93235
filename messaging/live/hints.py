"""A word to whoever has a thread open, through the broker: a convenience, never the truth.

The process of the live pages looks every other second for itself. So nothing here may fail or hold up a
request: a broker that is down is left alone for a while.
"""

import json
import logging
import threading
import time
from typing import Any

import redis
from django.conf import settings
from django.db import transaction

from messaging.models.message import Side

log = logging.getLogger(__name__)

CHANNEL = "live"
PATIENCE = 0.3
SILENCE = 15.0

_lock = threading.Lock()
_client: Any = None
_silent_until = 0.0


def changed(thread_id: int) -> None:
    """Say, once the transaction is through, that a thread is not what it was."""
    transaction.on_commit(lambda: _say({"thread": thread_id}), robust=True)


def typing(thread_id: int, side: Side) -> None:
    """Say that somebody of this side is writing just now; nothing is kept of it."""
    _say({"thread": thread_id, "typing": str(side)})


def _say(words: dict[str, Any]) -> None:
    global _client, _silent_until
    if time.monotonic() < _silent_until:
        return
    try:
        with _lock:
            if _client is None:
                _client = redis.Redis.from_url(
                    settings.REDIS_CLIENT_URL,
                    socket_timeout=PATIENCE,
                    socket_connect_timeout=PATIENCE,
                    retry=None,
                )
        _client.publish(CHANNEL, json.dumps(words))
    except redis.RedisError as error:
        _silent_until = time.monotonic() + SILENCE
        log.warning("no word to the live pages (%s); they look for themselves", type(error).__name__)
