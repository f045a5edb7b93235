"""What comes back in the demo's past: e-mails that arrived, a letter now and then, and one called unwanted."""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta

from accounts.models import Advisor
from convocations.deeds import MAIL_CONVOCATION, MAIL_INVITATION
from messaging.models import DeliveryEvent, Letter, OutboxMessage
from messaging.posting import fates
from messaging.returns.reported import Nature, Reported
from messaging.returns.taking_in import Provider, take_in
from messaging.states import LetterState, Outcome
from portal.core.journal import Actor
from portal.web.demo.past.hours import Hours

_DAY = timedelta(days=1)


def come_back(
    advisors: Sequence[Advisor], hours: Mapping[int, Hours], moment: datetime, *, until: datetime
) -> None:
    """Bring back what is due at this moment."""
    _letters(advisors, hours, moment)
    _arrivals(moment)
    if moment > until - 40 * _DAY:
        _complaint(moment)


def _letters(advisors: Sequence[Advisor], hours: Mapping[int, Hours], moment: datetime) -> None:
    supervisors = {one.agency_id: one for one in advisors if one.is_supervisor}
    posted = Letter.objects.filter(
        state=LetterState.POSTED, posted_at__range=(moment - 6 * _DAY, moment - 3 * _DAY)
    ).select_related("agency")
    for letter in posted:
        boss = supervisors.get(letter.agency_id)
        if letter.pk % 23 == 7 and boss is not None and hours[letter.agency_id].is_at_work(moment):
            by = Actor(boss.pk, "SUPERVISOR", "198.51.100.4")
            day = moment.astimezone(letter.agency.place.zone).date()
            fates.come_back(letter.pk, day, "Destinataire inconnu à l’adresse", by=by, now=moment)


def _arrivals(moment: datetime) -> None:
    """Let some providers say that a mail of the last day is in its person's mailbox."""
    sent = OutboxMessage.objects.filter(
        kind__in=[MAIL_CONVOCATION, MAIL_INVITATION],
        state=OutboxMessage.State.ACCEPTED,
        outcome=Outcome.NOTHING,
        settled_at__range=(moment - _DAY, moment - timedelta(minutes=1)),
    )
    said = [
        Reported(f"demo-{mail.pk}", Nature.DELIVERED, mail.settled_at + timedelta(seconds=4), row_id=mail.pk)
        for mail in sent
        if mail.pk % 3 == 0 and mail.settled_at
    ]
    if said:
        take_in(said, provider=Provider.EMAIL, now=moment)


def _complaint(moment: datetime) -> None:
    if DeliveryEvent.objects.filter(nature=Nature.COMPLAINED).exists():
        return
    # Of the last people there are: those whom somebody signs in as are among the first.
    sent = OutboxMessage.objects.filter(
        kind=MAIL_INVITATION, state=OutboxMessage.State.ACCEPTED, settled_at__gte=moment - _DAY
    )
    mail = sent.select_related("person").order_by("-person_id").first()
    if mail is not None:
        said = Reported("demo-1", Nature.COMPLAINED, moment, row_id=mail.pk, address=mail.person.email or "")
        take_in([said], provider=Provider.EMAIL, now=moment)
