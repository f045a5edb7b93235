"""Taking in what came back: each event counts once, the strongest word about a mail stands, in whatever order.

A word about a mail we do not know is kept for the administrators and changes nothing.
"""

import hashlib
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db import connection, transaction

from messaging.delivery.rendering import message_id
from messaging.models import DeliveryEvent, OutboxMessage
from messaging.returns import addresses
from messaging.returns.addresses import Stop
from messaging.returns.identity import normal
from messaging.returns.reported import Nature, Reported
from messaging.signals import Settled, messages_delivered, messages_returned
from messaging.states import CLOSING, Outcome
from portal.core import arrays, parameters

Provider = DeliveryEvent.Provider
_ROW = re.compile(r"<?(\d{1,18})\.\d{1,20}@")
_WHY = {Nature.BOUNCED: addresses.Reason.BOUNCED, Nature.COMPLAINED: addresses.Reason.COMPLAINED}


@dataclass(frozen=True, slots=True)
class Taken:
    """How many events were new, and how many of these are about no mail of ours."""

    new: int
    unknown: int


@dataclass(frozen=True, slots=True)
class _Mail:
    id: int
    person_id: int
    sent_at: datetime
    account_address: str


def take_in(reported: Sequence[Reported], *, provider: Provider, now: datetime) -> Taken:
    """Keep what was reported, and let the new part of it have its effect; a handful of statements."""
    with transaction.atomic():
        if any(each.nature == Nature.SOFT for each in reported):
            _count_alone()
        mails = _mails(reported)
        fresh = _keep(reported, mails, provider, now)
        told = [(each, mails[each]) for each in fresh if each in mails]
        moved = _note_outcomes(
            [(mail.id, Outcome(each.nature), min(each.at, now)) for each, mail in told if _speaks(each)]
        )
        stops = [
            Stop(address, mail.person_id, _WHY[each.nature], mail.sent_at)
            for each, mail in told
            if each.nature in _WHY and (address := _address(each, mail))
        ]
        for address in {_address(each, mail) for each, mail in told if each.nature == Nature.SOFT} - {""}:
            bounced, stopped = _count_soft(address, now)
            moved += bounced
            stops += stopped
        _say(moved, stops, now)
        _say_delivered(told, now)
        return Taken(len(fresh), len(fresh) - len(told))


def _count_alone() -> None:
    """Take soft ones in one call after the other: two at once would miss each other's and hold each other's mails."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(hashtext('soft returns'))")


def _speaks(each: Reported) -> bool:
    return each.nature != Nature.OTHER


def _mails(reported: Sequence[Reported]) -> Mapping[Reported, _Mail]:
    """Find and hold the mails that are spoken of; a Message-ID must be the very one we gave."""
    asked: dict[Reported, int] = {}
    for each in reported:
        named = _ROW.match(each.message_id)
        if each.row_id is not None:
            asked[each] = each.row_id
        elif named:
            asked[each] = int(named[1])
    # In the order of the key, so that two providers at once cannot deadlock.
    rows = (
        OutboxMessage.objects.filter(pk__in=set(asked.values()))
        .select_for_update(no_key=True, of=("self",))
        .order_by("pk")
        .values_list("pk", "person_id", "created_at", "accepted_at", "person__email")
    )
    known = {pk: (person_id, created, accepted, email) for pk, person_id, created, accepted, email in rows}
    found = {}
    for each, pk in asked.items():
        if pk not in known:
            continue
        person_id, created, accepted, email = known[pk]
        if each.row_id is not None or f"<{each.message_id.strip().strip('<>')}>" == message_id(pk, created):
            found[each] = _Mail(pk, person_id, accepted or created, (email or "").lower())
    return found


def _address(each: Reported, mail: _Mail) -> str:
    """Give the address as the account writes it, where it is the account's; else as it was reported."""
    if not each.address:
        return ""
    return (
        mail.account_address if normal(each.address) == normal(mail.account_address) else each.address.lower()
    )


def _digest(address: str) -> bytes | None:
    return hashlib.sha256(normal(address).encode()).digest() if address else None


def _keep(
    reported: Sequence[Reported], mails: Mapping[Reported, _Mail], provider: Provider, now: datetime
) -> list[Reported]:
    """Write the events down, and give those that were not known yet."""
    by_key = {each.key: each for each in reported}
    rows = [
        (
            key,
            int(each.nature),
            min(each.at, now),
            mails[each].id if each in mails else None,
            # Of somebody we have not written to nothing is kept.
            _digest(_address(each, mails[each])) if each in mails else None,
            each.status,
        )
        for key, each in sorted(by_key.items())
    ]
    if not rows:
        return []
    keys, natures, times, ids, digests, statuses = (list(column) for column in zip(*rows, strict=True))
    with connection.cursor() as cursor:
        cursor.execute(
            """
            INSERT INTO messaging_deliveryevent
                (provider, event_id, nature, at, received_at, message_id, address_digest, status)
            SELECT %s, key, nature, at, %s, message_id, digest, status
            FROM unnest(%s::text[], %s::smallint[], %s::timestamptz[], %s::bigint[], %s::bytea[], %s::text[])
                AS event (key, nature, at, message_id, digest, status)
            ON CONFLICT DO NOTHING RETURNING event_id
            """,
            [int(provider), now, keys, natures, times, ids, digests, statuses],
        )
        fresh = {row[0] for row in cursor.fetchall()}
    return [each for key, each in by_key.items() if key in fresh]


