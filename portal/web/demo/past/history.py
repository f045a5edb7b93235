"""Three months replayed through the real processes, hour by hour: what a page shows did happen, in order."""

import heapq
import itertools
import random
import uuid
from collections.abc import Callable
from datetime import datetime, timedelta

from accounts.models import Advisor
from messaging.delivery.sender import send_due
from portal.core import deadlines, journal
from portal.core.journal import Actor
from portal.core.safe import DUE_CHECK
from portal.web.demo.past import letters, returned
from portal.web.demo.past.cast import Cast
from portal.web.demo.past.hours import Hours

DAYS_BACK = 62


class Replay:
    """The demo's past, as events in the order of their time."""

    def __init__(self, cast: Cast, now: datetime, draw: random.Random) -> None:
        self.cast, self.now, self.draw = cast, now, draw
        self.began = now - timedelta(days=DAYS_BACK + 14)
        self.hours = {agency.pk: Hours(agency, draw) for agency in cast.agencies}
        self._events: list[tuple[datetime, int, Callable[[datetime], object]]] = []
        self._order = itertools.count()
        self._posted: set[datetime] = set()

    def run(self) -> None:
        """Live through everything planned, and through what it brings."""
        for hours in range(0, int((self.now - self.began) / timedelta(hours=1)), 3):
            self.at(self.began + timedelta(hours=hours), self._tick)
        while self._events and self._events[0][0] <= self.now:
            moment, _, event = heapq.heappop(self._events)
            event(moment)
        self._tick(self.now)
        journal.seal(self.now)
        journal.seal(self.now)

    def at(self, moment: datetime, event: Callable[[datetime], object]) -> None:
        """Let something happen at a moment."""
        heapq.heappush(self._events, (moment, next(self._order), event))

    def at_work(self, agency_id: int, moment: datetime, event: Callable[[datetime], object]) -> None:
        """Let an advisor do something at this moment, or when they are next at work."""
        self.at(self.hours[agency_id].at_work(moment), event)

    def awake(self, agency_id: int, moment: datetime, event: Callable[[datetime], object]) -> None:
        """Let a claimant do something at this moment, or when they have slept."""
        self.at(self.hours[agency_id].awake(moment), event)

    def post(self, moment: datetime) -> None:
        """Let the mails owed at this moment leave a minute later, as they do when a worker runs."""
        if moment not in self._posted:
            self._posted.add(moment)
            self.at(moment + timedelta(minutes=1), lambda later: send_due(lambda: later, seconds=120))

    def form_key(self) -> uuid.UUID:
        """Draw the key of one sending of a form, the same ones each time."""
        return self.form_key_of(self.draw)

    def form_key_of(self, draw: random.Random) -> uuid.UUID:
        """Draw a key from somebody's own draws, so that nobody else's change."""
        return uuid.UUID(int=draw.getrandbits(128), version=4)

    def _tick(self, moment: datetime) -> None:
        deadlines.work(lambda: moment)
        deadlines.work_slowly(DUE_CHECK, lambda: moment, seconds=120)
        send_due(lambda: moment, seconds=120)
        letters.post_due(self.cast.advisors, self.hours, moment, until=self.now)
        returned.come_back(self.cast.advisors, self.hours, moment, until=self.now)


def claimant(pk: int) -> Actor:
    """The claimant as who acts, from an address that is nobody's (RFC 5737)."""
    return Actor(pk, "CLAIMANT", "203.0.113.7")


def advisor(person: Advisor) -> Actor:
    """The advisor as who acts."""
    return Actor(person.pk, "SUPERVISOR" if person.is_supervisor else "ADVISOR", "198.51.100.4")
