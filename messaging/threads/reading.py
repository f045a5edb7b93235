"""Opening a thread is the proof that what the other side wrote was read; nothing else is written by reading."""

from datetime import datetime

from django.db import transaction

from accounts.access import sees
from accounts.hours.deputising import stands_in
from accounts.models import Advisor
from messaging.live import hints
from messaging.models import Attachment, Message, MessageReading, Side, Thread
from portal.core.journal import Actor
from portal.core.models import Document


def opened_by_person(thread: Thread, *, by: Actor, now: datetime) -> None:
    """Note that the person has opened what was written to them; the advisor sees it."""
    if thread.claimant_unread:
        _note(thread, [Side.SERVICE, Side.AUTOMATIC], "claimant_unread", by=by, now=now)


def opened_by_service(thread: Thread, *, by: Actor, now: datetime) -> None:
    """Note that somebody of the service has opened what the person wrote, who sees by whom."""
    if thread.advisor_unread:
        _note(thread, [Side.CLAIMANT], "advisor_unread", by=by, now=now)


def _note(thread: Thread, sides: list[Side], counter: str, *, by: Actor, now: datetime) -> None:
    with transaction.atomic():
        # Held: a message that comes at this instant is counted after, and stays unread.
        Thread.objects.select_for_update(no_key=True).only("pk").get(pk=thread.pk)
        unread = Message.objects.filter(thread=thread, side__in=sides, reading__isnull=True)
        MessageReading.objects.bulk_create(
            (
                MessageReading(message_id=pk, reader_id=by.person_id, at=now)
                for pk in unread.values_list("pk", flat=True)
            ),
            ignore_conflicts=True,
        )
        Thread.objects.filter(pk=thread.pk).update(**{counter: 0})
        hints.changed(thread.pk)
    setattr(thread, counter, 0)


def may_read(document: Document, advisor: Advisor, *, now: datetime) -> bool:
    """Say whether an advisor may open a document that was joined to a message.

    One of health opens to the thread's owner alone (product §5), or to who stands in for them.
    """
    joined = Attachment.objects.filter(document=document).select_related("message__thread__claimant")
    threads = {row.message.thread_id: row.message.thread for row in joined}
    return any(
        thread.advisor_id == advisor.pk
        or (not document.is_health and sees(advisor, thread.claimant, now=now))
        or stands_in(advisor, thread.advisor_id, now=now)
        for thread in threads.values()
    )
