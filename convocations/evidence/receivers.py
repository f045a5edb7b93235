"""What the mail server said of an e-mail becomes evidence, in the transaction that notes it."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

from django.db import connection
from django.dispatch import receiver

from convocations import deeds
from convocations.evidence import address_calls
from convocations.justificatifs import reviewing
from convocations.models import CallTask, Convocation, DeliveryEvidence, Fact
from convocations.states import AHEAD, ConvocationState
from messaging.signals import (
    Posted,
    Settled,
    address_reopened,
    address_stopped,
    letters_delivered,
    letters_posted,
    letters_returned,
    messages_delivered,
    messages_returned,
    messages_settled,
    messages_withheld,
)
from portal.core import parameters
from portal.core.journal import Actor
from portal.core.models import Document
from portal.core.safe.checking import document_rejected


@receiver(messages_settled, dispatch_uid="convocations.evidence")
def note_settled(sender: Any, *, accepted: Sequence[Settled], refused: Sequence[Settled], **_: Any) -> None:
    """Write accepted and refused e-mails into the ledger; a refusal asks for a call."""
    accepted = [mail for mail in accepted if mail.kind in deeds.NOTIFYING_MAILS]
    refused = [mail for mail in refused if mail.kind in deeds.NOTIFYING_MAILS]
    _write(accepted, Fact.EMAIL_ACCEPTED)
    _write(refused, Fact.EMAIL_BOUNCED)
    if accepted:
        Convocation.objects.filter(
            pk__in=[mail.subject_id for mail in accepted], state=ConvocationState.ISSUED
        ).move_all(ConvocationState.DELIVERED)
    if refused:
        latest = max(mail.at for mail in refused)
        _ask_for_calls([mail.subject_id for mail in refused], CallTask.Reason.BOUNCED, latest)


@receiver(letters_posted, dispatch_uid="convocations.letters_posted")
def note_posted(sender: Any, *, letters: Sequence[Posted], by: Actor, now: datetime, **_: Any) -> None:
    """Write the letters that left into the ledger, with the fingerprint of what they say."""
    _write_letters(letters, Fact.LETTER_POSTED, by, now)


@receiver(letters_delivered, dispatch_uid="convocations.letters_delivered")
def note_delivered(sender: Any, *, letters: Sequence[Posted], by: Actor, now: datetime, **_: Any) -> None:
    """Write that a registered letter was handed over: from then on the person is proven to know."""
    ids = _write_letters(letters, Fact.LETTER_DELIVERED, by, now)
    Convocation.objects.filter(pk__in=ids, state=ConvocationState.ISSUED).move_all(ConvocationState.DELIVERED)


@receiver(letters_returned, dispatch_uid="convocations.letters_returned")
def note_come_back(sender: Any, *, letters: Sequence[Posted], by: Actor, now: datetime, **_: Any) -> None:
    """Write that a letter came back: it proves nothing, and somebody calls, once."""
    _ask_for_calls(_write_letters(letters, Fact.LETTER_RETURNED, by, now), CallTask.Reason.RETURNED, now)


@receiver(messages_returned, dispatch_uid="convocations.returns")
def note_returned(
    sender: Any, *, bounced: Sequence[Settled], complained: Sequence[Settled], now: datetime, **_: Any
) -> None:
    """Write what came back after the server's yes: that e-mail proved nothing, and a call is asked for."""
    bounced = [mail for mail in bounced if mail.kind in deeds.NOTIFYING_MAILS]
    complained = [mail for mail in complained if mail.kind in deeds.NOTIFYING_MAILS]
    _write(bounced, Fact.EMAIL_BOUNCED, written_at=now)
    _write(complained, Fact.EMAIL_COMPLAINED, written_at=now)
    _ask_for_calls([mail.subject_id for mail in (*bounced, *complained)], CallTask.Reason.BOUNCED, now)


@receiver(messages_delivered, dispatch_uid="convocations.delivered")
def note_arrived(sender: Any, *, delivered: Sequence[Settled], now: datetime, **_: Any) -> None:
    """Write that an e-mail arrived, as its provider dates it: once, and never as proof that the person knows."""
    arrived = [mail for mail in delivered if mail.kind in deeds.NOTIFYING_MAILS]
    _write(arrived, Fact.EMAIL_DELIVERED, written_at=now)


