"""How the delegates of the demo work on a case, and its person acts, each at an hour of theirs."""

import random
from collections.abc import Callable
from datetime import datetime, timedelta
from functools import partial

from accounts.models import DecisionMaker, Role
from measures.models import Case
from portal.core.journal import Actor
from portal.core.transitions import Refusal
from portal.web.demo.past.history import Replay


class Work:
    """Plans deeds on a case: at work, or awake."""

    def __init__(self, replay: Replay, draw: random.Random) -> None:
        self.replay, self.draw = replay, draw
        self.delegates: dict[str, list[DecisionMaker]] = {}
        for delegate in DecisionMaker.objects.order_by("pk"):
            self.delegates.setdefault(delegate.region, []).append(delegate)

    def days(self, least: int, most: int) -> timedelta:
        """Draw how many days pass."""
        return timedelta(days=self.draw.randint(least, most))

    def delegate(self, case: Case) -> Actor:
        """Give the region's first delegate, who takes its cases, as who acts."""
        return self.acts(self.delegates[case.region][0])

    def acts(self, delegate: DecisionMaker) -> Actor:
        """Give a delegate as who acts, from an address that is nobody's (RFC 5737)."""
        return Actor(delegate.pk, Role.DECISION_MAKER, "198.51.100.9")

    def at_work(self, case: Case, moment: datetime, deed: Callable[[Case, datetime], None]) -> None:
        """Let a delegate do something to a case at this moment, or when they are next at work."""
        self.replay.at_work(case.agency_id, moment, partial(self._do, case.pk, deed))

    def awake(self, case: Case, moment: datetime, deed: Callable[[Case, datetime], None]) -> None:
        """Let a case's person do something at this moment, or when they have slept."""
        self.replay.awake(case.agency_id, moment, partial(self._do, case.pk, deed))

    def _do(self, case_id: int, deed: Callable[[Case, datetime], None], moment: datetime) -> None:
        """Do it to the case as it is by then; what its life refuses meanwhile is left."""
        try:
            deed(Case.objects.select_related("agency", "claimant__user", "bareme").get(pk=case_id), moment)
        except Refusal:
            return
        self.replay.post(moment)
