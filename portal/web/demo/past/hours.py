"""When the people of the demo act: advisors at work, claimants awake, each on the clock of their agency."""

import random
from collections.abc import Collection
from datetime import date, datetime, time, timedelta

from accounts.models import Agency
from portal.core.working_time import holiday_name

_DAY = timedelta(days=1)
_ARRIVES, _LEAVES = time(8, 30), time(17, 45)
_RISES, _SLEEPS = time(7), time(22)


class Hours:
    """The working days of one agency and the waking hours of the people it follows."""

    def __init__(self, agency: Agency, draw: random.Random) -> None:
        self.place, self.zone, self.draw = agency.place, agency.place.zone, draw
        self.closed: Collection[date] = {
            closure.first_day + offset * _DAY
            for closure in agency.closures.all()
            for offset in range((closure.last_day - closure.first_day).days + 1)
        }

    def is_working_day(self, day: date) -> bool:
        """Say whether somebody is at the agency that day."""
        return day.weekday() < 5 and day not in self.closed and not holiday_name(day, self.place)

    def is_at_work(self, moment: datetime) -> bool:
        """Say whether the agency's people are at work at this moment."""
        there = moment.astimezone(self.zone)
        return self.is_working_day(there.date()) and _ARRIVES <= there.time() < _LEAVES

    def at_work(self, moment: datetime) -> datetime:
        """Give this moment, or the next one at which the agency's advisors are at work."""
        there = moment.astimezone(self.zone)
        if self.is_working_day(there.date()):
            if there.time() < _ARRIVES:
                return self._on(there.date(), _ARRIVES)
            if there.time() < _LEAVES:
                return moment
        day = there.date() + _DAY
        while not self.is_working_day(day):
            day += _DAY
        return self._on(day, _ARRIVES)

    def morning_before(self, moment: datetime) -> datetime:
        """Give 9 o'clock of the last working day whose morning is not after this moment."""
        day = moment.astimezone(self.zone).date()
        while not self.is_working_day(day) or datetime.combine(day, time(9), self.zone) > moment:
            day -= _DAY
        return datetime.combine(day, time(9), self.zone)

    def awake(self, moment: datetime) -> datetime:
        """Give this moment, or one of the next morning when people sleep."""
        there = moment.astimezone(self.zone)
        if there.time() < _RISES:
            return self._on(there.date(), _RISES)
        return moment if there.time() < _SLEEPS else self._on(there.date() + _DAY, _RISES)

    def _on(self, day: date, at: time) -> datetime:
        return datetime.combine(day, at, self.zone) + timedelta(minutes=self.draw.randrange(2, 90))