@receiver(messages_withheld, dispatch_uid="convocations.withheld")
def note_withheld(sender: Any, *, withheld: Sequence[Settled], now: datetime, **_: Any) -> None:
    """Write that an e-mail was not sent at all, and ask for a call where the person may not know."""
    withheld = [mail for mail in withheld if mail.kind in deeds.NOTIFYING_MAILS]
    _write(withheld, Fact.EMAIL_NOT_SENT)
    _ask_for_calls([mail.subject_id for mail in withheld], CallTask.Reason.BOUNCED, now)


@receiver(address_stopped, dispatch_uid="convocations.address_stopped")
def note_address_stopped(sender: Any, *, claimant_ids: Sequence[int], now: datetime, **_: Any) -> None:
    """Ask for a call about the address itself, where no call is owed yet."""
    address_calls.ask(claimant_ids, now)


@receiver(address_reopened, dispatch_uid="convocations.address_reopened")
def note_address_reopened(sender: Any, *, claimant_ids: Sequence[int], now: datetime, **_: Any) -> None:
    """Take the call about the address off the list: it works again."""
    address_calls.drop(claimant_ids, now)


@receiver(document_rejected, dispatch_uid="convocations.justificatifs")
def note_rejected(sender: Any, *, document: Document, now: datetime, **_: Any) -> None:
    """Tell the person that a file could not be read."""
    reviewing.tell_rejected(document, now=now)


def _write(mails: Sequence[Settled], fact: Fact, *, written_at: datetime | None = None) -> None:
    if not mails:
        return
    # One statement without models: this runs for each mail that leaves, a tenth of the sender's time otherwise.
    with connection.cursor() as cursor:
        cursor.execute(
            """
            INSERT INTO convocations_deliveryevidence (convocation_id, fact, at, written_at, message_id, detail)
            SELECT convocation_id, %s, at, coalesce(%s, at), message_id, ''
            FROM unnest(%s::bigint[], %s::timestamptz[], %s::bigint[]) AS mail (convocation_id, at, message_id)
            ON CONFLICT DO NOTHING
            """,
            [
                fact,
                written_at,
                [mail.subject_id for mail in mails],
                [mail.at for mail in mails],
                [mail.id for mail in mails],
            ],
        )


def _write_letters(letters: Sequence[Posted], fact: Fact, by: Actor, now: datetime) -> list[int]:
    """Write a fact of each letter that tells of an appointment; whose appointments they are."""
    told = [letter for letter in letters if letter.kind in deeds.NOTIFYING_LETTERS]
    DeliveryEvidence.objects.bulk_create(
        (
            DeliveryEvidence(
                convocation_id=letter.subject_id,
                fact=fact,
                at=letter.at,
                written_at=now,
                by_id=by.user_id,
                message_id=letter.message_id,
                detail=", ".join(part for part in (letter.ref, letter.detail) if part)[:240],
                shown_hash=letter.content_hash,
            )
            for letter in told
        ),
        batch_size=1_000,
        ignore_conflicts=True,
    )
    return [letter.subject_id for letter in told]


def _ask_for_calls(convocation_ids: Sequence[int], reason: CallTask.Reason, now: datetime) -> None:
    """Ask for a call about each summons to come that its person has not read."""
    if not convocation_ids:
        return
    hours = timedelta(hours=parameters.current().notice_floor_hours)
    CallTask.objects.bulk_create(
        (
            CallTask(
                convocation=row,
                claimant_id=row.claimant_id,
                advisor_id=row.advisor_id,
                reason=reason,
                opened_at=now,
                due_at=max(now, row.starts_at - hours),
            )
            for row in Convocation.objects.filter(
                pk__in=convocation_ids,
                state__in=AHEAD,
                starts_at__gt=now,
                bindingness="CONVOCATION",
                known_at=None,
            )
        ),
        ignore_conflicts=True,
    )
