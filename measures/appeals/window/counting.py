"""Until when a person may act: two months, one more overseas, two more abroad (CJA R421-1, R421-7)."""

from datetime import datetime, timedelta

from accounts.models import Agency
from measures.models import Residence
from measures.told.remedies import APPEAL_MONTHS, OVERSEAS_MONTHS, is_overseas
from portal.core.models import Outage
from portal.core.working_time import Territory, end_of_period, extend_for_outages

ABROAD_MONTHS = 2
# CRPA L231-4, L411-7: silence for two months is a refusal.
SILENCE_MONTHS = 2
_MORE = {Residence.MAINLAND: 0, Residence.OVERSEAS: OVERSEAS_MONTHS, Residence.ABROAD: ABROAD_MONTHS}
_MOMENT = timedelta(microseconds=1)


def residence_of(agency: Agency) -> Residence:
    """Say where the people of an agency live; who lives abroad says so."""
    return Residence.OVERSEAS if is_overseas(agency.place) else Residence.MAINLAND


def months(residence: str) -> int:
    """Give the months in which to act."""
    return APPEAL_MONTHS + _MORE[Residence(residence)]


def end(since: datetime, residence: str, place: Territory) -> datetime:
    """Say when the time to act is over that begins at `since`, date to date, outages of the portal given back.

    A midnight counts as the day it ends. The last day moves to the next working day (CPC art. 642).
    """
    last = end_of_period(since - _MOMENT, months=months(residence), territory=place)
    spans = Outage.objects.filter(ends_at__gt=since, starts_at__lt=last)
    return extend_for_outages(since, last, list(spans), territory=place)  # type: ignore[arg-type]


def silence_end(filed_at: datetime, place: Territory) -> datetime:
    """Say from when on silence is a refusal; what binds the service does not move with outages."""
    return end_of_period(filed_at, months=SILENCE_MONTHS, territory=place)
