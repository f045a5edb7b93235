"""Looking at files one does not follow: with a written reason for a day, and never in bulk unnoticed."""

from datetime import datetime, time, timedelta
from typing import Any

from django.db import transaction
from django.db.models.signals import post_save

from accounts import deeds, signals
from accounts.models import Advisor, BreakGlass, Claimant, FileOpening, ReadingAlert
from portal.core import journal, parameters
from portal.core.journal import Actor
from portal.core.models import DocumentReading
from portal.core.prepared import prepared
from portal.core.transitions import Refusal

SHORTEST_REASON = 10
ONE_HOUR = timedelta(hours=1)


class RefusedOpening(Refusal):
    """The file may not be opened so."""


@transaction.atomic
def break_glass(advisor_id: int, claimant_id: int, reason: str, *, by: Actor, now: datetime) -> BreakGlass:
    """Open a colleague's file of the same agency until the end of the day, for a written reason.

    The claimant reads it in the journal; the supervisor is told. Raises RefusedOpening.
    """
    advisor = Advisor.objects.select_for_update(no_key=True).select_related("agency").get(pk=advisor_id)
    claimant = Claimant.objects.get(pk=claimant_id)
    reason = " ".join(reason.split())
    if claimant.agency_id != advisor.agency_id:
        raise RefusedOpening("Ce dossier n’est pas suivi par votre agence.")
    if len(reason) < SHORTEST_REASON:
        raise RefusedOpening("Expliquez en quelques mots pourquoi vous ouvrez ce dossier.")
    living = BreakGlass.objects.open_for(advisor, claimant, now=now).first()
    if living is not None:
        return living
    opened = BreakGlass.objects.create(
        advisor=advisor, claimant=claimant, reason=reason, opened_at=now, until=_end_of_day(advisor, now)
    )
    journal.record(
        deeds.FILE_OPENED_WITH_REASON,
        by=by,
        now=now,
        file_id=claimant.pk,
        subject_id=opened.pk,
        data={"reason": reason},
    )
    signals.break_glass_opened.send(sender=BreakGlass, break_glass=opened, by=by, now=now)
    return opened


def _end_of_day(advisor: Advisor, now: datetime) -> datetime:
    """Give the midnight that ends the agency's day."""
    zone = advisor.agency.place.zone
    tomorrow = now.astimezone(zone).date() + timedelta(days=1)
    return datetime.combine(tomorrow, time.min, tzinfo=zone)


def note_opening(reader_id: int, claimant_id: int, *, now: datetime) -> None:
    """Note that somebody of the service opened a person's file; the same file counts once an hour."""
    if _opened(reader_id=reader_id, claimant_id=claimant_id, since=now - ONE_HOUR):
        return
    FileOpening.objects.create(reader_id=reader_id, claimant_id=claimant_id, at=now)
    note_reading(reader_id, now=now)


# Asked at each page about somebody.
@prepared
def _opened(reader_id: int, claimant_id: int, since: datetime) -> Any:
    lately = FileOpening.objects.filter(reader_id=reader_id, claimant_id=claimant_id, at__gt=since)
    return lately.values_list("pk")[:1]


def note_reading(reader_id: int, *, now: datetime) -> bool:
    """Count what a reader opened in the last hour; beyond the parameter, say it once in that hour.

    Call it after a file or a document was opened. True when the supervisor has just been told.
    """
    opened = _opened_lately(reader_id, now)
    if opened <= parameters.current().mass_reading_per_hour:
        return False
    hour = now.replace(minute=0, second=0, microsecond=0)
    with transaction.atomic():
        _, first = ReadingAlert.objects.get_or_create(
            reader_id=reader_id, hour=hour, defaults={"opened": opened}
        )
        if first:
            journal.record(
                deeds.MASS_READING, by=journal.PORTAL, now=now, subject_id=reader_id, data={"count": opened}
            )
            signals.mass_reading_noticed.send(sender=ReadingAlert, reader_id=reader_id, count=opened, now=now)
    return first


def count_documents_too() -> None:
    """Listen to the safe: a document opened by somebody else counts like a file."""
    post_save.connect(_on_document_read, sender=DocumentReading, dispatch_uid="accounts.oversight")


def _on_document_read(sender: Any, instance: DocumentReading, created: bool, **_: Any) -> None:
    if created:
        note_reading(instance.reader_id, now=instance.at)


def _opened_lately(reader_id: int, now: datetime) -> int:
    """Count up to what matters: reading more never costs more."""
    enough = parameters.current().mass_reading_per_hour + 1
    files = FileOpening.objects.filter(reader_id=reader_id, at__gt=now - ONE_HOUR)[:enough]
    documents = DocumentReading.objects.filter(reader_id=reader_id, at__gt=now - ONE_HOUR)[:enough]
    return files.count() + documents.count()
