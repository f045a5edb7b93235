"""The messages of a procedure as they leave: composed, looked at as an e-mail, held against their golden letter."""

from datetime import datetime

from messaging import emails
from messaging.emails import Mail, Row
from messaging.models import OutboxMessage
from tests.messaging import golden
from tests.messaging.on_paper import golden as words_of
from tests.messaging.rendering import Shown, check_mail


def composed(kind: int, now: datetime) -> Mail | None:
    """The message of this kind that was owed last, written at `now`."""
    owed = OutboxMessage.objects.filter(kind=kind).latest("id")
    row = Row(owed.id, owed.person_id, owed.subject_id, owed.occurrence, owed.step, owed.payload)
    known = emails.kind(kind)
    assert known is not None
    return known.compose([row], now).get(owed.id)


def shown(kind: int, now: datetime, *, facts: tuple[str, ...] = ()) -> Shown:
    """Check the e-mail and its letter, whose whole text is kept; the page it leads to has tests of its own."""
    mail = composed(kind, now)
    assert mail is not None
    said = check_mail(mail, facts=facts)
    known = emails.kind(kind)
    if known.by_post:
        golden.hold(known, mail.letter())
    return said


def on_paper(kind: int, now: datetime) -> str:
    return words_of(composed(kind, now).letter()).replace("\u00a0", " ").replace("\u202f", " ")
