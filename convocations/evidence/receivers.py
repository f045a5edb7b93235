"""What the mail server said of an e-mail becomes evidence, in the transaction that notes it."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

from django.db import connection
from django.dispatch import receiver

from convocations import deeds, justificatifs
from convocations.models import CallTask, Convocation, Fact
from convocations.states import AHEAD, ConvocationState
from messaging.signals import Settled, messages_settled
from portal.core import parameters
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
        _ask_for_calls([mail.subject_id for mail in refused], max(mail.at for mail in refused))


@receiver(document_rejected, dispatch_uid="convocations.justificatifs")
def note_rejected(sender: Any, *, document: Document, now: datetime, **_: Any) -> None:
    """Tell the person that a file could not be read."""
    justificatifs.tell_rejected(document, now=now)


def _write(mails: Sequence[Settled], fact: Fact) -> None:
    if not mails:
        return
    # One statement without models: this runs for each mail that leaves, a tenth of the sender's time otherwise.
    with connection.cursor() as cursor:
        cursor.execute(
            """
            INSERT INTO convocations_deliveryevidence (convocation_id, fact, at, written_at, message_id, detail)
            SELECT convocation_id, %s, at, at, message_id, ''
            FROM unnest(%s::bigint[], %s::timestamptz[], %s::bigint[]) AS mail (convocation_id, at, message_id)
            ON CONFLICT DO NOTHING
            """,
            [
                fact,
                [mail.subject_id for mail in mails],
                [mail.at for mail in mails],
                [mail.id for mail in mails],
            ],
        )


def _ask_for_calls(convocation_ids: Sequence[int], now: datetime) -> None:
    hours = timedelta(hours=parameters.current().notice_floor_hours)
    CallTask.objects.bulk_create(
        (
            CallTask(
                convocation=row,
                claimant_id=row.claimant_id,
                advisor_id=row.advisor_id,
                reason=CallTask.Reason.BOUNCED,
                opened_at=now,
                due_at=max(now, row.starts_at - hours),
            )
            for row in Convocation.objects.filter(
                pk__in=convocation_ids, state__in=AHEAD, starts_at__gt=now, bindingness="CONVOCATION"
            )
        ),
        ignore_conflicts=True,
    )
