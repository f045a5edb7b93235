"""Days, periods and opening hours as people and courts count them. Pure: no query, no present time.

Three ideas, three modules: `territories` says which days are public holidays and which clock a place
follows, `periods` counts days and says when a period is over, `hours` turns opening hours and chosen
times into instants. `docs/working-time.md` explains them on one screen.
"""

from portal.core.working_time.hours import (
    NonexistentLocalTime,
    Opening,
    OpeningTime,
    day_bounds,
    hours_of,
    local_instant,
    next_opening,
)
from portal.core.working_time.periods import (
    ClosedTime,
    OutageTime,
    add_jours_ouvrables,
    add_jours_ouvres,
    closed_days,
    count_jours_ouvrables,
    count_jours_ouvres,
    days_left,
    end_of_period,
    extend_for_outages,
    is_jour_ouvrable,
    is_jour_ouvre,
    last_day,
    part_of_period,
    same_date,
)
from portal.core.working_time.territories import Territory, holiday_name, public_holidays, territory_of

__all__ = [
    "ClosedTime",
    "NonexistentLocalTime",
    "Opening",
    "OpeningTime",
    "OutageTime",
    "Territory",
    "add_jours_ouvrables",
    "add_jours_ouvres",
    "closed_days",
    "count_jours_ouvrables",
    "count_jours_ouvres",
    "day_bounds",
    "days_left",
    "end_of_period",
    "extend_for_outages",
    "holiday_name",
    "hours_of",
    "is_jour_ouvrable",
    "is_jour_ouvre",
    "last_day",
    "local_instant",
    "next_opening",
    "part_of_period",
    "public_holidays",
    "same_date",
    "territory_of",
]
