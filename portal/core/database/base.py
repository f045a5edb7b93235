"""Django's PostgreSQL, for people who wait: a server that says nothing is given up after some seconds.

A connection that is cut fails at once. One whose server hangs, or whose network swallows everything, would
keep its thread for ever: libpq has no time limit of its own, and PostgreSQL's needs a server that answers.
"""

from datetime import UTC
from typing import Any, ClassVar

import psycopg
from django.db.backends.postgresql import base
from psycopg.pq import Format

# How often the socket is looked at between two answers; psycopg's own figure.
_LOOK_SECONDS = 0.1


class NoAnswer(psycopg.OperationalError):
    """The server said nothing for longer than anybody waits."""


class PatientConnection(psycopg.Connection[Any]):
    """A connection that ends instead of waiting without end for one answer."""

    # None: for ever (workers: Celery's time limits end them).
    patience: ClassVar[float | None] = None

    def wait(self, gen: Any, interval: float = _LOOK_SECONDS, timeout: float | None = None) -> Any:
        try:
            return super().wait(gen, interval, timeout or self.patience)
        except psycopg.errors._WaitTimeout:
            if timeout is not None:
                raise
        # Whatever it says now would be the answer to another question.
        self.pgconn.finish()
        raise NoAnswer("the database did not answer in time")


class _Moments:
    """Reads moments the driver's own way: 0.15 µs each, where Django's way in Python takes 2.9.

    Both give the same: aware, in UTC, because Django speaks with the server in UTC. A page of fifty rows
    reads some two hundred.
    """

    format = Format.TEXT
    # Django compares it with its own before each cursor.
    timezone = UTC

    def __new__(cls, oid: int, context: Any = None) -> Any:
        return _OWN_WAY(oid, context)


_OWN_WAY: Any = psycopg.adapters.get_loader(base.TIMESTAMPTZ_OID, Format.TEXT)


class DatabaseWrapper(base.DatabaseWrapper):
    """Django's own, whose connections know an end to waiting and read moments quickly."""

    def get_new_connection(self, conn_params: dict[str, Any]) -> Any:
        connection = super().get_new_connection(conn_params)
        connection.__class__ = PatientConnection
        if self.timezone is UTC:
            connection.adapters.register_loader("timestamptz", _Moments)
        return connection
