"""How many mails came back lately, for who runs the portal."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db import connection

AT_MOST = 10_000


@dataclass(frozen=True)
class Counted:
    """What came back in 30 days, the addresses that are stopped, and when the last word came."""

    bounced: int
    complained: int
    unknown: int
    stopped: int
    last: datetime | None


def counted(now: datetime) -> Counted:
    """Count them, each as far as a person reads; one question, from the indexes of what is looked for."""
    with connection.cursor() as cursor:
        cursor.execute(
            """
            WITH lately AS (
                SELECT nature, message_id FROM messaging_deliveryevent
                WHERE received_at > %(since)s AND (nature IN (4, 5) OR message_id IS NULL)
                ORDER BY received_at DESC LIMIT %(most)s
            )
            SELECT (SELECT count(*) FROM lately WHERE nature = 4 AND message_id IS NOT NULL),
                   (SELECT count(*) FROM lately WHERE nature = 5 AND message_id IS NOT NULL),
                   (SELECT count(*) FROM lately WHERE message_id IS NULL),
                   (SELECT count(*) FROM (
                        SELECT FROM messaging_stoppedaddress WHERE state = 'STOPPED' LIMIT %(most)s) AS stopped),
                   (SELECT max(received_at) FROM messaging_deliveryevent)
            """,
            {"since": now - timedelta(days=30), "most": AT_MOST},
        )
        return Counted(*cursor.fetchone())
