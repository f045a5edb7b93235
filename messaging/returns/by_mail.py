"""Taking in one mail that came to an address of ours: a report has its effect, a reply its answer, nothing else any."""

from dataclasses import replace
from datetime import datetime

from messaging.models import OutboxMessage
from messaging.returns import identity, replies, reports
from messaging.returns.identity import Returned
from messaging.returns.reported import Reported
from messaging.returns.taking_in import Provider, take_in

REPORT, ANSWERED, NOTHING = "report", "answered", "nothing"


def take_in_mail(raw: bytes, *, envelope_from: str, envelope_to: str, now: datetime) -> str:
    """Take in one mail; which of the three it was. Its text is kept nowhere."""
    message = reports.parsed(raw)
    found = reports.read(message, reports.returned_to(message, envelope_to), now)
    if found:
        reported = [_with_address(each, returned) for each, returned in found]
        take_in(reported, provider=Provider.EMAIL, now=now)
        return REPORT
    sender = envelope_from.strip() or reports.header(message, "Return-Path")
    return ANSWERED if replies.answer(message, sender, now=now) else NOTHING


def _with_address(each: Reported, returned: Returned | None) -> Reported:
    """Name the account's address, where the mail went to this very one: what a report says of it could be forged."""
    if returned is None:
        return each
    address = OutboxMessage.objects.filter(pk=returned.row_id).values_list("person__email", flat=True).first()
    if not address or not identity.is_recipient(returned, address):
        return each
    return replace(each, address=address)
