"""Addresses that mails no longer go to: stopped by what came back, reopened by proof or for a reason."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db import connection, transaction
from django.db.models.functions import Lower

from accounts.models import Claimant, User
from messaging import deeds
from messaging.models import StoppedAddress
from messaging.returns.identity import normal
from messaging.signals import address_reopened, address_stopped
from messaging.states import AddressState
from portal.core import journal
from portal.core.journal import PORTAL, Actor, Line
from portal.core.transitions import Refusal

Reason = StoppedAddress.Reason


class ReasonMissing(Refusal):
    sentence = "Écrivez pourquoi les e-mails peuvent de nouveau partir vers cette adresse."


class NotStopped(Refusal):
    sentence = "Cette adresse n’est plus arrêtée\u00a0: rien n’est à rouvrir."


@dataclass(frozen=True, slots=True)
class Stop:
    """One address to stop writing to: why, whose mail said so, and when that mail had left."""

    address: str
    person_id: int
    reason: Reason
    sent_at: datetime


def stop(found: Sequence[Stop], *, now: datetime) -> None:
    """Stop writing to these addresses; the files whose address they are say so, and a call is asked for.

    One that is stopped stays as it is. A mail that had left before the address was proven anew says nothing
    about it. The caller's transaction; a handful of statements.
    """
    by_address = {each.address.strip().lower(): each for each in found if each.address.strip()}
    if not by_address:
        return
    known = {
        row.address: row
        for row in StoppedAddress.objects.select_for_update(no_key=True)
        .filter(address__in=by_address)
        .order_by("address")
    }
    fresh = _list({address: each for address, each in by_address.items() if address not in known}, now)
    again = {
        address: by_address[address]
        for address, row in known.items()
        if row.reopened_at is not None
        and row.state == AddressState.REOPENED
        and by_address[address].sent_at > row.reopened_at
    }
    for reason in {each.reason for each in again.values()}:
        StoppedAddress.objects.filter(
            address__in=[address for address, each in again.items() if each.reason == reason]
        ).move_all(AddressState.STOPPED, reason=reason, stopped_at=now)
    _say_stopped(fresh | again, now)


def _list(found: dict[str, Stop], now: datetime) -> dict[str, Stop]:
    """Put addresses on the list, and give those that nobody else put there at the same moment."""
    if not found:
        return {}
    names = sorted(found)
    with connection.cursor() as cursor:
        cursor.execute(
            """
            INSERT INTO messaging_stoppedaddress (address, person_id, reason, state, stopped_at)
            SELECT address, person_id, reason, 'STOPPED', %s
            FROM unnest(%s::text[], %s::bigint[], %s::text[]) AS found (address, person_id, reason)
            ON CONFLICT DO NOTHING RETURNING address
            """,
            [
                now,
                names,
                [found[name].person_id for name in names],
                [str(found[name].reason) for name in names],
            ],
        )
        return {address: found[address] for (address,) in cursor.fetchall()}


def _say_stopped(stopped: dict[str, Stop], now: datetime) -> None:
    """Mark the files whose address it is today, and tell of it; another's old address concerns no file."""
    files = _files_of(stopped)
    if not files:
        return
    Claimant.objects.filter(pk__in=files, email_bounced_at=None).update(email_bounced_at=now)
    journal.record_all(
        [
            Line(
                deeds.ADDRESS_STOPPED, file_id=pk, subject_id=pk, data={"why": stopped[address].reason.label}
            )
            for pk, address in sorted(files.items())
        ],
        by=PORTAL,
        now=now,
    )
    address_stopped.send(StoppedAddress, claimant_ids=sorted(files), now=now)


def reopen(address_id: int, *, why: str, by: Actor, now: datetime) -> StoppedAddress:
    """Write to an address again, for a reason that stays in the journal. Raises ReasonMissing, NotStopped."""
    with transaction.atomic():
        row: StoppedAddress = StoppedAddress.objects.select_for_update(no_key=True).get(pk=address_id)
        if not why.strip():
            raise ReasonMissing
        if row.state != AddressState.STOPPED:
            raise NotStopped
        row.reopened_at = now
        row.move_to(AddressState.REOPENED, saving=["reopened_at"])
        files = _files_of([row.address])
        Claimant.objects.filter(pk__in=files).update(email_bounced_at=None)
        journal.record_all(
            [
                Line(deeds.ADDRESS_REOPENED, file_id=pk, subject_id=row.pk, data={"why": why.strip()})
                for pk in files or [None]
            ],
            by=by,
            now=now,
        )
        address_reopened.send(StoppedAddress, claimant_ids=sorted(files), now=now)
        return row


PROVEN = "un code reçu à cette adresse a été saisi."


def prove(user: User, address: str, *, by: Actor, now: datetime) -> None:
    """Take a code that was read at an address as proof that mails arrive there."""
    with transaction.atomic():
        # Held: an administrator may be reopening it at this moment.
        listed = StoppedAddress.objects.select_for_update(no_key=True).filter(address=address.lower()).first()
        row = listed if listed is not None and listed.state == AddressState.STOPPED else None
        if row is not None:
            reopen(row.pk, why=PROVEN, by=by, now=now)
        elif normal(user.email or "") == normal(address):
            # Noted on the file before addresses were listed, or the address is a new one.
            Claimant.objects.filter(pk=user.pk).update(email_bounced_at=None)
            address_reopened.send(StoppedAddress, claimant_ids=[user.pk], now=now)


def _files_of(addresses: Collection[str]) -> dict[int, str]:
    """Give the claimants whose account has one of these addresses today."""
    rows = Claimant.objects.annotate(address=Lower("user__email")).filter(address__in=list(addresses))
    return dict(rows.values_list("pk", "address"))
