"""Outages of the portal: an administrator records when people could not use it, and their periods follow.

Only a person knows that the pages were down: a silent worker is no outage, and pages that answered with an
error leave no silence. So nothing here is guessed (docs/decisions). Rooms above listen to `outage_recorded`
and extend what they keep; this room keeps the fact, its corrections and the journal.
"""

from collections.abc import Sequence
from datetime import datetime, timedelta, tzinfo

from django.db import transaction
from django.dispatch import Signal

from portal.core import journal
from portal.core.french import clock_time, full_date, full_datetime
from portal.core.models import Outage
from portal.core.transitions import Refusal
from portal.core.working_time import Territory

# outage, now: an outage was recorded or corrected; sent inside the transaction that does it.
outage_recorded = Signal()

RECORDED = journal.code(
    44,
    "outage_recorded",
    "{actor} a noté une interruption du portail\u00a0: {what}.",
    shown_to_claimant=False,
)
CORRECTED = journal.code(
    45,
    "outage_corrected",
    "{actor} a corrigé une interruption du portail\u00a0: {what}, au lieu de {before}.",
    shown_to_claimant=False,
)

# What began earlier than this is more likely a mistyped year than an outage found out late.
OLDEST = timedelta(days=366)
# No period of a person is longer than this, extensions included: outages further back say nothing of it.
LONGEST_PERIOD = timedelta(days=400)


class OutageRefused(Refusal):
    """The times make no outage; `field` names what to correct."""

    def __init__(self, sentence: str, field: str) -> None:
        self.field = field
        super().__init__(sentence)


@transaction.atomic
def record(
    starts_at: datetime, ends_at: datetime | None, reason: str, *, by: journal.Actor, now: datetime
) -> Outage:
    """Note that people could not use the portal, and have the periods it covers extended.

    Without an end it lasts: no period of theirs ends meanwhile. Raises `OutageRefused`.
    """
    check(starts_at, ends_at, now=now)
    outage = Outage.objects.create(starts_at=starts_at, ends_at=ends_at, reason=reason)
    journal.record(RECORDED, by=by, now=now, subject_id=outage.pk, data={"what": told(outage)})
    outage_recorded.send(sender=Outage, outage=outage, now=now)
    return outage


@transaction.atomic
def correct(
    outage_id: int,
    starts_at: datetime,
    ends_at: datetime | None,
    reason: str,
    *,
    by: journal.Actor,
    now: datetime,
) -> Outage:
    """Say that an outage is over, or put its times right; a date already given to a person stays given."""
    outage = Outage.objects.select_for_update().get(pk=outage_id)
    if (outage.starts_at, outage.ends_at, outage.reason) == (starts_at, ends_at, reason):
        return outage
    if outage.ends_at is not None and ends_at is None:
        raise OutageRefused(
            "Cette interruption est finie. Notez-en une autre si le portail s’arrête.", "ends_at"
        )
    check(starts_at, ends_at, now=now)
    before = told(outage)
    outage.starts_at, outage.ends_at, outage.reason = starts_at, ends_at, reason
    outage.revision += 1
    outage.save(update_fields=["starts_at", "ends_at", "reason", "revision"])
    data = {"what": told(outage), "before": before}
    journal.record(CORRECTED, by=by, now=now, subject_id=outage.pk, data=data)
    outage_recorded.send(sender=Outage, outage=outage, now=now)
    return outage


def check(starts_at: datetime, ends_at: datetime | None, *, now: datetime) -> None:
    """Refuse times that make no outage: to come, the wrong way round, a year ago."""
    if starts_at > now:
        raise OutageRefused("Le début ne peut pas être à venir.", "starts_at")
    if starts_at < now - OLDEST:
        raise OutageRefused("Ce début remonte à plus d’un an. Vérifiez l’année.", "starts_at")
    if ends_at is not None and ends_at > now:
        raise OutageRefused(
            "La fin ne peut pas être à venir. Laissez-la vide tant que l’interruption dure.", "ends_at"
        )
    if ends_at is not None and ends_at <= starts_at:
        raise OutageRefused("La fin doit venir après le début.", "ends_at")


def running(now: datetime) -> Outage | None:
    """Give the outage that lasts at this instant, the earliest of several; None when the portal is up."""
    return Outage.objects.filter(ends_at__isnull=True, starts_at__lte=now).order_by("starts_at").first()


def ended_about(outage: Outage) -> Sequence[Outage]:
    """List the outages that are over and may bear on a period this one covers, itself among them."""
    since = outage.starts_at - LONGEST_PERIOD
    return list(Outage.objects.filter(ends_at__gt=since).order_by("starts_at"))


def told(outage: Outage) -> str:
    """Say an outage in one line, on the capital's clock."""
    zone = Territory.METROPOLE.zone
    since = f"depuis le {full_datetime(outage.starts_at, zone)}"
    if outage.ends_at is not None:
        since = f"du {full_datetime(outage.starts_at, zone)} au {full_datetime(outage.ends_at, zone)}"
    return f"{since} ({outage.reason})"


def during(outage: Outage, tz: tzinfo) -> str:
    """Say when the portal was down: «le mardi … de 14 h à 15 h», «du … au …», «depuis le …»."""
    since, until = outage.starts_at.astimezone(tz), outage.ends_at
    if until is None:
        return f"depuis le {full_datetime(since, tz)}"
    until = until.astimezone(tz)
    if since.date() == until.date():
        return f"le {full_date(since)}, de {clock_time(since)} à {clock_time(until)}"
    return f"du {full_datetime(since, tz)} au {full_datetime(until, tz)}"