def _note_outcomes(found: Sequence[tuple[int, Outcome, datetime]]) -> list[tuple[Outcome, Settled]]:
    """Let the strongest word about each mail stand; those that changed."""
    strongest: dict[int, tuple[Outcome, datetime]] = {}
    for pk, outcome, at in found:
        if pk not in strongest or outcome > strongest[pk][0]:
            strongest[pk] = (outcome, at)
    if not strongest:
        return []
    with connection.cursor() as cursor:
        cursor.execute(
            """
            UPDATE messaging_outboxmessage AS message SET outcome = told.outcome, outcome_at = told.at
            FROM unnest(%s::bigint[], %s::smallint[], %s::timestamptz[]) AS told (id, outcome, at)
            WHERE message.id = told.id AND message.outcome < told.outcome
            RETURNING message.outcome, message.id, kind, person_id, subject_id, occurrence, step, outcome_at
            """,
            [
                arrays.of_numbers(strongest),
                arrays.of_numbers(int(outcome) for outcome, _ in strongest.values()),
                arrays.of_instants(at for _, at in strongest.values()),
            ],
        )
        moved = [(Outcome(outcome), Settled(*each)) for outcome, *each in cursor.fetchall()]
    return sorted(moved, key=lambda each: each[1].id)


def _count_soft(address: str, now: datetime) -> tuple[list[tuple[Outcome, Settled]], list[Stop]]:
    """Count the mails that could not be put into one mailbox lately; enough of them count as refused, each."""
    numbers = parameters.current()
    with connection.cursor() as cursor:
        cursor.execute(
            """
            SELECT DISTINCT message.id, message.person_id, coalesce(message.accepted_at, message.created_at)
            FROM messaging_deliveryevent AS event JOIN messaging_outboxmessage AS message
                ON message.id = event.message_id
            WHERE event.address_digest = %s AND event.nature = 2 AND event.at > %s AND message.outcome = 2
                -- A server that refuses all of us (a policy, a list) says nothing of this address.
                AND event.status !~ '^[45][.][34567][.]'
                AND NOT EXISTS (
                    SELECT FROM messaging_stoppedaddress AS known WHERE known.address = %s
                        AND known.reopened_at >= coalesce(message.accepted_at, message.created_at)
                )
            ORDER BY message.id LIMIT 100
            """,
            [_digest(address), now - timedelta(days=numbers.soft_bounce_days), address],
        )
        rows = cursor.fetchall()
    if len(rows) < numbers.soft_bounces_stop:
        return [], []
    moved = _note_outcomes([(pk, Outcome.BOUNCED, now) for pk, _, _ in rows])
    return moved, [Stop(address, rows[-1][1], addresses.Reason.SOFT, max(sent for _, _, sent in rows))]


def _say(moved: Sequence[tuple[Outcome, Settled]], stops: Sequence[Stop], now: datetime) -> None:
    """Tell the rooms above which mails proved nothing, then stop writing to their addresses."""
    closing = [each for each in moved if each[0] in CLOSING]
    if closing:
        messages_returned.send(
            OutboxMessage,
            bounced=[mail for outcome, mail in closing if outcome == Outcome.BOUNCED],
            complained=[mail for outcome, mail in closing if outcome == Outcome.COMPLAINED],
            now=now,
        )
    addresses.stop(stops, now=now)


def _say_delivered(told: Sequence[tuple[Reported, _Mail]], now: datetime) -> None:
    """Tell the rooms above which mails arrived: each new word of it, whatever else came back about the mail."""
    arrived: dict[int, datetime] = {}
    for each, mail in told:
        if each.nature == Nature.DELIVERED:
            at = min(each.at, now)
            arrived[mail.id] = min(at, arrived.get(mail.id, at))
    if not arrived:
        return
    rows = OutboxMessage.objects.filter(pk__in=arrived).order_by("pk")
    delivered = [
        Settled(row.pk, row.kind, row.person_id, row.subject_id, row.occurrence, row.step, at=arrived[row.pk])
        for row in rows.defer("payload", "last_error")
    ]
    messages_delivered.send(OutboxMessage, delivered=delivered, now=now)
