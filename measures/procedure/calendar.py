"""The periods of the procedure, as the law counts them; each end is the midnight that ends the last day."""

from datetime import datetime, timedelta

from measures.models import Unit
from measures.models.measure import Figures
from portal.core.models import Outage
from portal.core.working_time import (
    Territory,
    day_bounds,
    end_of_period,
    extend_for_outages,
    same_date,
)

# CT R5412-7: to observe in writing or ask to be heard; R5412-7-1: to decide.
OBSERVATION_DAYS = 10
DECISION_DAYS = 15
# What a month of a measure counts in an estimate.
DAYS_OF_A_MONTH = 30
_MOMENT = timedelta(microseconds=1)


def observations_end(received_at: datetime, place: Territory) -> datetime:
    """Say when the ten days are over that begin with the reception, outages of the portal given back."""
    end = end_of_period(received_at, days=OBSERVATION_DAYS, territory=place)
    spans = Outage.objects.filter(ends_at__gt=received_at, starts_at__lt=end)
    return extend_for_outages(received_at, end, list(spans), territory=place)  # type: ignore[arg-type]


def decision_end(last: datetime, place: Territory) -> datetime:
    """Say when the fifteen days to decide are over: counted from the end of the ten days, or from the hearing.

    A midnight counts as the day it ends.
    """
    return end_of_period(last - _MOMENT, days=DECISION_DAYS, territory=place)


def effect(figures: Figures, notified_at: datetime, place: Territory) -> tuple[datetime, datetime]:
    """Give the midnights between which a measure takes effect: from the day after its notification.

    Months run date to date. A warning lasts as long as the time it leaves to comply.
    """
    starts = day_bounds(notified_at.astimezone(place.zone).date(), place.zone)[1]
    if figures.comply_days is not None:
        return starts, end_of_period(notified_at, days=figures.comply_days, territory=place)
    first = starts.astimezone(place.zone).date()
    if figures.unit == Unit.MONTHS:
        after = same_date(first, figures.length)
    else:
        after = first + timedelta(days=figures.length)
    return starts, day_bounds(after, place.zone)[0]


def days_of(length: int, unit: str) -> int:
    """Give a length in days, to compare and to estimate: a month counts thirty."""
    return length * DAYS_OF_A_MONTH if unit == Unit.MONTHS else length
